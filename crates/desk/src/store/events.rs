//! What desks are told: ids only, kept a day.

use recovery_rules::time::Moment;
use serde::Serialize;

use crate::database::{Tx, sql};

/// The kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A call changed; its view is to be read again.
    CallChanged,
    /// A message of a call moved on.
    MessageChanged,
    /// A user pressed "This wasn't me".
    Repudiated,
    /// A colleague took the call over.
    CallTakenOver,
    /// A call was passed to the administrators.
    PassedOn,
    /// A concern was flagged.
    Flagged,
    /// What waits for administrators changed.
    ApprovalsChanged,
    /// An operator was signed out elsewhere.
    SignedOut,
}

impl Kind {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallChanged => "call_changed",
            Self::MessageChanged => "message_changed",
            Self::Repudiated => "repudiated",
            Self::CallTakenOver => "call_taken_over",
            Self::PassedOn => "passed_on",
            Self::Flagged => "flagged",
            Self::ApprovalsChanged => "approvals_changed",
            Self::SignedOut => "signed_out",
        }
    }
}

/// Whom an event is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// The call.
    pub call_id: Option<&'a str>,
    /// The user.
    pub user_id: Option<&'a str>,
    /// The operator it is meant for; none: every desk.
    pub operator_id: Option<&'a str>,
}

/// An event as desks get it.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// UTC ms.
    pub at: i64,
    /// Its kind.
    pub kind: String,
    /// The call.
    pub call_id: Option<String>,
    /// The user.
    pub user_id: Option<String>,
    /// The operator it is meant for.
    pub operator_id: Option<String>,
}

/// Adds an event.
pub async fn add(
    tx: &mut Tx,
    id: &str,
    now: Moment,
    kind: Kind,
    about: About<'_>,
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO events (id, at, kind, call_id, user_id, operator_id) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(now)
        .bind(kind.name())
        .bind(about.call_id)
        .bind(about.user_id)
        .bind(about.operator_id)
        .run(tx)
        .await?;
    Ok(())
}

/// Events from a moment on. A transaction may commit later than its reading of the clock, so whoever asks
/// overlaps a few seconds and leaves out the ids already seen.
pub async fn since(tx: &mut Tx, moment: Moment) -> Result<Vec<Event>, sqlx::Error> {
    sql("SELECT id, at, kind, call_id, user_id, operator_id FROM events WHERE at >= $1 ORDER BY at, id LIMIT 1000")
        .bind(moment)
        .all(tx)
        .await
}

/// Removes what is older.
pub async fn remove_older(tx: &mut Tx, before: Moment) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM events WHERE at < $1").bind(before).run(tx).await
}
