//! What a run left behind: rows of the database as the checker needs them, and the letters that arrived. Plain values,
//! so that a test can plant a loss or a double.

use recovery_desk::database::{Row, Tx, sql};
use recovery_desk::store::audit::AuditRow;

use super::sink::Sink;
use crate::harness::World;

/// A call.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Call {
    pub id: String,
    pub user_id: String,
    pub checks_used: i64,
    pub ended_at: Option<i64>,
}

/// A message of the outbox.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Message {
    pub letter: String,
    pub call_id: Option<String>,
    pub state: String,
    pub attempts: i64,
    pub message_id: String,
}

/// A link.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Link {
    pub user_id: String,
    pub purpose: String,
    pub used_at: Option<i64>,
}

/// A session of a user that would still let somebody in.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Session {
    pub user_id: String,
    pub account: String,
}

/// A request id that was noted.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Request {
    pub request_id: String,
    pub state: String,
}

/// A letter that arrived: its Message-ID, and every secret in it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub message_id: String,
    pub text: String,
}

/// Everything.
#[derive(Clone, Debug)]
pub struct Found {
    pub calls: Vec<Call>,
    pub messages: Vec<Message>,
    pub links: Vec<Link>,
    pub live_sessions: Vec<Session>,
    pub requests: Vec<Request>,
    pub audit: Vec<AuditRow>,
    pub letters: Vec<Letter>,
}

impl Found {
    /// Reads what there is. The audit log is sealed and checked on the way.
    pub async fn read(world: &World, sink: &Sink) -> Self {
        // What the house does by itself once time has passed, such as telling somebody of a sign-in that was never
        // finished, is done and sent first.
        world.look_round().await;
        while world.post().await > 0 {}
        let audit = world.audit().await;
        let mut tx = world.desk.database.begin_read().await.unwrap();
        let letters = sink.arrived();
        let letter = |arrived: &crate::harness::letters::Arrived| Letter {
            message_id: arrived.header("message-id").trim_matches(['<', '>']).to_owned(),
            text: arrived.text.clone(),
        };
        Self {
            calls: all(&mut tx, "SELECT id, user_id, checks_used, ended_at FROM calls").await,
            messages: all(&mut tx, "SELECT letter, call_id, state, attempts, message_id FROM outbox").await,
            links: all(&mut tx, "SELECT user_id, purpose, used_at FROM links").await,
            live_sessions: all(
                &mut tx,
                "SELECT s.user_id, u.account FROM sessions s JOIN users u ON u.id = s.user_id
                 WHERE s.ended_at IS NULL AND s.epoch = u.security_epoch",
            )
            .await,
            requests: all(&mut tx, "SELECT request_id, state FROM requests").await,
            audit,
            letters: letters.iter().map(letter).collect(),
        }
    }
}

async fn all<T: Row>(tx: &mut Tx, statement: &'static str) -> Vec<T> {
    sql(statement).all(tx).await.unwrap()
}
