//! The rules of a call at the very edge of their times and numbers.

use super::tests::{call, caller};
use super::*;

const NOW: Moment = Moment(1_000_000);

#[test]
fn a_stop_and_a_pause_are_over_at_their_moment() {
    let stopped = Caller { stopped_until: Some(NOW), ..caller() };
    let before = Moment(NOW.0 - 1);
    assert_eq!(can_be_verified(&stopped, false, before), Err(CannotVerify::Stopped(NOW)));
    assert_eq!(can_be_verified(&stopped, false, NOW), Ok(()));
    let paused = Caller { paused_until: Some(NOW), ..caller() };
    assert_eq!(can_be_verified(&paused, false, before), Err(CannotVerify::Paused(NOW)));
    assert_eq!(can_be_verified(&paused, false, NOW), Ok(()));
}

#[test]
fn d9_7_a_call_whose_checks_are_used_asks_no_more() {
    let call = |checks_used| Call { checks_used, ..call() };
    let policy = Policy::default();
    let most = policy.count(Number::ChecksACall);
    assert_eq!(standing(&call(most - 1), &caller(), &policy, NOW), Standing::NotVerified);
    assert_eq!(standing(&call(most), &caller(), &policy, NOW), Standing::CallChecksUsed);
}

#[test]
fn d9_8_three_right_answers_verify_and_two_do_not_and_the_policy_can_ask_for_four() {
    let policy = Policy::default();
    assert_eq!([2, 3, 4].map(|right| verified(right, &policy)), [false, true, true]);
    let four = Policy::with_overrides([("answers_that_must_match", 4)]);
    assert_eq!([3, 4].map(|right| verified(right, &four)), [false, true]);
}
