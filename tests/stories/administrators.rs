//! Administrators change accounts: alone where that is safe, with a second one where it could be turned against the
//! owner (D11.1-D11.4, D11.6, D10.13, D10.16, D5.4).

use recovery_desk::operations::administration::{
    ApprovalRow, ApproveRequest, CloseReport, Decided, DeclineRequest, LockAccount, ReadApprovals,
    ReadReports, ReadUser, ResetUserTwoStep, ResumePhoneVerification, UnlockAccount,
};
use recovery_desk::operations::operators::{ChangeOperatorRole, SuspendOperator};
use recovery_desk::operations::pass_on::{FlagConcern, PassOn};
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_rules::roles::Role;
use recovery_rules::states::CallState;
use recovery_rules::time::Span;

use crate::harness::agent::{Agent, right, wrong};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::{Letter, PRIYA, letter};
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

const WHY: &str = "Lost the phone, seen in person at the counter";

fn reset(user: &str) -> ResetUserTwoStep {
    ResetUserTwoStep {
        user_id: user.to_owned(),
        email: PRIYA.to_owned(),
        reason: WHY.to_owned(),
        report_id: None,
        contact_id: None,
        reached: None,
    }
}

fn lock(user: &str) -> LockAccount {
    LockAccount { user_id: user.to_owned(), reason: WHY.to_owned() }
}

fn open(user: &str) -> UnlockAccount {
    UnlockAccount { user_id: user.to_owned(), reason: WHY.to_owned() }
}

fn resume(user: &str) -> ResumePhoneVerification {
    ResumePhoneVerification { user_id: user.to_owned(), reason: WHY.to_owned() }
}

fn approve(row: &ApprovalRow) -> ApproveRequest {
    ApproveRequest { approval_id: row.approval_id.clone(), seal: row.seal.clone() }
}

/// The one request that waits.
async fn waiting(boss: &Agent) -> ApprovalRow {
    let mut rows = boss.ask(ReadApprovals {}).await.unwrap().requests;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

async fn two(world: &World) -> (Agent, Agent) {
    (
        world.operator(Role::Administrator, "Ines Vogt").await,
        world.operator(Role::Administrator, "Ola Berg").await,
    )
}

async fn billing(world: &World) -> String {
    let new = NewUser {
        given: "Grace",
        family: "Obi",
        email: "grace.obi@hartwell.example",
        kind: "billing",
        ..NewUser::default()
    };
    world.user(new).await
}

on_both_databases! {
    async fn d11_1_a_reset_needs_a_reason_the_typed_address_and_a_fresh_code(engine: Engine) {
        let world = World::with_mail(engine).await;
        let (priya, boss) = (world.priya().await, world.operator(Role::Administrator, "Ines Vogt").await);
        let short = ResetUserTwoStep { reason: "lost it  ".to_owned(), ..reset(&priya) };
        assert_eq!(refused(boss.ask(short).await), "reason_too_short");
        let code = ResetUserTwoStep { reason: "the caller read out 482 913".to_owned(), ..reset(&priya) };
        assert_eq!(refused(boss.ask(code).await), "reason_holds_a_code");
        let other = ResetUserTwoStep { email: "priya@hartwell.example".to_owned(), ..reset(&priya) };
        assert_eq!(refused(boss.ask(other).await), "email_does_not_match");
        assert_eq!(refused(boss.ask(reset("nobody")).await), "not_found");
        world.later(Span::minutes(5));
        assert_eq!(refused(boss.ask(reset(&priya)).await), "fresh_code_needed");
        let page = boss.ask(ReadUser { user_id: priya.clone() }).await.unwrap();
        assert_eq!((page.two_step.as_str(), page.reset_second_because), ("on", None));
        assert!(!page.email.contains("priya.raman"), "the address to be typed is not shown");
    }

    async fn d11_4_a_reset_ends_sessions_and_browsers_keeps_the_password_and_d5_4_says_who_did_it(engine: Engine) {
        let world = World::with_mail(engine).await;
        let (priya, _billing) = (world.priya().await, billing(&world).await);
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        world.recovery_code(&priya).await;
        let before = world.count("SELECT security_epoch FROM users WHERE given_name = 'Priya'").await;
        assert_eq!(boss.ask(reset(&priya)).await.unwrap(), Decided { done: true, approval_id: None, alone_from: None, until: None });
        let page = boss.ask(ReadUser { user_id: priya.clone() }).await.unwrap();
        assert_eq!((page.two_step.as_str(), page.sessions, page.browsers), ("to_be_set_up_again", 0, 0));
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE recovery_code_hash IS NOT NULL AND user_id = (SELECT id FROM users WHERE given_name = 'Priya')").await, 0);
        assert!(world.count("SELECT security_epoch FROM users WHERE given_name = 'Priya'").await > before);
        // The password still opens the way to the second step, by e-mail now.
        pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap();
        world.post().await;
        let letters = world.mail.as_ref().unwrap();
        let told = letters.newest(PRIYA, "reset your 2-step").text;
        assert!(told.contains("an administrator of our support desk") && !told.contains("you turned"), "{told}");
        assert!(!told.contains("Ines"), "never by name");
        assert!(letters.newest("grace.obi@hartwell.example", "2-step was reset").text.contains("Priya Raman"));
        assert_eq!(refused(boss.ask(reset(&priya)).await), "nothing_to_change");
        assert_eq!((world.audited("reset_user_two_step", "done").await, world.audited("turn_two_step_off", "done").await), (1, 0));
    }

    async fn d11_1_a_billing_user_needs_a_second_administrator_and_d11_2_neither_the_asker_nor_twice(engine: Engine) {
        let world = World::with_mail(engine).await;
        let grace = billing(&world).await;
        let (ines, ola) = two(&world).await;
        let wanted = || ResetUserTwoStep { email: "grace.obi@hartwell.example".to_owned(), ..reset(&grace) };
        let asked = ines.ask(wanted()).await.unwrap();
        assert!(!asked.done && asked.alone_from.is_none());
        assert_eq!(refused(ola.ask(wanted()).await), "already_asked");
        let mine = waiting(&ines).await;
        assert_eq!((mine.mine, mine.cannot.as_deref()), (true, Some("own_request")));
        assert_eq!(refused(ines.ask(approve(&mine)).await), "own_request");
        let row = waiting(&ola).await;
        assert_eq!((row.user_name.as_deref(), row.asked_by.as_str(), row.cannot.as_deref()), (Some("Grace Obi"), "Ines Vogt", None));
        let edited = ApproveRequest { seal: "00".repeat(32), ..approve(&row) };
        assert_eq!(refused(ola.ask(edited).await), "changed_meanwhile");
        ola.ask(approve(&row)).await.unwrap();
        assert_eq!(refused(ola.ask(approve(&row)).await), "decided_already", "replayed");
        assert_eq!(ola.ask(ReadUser { user_id: grace }).await.unwrap().two_step, "to_be_set_up_again");
        assert_eq!(world.audited("approve_request", "done").await, 1);
    }

    async fn d11_2_an_edited_an_expired_and_a_declined_request_do_nothing(engine: Engine) {
        let world = World::with_mail(engine).await;
        let (priya, grace) = (world.priya().await, billing(&world).await);
        let (ines, ola) = two(&world).await;
        let wanted = || ResetUserTwoStep { email: "grace.obi@hartwell.example".to_owned(), ..reset(&grace) };
        ines.ask(wanted()).await.unwrap();
        let row = waiting(&ola).await;
        // Whoever can write to the database turns it on somebody else: the seal doesn't fit any more.
        world.change("UPDATE approvals SET content = REPLACE(content, user_id, $1), subject = $1, user_id = $1", &priya).await;
        assert_eq!(refused(ola.ask(approve(&row)).await), "changed_meanwhile");
        assert_eq!(ola.ask(ReadUser { user_id: priya }).await.unwrap().two_step, "on");
        let decline = |reason: Option<&str>| DeclineRequest {
            approval_id: row.approval_id.clone(),
            reason: reason.map(str::to_owned),
        };
        assert_eq!(refused(ola.ask(decline(None)).await), "reason_too_short", "a colleague is told why");
        ola.ask(decline(Some("The company says it was somebody else"))).await.unwrap();
        assert_eq!(refused(ola.ask(decline(Some("The company says it was somebody else"))).await), "decided_already");
        ines.ask(wanted()).await.unwrap();
        let row = waiting(&ola).await;
        let mut ola = ola;
        world.later(Span::minutes(15));
        ola.sign_in().await.unwrap();
        assert_eq!(refused(ola.ask(approve(&row)).await), "approval_expired");
        assert!(ola.ask(ReadApprovals {}).await.unwrap().requests.is_empty());
        assert_eq!(ola.ask(ReadUser { user_id: grace.clone() }).await.unwrap().two_step, "on");
        // Asked anew, then the account changes: what was seen is not what would be done.
        let mut ines = ines;
        ines.sign_in().await.unwrap();
        ines.ask(wanted()).await.unwrap();
        let row = waiting(&ola).await;
        ines.ask(lock(&grace)).await.unwrap();
        assert_eq!(refused(ola.ask(approve(&row)).await), "changed_meanwhile");
    }

    async fn d11_2_an_administrator_of_todays_making_approves_nothing_for_whoever_made_them(engine: Engine) {
        let world = World::with_mail(engine).await;
        let grace = billing(&world).await;
        let (ines, _ola) = two(&world).await;
        let mut dana = world.agent("Dana Whitlock").await;
        ines.ask(ChangeOperatorRole { operator_id: dana.id.clone(), role: "administrator".to_owned() }).await.unwrap();
        world.later(Span::seconds(31));
        dana.sign_in().await.unwrap();
        let wanted = ResetUserTwoStep { email: "grace.obi@hartwell.example".to_owned(), ..reset(&grace) };
        ines.ask(wanted).await.unwrap();
        let row = waiting(&dana).await;
        assert_eq!(row.cannot.as_deref(), Some("made_by_asker"));
        assert_eq!(refused(dana.ask(approve(&row)).await), "made_by_asker");
    }

    async fn a_single_administrator_waits_a_day_and_the_user_who_is_told_can_stop_it(engine: Engine) {
        let world = World::with_mail(engine).await;
        let grace = billing(&world).await;
        let (mut ines, ola) = two(&world).await;
        ines.ask(SuspendOperator { operator_id: ola.id.clone() }).await.unwrap();
        let wanted = || ResetUserTwoStep { email: "grace.obi@hartwell.example".to_owned(), ..reset(&grace) };
        let asked = ines.ask(wanted()).await.unwrap();
        assert!(asked.alone_from.is_some());
        let row = waiting(&ines).await;
        assert_eq!(refused(ines.ask(approve(&row)).await), "alone_until");
        world.post().await;
        let told = world.mail.as_ref().unwrap().newest("grace.obi@hartwell.example", "asked for a change").text;
        assert!(told.contains("change your password: that stops it"), "{told}");
        world.later(Span::hours(24));
        ines.sign_in().await.unwrap();
        ines.ask(approve(&row)).await.unwrap();
        assert_eq!(ines.ask(ReadUser { user_id: grace.clone() }).await.unwrap().two_step, "to_be_set_up_again");
    }

    async fn d11_3_within_a_day_of_a_call_it_needs_a_second_and_d10_13_a_reset_voids_a_live_unlock(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { dana, user, call_id, link, code, .. } = letter(&world).await;
        let (ines, ola) = two(&world).await;
        assert_eq!(ines.ask(ReadUser { user_id: user.clone() }).await.unwrap().reset_second_because.as_deref(), Some("called_lately"));
        assert!(!ines.ask(reset(&user)).await.unwrap().done);
        ola.ask(approve(&waiting(&ola).await)).await.unwrap();
        let redeemed = refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await);
        assert!(["link_stopped", "link_unknown", "link_used", "account_changed"].contains(&redeemed), "{redeemed}");
        assert_eq!(refused(dana.send_again(&call_id).await), "account_changed");
        pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap();
    }

    async fn d11_6_two_administrators_at_once_reset_once_with_one_letter(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let (ines, ola) = two(&world).await;
        let there = ola.at(&world.another_desk().await);
        let (a, b) = tokio::join!(ines.ask(reset(&priya)), there.ask(reset(&priya)));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        assert_eq!(refused(if a.is_ok() { b } else { a }), "nothing_to_change");
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE letter = 'notice'").await, 1);
    }

    async fn an_administrators_lock_is_opened_by_an_administrator_and_by_no_unlock_link(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { user, link, code, .. } = letter(&world).await;
        let (ines, _ola) = two(&world).await;
        ines.ask(lock(&user)).await.unwrap();
        assert_eq!(refused(ines.ask(lock(&user)).await), "nothing_to_change");
        assert_eq!(refused(pages::sign_in(&world.desk, PRIYA, PASSWORD).await), "sign_in_not_right");
        let tried = pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await;
        assert!(!matches!(tried, Ok(Redeemed::Done { active: true })), "{tried:?}");
        let page = ines.ask(ReadUser { user_id: user.clone() }).await.unwrap();
        assert_eq!((page.account.as_str(), page.locked_by.as_deref()), ("locked", Some("administrator")));
        assert!(ines.ask(open(&user)).await.unwrap().done);
        pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap();
        world.post().await;
        let told = world.mail.as_ref().unwrap().newest(PRIYA, "opened your account").text;
        assert!(told.contains("Sign in with your password"), "{told}");
    }

    async fn d10_16_a_stop_and_a_lock_of_this_was_not_me_end_by_two_administrators(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { dana, user, link, not_me, code, .. } = letter(&world).await;
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert!(pages::not_me(&world.desk, &not_me).await.unwrap().locked);
        let (ines, ola) = two(&world).await;
        assert!(!ines.ask(open(&user)).await.unwrap().done, "the owner's own lock needs two");
        ola.ask(approve(&waiting(&ola).await)).await.unwrap();
        pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await.unwrap();
        assert!(!ines.ask(resume(&user)).await.unwrap().done);
        ola.ask(approve(&waiting(&ola).await)).await.unwrap();
        let page = ines.ask(ReadUser { user_id: user.clone() }).await.unwrap();
        assert_eq!((page.paused_until, page.stopped_until), (None, None));
        assert_eq!(refused(ines.ask(resume(&user)).await), "nothing_to_change");
        dana.verified_call(&user).await;
        world.post().await;
        world.mail.as_ref().unwrap().newest(PRIYA, "Phone verification works again");
    }

    async fn d10_16_an_administrators_lock_over_this_was_not_me_is_not_opened_by_one_alone(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { user, link, not_me, code, .. } = letter(&world).await;
        let (ines, ola) = two(&world).await;
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert!(pages::not_me(&world.desk, &not_me).await.unwrap().locked);
        ines.ask(lock(&user)).await.unwrap();
        let page = ines.ask(ReadUser { user_id: user.clone() }).await.unwrap();
        assert_eq!((page.locked_by.as_deref(), page.unlock_needs_second), (Some("administrator"), true));
        assert!(!ines.ask(open(&user)).await.unwrap().done, "the owner's lock stands beneath");
        assert_eq!(refused(pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await), "sign_in_not_right");
        ola.ask(approve(&waiting(&ola).await)).await.unwrap();
        pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await.unwrap();
        // Nothing of it is left: an administrator's lock alone is opened by one.
        ines.ask(lock(&user)).await.unwrap();
        assert!(ines.ask(open(&user)).await.unwrap().done);
    }

    async fn d10_16_this_was_not_me_under_an_administrators_lock_needs_two_as_well(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { user, link, not_me, code, .. } = letter(&world).await;
        let (ines, _ola) = two(&world).await;
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        ines.ask(lock(&user)).await.unwrap();
        assert!(pages::not_me(&world.desk, &not_me).await.unwrap().locked);
        assert!(!ines.ask(open(&user)).await.unwrap().done);
    }

    async fn a_call_passed_on_is_decided_by_two_after_asking_a_billing_user_who_is_not_the_caller(engine: Engine) {
        let world = World::with_mail(engine).await;
        let (priya, grace) = (world.priya().await, billing(&world).await);
        let dana = world.agent("Dana Whitlock").await;
        let (ines, ola) = two(&world).await;
        let call = dana.open(&priya).await.unwrap();
        dana.check(&call.call_id, wrong()).await.unwrap();
        let notes = "Says the questions were answered years ago".to_owned();
        dana.ask(PassOn { call_id: call.call_id.clone(), reason: "cannot_answer".to_owned(), notes }).await.unwrap();
        dana.end(&call.call_id).await.unwrap();
        assert_eq!(refused(dana.ask(ReadReports {}).await), "not_allowed");
        let report = ines.ask(ReadReports {}).await.unwrap().reports.remove(0);
        assert_eq!((report.kind.as_str(), report.asked_by.as_str()), ("passed_on", "Dana Whitlock"));
        assert_eq!(report.contacts[0].user_id, grace);
        let wanted = |contact: Option<&str>, reached: &str| ResetUserTwoStep {
            report_id: Some(report.report_id.clone()),
            contact_id: contact.map(str::to_owned),
            reached: Some(reached.to_owned()),
            ..reset(&priya)
        };
        assert_eq!(refused(ines.ask(wanted(None, "called the number on the contract")).await), "contact_needed");
        assert_eq!(refused(ines.ask(wanted(Some(&priya), "called the number on the contract")).await), "contact_needed");
        assert_eq!(refused(ines.ask(wanted(Some(&grace), "called")).await), "reached_too_short");
        assert!(!ines.ask(wanted(Some(&grace), "called the number on the contract")).await.unwrap().done);
        let row = waiting(&ola).await;
        assert_eq!((row.contact.as_deref(), row.reached.as_deref()), (Some("Grace Obi"), Some("called the number on the contract")));
        ola.ask(approve(&row)).await.unwrap();
        assert!(ines.ask(ReadReports {}).await.unwrap().reports.is_empty(), "the reset closed it");
        assert_eq!(ines.ask(ReadUser { user_id: priya }).await.unwrap().two_step, "to_be_set_up_again");
    }

    async fn a_lock_takes_the_verdict_of_a_call_passed_on_and_leaves_it_passed_on(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let (ines, _ola) = two(&world).await;
        let call = dana.open(&priya).await.unwrap();
        dana.ask(PassOn { call_id: call.call_id.clone(), reason: "other".to_owned(), notes: String::new() }).await.unwrap();
        assert!(dana.check(&call.call_id, right()).await.unwrap().verified);
        ines.ask(lock(&priya)).await.unwrap();
        assert_eq!(dana.view(&call.call_id).await.state, CallState::PassedOn);
        assert_eq!(refused(dana.send(&call.call_id).await), "account_changed");
    }

    async fn a_flagged_call_is_closed_with_what_came_of_it_once(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let (ines, ola) = two(&world).await;
        let call = dana.open(&priya).await.unwrap();
        dana.ask(FlagConcern { call_id: call.call_id.clone(), notes: "Somebody prompts the caller".to_owned() }).await.unwrap();
        let report = ola.ask(ReadReports {}).await.unwrap().reports.remove(0);
        let close = |outcome: &str, note: &str| CloseReport {
            report_id: report.report_id.clone(),
            outcome: outcome.to_owned(),
            note: note.to_owned(),
        };
        assert_eq!(refused(ola.ask(close("whatever", "rang the company back")).await), "outcome_unknown");
        assert_eq!(refused(ola.ask(close("no_concern", "fine")).await), "reason_too_short");
        ola.ask(close("no_concern", "Rang the company back, it was her sister")).await.unwrap();
        assert_eq!(refused(ines.ask(close("no_concern", "Rang the company back too")).await), "decided_already");
        assert_eq!(refused(ines.ask(ApproveRequest { approval_id: report.report_id.clone(), seal: String::new() }).await), "not_found");
        assert!(ines.ask(ReadReports {}).await.unwrap().reports.is_empty());
    }

    async fn nobody_changes_the_own_account_or_one_of_the_own_company(engine: Engine) {
        let world = World::live(engine).await;
        let (priya, grace) = (world.priya().await, billing(&world).await);
        let ines = world.operator_with_account(Role::Administrator, "Ines Vogt", Some(&priya)).await;
        assert_eq!(refused(ines.ask(reset(&priya)).await), "own_account");
        assert_eq!(refused(ines.ask(lock(&grace)).await), "own_company");
        assert_eq!(ines.ask(ReadUser { user_id: grace }).await.unwrap().cannot.as_deref(), Some("own_company"));
        let tom = world.agent("Tom Ito").await;
        assert_eq!(refused(tom.ask(lock(&priya)).await), "not_allowed");
    }
}
