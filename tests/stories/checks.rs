//! D9.6 to D9.9: checking the four answers, its budgets, and how long a verdict lasts.

use recovery_desk::database::sql;
use recovery_desk::hashing::{Hasher, HashingCost};
use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::operator_sign_out::{LockDesk, OperatorSignOut};
use recovery_rules::answers::{AnswerRule, CanonicalAnswer};
use recovery_rules::roles::Role;
use recovery_rules::states::{Outcome, TwoStep};
use recovery_rules::time::Span;

use crate::harness::agent::{right, wrong};
use crate::harness::fixtures::NewUser;
use crate::harness::world::MORNING;
use crate::harness::{ANSWERS, Engine, World, on_both_databases, refused};

fn paused_letters(world: &World) -> usize {
    let arrived = world.mail.as_ref().unwrap().arrived();
    arrived.iter().filter(|letter| letter.header("subject").contains("paused")).count()
}

/// The answers are hashed at the cost of real ones, so that comparing them lasts.
async fn at_full_cost(world: &World, user_id: &str) {
    let (keys, chance) = (world.desk.keys.clone(), world.desk.chance.clone());
    let hasher = Hasher::new(keys, HashingCost::standard(), chance);
    for (slot, answer) in (1_i64..).zip(ANSWERS) {
        let hash = hasher.hash_answer(&CanonicalAnswer::new(AnswerRule::CURRENT, answer)).await.unwrap();
        let mut tx = world.desk.database.begin().await.unwrap();
        let slow = "UPDATE security_answers SET answer_hash = $3 WHERE user_id = $1 AND slot = $2";
        assert_eq!(sql(slow).bind(user_id).bind(slot).bind(hash).run(&mut tx).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

on_both_databases! {
    async fn d9_6_only_administrators_see_why_a_caller_cannot_be_verified(engine: Engine) {
        let world = World::live(engine).await;
        let three = NewUser { answers: 3, two_step: TwoStep::Off, ..NewUser::default() };
        let three = world.user(three).await;
        let closed = NewUser { given: "Cal", family: "Oster", email: "cal@oster.example", account: "closed", ..NewUser::default() };
        let closed = world.user(closed).await;
        let dana = world.agent("Dana Whitlock").await;
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        for (user, why) in [(&three, "answers_missing"), (&closed, "closed")] {
            let call = dana.open(user).await.unwrap();
            assert!(matches!(call.standing, StandingView::CannotBeVerified { reason: None, until: None }), "{:?}", call.standing);
            assert!(call.questions.is_empty());
            assert_eq!(refused(dana.check(&call.call_id, right()).await), "cannot_be_verified");
            assert_eq!(dana.end(&call.call_id).await.unwrap().outcome, Outcome::Refused);
            let call = boss.open(user).await.unwrap();
            assert!(matches!(call.standing, StandingView::CannotBeVerified { reason: Some(r), .. } if r == why));
            boss.end(&call.call_id).await.unwrap();
        }
    }

    async fn d9_6_a_freeze_shows_after_verification_and_needs_an_administrator(engine: Engine) {
        let world = World::live(engine).await;
        let frozen = NewUser { frozen_until: Some(MORNING + Span::days(7)), ..NewUser::default() };
        let priya = world.user(frozen).await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap();
        assert!(matches!(call.standing, StandingView::NotVerifiedYet));
        let verdict = dana.check(&call.call_id, right()).await.unwrap();
        assert!(verdict.verified && matches!(verdict.call.standing, StandingView::NeedsApproval));
        assert_eq!(refused(dana.send(&call.call_id).await), "needs_approval");
        world.later(Span::days(7));
        let mut dana = dana;
        dana.sign_in().await.unwrap();
        let verdict = dana.check(&call.call_id, right()).await.unwrap();
        assert!(matches!(verdict.call.standing, StandingView::Verified { .. }));
    }

    async fn d9_7_the_last_check_of_the_day_pauses_also_if_its_process_dies_and_not_if_it_is_right(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let call = dana.open(&priya).await.unwrap();
        for _ in 0..3 {
            dana.check(&call.call_id, wrong()).await.unwrap();
        }
        dana.end(&call.call_id).await.unwrap();
        let call = tom.open(&priya).await.unwrap();
        tom.check(&call.call_id, wrong()).await.unwrap();
        // The fifth is right: nobody hears of a pause.
        assert!(tom.check(&call.call_id, right()).await.unwrap().verified);
        world.later(Span::minutes(2));
        while world.post().await > 0 {}
        assert_eq!(paused_letters(&world), 0);
        tom.end(&call.call_id).await.unwrap();
        // The next day the fifth is wrong, and the desk dies between spending it and the verdict.
        world.later(Span::days(1));
        let (mut dana, mut tom) = (dana, tom);
        dana.sign_in().await.unwrap();
        tom.sign_in().await.unwrap();
        let call = dana.open(&priya).await.unwrap();
        for _ in 0..3 {
            dana.check(&call.call_id, wrong()).await.unwrap();
        }
        dana.end(&call.call_id).await.unwrap();
        let call = tom.open(&priya).await.unwrap();
        tom.check(&call.call_id, wrong()).await.unwrap();
        let before = world.audited("check_answers", "reserved").await;
        // The cores are busy, so that the judging lasts.
        let password = recovery_rules::passwords::Password::new("seven slow harbour lamps".to_owned());
        let busy = futures_util::future::join_all((0..40).map(|_| world.desk.hasher.hash_password(&password)));
        let died = async {
            while world.audited("check_answers", "reserved").await == before {
                tokio::task::yield_now().await;
            }
        };
        let dies = async {
            tokio::select! {
                biased;
                () = died => {}
                _ = tom.check(&call.call_id, wrong()) => {}
            }
        };
        tokio::join!(busy, dies);
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE paused_until IS NOT NULL").await, 1);
        assert_eq!(refused(tom.check(&call.call_id, right()).await), "cannot_be_verified");
        world.later(Span::minutes(1));
        while world.post().await > 0 {}
        assert_eq!(paused_letters(&world), 1);
    }

    async fn d2_3_answers_replaced_while_a_check_is_compared_leave_it_no_verdict(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap();
        at_full_cost(&world, &priya).await;
        let replaced = async {
            while world.audited("check_answers", "reserved").await == 0 {
                tokio::task::yield_now().await;
            }
            let others = "UPDATE security_answers SET answer_hash = (SELECT MAX(s.answer_hash) FROM security_answers s
                WHERE s.user_id = security_answers.user_id) WHERE user_id = $1";
            world.change(others, &priya).await;
        };
        let (verdict, ()) = tokio::join!(dana.check(&call.call_id, right()), replaced);
        assert_eq!(refused(verdict), "account_changed");
        let view = dana.view(&call.call_id).await;
        assert!(matches!(view.standing, StandingView::NotVerified), "{:?}", view.standing);
        assert_eq!(view.checks.left, 2, "the check is used");
    }

    async fn d9_7_three_checks_a_call_five_a_day_over_all_agents_then_a_pause(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let call = dana.open(&priya).await.unwrap();
        for left in [2, 1, 0] {
            let verdict = dana.check(&call.call_id, wrong()).await.unwrap();
            assert!(!verdict.verified);
            assert_eq!(verdict.call.checks.left, left);
        }
        assert!(matches!(dana.view(&call.call_id).await.standing, StandingView::CallChecksUsed));
        assert_eq!(refused(dana.check(&call.call_id, right()).await), "no_checks_left");
        assert_eq!(dana.end(&call.call_id).await.unwrap().outcome, Outcome::NotVerified);

        let call = tom.open(&priya).await.unwrap();
        assert_eq!((call.earlier_calls.count, call.earlier_calls.refused), (1, 1));
        tom.check(&call.call_id, wrong()).await.unwrap();
        let last = tom.check(&call.call_id, wrong()).await.unwrap();
        assert!(matches!(last.call.standing, StandingView::Paused { .. }), "{:?}", last.call.standing);
        assert_eq!(refused(tom.check(&call.call_id, right()).await), "cannot_be_verified");
        tom.end(&call.call_id).await.unwrap();
        world.post().await;
        assert!(world.mail.as_ref().unwrap().newest("priya", "").text.contains("paused"));

        let call = dana.open(&priya).await.unwrap();
        assert!(matches!(call.standing, StandingView::CannotBeVerified { until: None, .. }), "no time in another call");
        dana.end(&call.call_id).await.unwrap();
        world.later(Span::hours(24));
        let mut dana = dana;
        dana.sign_in().await.unwrap();
        assert!(matches!(dana.open(&priya).await.unwrap().standing, StandingView::NotVerifiedYet));
    }

    async fn d9_7_strangers_misses_leave_a_caller_with_a_reference_three_checks(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        for checks in [3, 2] {
            let call = dana.open(&priya).await.unwrap();
            for _ in 0..checks {
                dana.check(&call.call_id, wrong()).await.unwrap();
            }
            dana.end(&call.call_id).await.unwrap();
        }
        let reference = world.call_reference(&priya).await;
        let found = dana.look_up(&reference).await.unwrap();
        assert_eq!((found.users.len(), found.reference.as_deref()), (1, Some(reference.as_str())));
        let call = dana.open_by(&priya, &reference).await.unwrap();
        assert!(call.check_words.is_some() && matches!(call.standing, StandingView::NotVerifiedYet));
        assert!(dana.check(&call.call_id, right()).await.unwrap().verified);
        let elsewhere = NewUser { given: "Lee", family: "Roe", email: "lee@roe.example", ..NewUser::default() };
        let lee = world.user(elsewhere).await;
        dana.end(&call.call_id).await.unwrap();
        let call = dana.open_by(&lee, &reference).await.unwrap();
        assert!(call.reference.is_none(), "a reference counts for its own account only");
    }

    async fn d9_7_three_right_answers_of_four_verify_and_two_do_not(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap();
        let [a, b, c, _] = right();
        assert!(!dana.check(&call.call_id, [a, b, None, Some("Rex")]).await.unwrap().verified);
        assert!(dana.check(&call.call_id, [a, b, c, None]).await.unwrap().verified);
        assert_eq!(refused(dana.check(&call.call_id, [None, Some(" "), None, None]).await), "answers_missing");
        assert_eq!(dana.view(&call.call_id).await.checks.used, 2, "an empty form costs no check");
    }

    async fn d9_8_the_questions_come_in_the_same_order_for_everybody_and_after_a_restart(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let call = dana.open(&priya).await.unwrap();
        let order = |call: &recovery_desk::operations::call_view::CallView| -> Vec<_> {
            call.questions.iter().map(|q| (q.slot, q.text)).collect()
        };
        let first = order(&call);
        assert_eq!(first.len(), 4);
        dana.end(&call.call_id).await.unwrap();
        let restarted = tom.at(&world.another_desk().await);
        assert_eq!(order(&restarted.open(&priya).await.unwrap()), first);
    }

    async fn d9_9_a_verdict_ends_with_its_time_the_call_a_lock_a_sign_out_and_any_change_of_the_account(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;

        let call = dana.verified_call(&priya).await;
        world.later(Span::minutes(10));
        assert!(!matches!(dana.view(&call.call_id).await.standing, StandingView::Verified { .. }));
        assert_eq!(refused(dana.send(&call.call_id).await), "not_verified");

        dana.check(&call.call_id, right()).await.unwrap();
        dana.ask(LockDesk {}).await.unwrap();
        assert_eq!(refused(dana.send(&call.call_id).await), "signed_out");
        dana.sign_in().await.unwrap();
        assert_eq!(dana.current().await.unwrap().call_id, call.call_id, "call and notes stay");
        assert_eq!(refused(dana.send(&call.call_id).await), "not_verified");

        dana.check(&call.call_id, right()).await.unwrap();
        dana.ask(OperatorSignOut {}).await.unwrap();
        world.later(Span::seconds(31));
        dana.sign_in().await.unwrap();
        assert_eq!(refused(dana.send(&call.call_id).await), "not_verified");
        dana.end(&call.call_id).await.unwrap();

        let call = dana.verified_call(&priya).await;
        world.change("UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1", &priya).await;
        assert_eq!(refused(dana.send(&call.call_id).await), "account_changed");
        dana.end(&call.call_id).await.unwrap();
        assert_eq!(refused(dana.send(&call.call_id).await), "call_not_open");
    }
}
