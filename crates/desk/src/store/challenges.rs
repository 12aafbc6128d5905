//! Sign-ins whose password was right and whose second step is still to come, bound to one browser.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// A sign-in under way.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Challenge {
    /// Its id.
    pub id: String,
    /// Who signs in.
    pub user_id: String,
    /// The user's security epoch when it began.
    pub epoch: i64,
    /// UTC ms.
    pub began_at: i64,
    /// UTC ms.
    pub expires_at: i64,
}

/// Begins one.
pub async fn insert(tx: &mut Tx, challenge: &Challenge, hash: &[u8; 32]) -> Result<(), sqlx::Error> {
    sql("INSERT INTO sign_in_challenges (id, user_id, challenge_hash, epoch, began_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(&challenge.id)
    .bind(&challenge.user_id)
    .bind(hash)
    .bind(challenge.epoch)
    .bind(challenge.began_at)
    .bind(challenge.expires_at)
    .run(tx)
    .await?;
    Ok(())
}

/// The one of a browser's cookie, while it lives.
pub async fn live(tx: &mut Tx, hash: &[u8; 32], now: Moment) -> Result<Option<Challenge>, sqlx::Error> {
    sql("SELECT id, user_id, epoch, began_at, expires_at FROM sign_in_challenges
         WHERE challenge_hash = $1 AND finished_at IS NULL AND expires_at > $2")
    .bind(hash)
    .bind(now)
    .optional(tx)
    .await
}

/// Finishes one, once: of two codes at the same time one signs in.
pub async fn finish(tx: &mut Tx, id: &str, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE sign_in_challenges SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL")
        .bind(id)
        .bind(now)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// A newer sign-in of the same browser and user takes over; nobody is told of the older one.
pub async fn take_over(tx: &mut Tx, hash: &[u8; 32], user_id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE sign_in_challenges SET finished_at = $3
         WHERE challenge_hash = $1 AND user_id = $2 AND finished_at IS NULL")
    .bind(hash)
    .bind(user_id)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Users with a sign-in that began before a moment and is not finished, and who were not told since it began.
pub async fn unfinished_users(tx: &mut Tx, before: Moment, limit: i64) -> Result<Vec<String>, sqlx::Error> {
    sql("SELECT DISTINCT c.user_id FROM sign_in_challenges c JOIN users u ON u.id = c.user_id
         WHERE c.finished_at IS NULL AND c.began_at <= $1
           AND (u.unfinished_told_at IS NULL OR u.unfinished_told_at < c.began_at)
         ORDER BY c.user_id LIMIT $2")
    .bind(before)
    .bind(limit)
    .texts(tx)
    .await
}

/// When the newest unfinished sign-in of a user before a moment began, if they were not told since.
pub async fn unfinished_of(tx: &mut Tx, user_id: &str, before: Moment) -> Result<Option<i64>, sqlx::Error> {
    let row: Option<(Option<i64>,)> =
        sql("SELECT MAX(c.began_at) FROM sign_in_challenges c JOIN users u ON u.id = c.user_id
         WHERE c.user_id = $1 AND c.finished_at IS NULL AND c.began_at <= $2
           AND (u.unfinished_told_at IS NULL OR u.unfinished_told_at < c.began_at)")
        .bind(user_id)
        .bind(before)
        .optional(tx)
        .await?;
    Ok(row.and_then(|row| row.0))
}

/// Notes that a user was told.
pub async fn told(tx: &mut Tx, user_id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET unfinished_told_at = $2 WHERE id = $1").bind(user_id).bind(now).run(tx).await?;
    Ok(())
}

/// Removes those that ended long ago.
pub async fn sweep(tx: &mut Tx, before: Moment) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM sign_in_challenges WHERE expires_at <= $1").bind(before).run(tx).await
}
