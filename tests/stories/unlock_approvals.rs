//! D10.15 and the freeze: an unlock e-mail that an administrator approves while the caller waits.

use recovery_desk::operations::administration::{
    ApproveRequest, AskUnlockApproval, DeclineRequest, ReadApprovals,
};
use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_desk::operations::take_over_call::TakeOverCall;
use recovery_rules::roles::Role;
use recovery_rules::time::Span;

use crate::harness::biller::GRACE;
use crate::harness::contacts::{approve_the_one, ask_approval, billing, contact_code, strict};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::world::MORNING;
use crate::harness::{Engine, World, on_both_databases, refused};

const BO: &str = "bo.lind@hartwell.example";

on_both_databases! {
    async fn d10_15_for_a_billing_user_another_one_or_an_administrators_approval(engine: Engine) {
        let world = World::with_mail(engine).await;
        world.priya().await;
        let grace = world.user(billing("Grace", "Obi", GRACE)).await;
        let ines = strict(&world).await;
        let mut dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&grace).await.call_id;
        assert!(matches!(dana.view(&call).await.standing, StandingView::NeedsApproval));
        assert_eq!(refused(dana.send(&call).await), "needs_approval");
        let short = AskUnlockApproval { reason: "soon".to_owned(), ..ask_approval(&call) };
        assert_eq!(refused(dana.ask(short).await), "reason_too_short");
        let view = dana.ask(ask_approval(&call)).await.unwrap();
        assert_eq!(view.approval.as_ref().unwrap().state, "waiting");
        assert_eq!(refused(dana.ask(ask_approval(&call)).await), "already_asked");
        let row = ines.ask(ReadApprovals {}).await.unwrap().requests.remove(0);
        assert_eq!((row.kind.as_str(), &*row.because, row.user_name.as_deref()), ("send_unlock", &["no_contact"][..], Some("Grace Obi")));
        // Declined is declined; asked again and approved, one e-mail goes, and its link asks for no contact code.
        let why = Some("Not reached by phone yet".to_owned());
        ines.ask(DeclineRequest { approval_id: row.approval_id, reason: why }).await.unwrap();
        assert_eq!(dana.view(&call).await.approval.unwrap().state, "refused");
        world.later(Span::seconds(1));
        dana.ask(ask_approval(&call)).await.unwrap();
        approve_the_one(&ines).await.unwrap();
        assert!(matches!(dana.view(&call).await.standing, StandingView::Verified { .. }));
        let code = dana.send(&call).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        let (link, _) = world.mail.as_ref().unwrap().newest(GRACE, "Unlock").links();
        assert!(!pages::press(&world.desk, &link).await.unwrap().contact_code_asked);
        world.later(Span::seconds(60));
        assert_eq!(refused(dana.send_again(&call).await), "needs_approval", "an approval is for one e-mail");
        assert_eq!(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap(), Redeemed::Done { active: true });
        dana.end(&call).await.unwrap();
        // With another billing user it is a code again, to the other one.
        world.user(billing("Bo", "Lind", BO)).await;
        world.later(Span::days(1));
        dana.sign_in().await.unwrap();
        let call = dana.verified_call(&grace).await.call_id;
        let code = dana.send(&call).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        let (link, _) = world.mail.as_ref().unwrap().newest(GRACE, "Unlock").links();
        let codes = (code.as_str(), &*contact_code(&world, BO));
        assert_eq!(pages::redeem_with(&world.desk, &link, codes, "nine quiet harbour lamps 8").await.unwrap(), Redeemed::Done { active: true });
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE letter = 'contact_code' AND address = 'grace.obi@hartwell.example'").await, 0);
    }

    async fn d10_15_an_approval_is_by_somebody_else_for_one_call_and_one_operator_and_a_quarter_of_an_hour(engine: Engine) {
        let world = World::with_mail(engine).await;
        world.priya().await;
        let grace = world.user(billing("Grace", "Obi", GRACE)).await;
        let ines = strict(&world).await;
        // The only administrator on the call: nobody could approve while the caller waits.
        let call = ines.verified_call(&grace).await.call_id;
        assert_eq!(refused(ines.ask(ask_approval(&call)).await), "nobody_to_approve");
        let mut ola = world.operator(Role::Administrator, "Ola Berg").await;
        ines.ask(ask_approval(&call)).await.unwrap();
        assert_eq!(refused(approve_the_one(&ines).await), "own_request");
        approve_the_one(&ola).await.unwrap();
        // Taken over, the approval is not the new operator's, who has to ask anew.
        let dana = world.agent("Dana Whitlock").await;
        dana.ask(TakeOverCall { user_id: grace.clone() }).await.unwrap();
        dana.check(&call, crate::harness::agent::right()).await.unwrap();
        assert_eq!(refused(dana.send(&call).await), "needs_approval");
        dana.ask(ask_approval(&call)).await.unwrap();
        world.later(Span::minutes(4));
        approve_the_one(&ola).await.unwrap();
        // The account changed since: the approval is of an account that is not there any more.
        world.change("UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1", &grace).await;
        assert_eq!(refused(dana.send(&call).await), "account_changed");
        dana.end(&call).await.unwrap();
        // Too old: fifteen minutes after the decision.
        let call = dana.verified_call(&grace).await.call_id;
        dana.ask(ask_approval(&call)).await.unwrap();
        approve_the_one(&ola).await.unwrap();
        world.later(Span::minutes(9));
        dana.check(&call, crate::harness::agent::right()).await.unwrap();
        world.later(Span::minutes(6));
        assert_eq!(refused(dana.send(&call).await), "needs_approval");
        assert_eq!(dana.view(&call).await.approval.unwrap().state, "expired");
        // A call that ended can't be approved any more.
        dana.ask(ask_approval(&call)).await.unwrap();
        ola.sign_in().await.unwrap();
        let row = ola.ask(ReadApprovals {}).await.unwrap().requests.remove(0);
        dana.end(&call).await.unwrap();
        let late = ApproveRequest { approval_id: row.approval_id, seal: row.seal };
        assert_eq!(refused(ola.ask(late).await), "changed_meanwhile");
    }

    async fn d10_15_an_approval_lets_the_email_go_under_a_freeze_and_the_contact_code_is_asked_all_the_same(engine: Engine) {
        let world = World::with_mail(engine).await;
        let frozen = NewUser { frozen_until: Some(MORNING + Span::days(7)), ..NewUser::default() };
        let priya = world.user(frozen).await;
        world.user(billing("Grace", "Obi", GRACE)).await;
        let ines = strict(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await.call_id;
        assert_eq!(refused(dana.send(&call).await), "needs_approval");
        dana.ask(ask_approval(&call)).await.unwrap();
        let row = ines.ask(ReadApprovals {}).await.unwrap().requests.remove(0);
        assert_eq!(row.because, ["frozen"]);
        approve_the_one(&ines).await.unwrap();
        let code = dana.send(&call).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "code_empty");
        let codes = (code.as_str(), &*contact_code(&world, GRACE));
        assert_eq!(pages::redeem_with(&world.desk, &link, codes, NEW_PASSWORD).await.unwrap(), Redeemed::Done { active: true });
    }
}
