//! Links by e-mail: single use is one UPDATE whose row count decides.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};
use crate::store::users;

/// A link.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Link {
    /// Its id.
    pub id: String,
    /// The user.
    pub user_id: String,
    /// The call it came from.
    pub call_id: Option<String>,
    /// `unlock` or `repudiate`.
    pub purpose: String,
    /// The address it was sent to.
    pub address: String,
    /// The user's security epoch when it was asked for.
    pub epoch: i64,
    /// UTC ms.
    pub created_at: i64,
    /// UTC ms; none until the letter is taken for sending.
    pub expires_at: Option<i64>,
    /// When the button was pressed.
    pub opened_at: Option<i64>,
    /// When it did what it is for.
    pub used_at: Option<i64>,
    /// When it was ended before use.
    pub ended_at: Option<i64>,
    /// Why.
    pub ended_because: Option<String>,
}

impl Link {
    /// A new one of a user, without a secret.
    pub fn new(id: String, user: &users::User, purpose: &str, address: &str, now: Moment) -> Self {
        Self {
            id,
            user_id: user.id.clone(),
            call_id: None,
            purpose: purpose.to_owned(),
            address: address.to_owned(),
            epoch: user.security_epoch,
            created_at: now.0,
            expires_at: None,
            opened_at: None,
            used_at: None,
            ended_at: None,
            ended_because: None,
        }
    }
}

/// Adds a link without a secret; the mailer makes it when it takes the letter.
pub async fn insert(tx: &mut Tx, link: &Link) -> Result<(), sqlx::Error> {
    sql("INSERT INTO links (id, user_id, call_id, purpose, address, epoch, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(&link.id)
    .bind(&link.user_id)
    .bind(link.call_id.clone())
    .bind(&link.purpose)
    .bind(&link.address)
    .bind(link.epoch)
    .bind(link.created_at)
    .run(tx)
    .await?;
    Ok(())
}

/// Gives a live link its secret and its life.
pub async fn arm(tx: &mut Tx, id: &str, hash: &[u8; 32], expires_at: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE links SET secret_hash = $2, expires_at = $3
         WHERE id = $1 AND used_at IS NULL AND ended_at IS NULL")
    .bind(id)
    .bind(hash)
    .bind(expires_at)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Takes secret and life from a live link whose letter never left; the next taking gives it new ones.
pub async fn disarm(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE links SET secret_hash = NULL, expires_at = NULL
         WHERE id = $1 AND opened_at IS NULL AND used_at IS NULL AND ended_at IS NULL")
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

/// By id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Link>, sqlx::Error> {
    sql("SELECT * FROM links WHERE id = $1").bind(id).optional(tx).await
}

/// By its secret's hash and purpose: an unlock link can't repudiate and the other way round.
pub async fn by_secret(tx: &mut Tx, hash: &[u8; 32], purpose: &str) -> Result<Option<Link>, sqlx::Error> {
    sql("SELECT * FROM links WHERE secret_hash = $1 AND purpose = $2")
        .bind(hash)
        .bind(purpose)
        .optional(tx)
        .await
}

/// The newest link of a call.
pub async fn newest_of_call(tx: &mut Tx, call_id: &str, purpose: &str) -> Result<Option<Link>, sqlx::Error> {
    sql("SELECT * FROM links WHERE call_id = $1 AND purpose = $2 ORDER BY created_at DESC, id DESC LIMIT 1")
        .bind(call_id)
        .bind(purpose)
        .optional(tx)
        .await
}

/// The live unlock link of a user.
pub async fn live_unlock(tx: &mut Tx, user_id: &str) -> Result<Option<Link>, sqlx::Error> {
    sql("SELECT * FROM links WHERE user_id = $1 AND purpose = 'unlock' AND used_at IS NULL AND ended_at IS NULL")
        .bind(user_id)
        .optional(tx)
        .await
}

/// Ends the live links of a user and purpose; says how many there were.
pub async fn end_all(
    tx: &mut Tx,
    user_id: &str,
    purpose: &str,
    because: &str,
    now: Moment,
) -> Result<u64, sqlx::Error> {
    sql("UPDATE links SET ended_at = $2, ended_because = $3
         WHERE user_id = $1 AND purpose = $4 AND used_at IS NULL AND ended_at IS NULL")
    .bind(user_id)
    .bind(now)
    .bind(because)
    .bind(purpose)
    .run(tx)
    .await
}

/// Ends one link that was not used.
pub async fn end(tx: &mut Tx, id: &str, because: &str, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE links SET ended_at = $2, ended_because = $3 WHERE id = $1 AND used_at IS NULL AND ended_at IS NULL")
        .bind(id)
        .bind(now)
        .bind(because)
        .run(tx)
        .await
}

/// Ends every live link of a user that an account change kills; "this wasn't me" links live on: that is when they
/// are needed. Reset links look at what changed by themselves: one of 2-step switches their code (D8.5, D8.6).
pub async fn end_every(tx: &mut Tx, user_id: &str, because: &str, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE links SET ended_at = $2, ended_because = $3
         WHERE user_id = $1 AND purpose IN ('unlock', 'confirm_address')
           AND used_at IS NULL AND ended_at IS NULL")
    .bind(user_id)
    .bind(now)
    .bind(because)
    .run(tx)
    .await
}

/// Notes that the button was pressed; the first time counts.
pub async fn opened(tx: &mut Tx, id: &str, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE links SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL")
        .bind(id)
        .bind(now)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// Uses a link, once: of a hundred at the same time one gets true.
pub async fn take(tx: &mut Tx, id: &str, epoch: i64, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE links SET used_at = $3
         WHERE id = $1 AND epoch = $2 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $3")
    .bind(id)
    .bind(epoch)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Whether any unlock link of a user was used since a moment, whichever call it came from.
pub async fn any_used_since(tx: &mut Tx, user_id: &str, since: Moment) -> Result<bool, sqlx::Error> {
    let count = sql("SELECT COUNT(*) FROM links WHERE user_id = $1 AND purpose = 'unlock' AND used_at >= $2")
        .bind(user_id)
        .bind(since)
        .number(tx)
        .await?;
    Ok(count > 0)
}

/// Ends for good what had run out by `latest`, although the clock says an earlier time now.
pub async fn end_expired(tx: &mut Tx, latest: Moment, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE links SET ended_at = $2, ended_because = 'expired'
         WHERE used_at IS NULL AND ended_at IS NULL AND expires_at <= $1")
    .bind(latest)
    .bind(now)
    .run(tx)
    .await
}

/// When a link of that purpose was last used by a user.
pub async fn last_used(tx: &mut Tx, user_id: &str, purpose: &str) -> Result<Option<Moment>, sqlx::Error> {
    let row: Option<(i64,)> =
        sql("SELECT used_at FROM links WHERE user_id = $1 AND purpose = $2 AND used_at IS NOT NULL
         ORDER BY used_at DESC LIMIT 1")
        .bind(user_id)
        .bind(purpose)
        .optional(tx)
        .await?;
    Ok(row.map(|row| Moment(row.0)))
}
