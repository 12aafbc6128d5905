//! D9.6, D10.15, D11.2: what somebody with one pair of hands tries with approvals of unlock e-mails, and the dead ends that
//! honest people must not run into.

use recovery_desk::operations::administration::{
    ApproveRequest, CloseReport, ReadApprovals, ReadReports, ResetUserTwoStep,
};
use recovery_desk::operations::take_over_call::TakeOverCall;
use recovery_rules::roles::Role;

use crate::harness::agent::right;
use crate::harness::biller::GRACE;
use crate::harness::contacts::{
    WHY, approve_the_one, ask_approval, asks_for, billing, frozen, hartwell, pass_on,
};
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::{Agent, Engine, World, on_both_databases, refused};

/// Verified under the freeze, and the approval asked for and given.
async fn approved(agent: &Agent, boss: &Agent, user_id: &str) -> String {
    let call = agent.verified_call(user_id).await.call_id;
    agent.ask(ask_approval(&call)).await.unwrap();
    approve_the_one(boss).await.unwrap();
    call
}

on_both_databases! {
    async fn d10_15_an_approval_under_a_freeze_takes_no_contact_codes_place_in_a_company_that_asks_for_one_since(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        world.user(billing("Grace", "Obi", GRACE)).await;
        let dana = world.agent("Dana Whitlock").await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let call = approved(&dana, &ines, &priya).await;
        let code = dana.send(&call).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let id = hartwell(&ines).await;
        assert!(ines.ask(asks_for(&id, "link_and_contact_code")).await.unwrap().done);
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped");
    }

    async fn d11_2_whoever_gave_an_agent_access_today_does_not_approve_what_they_ask(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let given = "UPDATE operators SET administrator_at = created_at,
            administrator_by = (SELECT i.id FROM operators i WHERE i.name = 'Ines Vogt') WHERE name = $1";
        world.change(given, "Dana Whitlock").await;
        // Dana is Ines in the worst case: nobody else is there.
        let call = dana.verified_call(&priya).await.call_id;
        assert_eq!(refused(dana.ask(ask_approval(&call)).await), "nobody_to_approve");
        let ola = world.operator(Role::Administrator, "Ola Berg").await;
        dana.ask(ask_approval(&call)).await.unwrap();
        assert_eq!(refused(approve_the_one(&ines).await), "made_by_asker");
        approve_the_one(&ola).await.unwrap();
    }

    async fn d11_2_a_decision_made_up_in_the_database_lets_nothing_go(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        world.operator(Role::Administrator, "Ines Vogt").await;
        let call = dana.verified_call(&priya).await.call_id;
        dana.ask(ask_approval(&call)).await.unwrap();
        let made_up = "UPDATE approvals SET state = 'approved', decided_at = asked_at,
            decided_by = (SELECT id FROM operators WHERE name = 'Ines Vogt') WHERE user_id = $1";
        world.change(made_up, &priya).await;
        assert_eq!(refused(dana.send(&call).await), "needs_approval");
    }

    async fn d9_6_who_approves_for_a_single_administrator_does_not_send(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let call = ines.verified_call(&priya).await.call_id;
        ines.ask(pass_on(&call)).await.unwrap();
        ines.end(&call).await.unwrap();
        let ola = world.operator(Role::Administrator, "Ola Berg").await;
        approve_the_one(&ola).await.unwrap();
        let call = ola.verified_call(&priya).await.call_id;
        assert_eq!(refused(ola.send(&call).await), "needs_approval");
        ola.end(&call).await.unwrap();
        let call = ines.verified_call(&priya).await.call_id;
        assert!(ines.send(&call).await.unwrap().call_code.is_some());
    }

    async fn d9_6_before_a_caller_is_verified_nothing_tells_of_an_approval(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let call = dana.verified_call(&priya).await.call_id;
        assert!(dana.ask(pass_on(&call)).await.unwrap().approval.is_some());
        dana.end(&call).await.unwrap();
        approve_the_one(&ines).await.unwrap();
        let call = tom.open(&priya).await.unwrap();
        assert!(call.approval.is_none());
        let verified = tom.check(&call.call_id, right()).await.unwrap();
        assert_eq!(verified.call.approval.unwrap().state, "approved");
        tom.end(&call.call_id).await.unwrap();
        // Nor of what the agent before asked for.
        let call = dana.verified_call(&priya).await.call_id;
        dana.send(&call).await.unwrap();
        dana.ask(ask_approval(&call)).await.unwrap();
        assert!(tom.ask(TakeOverCall { user_id: priya }).await.unwrap().approval.is_none());
    }

    async fn d9_6_a_request_of_the_agent_before_a_take_over_stands_in_nobodys_way(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let call = dana.verified_call(&priya).await.call_id;
        dana.ask(ask_approval(&call)).await.unwrap();
        let former = ines.ask(ReadApprovals {}).await.unwrap().requests.remove(0);
        tom.ask(TakeOverCall { user_id: priya }).await.unwrap();
        tom.check(&call, right()).await.unwrap();
        tom.ask(ask_approval(&call)).await.unwrap();
        let late = ApproveRequest { approval_id: former.approval_id, seal: former.seal };
        assert_eq!(refused(ines.ask(late).await), "approval_expired");
        approve_the_one(&ines).await.unwrap();
        assert!(tom.send(&call).await.unwrap().call_code.is_some());
    }

    async fn d9_6_passed_on_too_early_or_too_late_is_passed_on_once_more(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let call = dana.open(&priya).await.unwrap().call_id;
        assert!(dana.ask(pass_on(&call)).await.unwrap().approval.is_none());
        dana.check(&call, right()).await.unwrap();
        assert_eq!(dana.ask(pass_on(&call)).await.unwrap().approval.unwrap().state, "waiting");
        dana.ask(pass_on(&call)).await.unwrap();
        assert_eq!(ines.ask(ReadReports {}).await.unwrap().reports.len(), 1);
        approve_the_one(&ines).await.unwrap();
    }

    async fn d11_2_a_call_that_was_decided_one_way_is_not_decided_the_other(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = frozen(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let ola = world.operator(Role::Administrator, "Ola Berg").await;
        let call = dana.verified_call(&priya).await.call_id;
        dana.ask(pass_on(&call)).await.unwrap();
        dana.end(&call).await.unwrap();
        let report = ines.ask(ReadReports {}).await.unwrap().reports.remove(0);
        let reset = ResetUserTwoStep {
            user_id: priya,
            email: PRIYA.to_owned(),
            reason: WHY.to_owned(),
            report_id: Some(report.report_id.clone()),
            contact_id: None,
            reached: Some("called the number on the contract".to_owned()),
        };
        assert!(!ines.ask(reset).await.unwrap().done);
        let close = CloseReport { report_id: report.report_id, outcome: "not_the_owner".to_owned(), note: WHY.to_owned() };
        ola.ask(close).await.unwrap();
        let rows = ola.ask(ReadApprovals {}).await.unwrap().requests;
        let kinds: Vec<_> = rows.iter().map(|row| row.kind.as_str()).collect();
        assert_eq!(kinds, ["reset_two_step"], "the approval of the e-mail went with its report");
        assert_eq!(refused(approve_the_one(&ola).await), "changed_meanwhile");
    }
}
