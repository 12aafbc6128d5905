//! What holds in every state of a call and a user, whatever the numbers in force.

use proptest::prelude::*;

use super::*;

fn moment() -> impl Strategy<Value = Moment> {
    (0_i64..2_000).prop_map(Moment)
}

prop_compose! {
    fn callers()(
        account in prop::sample::select(Account::ALL),
        answers in 3_i64..=4,
        paused_until in prop::option::of(moment()),
        reference_paused_until in prop::option::of(moment()),
        stopped_until in prop::option::weighted(0.2, moment()),
        frozen_until in prop::option::of(moment()),
        without_contact in any::<bool>(),
        epoch in 1_i64..=2,
    ) -> Caller {
        Caller { account, answers, paused_until, reference_paused_until, stopped_until, frozen_until, without_contact, epoch }
    }
}

prop_compose! {
    fn calls()(
        state in prop::sample::select(vec![CallState::Open, CallState::Verified, CallState::Verified, CallState::PassedOn, CallState::Ended]),
        by_reference in any::<bool>(),
        checks_used in 0_i64..4,
        last_check_right in any::<bool>(),
        verified in prop::option::weighted(0.8, (moment(), moment())),
        pause_started_at in prop::option::of(moment()),
        repudiated_at in prop::option::weighted(0.1, moment()),
        outcome in prop::option::of(prop::sample::select(Outcome::ALL)),
        epoch in 1_i64..=2,
        unlocked_at in prop::option::weighted(0.1, moment()),
        approved in any::<bool>(),
    ) -> Call {
        let (verified_at, verified_until) = verified.unzip();
        Call { state, by_reference, checks_used, last_check_right, verified_at, verified_until, pause_started_at, repudiated_at, outcome, epoch, unlocked_at, approved }
    }
}

fn policies() -> impl Strategy<Value = Policy> {
    (1_i64..10).prop_map(|checks| Policy::with_overrides([("checks_a_call", checks)]))
}

/// A verdict that counts: the e-mail can be sent, by the agent or after an approval.
fn counts(standing: Standing) -> bool {
    matches!(standing, Standing::Verified { .. } | Standing::NeedsApproval)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_verdict_counts_only_in_its_time_for_the_same_account_and_while_nothing_ended_it(
        call in calls(), caller in callers(), policy in policies(), now in moment(),
    ) {
        let lasts = call.state == CallState::Verified
            && call.verified_at.is_some()
            && call.verified_until.is_some_and(|until| now < until)
            && call.epoch == caller.epoch;
        let ended = call.repudiated_at.is_some()
            || call.unlocked_at.is_some()
            || caller.account == Account::Closed
            || caller.stopped_until.is_some_and(|until| now < until);
        let standing = standing(&call, &caller, &policy, now);
        if ended {
            prop_assert!(!counts(standing), "{standing:?}");
        }
        if counts(standing) {
            prop_assert!(lasts, "{standing:?}");
        } else {
            prop_assert!(!lasts || ended, "{standing:?}");
        }
    }

    #[test]
    fn frozen_contacts_and_a_missing_one_always_ask_for_an_approval(
        call in calls(), caller in callers(), policy in policies(), now in moment(),
    ) {
        let frozen = caller.frozen_until.is_some_and(|until| now < until);
        if (frozen || caller.without_contact) && !call.approved {
            let standing = standing(&call, &caller, &policy, now);
            let verified = matches!(standing, Standing::Verified { .. });
            prop_assert!(!verified, "{standing:?}");
        }
    }

    #[test]
    fn time_alone_never_makes_a_verdict_count_again(
        call in calls(), caller in callers(), policy in policies(), now in moment(), later in 0_i64..2_000,
    ) {
        // But for a stop that runs out before the verdict does, which a stop is too long for.
        if caller.stopped_until.is_none() && !counts(standing(&call, &caller, &policy, now)) {
            prop_assert!(!counts(standing(&call, &caller, &policy, Moment(now.0 + later))));
        }
    }

    #[test]
    fn this_was_not_me_and_an_end_are_told_before_everything_else(
        call in calls(), caller in callers(), policy in policies(), now in moment(),
    ) {
        let standing = standing(&call, &caller, &policy, now);
        match (call.repudiated_at, call.state) {
            (Some(at), _) => prop_assert_eq!(standing, Standing::Repudiated { at }),
            (None, CallState::Ended) => prop_assert!(matches!(standing, Standing::Ended(_))),
            _ => {}
        }
    }
}
