//! Numbers that wait for their verification code: no factor yet, one a user, gone when the code's life is over.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// A number that waits.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PendingPhone {
    /// Whose.
    pub user_id: String,
    /// The session it was typed in; the code works there and nowhere else.
    pub session_id: String,
    /// The code that was sent to it.
    pub code_id: String,
    /// E.164.
    pub phone: String,
    /// The user's security epoch.
    pub epoch: i64,
    /// UTC ms.
    pub asked_at: i64,
    /// UTC ms.
    pub expires_at: i64,
}

/// Keeps a number, in the place of one that waited before.
pub async fn put(tx: &mut Tx, pending: &PendingPhone) -> Result<(), sqlx::Error> {
    sql("INSERT INTO pending_phones (user_id, session_id, code_id, phone, epoch, asked_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (user_id) DO UPDATE SET session_id = excluded.session_id, code_id = excluded.code_id,
           phone = excluded.phone, epoch = excluded.epoch, asked_at = excluded.asked_at,
           expires_at = excluded.expires_at")
    .bind(&pending.user_id)
    .bind(&pending.session_id)
    .bind(&pending.code_id)
    .bind(&pending.phone)
    .bind(pending.epoch)
    .bind(pending.asked_at)
    .bind(pending.expires_at)
    .run(tx)
    .await?;
    Ok(())
}

/// The number that waits in this session and epoch, while it does.
pub async fn of(
    tx: &mut Tx,
    user_id: &str,
    session_id: &str,
    epoch: i64,
    now: Moment,
) -> Result<Option<PendingPhone>, sqlx::Error> {
    sql("SELECT * FROM pending_phones WHERE user_id = $1 AND session_id = $2 AND epoch = $3 AND expires_at > $4")
        .bind(user_id)
        .bind(session_id)
        .bind(epoch)
        .bind(now)
        .optional(tx)
        .await
}

/// Forgets the number that waits for a user.
pub async fn forget(tx: &mut Tx, user_id: &str) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM pending_phones WHERE user_id = $1").bind(user_id).run(tx).await
}

/// Removes those whose time is over.
pub async fn sweep(tx: &mut Tx, now: Moment) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM pending_phones WHERE expires_at <= $1").bind(now).run(tx).await
}
