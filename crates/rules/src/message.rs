//! What becomes of a message that did not go: when it is tried again, when the request behind it is too old to be
//! answered, and whether it may be repeated although an earlier sending may have arrived. Sending is not here.

use crate::policy::{Number, Policy};
use crate::states::MessageKind;
use crate::time::Span;

/// The first pause; each further one is twice as long.
const FIRST_PAUSE: Span = Span::seconds(30);
/// The longest pause before chance is added: somebody waits for most of these letters.
const LONGEST_PAUSE: Span = Span::minutes(12);
/// A letter whose answer was lost is repeated after this; the person may see it arrive first.
pub const REPEAT_AFTER: Span = Span::minutes(2);
/// If the oldest message waits longer than this, the log says so.
pub const QUEUE_ALARM: Span = Span::minutes(10);

/// What a message carries decides how long its request is worth an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// A short code: somebody sits in front of the page that asks for it.
    Code,
    /// A link: somebody was told that it comes.
    Link,
    /// No secret; it tells what happened.
    News,
}

impl Carries {
    /// How long after it was asked for a message may still be sent for the first time; then it expires, visibly.
    pub fn waits(self, policy: &Policy) -> Span {
        match self {
            // The browser forgets the challenge after as long.
            Self::Code => policy.span(Number::VerificationCodeLife),
            // Longer than a mail server's bad morning; not so long that a link from a forgotten call arrives.
            Self::Link => Span::hours(4),
            // RFC 5321, 4.5.4.1: give up after four to five days.
            Self::News => Span::days(5),
        }
    }
}

/// The pause before the next try: 30 s, 1, 2, 4, 8, 12 min, a quarter more or less by chance, so that what was put off
/// together doesn't come back together. At most 15 min.
pub fn pause(attempts: i64, chance: [u8; 4]) -> Span {
    let doublings = attempts.clamp(1, 8) - 1;
    let even = (FIRST_PAUSE.0 << doublings).min(LONGEST_PAUSE.0);
    let share = i64::from(u32::from_be_bytes(chance) >> 16); // 0 to 65,535
    Span(even * 3 / 4 + even / 2 * share / 65_535)
}

/// Why nobody knows whether a message arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The connection ended between the end of the text and the other server's answer.
    AnswerLost,
    /// The worker that had it never said how it ended.
    WorkerLost,
}

/// Whether a message may be sent again although an earlier sending may have arrived; `times` counts such sendings.
///
/// An e-mail is recognisable as the same one (Message-ID, link), so once more is better than never, and a worker's
/// death may happen twice. Not for ever: a letter on which workers die is the reason why they die. A text message is
/// never doubled by us.
pub const fn may_repeat(kind: MessageKind, doubt: Doubt, times: i64) -> bool {
    match (kind, doubt) {
        (MessageKind::Sms, _) => false,
        (MessageKind::Mail, Doubt::AnswerLost) => times <= 1,
        (MessageKind::Mail, Doubt::WorkerLost) => times <= 3,
    }
}

/// Whether a secret made earlier is still worth sending: at least half its life is left. Else a new one is made.
pub const fn worth_sending(left: Span, whole_life: Span) -> bool {
    left.0 * 2 >= whole_life.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: [u8; 4] = [0; 4];
    const MOST: [u8; 4] = [255; 4];

    #[test]
    fn pauses_grow_differ_by_chance_and_stay_within_a_quarter_of_an_hour() {
        assert_eq!(pause(1, LEAST), Span(22_500));
        assert_eq!(pause(1, MOST), Span(37_500));
        for attempts in 1..5 {
            assert!(pause(attempts, MOST) < pause(attempts + 1, LEAST), "{attempts}");
        }
        for attempts in [6, 7, 40, i64::MAX] {
            assert_eq!(pause(attempts, LEAST), Span::minutes(9), "{attempts}");
            assert_eq!(pause(attempts, MOST), Span::minutes(15), "{attempts}");
        }
        for attempts in [i64::MIN, -1, 0] {
            assert_eq!(pause(attempts, MOST), pause(1, MOST), "{attempts}");
        }
        assert!(pause(3, [128, 0, 0, 0]) > pause(3, [64, 0, 0, 0]));
    }

    #[test]
    fn a_text_message_is_never_repeated_and_an_email_not_for_ever() {
        for times in 0..5 {
            assert!(!may_repeat(MessageKind::Sms, Doubt::AnswerLost, times));
            assert!(!may_repeat(MessageKind::Sms, Doubt::WorkerLost, times));
        }
        let mail = |doubt| (1..9).filter(|times| may_repeat(MessageKind::Mail, doubt, *times)).count();
        assert_eq!((mail(Doubt::AnswerLost), mail(Doubt::WorkerLost)), (1, 3));
    }

    #[test]
    fn a_secret_with_less_than_half_its_life_is_not_sent() {
        let whole = Span::minutes(60);
        assert!(worth_sending(whole, whole) && worth_sending(Span::minutes(30), whole));
        assert!(!worth_sending(Span(Span::minutes(30).0 - 1), whole) && !worth_sending(Span(-1), whole));
    }

    #[test]
    fn a_code_is_stale_before_a_link_and_a_link_before_news() {
        let policy = Policy::default();
        assert_eq!(Carries::Code.waits(&policy), Span::minutes(10));
        assert!(Carries::Code.waits(&policy) < Carries::Link.waits(&policy));
        assert!(Carries::Link.waits(&policy) < Carries::News.waits(&policy));
    }
}
