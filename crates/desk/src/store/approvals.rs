//! What waits for administrators: calls passed on and flagged.

use crate::database::{Tx, sql};

/// A call passed on or flagged.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Approval {
    /// Its id.
    pub id: String,
    /// `passed_on` or `flagged`.
    pub kind: String,
    /// The call.
    pub call_id: String,
    /// The user.
    pub user_id: String,
    /// The operator who asks.
    pub asked_by: String,
    /// The reason.
    pub reason: String,
    /// Notes at that moment.
    pub notes: String,
    /// `waiting`, `approved` or `refused`.
    pub state: String,
    /// UTC ms.
    pub asked_at: i64,
}

/// Adds one.
pub async fn insert(tx: &mut Tx, approval: &Approval) -> Result<(), sqlx::Error> {
    sql("INSERT INTO approvals (id, kind, call_id, user_id, asked_by, reason, notes, state, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(&approval.id)
    .bind(&approval.kind)
    .bind(&approval.call_id)
    .bind(&approval.user_id)
    .bind(&approval.asked_by)
    .bind(&approval.reason)
    .bind(&approval.notes)
    .bind(&approval.state)
    .bind(approval.asked_at)
    .run(tx)
    .await?;
    Ok(())
}

/// The last one of that kind for a call.
pub async fn of_call(tx: &mut Tx, call_id: &str, kind: &str) -> Result<Option<Approval>, sqlx::Error> {
    sql("SELECT * FROM approvals WHERE call_id = $1 AND kind = $2 ORDER BY asked_at DESC LIMIT 1")
        .bind(call_id)
        .bind(kind)
        .optional(tx)
        .await
}
