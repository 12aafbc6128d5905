//! Remembered browsers: not asked for a verification code for a while. Ended ones are removed.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// A remembered browser.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RememberedBrowser {
    /// Its id.
    pub id: String,
    /// The user.
    pub user_id: String,
    /// What the browser says it is, in our own words.
    pub label: String,
    /// The user's security epoch when it was remembered.
    pub epoch: i64,
    /// UTC ms.
    pub remembered_at: i64,
    /// Its last sign-in, UTC ms.
    pub last_used_at: i64,
    /// UTC ms.
    pub expires_at: i64,
}

/// Remembers a browser.
pub async fn insert(
    tx: &mut Tx,
    browser: &RememberedBrowser,
    token_hash: &[u8; 32],
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO remembered_browsers (id, user_id, token_hash, label, epoch, remembered_at, last_used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(&browser.id)
    .bind(&browser.user_id)
    .bind(token_hash)
    .bind(&browser.label)
    .bind(browser.epoch)
    .bind(browser.remembered_at)
    .bind(browser.last_used_at)
    .bind(browser.expires_at)
    .run(tx)
    .await?;
    Ok(())
}

/// The live browser of a token that belongs to this user in this epoch; notes its use.
pub async fn use_one(
    tx: &mut Tx,
    token_hash: &[u8; 32],
    user_id: &str,
    epoch: i64,
    now: Moment,
) -> Result<Option<RememberedBrowser>, sqlx::Error> {
    sql("UPDATE remembered_browsers SET last_used_at = $4
         WHERE token_hash = $1 AND user_id = $2 AND epoch = $3 AND expires_at > $4
         RETURNING id, user_id, label, epoch, remembered_at, last_used_at, expires_at")
    .bind(token_hash)
    .bind(user_id)
    .bind(epoch)
    .bind(now)
    .optional(tx)
    .await
}

/// The live browsers of a user in this epoch, newest first.
pub async fn of_user(
    tx: &mut Tx,
    user_id: &str,
    epoch: i64,
    now: Moment,
) -> Result<Vec<RememberedBrowser>, sqlx::Error> {
    sql("SELECT id, user_id, label, epoch, remembered_at, last_used_at, expires_at FROM remembered_browsers
         WHERE user_id = $1 AND epoch = $2 AND expires_at > $3 ORDER BY remembered_at DESC, id DESC LIMIT 50")
    .bind(user_id)
    .bind(epoch)
    .bind(now)
    .all(tx)
    .await
}

/// Forgets one of a user's; false if there is no such one.
pub async fn end(tx: &mut Tx, user_id: &str, id: &str) -> Result<bool, sqlx::Error> {
    let rows = sql("DELETE FROM remembered_browsers WHERE user_id = $1 AND id = $2")
        .bind(user_id)
        .bind(id)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// Forgets all of a user; says how many there were.
pub async fn end_all(tx: &mut Tx, user_id: &str) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM remembered_browsers WHERE user_id = $1").bind(user_id).run(tx).await
}

/// Removes those whose time is over.
pub async fn sweep(tx: &mut Tx, now: Moment) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM remembered_browsers WHERE expires_at <= $1").bind(now).run(tx).await
}

/// How many browsers of a user are remembered.
pub async fn live(tx: &mut Tx, user_id: &str, now: Moment) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM remembered_browsers WHERE user_id = $1 AND expires_at > $2")
        .bind(user_id)
        .bind(now)
        .number(tx)
        .await
}
