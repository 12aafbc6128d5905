//! What makes a user's session one of the desk, and a sign-in one at the desk: the company it is bound to, and the
//! device, where the desk is over the network.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};
use crate::keys::DataKeys;
use crate::secret::SecretText;

/// Half a sign-in at the desk.
#[derive(Debug, sqlx::FromRow)]
pub struct DeskChallenge {
    /// Its id.
    pub id: String,
    /// Who signs in.
    pub user_id: String,
    /// The user's security epoch when it began.
    pub epoch: i64,
    /// The device it began at.
    pub device_key: Option<Vec<u8>>,
}

/// The keyed hash of what a desk holds between password and code; no cookie of a browser ever fits it.
pub fn challenge_hash(keys: &DataKeys, token: &SecretText) -> [u8; 32] {
    keys.keyed_hash("desk_challenge", &[token.expose().as_bytes()])
}

/// Makes a sign-in one at the desk.
pub async fn bind_challenge(tx: &mut Tx, id: &str, device_key: Option<[u8; 32]>) -> Result<(), sqlx::Error> {
    sql("INSERT INTO desk_challenges (challenge_id, device_key) VALUES ($1, $2)")
        .bind(id)
        .bind(device_key.map(|key| key.to_vec()))
        .run(tx)
        .await?;
    Ok(())
}

/// The sign-in of what a desk holds, while it lives.
pub async fn challenge(
    tx: &mut Tx,
    hash: &[u8; 32],
    now: Moment,
) -> Result<Option<DeskChallenge>, sqlx::Error> {
    sql("SELECT c.id, c.user_id, c.epoch, d.device_key
         FROM sign_in_challenges c JOIN desk_challenges d ON d.challenge_id = c.id
         WHERE c.challenge_hash = $1 AND c.finished_at IS NULL AND c.expires_at > $2")
    .bind(hash)
    .bind(now)
    .optional(tx)
    .await
}

/// Ends what this user left half done at desks: a new sign-in begins anew.
pub async fn end_challenges(tx: &mut Tx, user_id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE sign_in_challenges SET finished_at = $2 WHERE user_id = $1 AND finished_at IS NULL
           AND id IN (SELECT challenge_id FROM desk_challenges)")
    .bind(user_id)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Makes a session that was just started one of the desk.
pub async fn bind(
    tx: &mut Tx,
    session_id: &str,
    company_id: &str,
    device_key: Option<[u8; 32]>,
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO desk_sessions (session_id, company_id, device_key) VALUES ($1, $2, $3)")
        .bind(session_id)
        .bind(company_id)
        .bind(device_key.map(|key| key.to_vec()))
        .run(tx)
        .await?;
    Ok(())
}

/// Ends a user's sessions at desks; says how many there were.
pub async fn end_all(tx: &mut Tx, user_id: &str, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL
           AND id IN (SELECT session_id FROM desk_sessions)")
    .bind(user_id)
    .bind(now)
    .run(tx)
    .await
}
