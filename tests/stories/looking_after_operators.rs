//! Administrators look after operators: invitation by e-mail, roles, suspension, sessions (D11.5, D13.2).

use recovery_desk::caller::Caller;
use recovery_desk::operation::Operation;
use recovery_desk::operations::confirm_code::ConfirmCode;
use recovery_desk::operations::operator_sign_in::OperatorSignIn;
use recovery_desk::operations::operators::{
    AcceptInvitation, ChangeOperatorRole, ConfirmInvitation, EndOperatorSessions, InviteOperator,
    InviteOperatorAgain, ReadOperators, ResumeOperator, SuspendOperator,
};
use recovery_desk::operations::who_is_in::WhoIsIn;
use recovery_rules::roles::Role;
use recovery_rules::time::Span;

use crate::harness::agent::{Agent, Authenticator};
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

const NEWCOMER: &str = "noor.haddad@meridian.example";

fn invite(role: &str) -> InviteOperator {
    InviteOperator { name: "Noor Haddad".to_owned(), email: NEWCOMER.to_owned(), role: role.to_owned() }
}

fn accept(code: &str) -> AcceptInvitation {
    AcceptInvitation {
        email: NEWCOMER.to_owned(),
        invitation_code: code.to_owned().into(),
        password: PASSWORD.to_owned().into(),
    }
}

fn confirm(invitation: &str, code: String) -> ConfirmInvitation {
    ConfirmInvitation {
        email: NEWCOMER.to_owned(),
        invitation_code: invitation.to_owned().into(),
        code: code.into(),
    }
}

fn signing_in(code: String) -> OperatorSignIn {
    OperatorSignIn { email: NEWCOMER.to_owned(), password: PASSWORD.to_owned().into(), code: code.into() }
}

/// The code in the newest invitation.
async fn invitation_code(world: &World) -> String {
    world.post().await;
    let letter = world.mail.as_ref().unwrap().newest(NEWCOMER, "You are invited");
    letter
        .text
        .split_whitespace()
        .find(|word| word.len() == 29 && word.matches('-').count() == 5)
        .unwrap()
        .to_owned()
}

async fn as_boss<O: Operation>(boss: &Agent, request: O) -> &'static str {
    refused(boss.ask(request).await)
}

on_both_databases! {
    async fn an_operator_is_invited_by_email_tries_the_authenticator_and_signs_in(engine: Engine) {
        let world = World::with_mail(engine).await;
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        boss.ask(invite("agent")).await.unwrap();
        assert_eq!(refused(boss.ask(invite("agent")).await), "operator_exists");
        assert_eq!(refused(boss.ask(invite("billing")).await), "role_unknown");
        let code = invitation_code(&world).await;
        let other = "7ZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ";
        assert_eq!(refused(world.ask(&Caller::Nobody, accept("not a code")).await), "code_length");
        assert!(["invitation_not_right", "code_check_character"].contains(&refused(world.ask(&Caller::Nobody, accept(other)).await)));
        let short = AcceptInvitation { password: "short".to_owned().into(), ..accept(&code) };
        assert_eq!(refused(world.ask(&Caller::Nobody, short).await), "password_too_short");
        let accepted = world.ask(&Caller::Nobody, accept(&code.to_lowercase())).await.unwrap();
        let app = Authenticator::new(&accepted.authenticator_secret);
        let now = || world.desk.clock.machine();
        assert_eq!(refused(world.ask(&Caller::Nobody, signing_in(app.code(now()))).await), "sign_in_not_right", "not confirmed");
        assert!(!world.ask(&Caller::Nobody, confirm(&code, "000000".to_owned())).await.unwrap().ok);
        assert!(!world.ask(&Caller::Nobody, confirm(other, app.code(now()))).await.is_ok_and(|done| done.ok));
        assert!(world.ask(&Caller::Nobody, confirm(&code, app.code(now()))).await.unwrap().ok);
        assert_eq!(refused(world.ask(&Caller::Nobody, accept(&code)).await), "invitation_not_right", "used");
        let signed_in = world.ask(&Caller::Nobody, signing_in(app.code(now()))).await.unwrap();
        assert_eq!(signed_in.desk.operator.role, Role::Agent);
        let rows = boss.ask(ReadOperators {}).await.unwrap().operators;
        let states: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.state.as_str(), row.me)).collect();
        assert_eq!(states, [("Ines Vogt", "active", true), ("Noor Haddad", "active", false)]);
        assert!(rows[1].last_seen_at.is_some());
    }

    async fn an_invitation_ends_after_a_day_and_with_a_newer_one(engine: Engine) {
        let world = World::with_mail(engine).await;
        let mut boss = world.operator(Role::Administrator, "Ines Vogt").await;
        let invited = boss.ask(invite("agent")).await.unwrap().operator_id;
        let first = invitation_code(&world).await;
        let again = InviteOperatorAgain { operator_id: invited.clone() };
        boss.ask(again).await.unwrap();
        let second = invitation_code(&world).await;
        assert_ne!(first, second);
        assert_eq!(refused(world.ask(&Caller::Nobody, accept(&first)).await), "invitation_not_right");
        world.later(Span::hours(24));
        assert_eq!(refused(world.ask(&Caller::Nobody, accept(&second)).await), "invitation_not_right");
        boss.sign_in().await.unwrap();
        boss.ask(InviteOperatorAgain { operator_id: invited }).await.unwrap();
        let third = invitation_code(&world).await;
        for _ in 0..8 {
            let _ = world.ask(&Caller::Nobody, accept(&first)).await;
        }
        world.ask(&Caller::Nobody, accept(&third)).await.unwrap();
        assert_eq!(refused(world.ask(&Caller::Nobody, accept(&third)).await), "sign_in_wait", "ten tries an hour");
    }

    async fn d13_2_suspension_and_roles_take_effect_at_once_and_free_the_call(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        let (mut dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let call = dana.verified_call(&priya).await;
        boss.ask(SuspendOperator { operator_id: dana.id.clone() }).await.unwrap();
        assert_eq!(refused(dana.send(&call.call_id).await), "signed_out");
        tom.open(&priya).await.unwrap();
        world.later(Span::seconds(31));
        assert_eq!(refused(dana.sign_in().await), "sign_in_not_right");
        boss.ask(ResumeOperator { operator_id: dana.id.clone() }).await.unwrap();
        dana.sign_in().await.unwrap();
        world.post().await;
        boss.ask(ChangeOperatorRole { operator_id: dana.id.clone(), role: "administrator".to_owned() }).await.unwrap();
        assert_eq!(refused(dana.ask(ReadOperators {}).await), "signed_out");
        world.later(Span::seconds(31));
        dana.sign_in().await.unwrap();
        dana.ask(ReadOperators {}).await.unwrap();
        boss.ask(EndOperatorSessions { operator_id: dana.id.clone() }).await.unwrap();
        assert_eq!(refused(dana.ask(WhoIsIn {}).await), "signed_out");
        world.post().await;
        let letters = world.mail.as_ref().unwrap();
        assert!(letters.newest(&dana.email, "Your access").text.contains("Your role is administrator"));
        assert_eq!(refused(tom.ask(ReadOperators {}).await), "not_allowed");
    }

    async fn d11_5_nobody_changes_the_own_entry_and_of_two_who_demote_each_other_one_stays(engine: Engine) {
        let world = World::live(engine).await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let ola = world.operator(Role::Administrator, "Ola Berg").await;
        let demote = |id: &str| ChangeOperatorRole { operator_id: id.to_owned(), role: "agent".to_owned() };
        assert_eq!(as_boss(&ines, demote(&ines.id)).await, "own_operator");
        assert_eq!(as_boss(&ines, SuspendOperator { operator_id: ines.id.clone() }).await, "own_operator");
        assert_eq!(as_boss(&ines, InviteOperatorAgain { operator_id: ines.id.clone() }).await, "own_operator");
        let there = ola.at(&world.another_desk().await);
        let (a, b) = tokio::join!(ines.ask(demote(&ola.id)), there.ask(demote(&ines.id)));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        assert_eq!(world.count("SELECT COUNT(*) FROM operators WHERE role = 'administrator' AND state = 'active'").await, 1);
    }

    async fn a_risky_operation_asks_for_a_fresh_code_whose_tries_are_counted(engine: Engine) {
        let world = World::with_mail(engine).await;
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        world.later(Span::minutes(5));
        assert_eq!(refused(boss.ask(invite("agent")).await), "fresh_code_needed");
        let code = |code: String| ConfirmCode { code: code.into() };
        assert!(boss.ask(code("000000".to_owned())).await.unwrap().until.is_none());
        let shown = boss.authenticator.code(world.desk.clock.machine());
        assert!(boss.ask(code(shown.clone())).await.unwrap().until.is_some());
        boss.ask(invite("agent")).await.unwrap();
        assert!(boss.ask(code(shown)).await.unwrap().until.is_none(), "a code works once");
        for _ in 0..4 {
            assert!(boss.ask(code("000000".to_owned())).await.unwrap().until.is_none());
        }
        assert_eq!(refused(boss.ask(code("000000".to_owned())).await), "sign_in_wait");
    }
}
