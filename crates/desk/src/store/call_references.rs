//! Call references: they take the agent to an account and prove nothing.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// The user of a live reference.
pub async fn user_of(tx: &mut Tx, hash: &[u8; 32], now: Moment) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        sql("SELECT user_id FROM call_references WHERE reference_hash = $1 AND expires_at > $2")
            .bind(hash)
            .bind(now)
            .optional(tx)
            .await?;
    Ok(row.map(|row| row.0))
}

/// Adds one.
pub async fn insert(
    tx: &mut Tx,
    id: &str,
    user_id: &str,
    hash: &[u8; 32],
    now: Moment,
    expires_at: Moment,
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO call_references (id, user_id, reference_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(user_id)
        .bind(hash)
        .bind(now)
        .bind(expires_at)
        .run(tx)
        .await?;
    Ok(())
}

/// Until when a reference of this user works; none if it is not there, another's, or too old.
pub async fn until(
    tx: &mut Tx,
    hash: &[u8; 32],
    user_id: &str,
    now: Moment,
) -> Result<Option<Moment>, sqlx::Error> {
    let row: Option<(i64,)> = sql("SELECT expires_at FROM call_references
         WHERE reference_hash = $1 AND user_id = $2 AND expires_at > $3")
    .bind(hash)
    .bind(user_id)
    .bind(now)
    .optional(tx)
    .await?;
    Ok(row.map(|row| Moment(row.0)))
}

/// Adds one unless somebody has it; a dead one makes room.
pub async fn insert_new(
    tx: &mut Tx,
    id: &str,
    user_id: &str,
    hash: &[u8; 32],
    now: Moment,
    expires_at: Moment,
) -> Result<bool, sqlx::Error> {
    sql("DELETE FROM call_references WHERE reference_hash = $1 AND expires_at <= $2")
        .bind(hash)
        .bind(now)
        .run(tx)
        .await?;
    let rows = sql("INSERT INTO call_references (id, user_id, reference_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (reference_hash) DO NOTHING")
    .bind(id)
    .bind(user_id)
    .bind(hash)
    .bind(now)
    .bind(expires_at)
    .run(tx)
    .await?;
    Ok(rows == 1)
}
