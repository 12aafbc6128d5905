//! D9.6, D10.15: an unlock e-mail that needs an administrator, of a call that was passed on; and what every approval of one
//! is bound to.

use recovery_desk::operations::administration::{
    ApprovalRow, ApproveRequest, CloseReport, ReadApprovals, ReadReports,
};
use recovery_desk::operations::call_view::StandingView;
use recovery_rules::roles::Role;
use recovery_rules::time::Span;

use crate::harness::agent::right;
use crate::harness::biller::GRACE;
use crate::harness::contacts::{WHY, approve_the_one, ask_approval, billing, frozen, pass_on, strict};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::world::MORNING;
use crate::harness::{Agent, Engine, World, on_both_databases, refused};

/// Verified and passed on, then hung up.
async fn passed_on(agent: &Agent, user_id: &str) {
    let call = agent.verified_call(user_id).await.call_id;
    let asked = agent.ask(pass_on(&call)).await.unwrap();
    assert_eq!(asked.approval.unwrap().state, "waiting");
    agent.end(&call).await.unwrap();
}

async fn waiting(boss: &Agent) -> Vec<ApprovalRow> {
    boss.ask(ReadApprovals {}).await.unwrap().requests
}

fn letters(world: &World, subject: &str) -> usize {
    let arrived = world.mail.as_ref().unwrap().arrived();
    arrived.iter().filter(|letter| letter.header("subject").contains(subject)).count()
}

on_both_databases! {
    async fn d9_6_an_administrator_approves_the_unlock_email_under_a_freeze_for_another_verified_call(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let mut dana = world.agent("Dana Whitlock").await;
        let mut ola = world.operator(Role::Administrator, "Ola Berg").await;
        // Passed on without a verdict there is nothing to approve.
        let call = dana.open(&priya).await.unwrap();
        dana.ask(pass_on(&call.call_id)).await.unwrap();
        assert!(waiting(&ola).await.is_empty());
        dana.end(&call.call_id).await.unwrap();
        passed_on(&dana, &priya).await;
        let row = waiting(&ola).await.remove(0);
        assert_eq!((row.because, row.passed_on, row.reason.as_str()), (vec!["frozen"], true, "other"));
        let reports = ola.ask(ReadReports {}).await.unwrap().reports;
        let with_request: Vec<_> = reports.iter().filter_map(|report| report.send_approval_id.clone()).collect();
        assert_eq!((reports.len(), with_request), (2, vec![row.approval_id]));
        // Nobody waits on the line: it can be approved hours later, once, and closes its report.
        world.later(Span::hours(9));
        ola.sign_in().await.unwrap();
        approve_the_one(&ola).await.unwrap();
        assert_eq!(ola.ask(ReadReports {}).await.unwrap().reports.len(), 1);
        // The approval verifies nobody; the caller, on the phone again, is.
        dana.sign_in().await.unwrap();
        let call = dana.open(&priya).await.unwrap();
        assert!(matches!(call.standing, StandingView::NotVerifiedYet));
        assert_eq!(refused(dana.send(&call.call_id).await), "not_verified");
        dana.check(&call.call_id, right()).await.unwrap();
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        world.later(Span::seconds(60));
        assert_eq!(refused(dana.send_again(&call.call_id).await), "needs_approval", "for one e-mail");
        let arrived = world.mail.as_ref().unwrap();
        arrived.newest(PRIYA, "An unlock email was approved");
        let (link, _) = arrived.newest(PRIYA, "Unlock").links();
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        dana.end(&call.call_id).await.unwrap();
        // Used, it is over, and the freeze stands.
        let call = dana.verified_call(&priya).await;
        assert_eq!(refused(dana.send(&call.call_id).await), "needs_approval");
    }

    async fn d9_6_an_approval_of_a_call_passed_on_lasts_a_day_and_whoever_gave_it_does_not_send(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let mut dana = world.agent("Dana Whitlock").await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let ola = world.operator(Role::Administrator, "Ola Berg").await;
        passed_on(&ines, &priya).await;
        assert_eq!(refused(approve_the_one(&ines).await), "own_request");
        approve_the_one(&ola).await.unwrap();
        let call = ola.verified_call(&priya).await.call_id;
        assert_eq!(refused(ola.send(&call).await), "needs_approval");
        ola.end(&call).await.unwrap();
        world.later(Span::days(1));
        dana.sign_in().await.unwrap();
        let call = dana.verified_call(&priya).await;
        assert_eq!(refused(dana.send(&call.call_id).await), "needs_approval", "the day is over");
    }

    async fn d9_6_a_single_administrator_approves_a_day_after_passing_on_and_the_owner_is_told_at_once(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let mut ines = world.operator(Role::Administrator, "Ines Vogt").await;
        passed_on(&ines, &priya).await;
        while world.post().await > 0 {}
        assert_eq!(letters(&world, "Our support desk asked for a change"), 1);
        assert_eq!(refused(approve_the_one(&ines).await), "alone_until");
        world.later(Span::hours(24));
        ines.sign_in().await.unwrap();
        approve_the_one(&ines).await.unwrap();
        let call = ines.verified_call(&priya).await.call_id;
        assert!(ines.send(&call).await.unwrap().call_code.is_some());
    }

    async fn d9_6_an_approval_is_bound_to_the_freeze_that_was_seen(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let another = "UPDATE users SET frozen_until = frozen_until + 1 WHERE id = $1";
        // Another change of contacts before the decision, of both ways of asking: nothing is approved.
        passed_on(&dana, &priya).await;
        world.change(another, &priya).await;
        assert_eq!(refused(approve_the_one(&ines).await), "changed_meanwhile");
        let report = ines.ask(ReadReports {}).await.unwrap().reports.remove(0);
        let outcome = "calls_again".to_owned();
        ines.ask(CloseReport { report_id: report.report_id, outcome, note: WHY.to_owned() }).await.unwrap();
        assert!(waiting(&ines).await.is_empty(), "closed is closed");
        let call = dana.verified_call(&priya).await.call_id;
        dana.ask(ask_approval(&call)).await.unwrap();
        world.change(another, &priya).await;
        assert_eq!(refused(approve_the_one(&ines).await), "changed_meanwhile");
        dana.end(&call).await.unwrap();
        // And after it: nothing is sent.
        passed_on(&dana, &priya).await;
        let row = waiting(&ines).await.into_iter().find(|row| row.passed_on).unwrap();
        ines.ask(ApproveRequest { approval_id: row.approval_id, seal: row.seal }).await.unwrap();
        world.change(another, &priya).await;
        let call = dana.verified_call(&priya).await.call_id;
        assert_eq!(refused(dana.send(&call).await), "needs_approval");
    }

    async fn d9_6_an_approval_that_somebody_edits_in_the_database_lets_nothing_go(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        passed_on(&dana, &priya).await;
        approve_the_one(&ines).await.unwrap();
        world.change("UPDATE users SET frozen_until = frozen_until + 1 WHERE id = $1", &priya).await;
        let edit = "UPDATE approvals SET content = REPLACE(content,
            (SELECT CAST(u.frozen_until - 1 AS TEXT) FROM users u WHERE u.id = approvals.user_id),
            (SELECT CAST(u.frozen_until AS TEXT) FROM users u WHERE u.id = approvals.user_id)) WHERE user_id = $1";
        world.change(edit, &priya).await;
        let call = dana.verified_call(&priya).await.call_id;
        assert_eq!(refused(dana.send(&call).await), "needs_approval");
    }

    async fn d10_15_a_missing_contact_hides_no_freeze_and_the_owner_hears_of_an_approval(engine: Engine) {
        let world = World::with_mail(engine).await;
        let frozen_until = Some(MORNING + Span::days(7));
        let grace = world.user(NewUser { frozen_until, ..billing("Grace", "Obi", GRACE) }).await;
        world.priya().await;
        let ines = strict(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&grace).await.call_id;
        dana.ask(ask_approval(&call)).await.unwrap();
        assert_eq!(waiting(&ines).await[0].because, ["frozen", "no_contact"]);
        approve_the_one(&ines).await.unwrap();
        while world.post().await > 0 {}
        world.mail.as_ref().unwrap().newest(GRACE, "An unlock email was approved");
        // A billing user came meanwhile: the contact code takes the approval's place.
        let bo = world.user(billing("Bo", "Lind", "bo.lind@hartwell.example")).await;
        assert_eq!(refused(dana.send(&call).await), "needs_approval");
        world.change("UPDATE users SET account = 'locked', locked_by = 'administrator' WHERE id = $1", &bo).await;
        assert!(dana.send(&call).await.unwrap().call_code.is_some());
        dana.end(&call).await.unwrap();
    }
}
