//! D13 and D0.7: operators, their sessions, their authenticator, and what they lose at once.

use recovery_desk::caller::Caller;
use recovery_desk::operations::first_administrator::{ConfirmFirstAdministrator, CreateFirstAdministrator};
use recovery_desk::operations::operator_sign_in::OperatorSignIn;
use recovery_desk::operations::operators::{EndOperatorSessions, SuspendOperator};
use recovery_desk::operations::reset_authenticator::ResetAuthenticator;
use recovery_desk::operations::who_is_in::WhoIsIn;
use recovery_rules::roles::{Door, Role};
use recovery_rules::time::Span;
use serde_json::json;

use crate::harness::agent::Authenticator;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

fn sign_in(code: String) -> OperatorSignIn {
    sign_in_with(PASSWORD, code)
}

fn sign_in_with(password: &str, code: String) -> OperatorSignIn {
    OperatorSignIn {
        email: "ines@meridian.example".to_owned(),
        password: password.to_owned().into(),
        code: code.into(),
    }
}

on_both_databases! {
    async fn the_first_administrator_is_made_once_tried_and_signs_in_with_a_code_that_works_once(engine: Engine) {
        let world = World::live(engine).await;
        let create = || CreateFirstAdministrator {
            name: "Ines Vogt".to_owned(),
            email: "ines@meridian.example".to_owned(),
            password: PASSWORD.to_owned().into(),
        };
        let abandoned = world.ask(&Caller::Nobody, create()).await.unwrap();
        let created = world.ask(&Caller::Nobody, create()).await.unwrap();
        let now = || world.desk.clock.machine();
        let app = Authenticator::new(&created.authenticator_secret);
        assert_eq!(refused(world.ask(&Caller::Nobody, sign_in(app.code(now()))).await), "sign_in_not_right", "not confirmed");
        let confirm = |id: &str, code: String| ConfirmFirstAdministrator { operator_id: id.to_owned(), code: code.into() };
        assert_eq!(refused(world.ask(&Caller::Nobody, confirm(&abandoned.operator_id, app.code(now()))).await), "not_found");
        let wrong = confirm(&created.operator_id, "000000".to_owned());
        assert_eq!(refused(world.ask(&Caller::Nobody, wrong).await), "authenticator_code_not_right");
        world.ask(&Caller::Nobody, confirm(&created.operator_id, app.code(now()))).await.unwrap();
        assert_eq!(refused(world.ask(&Caller::Nobody, create()).await), "operators_exist");

        let first = world.ask(&Caller::Nobody, sign_in(app.code(now()))).await.unwrap();
        assert_eq!(first.desk.operator.role, Role::Administrator);
        assert_eq!(refused(world.ask(&Caller::Nobody, sign_in(app.code(now()))).await), "sign_in_not_right", "a replay");
        world.later(Span::seconds(30));
        assert_eq!(refused(world.ask(&Caller::Nobody, sign_in_with("another long password", app.code(now()))).await), "sign_in_not_right");
        let second = world.ask(&Caller::Nobody, sign_in(app.code(now()))).await.unwrap();
        assert_eq!(refused(world.ask(&Caller::Session(first.token), WhoIsIn {}).await), "signed_out", "D13.3: the newest wins");
        world.ask(&Caller::Session(second.token), WhoIsIn {}).await.unwrap();
        assert_eq!(world.count("SELECT COUNT(*) FROM events WHERE kind = 'signed_out'").await, 1);
    }

    async fn wrong_passwords_of_an_operator_wait_longer_and_longer_and_unknown_ones_too(engine: Engine) {
        let world = World::live(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        world.later(Span::seconds(30));
        for email in [dana.email.as_str(), "nobody@meridian.example"] {
            let attempt = |password: &str| OperatorSignIn {
                email: email.to_owned(),
                password: password.to_owned().into(),
                code: dana.authenticator.code(world.desk.clock.machine()).into(),
            };
            for _ in 0..5 {
                assert_eq!(refused(world.ask(&Caller::Nobody, attempt("wrong wrong wrong")).await), "sign_in_not_right");
            }
            assert_eq!(refused(world.ask(&Caller::Nobody, attempt(PASSWORD)).await), "sign_in_wait");
        }
    }

    async fn d13_2_a_suspended_or_demoted_operator_loses_access_with_the_next_operation(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        let call = dana.verified_call(&priya).await;
        boss.ask(SuspendOperator { operator_id: dana.id.clone() }).await.unwrap();
        assert_eq!(refused(dana.send(&call.call_id).await), "signed_out");
        assert_eq!(refused(dana.look_up("priya").await), "signed_out");
        let mut again = dana.clone();
        world.later(Span::seconds(31));
        assert_eq!(again.sign_in().await.unwrap_err().code(), "sign_in_not_right");
        tom.open(&priya).await.expect("the call went back to the queue");
        boss.ask(EndOperatorSessions { operator_id: tom.id.clone() }).await.unwrap();
        assert_eq!(refused(tom.look_up("priya").await), "signed_out");
    }

    async fn d13_3_a_session_ends_after_a_quarter_of_an_hour_idle_and_after_twelve_hours(engine: Engine) {
        let world = World::live(engine).await;
        let mut dana = world.agent("Dana Whitlock").await;
        world.later(Span::minutes(14));
        dana.look_up("priya").await.unwrap();
        world.later(Span::minutes(15));
        assert_eq!(refused(dana.look_up("priya").await), "signed_out");
        dana.sign_in().await.unwrap();
        for _ in 0..(12 * 6 - 1) {
            world.later(Span::minutes(10));
            dana.look_up("priya").await.unwrap();
        }
        world.later(Span::minutes(10));
        assert_eq!(refused(dana.look_up("priya").await), "signed_out");
    }

    async fn the_window_asking_by_itself_does_not_keep_a_session_alive(engine: Engine) {
        let world = World::live(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        for _ in 0..14 {
            world.later(Span::minutes(1));
            dana.ask(WhoIsIn {}).await.unwrap();
        }
        world.later(Span::minutes(1));
        assert_eq!(refused(dana.ask(WhoIsIn {}).await), "signed_out");
    }

    async fn a_lost_authenticator_is_replaced_on_the_databases_own_machine_and_ends_the_session(engine: Engine) {
        let world = World::live(engine).await;
        let mut dana = world.agent("Dana Whitlock").await;
        let request = ResetAuthenticator { email: dana.email.clone() };
        let made = world.ask(&Caller::System("command line"), request).await.unwrap();
        assert_eq!(refused(dana.look_up("priya").await), "signed_out");
        assert_eq!(dana.sign_in().await.unwrap_err().code(), "sign_in_not_right", "the old app");
        dana.authenticator = Authenticator::new(&made.authenticator_secret);
        dana.sign_in().await.unwrap();
    }

    async fn d0_7_unknown_operations_stray_fields_and_missing_request_ids_are_refused_and_audited(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let ask = |name: &'static str, id: Option<&'static str>, request| {
            world.desk.perform_named(&dana.caller, Door::Desk, name, id, request)
        };
        assert_eq!(refused(ask("set_password", Some("a"), json!({})).await), "not_allowed");
        assert_eq!(refused(ask("redeem_unlock", Some("b"), json!({})).await), "not_allowed", "another door");
        assert_eq!(refused(ask("take_message", Some("c"), json!({"id": "x"})).await), "not_allowed");
        let with_role = json!({"user_id": priya, "reference": null, "role": "administrator"});
        assert_eq!(refused(ask("open_call", Some("d"), with_role).await), "malformed_request");
        let to = json!({"call_id": "x", "again": false, "address": "thief@example.com"});
        assert_eq!(refused(ask("send_unlock", Some("e"), to).await), "malformed_request", "D10.3: no address to choose");
        let open = json!({"user_id": priya, "reference": null});
        assert_eq!(refused(ask("open_call", None, open).await), "request_id_missing");
        let refusals: Vec<_> = world.audit().await.into_iter().filter(|row| row.result == "refused").collect();
        assert_eq!(refusals.len(), 6);
        assert!(refusals.iter().all(|row| row.actor_id.as_deref() == Some(&dana.id)), "{refusals:?}");
    }

    async fn d0_3_a_refused_change_leaves_one_audit_row_and_nothing_else(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap();
        let before = world.audit().await.len();
        assert_eq!(refused(dana.send(&call.call_id).await), "not_verified");
        let rows = world.audit().await;
        let last = rows.last().unwrap();
        assert_eq!(rows.len(), before + 1);
        assert_eq!((last.operation.as_str(), last.result.as_str(), last.code.as_deref()), ("send_unlock", "refused", Some("not_verified")));
        assert_eq!((last.user_id.as_deref(), last.call_id.as_deref()), (Some(priya.as_str()), Some(call.call_id.as_str())));
        for table in ["SELECT COUNT(*) FROM outbox", "SELECT COUNT(*) FROM links", "SELECT COUNT(*) FROM codes"] {
            assert_eq!(world.count(table).await, 0, "{table}");
        }
    }
}
