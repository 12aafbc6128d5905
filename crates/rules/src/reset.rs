//! Decisions of *forgot password*: which way the reset code travels, when a new link is sent, what a reset freezes.

use crate::counters::Spent;
use crate::policy::{Number, Policy};
use crate::states::TwoStep;
use crate::time::{Moment, Span};
use crate::two_step::Way;

/// Which way the reset code travels (SYSTEM.md 2): by text message while 2-step is on, by a separate e-mail where it
/// was on before (or waits to be set up again), not at all where it never was.
pub const fn code_way(state: TwoStep) -> Way {
    match state {
        TwoStep::Never => Way::None,
        TwoStep::On => Way::TextMessage,
        TwoStep::Off | TwoStep::ToBeSetUpAgain => Way::Mail,
    }
}

/// Whether a reset freezes the contacts. One proved by a second step or the recovery code does not; the mailbox
/// alone, twice over, is no second step.
pub const fn freezes(way: Way, by_recovery_code: bool) -> bool {
    !by_recovery_code && !matches!(way, Way::TextMessage)
}

/// Characters that a new password needs now.
pub fn password_minimum(state: TwoStep, policy: &Policy) -> usize {
    let number = match state {
        TwoStep::On => Number::PasswordLengthWithTwoStep,
        _ => Number::PasswordLength,
    };
    usize::try_from(policy.count(number)).unwrap_or(usize::MAX)
}

/// Whether one more link is sent: not within a minute of the last one, not beside three that live. Whoever asked is
/// told the same in any case.
pub fn one_more_link(newest: Option<Moment>, live: i64, policy: &Policy, now: Moment) -> bool {
    newest.is_none_or(|newest| now >= newest + policy.span(Number::ResendAfter))
        && live < policy.count(Number::ResetLinksLive)
}

/// Whether a request still counts: so many of an address in a day, of a source in an hour, of everybody in an hour.
/// The last one of an address is its fifth resend.
pub fn request_counts(address: Spent, source: Spent, all: Spent, policy: &Policy) -> bool {
    address.spent <= policy.count(Number::ResendsADay) + 1
        && source.spent <= policy.count(Number::ResetRequestsASource)
        && all.spent <= policy.count(Number::ResetRequestsAnHour)
}

/// The windows of [`request_counts`]: address, source, all.
pub const REQUEST_WINDOWS: [Span; 3] = [Span::days(1), Span::hours(1), Span::hours(1)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_branches_and_the_state_after_an_unlock() {
        assert_eq!(code_way(TwoStep::Never), Way::None);
        assert_eq!(code_way(TwoStep::On), Way::TextMessage);
        assert_eq!(code_way(TwoStep::Off), Way::Mail);
        assert_eq!(code_way(TwoStep::ToBeSetUpAgain), Way::Mail);
    }

    #[test]
    fn only_what_a_second_step_proved_does_not_freeze() {
        assert!(freezes(Way::None, false) && freezes(Way::Mail, false));
        assert!(!freezes(Way::TextMessage, false) && !freezes(Way::TextMessage, true));
    }

    #[test]
    fn d7_3_a_password_beside_two_step_may_be_shorter() {
        let policy = Policy::default();
        assert_eq!(password_minimum(TwoStep::On, &policy), 8);
        for state in [TwoStep::Never, TwoStep::Off, TwoStep::ToBeSetUpAgain] {
            assert_eq!(password_minimum(state, &policy), 15, "{state:?}");
        }
    }

    #[test]
    fn a_link_waits_a_minute_for_the_last_one_and_three_live_at_most() {
        let policy = Policy::default();
        assert!(one_more_link(None, 0, &policy, Moment(0)));
        assert!(!one_more_link(Some(Moment(0)), 1, &policy, Moment(59_999)));
        assert!(one_more_link(Some(Moment(0)), 2, &policy, Moment(60_000)));
        assert!(!one_more_link(Some(Moment(0)), 3, &policy, Moment(60_000)));
    }

    #[test]
    fn d6_7_requests_are_limited_by_address_source_and_all_together() {
        let policy = Policy::default();
        let spent = |n| Spent { window_start: Moment(0), spent: n, last_at: Moment(0) };
        let counts =
            |address, source, all| request_counts(spent(address), spent(source), spent(all), &policy);
        assert!(counts(6, 30, 1_000));
        assert!(!counts(7, 1, 1) && !counts(1, 31, 1) && !counts(1, 1, 1_001));
    }
}
