//! D9: who may be on which call, and how calls end.

use recovery_desk::operations::administration::ReadReports;
use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::end_call::EndCall;
use recovery_desk::operations::notes::SaveNotes;
use recovery_desk::operations::operator_sign_out::LockDesk;
use recovery_desk::operations::pass_on::{FlagConcern, PassOn};
use recovery_desk::operations::still_here::StillHere;
use recovery_desk::operations::take_over_call::TakeOverCall;
use recovery_desk::operations::who_is_in::WhoIsIn;
use recovery_rules::roles::Role;
use recovery_rules::states::{CallState, Outcome};
use recovery_rules::time::Span;

use crate::harness::agent::{right, wrong};
use crate::harness::fixtures::NewUser;
use crate::harness::{Engine, World, on_both_databases, refused};

on_both_databases! {
    async fn d9_3_a_second_agent_is_told_who_is_on_the_call_and_both_are_audited(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        dana.open(&priya).await.unwrap();
        let failure = tom.open(&priya).await.unwrap_err();
        assert_eq!(failure.code(), "busy_with_other");
        assert!(failure.wire().message.contains("Dana Whitlock"));
        assert_eq!(tom.look_up("priya").await.unwrap().users[0].busy_with.as_deref(), Some("Dana Whitlock"));
        assert_eq!(refused(dana.open(&priya).await), "already_on_a_call");
        assert_eq!((world.audited("open_call", "done").await, world.audited("open_call", "refused").await), (1, 2));
    }

    async fn d9_4_a_take_over_voids_the_verdict_keeps_the_counters_and_tells_the_first(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let call = dana.verified_call(&priya).await;
        let notes = SaveNotes { call_id: call.call_id.clone(), notes: "Called from a hotel.".to_owned() };
        dana.ask(notes).await.unwrap();
        let taken = tom.ask(TakeOverCall { user_id: priya.clone() }).await.unwrap();
        assert_eq!(taken.call_id, call.call_id);
        assert!(!matches!(taken.standing, StandingView::Verified { .. }));
        assert_eq!((taken.checks.used, taken.notes.as_str()), (1, ""));
        assert_eq!(refused(tom.send(&call.call_id).await), "not_verified");
        assert_eq!(refused(dana.send(&call.call_id).await), "call_not_open");
        assert!(dana.current().await.is_none());
        let told = "SELECT COUNT(*) FROM events WHERE kind = 'call_taken_over'";
        assert_eq!(world.count(told).await, 1);
    }

    async fn d9_5_own_accounts_own_companies_operators_and_protected_companies_are_refused(engine: Engine) {
        let world = World::live(engine).await;
        let own = world.priya().await;
        let other = NewUser { given: "Lee", family: "Roe", email: "lee@hartwell.example", ..NewUser::default() };
        let colleague = world.user(other).await;
        let staff = NewUser { given: "Ann", family: "Poe", email: "ann@poe.example", company: "Poe", ..NewUser::default() };
        let staff = world.user(staff).await;
        world.protected_company("Bank of Arden").await;
        let guarded = NewUser { given: "Max", family: "Arden", email: "max@arden.example", company: "Bank of Arden", ..NewUser::default() };
        let guarded = world.user(guarded).await;
        let dana = world.operator_with_account(Role::Agent, "Dana Whitlock", Some(&own)).await;
        world.operator_with_account(Role::Agent, "Ann Poe", Some(&staff)).await;
        assert_eq!(refused(dana.open(&own).await), "own_account");
        assert_eq!(refused(dana.open(&colleague).await), "own_company");
        assert_eq!(refused(dana.open(&staff).await), "operator_account");
        assert_eq!(refused(dana.open(&guarded).await), "protected_company");
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        assert_eq!(refused(boss.open(&staff).await), "operator_account", "not even an administrator");
        boss.open(&guarded).await.unwrap();
    }

    async fn empty_notes_at_the_end_leave_what_was_saved_and_saving_empty_ones_empties_them(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let save = async |call: &str, notes: &str| {
            dana.ask(SaveNotes { call_id: call.to_owned(), notes: notes.to_owned() }).await.unwrap();
        };
        let end = async |call: &str, notes: &str| {
            dana.ask(EndCall { call_id: call.to_owned(), notes: notes.to_owned() }).await.unwrap();
            dana.view(call).await.notes
        };
        let first = dana.open(&priya).await.unwrap().call_id;
        save(&first, "Called from a hotel.").await;
        assert_eq!(end(&first, "").await, "Called from a hotel.");
        let second = dana.open(&priya).await.unwrap().call_id;
        save(&second, "Called from a hotel.").await;
        assert_eq!(end(&second, "Called from a train.").await, "Called from a train.");
        let third = dana.open(&priya).await.unwrap().call_id;
        save(&third, "Called from a hotel.").await;
        save(&third, "").await;
        assert_eq!(end(&third, " \n").await, "");

        // What goes to the administrators is what was saved, too.
        let fourth = dana.open(&priya).await.unwrap().call_id;
        save(&fourth, "Somebody prompts the caller.").await;
        dana.ask(FlagConcern { call_id: fourth.clone(), notes: String::new() }).await.unwrap();
        assert_eq!(dana.view(&fourth).await.notes, "Somebody prompts the caller.");
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        let reports = boss.ask(ReadReports {}).await.unwrap().reports;
        assert_eq!(reports[0].notes, "Somebody prompts the caller.");
    }

    async fn d9_10_a_restart_shows_the_same_call_with_the_same_counters(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap();
        dana.check(&call.call_id, wrong()).await.unwrap();
        world.desk.database.close().await;
        let mut dana = dana.at(&world.another_desk().await);
        world.later(Span::seconds(31));
        dana.sign_in().await.unwrap();
        let again = dana.current().await.unwrap();
        assert_eq!((again.call_id, again.checks.used, again.checks.left), (call.call_id, 1, 2));
    }

    async fn d9_11_a_file_of_heads_that_cannot_be_written_keeps_no_call_open(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;
        dana.open(&priya).await.unwrap();
        // A folder in its place: nothing can be written there.
        let heads = world.desk.audit_heads.clone().unwrap();
        let _ = std::fs::remove_file(&heads);
        std::fs::create_dir(&heads).unwrap();
        world.later(Span::minutes(16));
        let failed = recovery_desk::caretaker::look_round(&world.desk, "story", true).await;
        assert_eq!(failed.iter().map(|(job, _)| *job).collect::<Vec<_>>(), ["audit_log"], "{failed:?}");
        dana.sign_in().await.unwrap();
        assert!(dana.current().await.is_none(), "the call is over all the same");
        std::fs::remove_dir(&heads).unwrap();
        world.audit().await;
    }

    async fn d9_11_a_call_left_alone_is_abandoned_after_a_quarter_of_an_hour_and_counts(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap();
        world.later(Span::minutes(14));
        world.look_round().await;
        assert_eq!(dana.view(&call.call_id).await.state, CallState::Open);
        world.later(Span::minutes(1));
        world.look_round().await;
        let mut dana = dana;
        dana.sign_in().await.unwrap();
        assert!(dana.current().await.is_none());
        assert!(matches!(dana.view(&call.call_id).await.standing, StandingView::Ended { outcome: Outcome::Abandoned }));
        assert_eq!(dana.open(&priya).await.unwrap().earlier_calls.count, 1);
    }

    async fn a_verified_call_ended_without_an_email_is_not_counted_as_not_verified(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        // Locking voids the verdict; that the caller was verified stays true.
        dana.ask(LockDesk {}).await.unwrap();
        let mut dana = dana;
        world.later(Span::seconds(31));
        dana.sign_in().await.unwrap();
        assert_eq!(dana.end(&call.call_id).await.unwrap().outcome, Outcome::Abandoned);
        assert_eq!(dana.open(&priya).await.unwrap().earlier_calls.refused, 0);
    }

    async fn a_check_or_a_lock_leaves_a_call_passed_on(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap();
        let pass_on = PassOn { call_id: call.call_id.clone(), reason: "cannot_answer".to_owned(), notes: String::new() };
        assert_eq!(dana.ask(pass_on).await.unwrap().state, CallState::PassedOn);
        assert_eq!(dana.check(&call.call_id, wrong()).await.unwrap().call.state, CallState::PassedOn);
        assert_eq!(dana.check(&call.call_id, right()).await.unwrap().call.state, CallState::Verified);
        dana.ask(LockDesk {}).await.unwrap();
        world.later(Span::seconds(31));
        dana.sign_in().await.unwrap();
        assert_eq!(dana.view(&call.call_id).await.state, CallState::PassedOn);
    }

    async fn d13_3_whoever_only_types_is_kept_in_by_saying_so_and_nobody_else(engine: Engine) {
        let world = World::live(engine).await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        world.later(Span::minutes(14));
        dana.ask(StillHere {}).await.unwrap();
        world.later(Span::minutes(14));
        assert!(dana.ask(WhoIsIn {}).await.is_ok());
        assert_eq!(refused(tom.ask(StillHere {}).await), "signed_out");
        // The session's own end is not moved by it.
        for _ in 0..60 {
            let _ = dana.ask(StillHere {}).await;
            world.later(Span::minutes(13));
        }
        assert_eq!(refused(dana.ask(WhoIsIn {}).await), "signed_out");
    }

    async fn d9_14_notes_refuse_codes_card_numbers_and_the_callers_answers(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap();
        let save = |notes: &str| dana.ask(SaveNotes { call_id: call.call_id.clone(), notes: notes.to_owned() });
        for code in ["The code is 493 028", "Card 4111 1111 1111 1111"] {
            assert_eq!(refused(save(code).await), "notes_hold_a_code");
        }
        assert_eq!(refused(save(&"a".repeat(2_001)).await), "notes_too_long");
        // Not one of the real answers: those must not stand in any byte of the server, where a scan looks for them.
        save("Caller says: Grimsby Cross").await.unwrap();
        let said = [Some("Grimsby Cross"), None, None, None];
        assert_eq!(refused(dana.check(&call.call_id, said).await), "notes_hold_an_answer");
        assert_eq!(dana.view(&call.call_id).await.checks.used, 0);
        save("Caller is in a hotel.").await.unwrap();
        assert!(dana.check(&call.call_id, right()).await.unwrap().verified);
    }

    async fn the_twenty_first_call_of_an_operator_in_an_hour_is_refused(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        for _ in 0..20 {
            let call = dana.open(&priya).await.unwrap();
            dana.end(&call.call_id).await.unwrap();
        }
        assert_eq!(refused(dana.open(&priya).await), "open_call_limit");
        assert_eq!(world.count("SELECT COUNT(*) FROM calls").await, 20);
    }
}
