//! Short codes: keyed hashes, tries spent before anything is compared.

use recovery_rules::states::CodePurpose;
use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// A code.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Code {
    /// Its id.
    pub id: String,
    /// The user.
    pub user_id: String,
    /// What it is for.
    pub purpose: String,
    /// The keyed hash; none until the message is taken for sending.
    pub code_hash: Option<Vec<u8>>,
    /// The user's security epoch when it was asked for.
    pub epoch: i64,
    /// UTC ms.
    pub created_at: i64,
    /// UTC ms; none until sent.
    pub expires_at: Option<i64>,
    /// Tries spent.
    pub tries: i64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// When it was ended before use.
    pub ended_at: Option<i64>,
}

/// What a new code is.
#[derive(Clone, Debug)]
pub struct NewCode<'a> {
    /// Its id.
    pub id: &'a str,
    /// The user.
    pub user_id: &'a str,
    /// What it is for.
    pub purpose: CodePurpose,
    /// What it belongs to.
    pub bound_to: &'a str,
    /// Its hash, if it is made at once.
    pub hash: Option<[u8; 32]>,
    /// The user's security epoch.
    pub epoch: i64,
    /// Its end, if it is made at once.
    pub expires_at: Option<Moment>,
}

/// Adds a code.
pub async fn insert(tx: &mut Tx, code: NewCode<'_>, now: Moment) -> Result<(), sqlx::Error> {
    sql("INSERT INTO codes (id, user_id, purpose, bound_to, code_hash, epoch, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(code.id)
    .bind(code.user_id)
    .bind(code.purpose.name())
    .bind(code.bound_to)
    .bind(code.hash.map(|hash| hash.to_vec()))
    .bind(code.epoch)
    .bind(now)
    .bind(code.expires_at)
    .run(tx)
    .await?;
    Ok(())
}

/// The newest code that belongs to something.
pub async fn bound_to(
    tx: &mut Tx,
    purpose: CodePurpose,
    bound_to: &str,
) -> Result<Option<Code>, sqlx::Error> {
    sql("SELECT * FROM codes WHERE purpose = $1 AND bound_to = $2 ORDER BY created_at DESC, id DESC LIMIT 1")
        .bind(purpose.name())
        .bind(bound_to)
        .optional(tx)
        .await
}

/// By id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Code>, sqlx::Error> {
    sql("SELECT * FROM codes WHERE id = $1").bind(id).optional(tx).await
}

/// Gives a code its hash and life when its message is taken for sending.
pub async fn arm(tx: &mut Tx, id: &str, hash: &[u8; 32], expires_at: Moment) -> Result<bool, sqlx::Error> {
    let rows =
        sql("UPDATE codes SET code_hash = $2, expires_at = $3 WHERE id = $1 AND used_at IS NULL AND ended_at IS NULL")
            .bind(id)
            .bind(hash)
            .bind(expires_at)
            .run(tx)
            .await?;
    Ok(rows == 1)
}

/// Takes hash and life from a live code whose message never left; the next taking gives it new ones.
pub async fn disarm(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE codes SET code_hash = NULL, expires_at = NULL
         WHERE id = $1 AND used_at IS NULL AND ended_at IS NULL")
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

/// Ends the live code that belongs to something.
pub async fn end_bound(
    tx: &mut Tx,
    purpose: CodePurpose,
    bound_to: &str,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sql("UPDATE codes SET ended_at = $3
         WHERE purpose = $1 AND bound_to = $2 AND used_at IS NULL AND ended_at IS NULL")
    .bind(purpose.name())
    .bind(bound_to)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Ends one live code.
pub async fn end(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE codes SET ended_at = $2 WHERE id = $1 AND used_at IS NULL AND ended_at IS NULL")
        .bind(id)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Begins the life of the code that belongs to something, or takes it back.
pub async fn begin_life(
    tx: &mut Tx,
    purpose: CodePurpose,
    bound_to: &str,
    expires_at: Option<Moment>,
) -> Result<(), sqlx::Error> {
    sql("UPDATE codes SET expires_at = $3 WHERE purpose = $1 AND bound_to = $2")
        .bind(purpose.name())
        .bind(bound_to)
        .bind(expires_at)
        .run(tx)
        .await?;
    Ok(())
}

/// Spends a try; says how many are spent, or nothing if the code is dead or its tries are used.
pub async fn spend_try(tx: &mut Tx, id: &str, limit: i64, now: Moment) -> Result<Option<i64>, sqlx::Error> {
    let row: Option<(i64,)> = sql("UPDATE codes SET tries = tries + 1
         WHERE id = $1 AND tries < $2 AND used_at IS NULL AND ended_at IS NULL
           AND (expires_at IS NULL OR expires_at > $3)
         RETURNING tries")
    .bind(id)
    .bind(limit)
    .bind(now)
    .optional(tx)
    .await?;
    Ok(row.map(|row| row.0))
}

/// Gives a try back that was spent on a code nobody compared anything with, or that was right.
pub async fn give_back(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE codes SET tries = tries - 1 WHERE id = $1 AND tries > 0").bind(id).run(tx).await?;
    Ok(())
}

/// Ends what was asked for beside the unlock links of a user: the call code and the contact code.
pub async fn end_of_unlock(tx: &mut Tx, user_id: &str, now: Moment) -> Result<(), sqlx::Error> {
    for purpose in [CodePurpose::Call, CodePurpose::Contact] {
        end_all(tx, user_id, purpose, now).await?;
    }
    Ok(())
}

/// Uses a code, once.
pub async fn take(tx: &mut Tx, id: &str, epoch: i64, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE codes SET used_at = $3
         WHERE id = $1 AND epoch = $2 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $3")
    .bind(id)
    .bind(epoch)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Ends the live codes of a user and purpose.
pub async fn end_all(
    tx: &mut Tx,
    user_id: &str,
    purpose: CodePurpose,
    now: Moment,
) -> Result<u64, sqlx::Error> {
    sql("UPDATE codes SET ended_at = $3
         WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL AND ended_at IS NULL")
    .bind(user_id)
    .bind(purpose.name())
    .bind(now)
    .run(tx)
    .await
}

/// Ends every live code of a user, whatever it is for: the account changed.
pub async fn end_every(tx: &mut Tx, user_id: &str, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE codes SET ended_at = $2 WHERE user_id = $1 AND used_at IS NULL AND ended_at IS NULL")
        .bind(user_id)
        .bind(now)
        .run(tx)
        .await
}

/// Ends for good what had run out by `latest`, although the clock says an earlier time now.
pub async fn end_expired(tx: &mut Tx, latest: Moment, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE codes SET ended_at = $2
         WHERE used_at IS NULL AND ended_at IS NULL AND expires_at <= $1")
    .bind(latest)
    .bind(now)
    .run(tx)
    .await
}
