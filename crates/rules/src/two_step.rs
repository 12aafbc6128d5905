//! Decisions about 2-step that several pages share: which way a verification code travels, when a second step
//! is asked for, how long setting it up again can be put off, and when a code may be sent once more.

use crate::counters::Spent;
use crate::policy::{Number, Policy};
use crate::states::TwoStep;
use crate::time::{Moment, Span};

/// Which way a verification code of a sign-in travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// No code is asked for.
    None,
    /// By text message to the phone on file.
    TextMessage,
    /// By e-mail: 2-step is to be set up again, and nobody is left with a password alone.
    Mail,
}

/// The way of a state.
pub const fn way(state: TwoStep) -> Way {
    match state {
        TwoStep::Never | TwoStep::Off => Way::None,
        TwoStep::On => Way::TextMessage,
        TwoStep::ToBeSetUpAgain => Way::Mail,
    }
}

/// Whether a change that weakens or moves the account's protection needs a second step first: one was not done
/// in this session, and the state has a way to ask for it (SYSTEM.md 5; D5.1: the recovery code counts too).
pub fn second_step_needed(state: TwoStep, done_in_this_session: bool) -> bool {
    way(state) != Way::None && !done_in_this_session
}

/// Until when *Later* is possible; `since` is when 2-step became *to be set up again*.
pub fn later_until(since: Moment, policy: &Policy) -> Moment {
    since + policy.span(Number::SetUpLater)
}

/// Whether a code of this user and purpose may be sent once more: after a pause, so many a day (SYSTEM.md 4).
/// `sent` counts every sending of the day, the first ones too; `resent` those that were asked for again.
///
/// # Errors
/// When the next one is possible, and whether that is only the short pause.
pub fn one_more_sending(
    sent: Option<Spent>,
    resent: Option<Spent>,
    policy: &Policy,
    now: Moment,
) -> Result<(), NotYet> {
    if let Some(last) = sent.map(|sent| sent.last_at) {
        let until = last + policy.span(Number::ResendAfter);
        if now < until {
            return Err(NotYet::Pause(until));
        }
    }
    crate::counters::one_more(resent, policy.count(Number::ResendsADay), Span::days(1), now)
        .map_err(NotYet::Used)
}

/// Why a code isn't sent again now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotYet {
    /// The last one is too new.
    Pause(Moment),
    /// The day's sendings are used.
    Used(Moment),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_asked_for_wherever_two_step_was_promised() {
        assert_eq!(way(TwoStep::Never), Way::None);
        assert_eq!(way(TwoStep::Off), Way::None);
        assert_eq!(way(TwoStep::On), Way::TextMessage);
        assert_eq!(way(TwoStep::ToBeSetUpAgain), Way::Mail);
    }

    #[test]
    fn d4_1_a_session_without_a_second_step_has_to_do_one_first() {
        assert!(second_step_needed(TwoStep::On, false));
        assert!(second_step_needed(TwoStep::ToBeSetUpAgain, false));
        assert!(!second_step_needed(TwoStep::On, true));
        assert!(!second_step_needed(TwoStep::Off, false));
        assert!(!second_step_needed(TwoStep::Never, false));
    }

    #[test]
    fn d1_8_a_code_is_sent_again_after_a_minute_and_five_times_a_day() {
        let policy = Policy::default();
        let spent = |n, last| Some(Spent { window_start: Moment(0), spent: n, last_at: Moment(last) });
        assert_eq!(
            one_more_sending(spent(1, 0), None, &policy, Moment(59_999)),
            Err(NotYet::Pause(Moment(60_000)))
        );
        assert_eq!(one_more_sending(spent(1, 0), None, &policy, Moment(60_000)), Ok(()));
        assert_eq!(one_more_sending(spent(5, 0), spent(4, 0), &policy, Moment(60_000)), Ok(()));
        assert_eq!(
            one_more_sending(spent(6, 0), spent(5, 0), &policy, Moment(60_000)),
            Err(NotYet::Used(Moment(86_400_000)))
        );
        assert_eq!(one_more_sending(spent(6, 0), spent(5, 0), &policy, Moment(86_400_000)), Ok(()));
    }

    #[test]
    fn later_is_possible_for_seven_days() {
        assert_eq!(later_until(Moment(5), &Policy::default()), Moment(5 + 7 * 86_400_000));
    }
}
