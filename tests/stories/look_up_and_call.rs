//! D9: looking callers up, opening calls, checking answers.

use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::compare_preview::ComparePreview;
use recovery_desk::operations::current_call::CurrentCall;
use recovery_desk::operations::look_up::LookUp;
use recovery_desk::operations::notes::SaveNotes;
use recovery_desk::operations::operator_sign_out::{LockDesk, OperatorSignOut};
use recovery_desk::operations::take_over_call::TakeOverCall;
use recovery_rules::roles::Role;
use recovery_rules::states::{CallState, Outcome, TwoStep};
use recovery_rules::time::Span;

use crate::harness::agent::{right, wrong};
use crate::harness::fixtures::NewUser;
use crate::harness::world::MORNING;
use crate::harness::{Engine, World, on_both_databases, refused};

on_both_databases! {
    async fn d9_1_a_search_needs_three_letters_shows_eight_rows_and_knows_no_wildcards(engine: Engine) {
        let world = World::live(engine).await;
        for i in 0..10 {
            let email = format!("sam{i}@harrow.example");
            let sam = NewUser { given: "Sam", family: "O'Leary", email: &email, company: "Harrow & Sons", ..NewUser::default() };
            world.user(sam).await;
        }
        world.user(NewUser { given: "Wei", family: "Ng", email: "wei@harrow.example", ..NewUser::default() }).await;
        let dana = world.agent("Dana Whitlock").await;
        let found = dana.look_up("sam").await.unwrap();
        assert_eq!((found.users.len(), found.more), (8, true));
        assert!(found.users.iter().all(|row| row.masked_email.starts_with("s•") && row.admin_state.is_none()));
        assert_eq!(dana.look_up("ng").await.unwrap().users.len(), 1, "two letters of a surname");
        for empty in ["", "s", "%%%", "___", "***", "s%m", "s_m", "s*m", "' OR 1=1 --", "nobody"] {
            let found = dana.look_up(empty).await.unwrap();
            assert!(found.users.is_empty() && !found.more, "{empty} found {}", found.users.len());
        }
        assert!(dana.look_up("s").await.unwrap().too_short);
    }

    async fn d9_1_keystrokes_of_one_search_count_once_and_the_sixty_first_search_is_refused(engine: Engine) {
        let world = World::live(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        for typed in ["pri", "priy", "priya"] {
            let search = LookUp { query: typed.to_owned(), search_id: "one".to_owned() };
            assert_eq!(dana.ask(search).await.unwrap().used_this_hour, 1);
        }
        for i in 2..=60 {
            assert_eq!(dana.look_up("priya").await.unwrap().used_this_hour, i);
        }
        assert_eq!(refused(dana.look_up("priya").await), "look_up_limit");
        let tom = world.agent("Tom Ito").await;
        assert_eq!(tom.look_up("priya").await.unwrap().used_this_hour, 1, "the limit is each operator's own");
        world.later(Span::hours(1));
        let mut dana = dana;
        dana.sign_in().await.unwrap();
        assert_eq!(dana.look_up("priya").await.unwrap().used_this_hour, 1);
        assert_eq!(world.audited("look_up", "refused").await, 1);
        assert_eq!(world.audited("look_up", "done").await, 64);
    }

    async fn d9_2_nothing_beyond_the_masked_row_is_readable_without_an_open_call_of_ones_own(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let call = dana.open(&priya).await.unwrap();
        assert!(call.user.address.is_none(), "the address shows once the caller is verified");
        let id = call.call_id;
        assert_eq!(refused(tom.ask(CurrentCall { call_id: Some(id.clone()) }).await), "call_not_open");
        let preview = ComparePreview { call_id: id.clone(), slot: 1, text: "Ford".to_owned().into() };
        assert_eq!(refused(tom.ask(preview).await), "call_not_open");
        assert_eq!(refused(tom.check(&id, right()).await), "call_not_open");
        assert_eq!(refused(tom.send(&id).await), "call_not_open");
        assert_eq!(refused(tom.end(&id).await), "call_not_open");
        assert_eq!(refused(tom.open("01ARZ3NDEKTSV4RRFFQ69G5FAV").await), "not_found");
        let refusals = world.audit().await.iter().filter(|row| row.result == "refused").count();
        assert_eq!(refusals, 6, "each of them is in the audit log");
    }

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
