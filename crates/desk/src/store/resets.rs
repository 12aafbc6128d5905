//! Password resets: what was asked for, what is staged, and the proof that a finished one leaves in its browser.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// Notes a request. The same row for any address, known or not.
pub async fn ask(
    tx: &mut Tx,
    id: &str,
    email_fold: &str,
    counts: bool,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO reset_requests (id, email_fold, counts, asked_at) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(email_fold)
        .bind(counts)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Requests that wait, oldest first.
pub async fn asked(tx: &mut Tx, limit: i64) -> Result<Vec<String>, sqlx::Error> {
    sql("SELECT id FROM reset_requests WHERE counts ORDER BY asked_at, id LIMIT $1")
        .bind(limit)
        .texts(tx)
        .await
}

/// Takes a request, once; says whose address it names.
pub async fn take_request(tx: &mut Tx, id: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        sql("DELETE FROM reset_requests WHERE id = $1 AND counts RETURNING email_fold")
            .bind(id)
            .optional(tx)
            .await?;
    Ok(row.map(|row| row.0))
}

/// A reset from its link to its end.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reset {
    /// The link.
    pub link_id: String,
    /// Keyed hash of the password's hash when the link was asked for.
    pub password_mark: Vec<u8>,
    /// The new password's hash, which counts only when the code is right.
    pub staged_hash: Option<String>,
    /// Whether it is long enough to be the only factor.
    pub staged_stands_alone: bool,
    /// Keyed hash of the number the code went to.
    pub phone_mark: Option<Vec<u8>>,
}

/// Begins one, beside its link.
pub async fn insert(
    tx: &mut Tx,
    link_id: &str,
    user_id: &str,
    password_mark: &[u8; 32],
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO resets (link_id, user_id, password_mark) VALUES ($1, $2, $3)")
        .bind(link_id)
        .bind(user_id)
        .bind(password_mark)
        .run(tx)
        .await?;
    Ok(())
}

/// The one of a link.
pub async fn of_link(tx: &mut Tx, link_id: &str) -> Result<Option<Reset>, sqlx::Error> {
    sql("SELECT link_id, password_mark, staged_hash, staged_stands_alone, phone_mark FROM resets WHERE link_id = $1")
        .bind(link_id)
        .optional(tx)
        .await
}

/// Stages a new password.
pub async fn stage(
    tx: &mut Tx,
    link_id: &str,
    hash: &str,
    stands_alone: bool,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sql("UPDATE resets SET staged_hash = $2, staged_stands_alone = $3, staged_at = $4 WHERE link_id = $1")
        .bind(link_id)
        .bind(hash)
        .bind(stands_alone)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Discards what is staged.
pub async fn unstage(tx: &mut Tx, link_id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE resets SET staged_hash = NULL, staged_stands_alone = FALSE, staged_at = NULL WHERE link_id = $1")
        .bind(link_id)
        .run(tx)
        .await?;
    Ok(())
}

/// Notes the number that the code went to.
pub async fn mark_phone(tx: &mut Tx, link_id: &str, mark: Option<[u8; 32]>) -> Result<(), sqlx::Error> {
    sql("UPDATE resets SET phone_mark = $2 WHERE link_id = $1")
        .bind(link_id)
        .bind(mark.map(|mark| mark.to_vec()))
        .run(tx)
        .await?;
    Ok(())
}

/// How many reset links of a user live, those whose letter waits too, and when the newest was asked for.
pub async fn live_links(
    tx: &mut Tx,
    user_id: &str,
    now: Moment,
) -> Result<(i64, Option<Moment>), sqlx::Error> {
    let row: (i64, Option<i64>) = sql("SELECT COUNT(CASE WHEN used_at IS NULL AND ended_at IS NULL
                       AND (expires_at IS NULL OR expires_at > $2) THEN 1 END), MAX(created_at)
         FROM links WHERE user_id = $1 AND purpose = 'reset'")
    .bind(user_id)
    .bind(now)
    .one(tx)
    .await?;
    Ok((row.0, row.1.map(Moment)))
}

/// Keeps the proof of a reset that a recovery code finished.
pub async fn keep_proof(
    tx: &mut Tx,
    hash: &[u8; 32],
    user_id: &str,
    epoch: i64,
    expires_at: Moment,
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO reset_proofs (token_hash, user_id, epoch, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(hash)
        .bind(user_id)
        .bind(epoch)
        .bind(expires_at)
        .run(tx)
        .await?;
    Ok(())
}

/// Uses a proof, once, by its own user and in the epoch it was made in.
pub async fn take_proof(
    tx: &mut Tx,
    hash: &[u8; 32],
    user_id: &str,
    epoch: i64,
    now: Moment,
) -> Result<bool, sqlx::Error> {
    let rows = sql("DELETE FROM reset_proofs
         WHERE token_hash = $1 AND user_id = $2 AND epoch = $3 AND expires_at > $4")
    .bind(hash)
    .bind(user_id)
    .bind(epoch)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Discards staged passwords of dead links, proofs that are too old, and requests that didn't count.
pub async fn sweep(tx: &mut Tx, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE resets SET staged_hash = NULL, staged_stands_alone = FALSE, staged_at = NULL
         WHERE staged_hash IS NOT NULL AND link_id IN
           (SELECT id FROM links WHERE purpose = 'reset'
              AND (used_at IS NOT NULL OR ended_at IS NOT NULL OR expires_at <= $1))")
    .bind(now)
    .run(tx)
    .await?;
    sql("DELETE FROM reset_proofs WHERE expires_at <= $1").bind(now).run(tx).await?;
    sql("DELETE FROM reset_requests WHERE NOT counts").run(tx).await?;
    Ok(())
}
