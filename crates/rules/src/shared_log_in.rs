//! Signs that several people share one log-in. A sign is no proof and locks nobody out: it is shown to the company's
//! billing users with the advice to add users instead. They can answer it; an answer is a remark too, holds for a time and
//! for the signs that were there, and changes nothing on the account. Networks arrive as keyed hashes; no address is known
//! here.

use std::collections::BTreeSet;

use crate::policy::{Number, Policy};
use crate::states::stored_names;
use crate::time::{Moment, Span};

stored_names! {
    /// A sign of a shared log-in.
    Sign {
        /// On several days two sessions were in use at once from networks far apart.
        DistantNetworks = "distant_networks",
        /// Several accounts of the company have the same phone.
        SamePhone = "same_phone",
    }
}

stored_names! {
    /// What a billing user answers to the signs of a log-in.
    SignAnswer {
        /// One person with several devices: there is nothing to do.
        OnePerson = "one_person",
        /// Several persons; each is to get an account.
        Splitting = "splitting",
        /// Not known yet: to be asked again.
        Later = "later",
    }
}

impl SignAnswer {
    /// For how long it holds.
    pub const fn lasts(self) -> Number {
        match self {
            Self::OnePerson => Number::SharingOnePerson,
            Self::Splitting => Number::SharingSplit,
            Self::Later => Number::SharingLater,
        }
    }
}

/// Until when an answer holds: an account that was one person's may be shared by then, and what was to be split is split
/// or still shows.
pub fn answer_until(answer: SignAnswer, at: Moment, policy: &Policy) -> Moment {
    at + policy.span(answer.lasts())
}

/// Whether the signs that show now are answered: the answer is young enough, and each of them was there when it was given. A
/// further sign is a further question.
pub fn answered(shown: &[Sign], then: &[Sign], until: Moment, now: Moment) -> bool {
    now < until && shown.iter().all(|sign| then.contains(sign))
}

/// A session of the account pages: when it was in use, and the wide network it began in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSeen {
    /// UTC ms.
    pub started_at: i64,
    /// Last use, UTC ms.
    pub last_seen_at: i64,
    /// A keyed hash of the wide network: the first 16 bits of an IPv4 address, the first 32 of an IPv6 one.
    pub wide: Vec<u8>,
}

/// On how many days (UTC) two sessions were in use at once, for at least `overlap`, from networks far apart. Two
/// devices on one network never count, however many there are (D12.6); nor do sessions one after the other.
pub fn distant_days(sessions: &[SessionSeen], overlap: Span) -> i64 {
    let mut days = BTreeSet::new();
    for (i, one) in sessions.iter().enumerate() {
        for other in &sessions[i + 1..] {
            let (from, to) = (one.started_at.max(other.started_at), one.last_seen_at.min(other.last_seen_at));
            if one.wide != other.wide && to.saturating_sub(from) >= overlap.0 {
                days.insert(from.div_euclid(Span::days(1).0));
            }
        }
    }
    i64::try_from(days.len()).unwrap_or(i64::MAX)
}

/// The signs that stand out by the thresholds of the policy: each with what was counted and how many it takes.
/// `same_phone` counts the accounts of the company with this member's phone, the own one included.
pub fn signs(distant_days: i64, same_phone: i64, policy: &Policy) -> Vec<(Sign, i64, i64)> {
    [
        (Sign::DistantNetworks, distant_days, policy.count(Number::SharingDays)),
        (Sign::SamePhone, same_phone, policy.count(Number::SharingPhone)),
    ]
    .into_iter()
    .filter(|(_, counted, takes)| counted >= takes)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;
    const TEN_MINUTES: Span = Span::minutes(10);

    fn session(wide: u8, from: i64, to: i64) -> SessionSeen {
        SessionSeen { started_at: from, last_seen_at: to, wide: vec![wide] }
    }

    #[test]
    fn d12_6_two_devices_on_one_network_are_no_sign_however_often() {
        let sessions: Vec<_> = (0..60).map(|i| session(1, (i / 2) * DAY, (i / 2) * DAY + 8 * HOUR)).collect();
        assert_eq!(distant_days(&sessions, TEN_MINUTES), 0);
    }

    #[test]
    fn one_after_the_other_is_a_person_who_travels() {
        let sessions = [session(1, 0, HOUR), session(2, HOUR, 2 * HOUR), session(1, 2 * HOUR, 3 * HOUR)];
        assert_eq!(distant_days(&sessions, TEN_MINUTES), 0);
        let nearly = [session(1, 0, HOUR), session(2, HOUR - TEN_MINUTES.0 + 1, 2 * HOUR)];
        assert_eq!(distant_days(&nearly, TEN_MINUTES), 0, "a millisecond short");
        let just = [session(1, 0, HOUR), session(2, HOUR - TEN_MINUTES.0, 2 * HOUR)];
        assert_eq!(distant_days(&just, TEN_MINUTES), 1);
    }

    #[test]
    fn days_count_and_not_pairs() {
        let mut sessions = Vec::new();
        for day in 0..3 {
            for network in 1..4 {
                sessions.push(session(network, day * DAY, day * DAY + HOUR));
            }
        }
        assert_eq!(distant_days(&sessions, TEN_MINUTES), 3);
        assert_eq!(distant_days(&[], TEN_MINUTES), 0);
    }

    #[test]
    fn an_answer_holds_for_its_time_and_for_the_signs_that_were_there() {
        let (policy, at) = (Policy::default(), Moment(1_000));
        let days = |answer| (answer_until(answer, at, &policy).0 - at.0) / DAY;
        assert_eq!(SignAnswer::ALL.iter().copied().map(days).collect::<Vec<_>>(), [180, 30, 7]);
        let until = answer_until(SignAnswer::Later, at, &policy);
        let (distant, phone) = (Sign::DistantNetworks, Sign::SamePhone);
        assert!(answered(&[distant], &[distant], until, Moment(until.0 - 1)));
        assert!(!answered(&[distant], &[distant], until, until), "its time is over");
        assert!(!answered(&[distant, phone], &[distant], until, at), "a further sign");
        assert!(answered(&[distant], &[distant, phone], until, at), "one sign went by itself");
    }

    #[test]
    fn thresholds_are_those_of_the_policy() {
        let policy = Policy::default();
        assert_eq!(signs(2, 1, &policy), []);
        assert_eq!(signs(3, 1, &policy), [(Sign::DistantNetworks, 3, 3)]);
        assert_eq!(signs(0, 2, &policy), [(Sign::SamePhone, 2, 2)]);
        let strict = Policy::with_overrides([("sharing_days", 1)]);
        assert_eq!(signs(1, 0, &strict), [(Sign::DistantNetworks, 1, 1)]);
    }
}
