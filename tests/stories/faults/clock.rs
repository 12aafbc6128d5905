//! D0.6: the clock jumps. Nothing that had run out comes back to life, and nothing goes on by itself after a step back.

use recovery_desk::operations::administration::ReadApprovals;
use recovery_desk::operations::confirm_time::{ConfirmTime, TimeConfirmed};
use recovery_desk::operations::user_sign_in::UserSignedIn;
use recovery_rules::roles::{Door, Role};
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::agent::wrong;
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::{Letter, PRIYA, letter};
use crate::harness::world::request_id;
use crate::harness::{Agent, Engine, PASSWORD, World, on_both_databases, refused};

async fn confirm(administrator: &Agent) -> TimeConfirmed {
    let time = administrator.desk.clock.machine().0;
    administrator.ask(ConfirmTime { time }).await.unwrap()
}

on_both_databases! {
    async fn d0_6_after_a_step_back_codes_and_links_wait_until_an_administrator_confirms_the_time(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { dana, link, code, .. } = letter(&world).await;
        let other = NewUser { given: "Rita", email: "rita@hartwell.example", two_step: TwoStep::ToBeSetUpAgain, ..NewUser::default() };
        world.user(other).await;
        let UserSignedIn::CodeNeeded { challenge, .. } =
            pages::sign_in(&world.desk, "rita@hartwell.example", PASSWORD).await.unwrap() else { panic!() };
        world.post().await;
        let sign_in_code = world.mail.as_ref().unwrap().newest("rita@", "verification code").code();
        world.later(Span::minutes(5));
        world.look_round().await;
        world.later(Span::minutes(-4));
        for _ in 0..2 {
            assert_eq!(refused(pages::read(&world.desk, &link).await), "clock_stepped_back");
            assert_eq!(refused(pages::enter_code(&world.desk, &challenge, &sign_in_code).await), "clock_stepped_back");
            // Time alone doesn't lift it, nor an agent, nor a time that isn't the system's.
            world.look_round().await;
        }
        let ida = world.operator(Role::Administrator, "Ida Krantz").await;
        let now = world.desk.clock.machine().0;
        assert_eq!(refused(dana.ask(ConfirmTime { time: now }).await), "not_allowed");
        for off in [Span::minutes(3).0, Span::minutes(-3).0, Span::days(1).0] {
            assert_eq!(refused(ida.ask(ConfirmTime { time: now + off }).await), "time_not_the_systems");
        }
        assert_eq!(refused(pages::read(&world.desk, &link).await), "clock_stepped_back");
        assert!(ida.ask(ReadApprovals {}).await.unwrap().clock_stands, "the administrators' window shows it");
        // The same attempt again, as after an answer that got lost, is told what it came to.
        let (id, now) = (request_id(), world.desk.clock.machine().0);
        for _ in 0..2 {
            let confirmed = ida.desk.perform(&ida.caller, Door::Desk, Some(&id), ConfirmTime { time: now }).await.unwrap();
            assert_eq!((confirmed.stepped_back_by, confirmed.ended), (Span::minutes(4).0, 0));
        }
        assert!(!ida.ask(ReadApprovals {}).await.unwrap().clock_stands);
        assert_eq!(confirm(&ida).await.stepped_back_by, 0, "there is nothing left to confirm");
        assert_eq!((world.audited("confirm_time", "done").await, world.audited("confirm_time", "refused").await), (2, 4));
        pages::enter_code(&world.desk, &challenge, &sign_in_code).await.unwrap();
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
    }

    async fn d0_6_what_had_run_out_before_a_step_back_stays_dead_after_it_is_confirmed(engine: Engine) {
        for jump in [Span::hours(1), Span::days(1)] {
            let world = World::with_mail(engine).await;
            let Letter { dana, link, code, .. } = letter(&world).await;
            // The hour of the link is over; so is the quarter of an hour of Dana's session.
            world.later(Span::minutes(61));
            world.look_round().await;
            assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_expired");
            world.look_round().await;
            world.later(Span(-jump.0));
            assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "clock_stepped_back");
            let ida = world.operator(Role::Administrator, "Ida Krantz").await;
            let confirmed = confirm(&ida).await;
            assert!(confirmed.ended >= 3, "link, call code and session: {confirmed:?}");
            assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_expired");
            assert_eq!(refused(dana.look_up("priya").await), "signed_out");
            // Numbers, not times, are the order of the audit log.
            let audit = world.audit().await;
            assert!(audit.windows(2).any(|pair| pair[1].at < pair[0].at), "the clock went back");
        }
    }

    async fn d0_6_a_jump_forward_and_back_opens_nothing_and_a_day_of_checks_stays_spent(engine: Engine) {
        for jump in [Span::hours(1), Span::days(1)] {
            let world = World::with_mail(engine).await;
            let priya = world.priya().await;
            let mut dana = world.agent("Dana Whitlock").await;
            for checks in [3, 2] {
                let call = dana.open(&priya).await.unwrap().call_id;
                for _ in 0..checks {
                    assert!(!dana.check(&call, wrong()).await.unwrap().verified);
                }
                dana.end(&call).await.unwrap();
            }
            // A step back of an hour or a day, with no caretaker having seen the later time.
            world.later(Span(-jump.0));
            let call = dana.open(&priya).await.unwrap().call_id;
            assert_eq!(refused(dana.check(&call, wrong()).await), "cannot_be_verified");
            // And the code Dana's authenticator showed is not taken a second time.
            assert_eq!(refused(dana.sign_in().await), "sign_in_not_right");
            world.later(jump);
            assert_eq!(refused(dana.sign_in().await), "sign_in_not_right");
        }
    }

    /// The clock of the machine a desk runs on decides nothing where the database has one of its own.
    async fn d0_6_the_last_moment_of_a_budget_is_the_same_before_and_after_a_small_correction(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { link, .. } = letter(&world).await;
        world.later(Span::minutes(1));
        world.look_round().await;
        world.later(Span::seconds(-119));
        let read = pages::read(&world.desk, &link).await.unwrap();
        assert_eq!(read.masked_email.split('@').nth(1), PRIYA.split('@').nth(1));
    }
}
