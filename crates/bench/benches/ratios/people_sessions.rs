//! Somebody who is signed in, without having signed in.

use recovery_desk::authenticator;
use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::device::{DeviceKey, Request, proven};
use recovery_desk::id::new_id;
use recovery_desk::secret::SecretText;
use recovery_desk::store::operators;
use recovery_desk::store::sessions::{self, Owner};
use recovery_rules::time::Span;

/// The token of a user's new session.
pub async fn session_of_user(desk: &Desk, user_id: &str) -> String {
    session(desk, Owner::User(user_id)).await
}

/// A new agent with a session.
pub async fn agent(desk: &Desk) -> Caller {
    let id = operator(desk, "agent@meridian.example").await;
    Caller::Session(SecretText::new(session(desk, Owner::Operator(&id)).await))
}

/// The token of a new agent's session at a desk over the network, which is bound to the desk's key.
pub async fn agent_at(desk: &Desk, email: &str, device: &DeviceKey) -> SecretText {
    let id = operator(desk, email).await;
    let token = SecretText::new(session(desk, Owner::Operator(&id)).await);
    // The public key is told by a proof alone.
    let asked = Request { operation: "", request_id: None, token: None, body: b"" };
    let proof = device.prove(&asked, desk.clock.machine(), &desk.chance);
    let key = proven(&proof, &asked).unwrap().key;
    let mut tx = desk.database.begin().await.unwrap();
    let found = sessions::by_token(&mut tx, &sessions::token_hash(&desk.keys, &token)).await.unwrap();
    sessions::bind_to_device(&mut tx, &found.unwrap().id, &key).await.unwrap();
    tx.commit().await.unwrap();
    token
}

/// A new agent; gives the id.
async fn operator(desk: &Desk, email: &str) -> String {
    let now = desk.clock.machine();
    let enrolment = authenticator::enrol(&desk.keys, &desk.chance, "Meridian", email).unwrap();
    let operator = operators::Operator {
        id: new_id(now, &desk.chance),
        name: "Dana Okafor".to_owned(),
        email: email.to_owned(),
        role: "agent".to_owned(),
        state: "active".to_owned(),
        password_hash: Some("$argon2id$none".to_owned()),
        authenticator: Some(enrolment.sealed),
        last_time_step: 0,
        user_id: None,
        session_epoch: 1,
    };
    let mut tx = desk.database.begin().await.unwrap();
    operators::insert(&mut tx, &operator, email, now).await.unwrap();
    tx.commit().await.unwrap();
    operator.id
}

async fn session(desk: &Desk, owner: Owner<'_>) -> String {
    let now = desk.clock.machine();
    let token = new_id(now, &desk.chance);
    let hash = sessions::token_hash(&desk.keys, &SecretText::new(token.clone()));
    let mut tx = desk.database.begin().await.unwrap();
    let id = new_id(now, &desk.chance);
    sessions::start(&mut tx, &id, &hash, owner, 1, now, now + Span::hours(12)).await.unwrap();
    tx.commit().await.unwrap();
    token
}
