//! D9.13: nothing an agent can ask for sets anything on a caller's account, however it is asked.

use recovery_desk::database::sql;
use recovery_desk::operations::TABLE;
use recovery_desk::operations::change_password::ChangePassword;
use recovery_desk::operations::user_sign_in::{SignedIn, UserSignedIn};
use recovery_rules::roles::Door;
use recovery_rules::states::TwoStep;
use serde_json::{Value, json};

use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::world::request_id;
use crate::harness::{ANSWERS, Engine, PASSWORD, World, on_both_databases};
use recovery_desk::caller::Caller;

/// Everything of a user that lets somebody in: address, password, state and epoch; 2-step with its phone and recovery code;
/// the answers; who is signed in.
async fn account(world: &World, user: &str) -> String {
    type Own = (String, Option<String>, String, Option<String>, i64);
    type TwoStepOf = (String, Option<String>, Option<Vec<u8>>, Option<Vec<u8>>);
    let mut tx = world.desk.database.begin_read().await.unwrap();
    let own: Option<Own> =
        sql("SELECT email, password_hash, account, locked_by, security_epoch FROM users WHERE id = $1")
            .bind(user)
            .optional(&mut tx)
            .await
            .unwrap();
    let two_step: Option<TwoStepOf> = sql(
        "SELECT state, phone, recovery_code_hash, recovery_code_last_group FROM two_step WHERE user_id = $1",
    )
    .bind(user)
    .optional(&mut tx)
    .await
    .unwrap();
    let answers: Vec<(i64, String, String)> =
        sql("SELECT slot, question_id, answer_hash FROM security_answers WHERE user_id = $1 ORDER BY slot")
            .bind(user)
            .all(&mut tx)
            .await
            .unwrap();
    let sessions = sql("SELECT COUNT(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL")
        .bind(user)
        .number(&mut tx)
        .await
        .unwrap();
    assert!(own.is_some() && two_step.is_some() && answers.len() == 4);
    format!("{own:?} {two_step:?} {answers:?} {sessions}")
}

/// A request about this user and this call.
fn about(name: &str, user: &str, call: &str) -> Value {
    let mut body = crate::role_bodies::body(name);
    if name == "check_answers" {
        // Right, so that the call is verified and a letter can be sent.
        body["answers"] = json!(ANSWERS);
    }
    if let Some(fields) = body.as_object_mut() {
        for (field, value) in [("user_id", user), ("call_id", call)] {
            if fields.contains_key(field) {
                fields.insert(field.to_owned(), json!(value));
            }
        }
    }
    body
}

on_both_databases! {
    async fn d9_13_whatever_an_agent_asks_for_the_callers_account_stays_as_it_is(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;
        let before = account(&world, &priya).await;
        let call = dana.verified_call(&priya).await;
        let (mut done, mut asked) = (Vec::new(), 0);
        // Twice: in a verified call, and in whatever the first round left.
        for _ in 0..2 {
            for listed in TABLE {
                for door in [Door::Desk, Door::Pages, Door::System] {
                    let request = about(listed.name, &priya, &call.call_id);
                    let answer = world.desk.perform_named(&dana.caller, door, listed.name, Some(&request_id()), request).await;
                    asked += 1;
                    match answer {
                        Ok(_) => done.push(listed.name),
                        // Signed out by an operation that does so: in again, as nothing else would be tried.
                        Err(failure) if failure.code() == "signed_out" => {
                            world.later(recovery_rules::time::Span::seconds(31));
                            dana.sign_in().await.unwrap();
                        }
                        Err(failure) => assert_ne!(failure.code(), "malformed_request", "{}", listed.name),
                    }
                    assert_eq!(account(&world, &priya).await, before, "{} changed the account", listed.name);
                }
            }
            while world.post().await > 0 {}
            let _ = dana.open(&priya).await;
        }
        assert_eq!(asked, TABLE.len() * 6);
        for name in ["look_up", "check_answers", "send_unlock", "save_notes", "pass_on", "flag_concern", "end_call"] {
            assert!(done.contains(&name), "{name} was never done, so nothing was seen of it: {done:?}");
        }
        assert_eq!(account(&world, &priya).await, before, "the letters that left changed nothing either");
    }

    /// The look at an account sees a change, or the story above would prove nothing.
    async fn a_change_by_the_owner_is_seen(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
        let UserSignedIn::Done(SignedIn { token, .. }) = pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap()
        else { panic!("no code is asked for") };
        let before = account(&world, &priya).await;
        let change = ChangePassword { password: PASSWORD.to_owned().into(), new_password: NEW_PASSWORD.to_owned().into() };
        world.ask(&Caller::Session(token), change).await.unwrap();
        assert_ne!(account(&world, &priya).await, before);
    }
}
