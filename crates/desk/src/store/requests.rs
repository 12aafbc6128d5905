//! Request ids, unique per actor.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// What is kept of a request.
#[derive(Debug, sqlx::FromRow)]
pub struct RequestRow {
    /// The operation.
    pub operation: String,
    /// Keyed digest of its content.
    pub body_digest: Vec<u8>,
    /// `judging` or `done`.
    pub state: String,
    /// What may be kept of the answer.
    pub kept: Option<String>,
    /// When it was reserved.
    pub at: i64,
}

/// Notes a request; false if the id is known already.
pub async fn insert(
    tx: &mut Tx,
    actor: &str,
    id: &str,
    operation: &str,
    digest: &[u8; 32],
    now: Moment,
) -> Result<bool, sqlx::Error> {
    let rows = sql("INSERT INTO requests (actor, request_id, operation, body_digest, state, at)
         VALUES ($1, $2, $3, $4, 'judging', $5) ON CONFLICT DO NOTHING")
    .bind(actor)
    .bind(id)
    .bind(operation)
    .bind(digest)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// The request of that id.
pub async fn find(tx: &mut Tx, actor: &str, id: &str) -> Result<Option<RequestRow>, sqlx::Error> {
    sql("SELECT operation, body_digest, state, kept, at FROM requests WHERE actor = $1 AND request_id = $2")
        .bind(actor)
        .bind(id)
        .optional(tx)
        .await
}

/// Marks a request as done.
pub async fn done(tx: &mut Tx, actor: &str, id: &str, kept: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE requests SET state = 'done', kept = $3 WHERE actor = $1 AND request_id = $2")
        .bind(actor)
        .bind(id)
        .bind(kept)
        .run(tx)
        .await?;
    Ok(())
}

/// Forgets a request that was refused.
pub async fn forget(tx: &mut Tx, actor: &str, id: &str) -> Result<(), sqlx::Error> {
    sql("DELETE FROM requests WHERE actor = $1 AND request_id = $2").bind(actor).bind(id).run(tx).await?;
    Ok(())
}

/// Removes what is older.
pub async fn remove_older(tx: &mut Tx, before: Moment) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM requests WHERE at < $1").bind(before).run(tx).await
}
