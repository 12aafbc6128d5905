//! Sessions of operators and users, by the keyed hash of their token.

use recovery_rules::states::SecondStep;
use recovery_rules::time::{Moment, Span};

use crate::database::{Tx, sql};
use crate::keys::DataKeys;
use crate::secret::SecretText;

/// A session.
#[derive(Debug, sqlx::FromRow)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// The operator, if it is one's.
    pub operator_id: Option<String>,
    /// The user, if it is one's.
    pub user_id: Option<String>,
    /// The epoch it was made in.
    pub epoch: i64,
    /// Last use, UTC ms.
    pub last_seen_at: i64,
    /// Its end at the latest, UTC ms.
    pub expires_at: i64,
    /// When it was ended.
    pub ended_at: Option<i64>,
    /// When its second step was done, UTC ms.
    pub second_step_at: Option<i64>,
    /// What the second step was.
    pub second_step_by: Option<String>,
    /// The company of a billing user's session at the desk; none for every other session.
    pub desk_company: Option<String>,
    /// When *Later* was chosen, while 2-step is to be set up again.
    pub later_at: Option<i64>,
    /// The public key of the device it is bound to.
    pub device_key: Option<Vec<u8>>,
}

/// Whose session it is.
#[derive(Clone, Copy, Debug)]
pub enum Owner<'a> {
    /// An operator's.
    Operator(&'a str),
    /// A user's.
    User(&'a str),
}

/// The keyed hash of a token.
pub fn token_hash(keys: &DataKeys, token: &SecretText) -> [u8; 32] {
    keys.keyed_hash("session", &[token.expose().as_bytes()])
}

/// Starts a session.
pub async fn start(
    tx: &mut Tx,
    id: &str,
    hash: &[u8; 32],
    owner: Owner<'_>,
    epoch: i64,
    now: Moment,
    expires_at: Moment,
) -> Result<(), sqlx::Error> {
    let (operator_id, user_id) = match owner {
        Owner::Operator(id) => (Some(id), None),
        Owner::User(id) => (None, Some(id)),
    };
    sql("INSERT INTO sessions (id, token_hash, operator_id, user_id, epoch, started_at, last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)")
    .bind(id)
    .bind(hash)
    .bind(operator_id)
    .bind(user_id)
    .bind(epoch)
    .bind(now)
    .bind(expires_at)
    .run(tx)
    .await?;
    Ok(())
}

/// Binds a session that was just started to a device.
pub async fn bind_to_device(tx: &mut Tx, id: &str, key: &[u8; 32]) -> Result<(), sqlx::Error> {
    sql("UPDATE sessions SET device_key = $2 WHERE id = $1").bind(id).bind(key).run(tx).await?;
    Ok(())
}

/// The session of a token.
pub async fn by_token(tx: &mut Tx, hash: &[u8; 32]) -> Result<Option<Session>, sqlx::Error> {
    sql("SELECT s.id, s.operator_id, s.user_id, s.epoch, s.last_seen_at, s.expires_at, s.ended_at, s.second_step_at,
           s.second_step_by, s.later_at, COALESCE(s.device_key, d.device_key) AS device_key, d.company_id AS desk_company
         FROM sessions s LEFT JOIN desk_sessions d ON d.session_id = s.id WHERE s.token_hash = $1")
    .bind(hash)
    .optional(tx)
    .await
}

/// When the operator last gave a code of the authenticator in this session, UTC ms.
pub async fn confirmed_at(tx: &mut Tx, id: &str) -> Result<Option<i64>, sqlx::Error> {
    let row: Option<(Option<i64>,)> =
        sql("SELECT confirmed_at FROM sessions WHERE id = $1").bind(id).optional(tx).await?;
    Ok(row.and_then(|row| row.0))
}

/// Notes that the operator gave a fresh code.
pub async fn confirmed(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE sessions SET confirmed_at = $2 WHERE id = $1").bind(id).bind(now).run(tx).await?;
    Ok(())
}

/// Notes a use.
pub async fn touch(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE sessions SET last_seen_at = $2 WHERE id = $1").bind(id).bind(now).run(tx).await?;
    Ok(())
}

/// Notes the second step of a user's session.
pub async fn second_step(tx: &mut Tx, id: &str, by: SecondStep, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE sessions SET second_step_at = $2, second_step_by = $3 WHERE id = $1")
        .bind(id)
        .bind(now)
        .bind(by.name())
        .run(tx)
        .await?;
    Ok(())
}

/// Notes that *Later* was chosen in a user's session.
pub async fn later(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE sessions SET later_at = $2 WHERE id = $1").bind(id).bind(now).run(tx).await?;
    Ok(())
}

/// Carries one session over into the user's new epoch: whoever makes a change stays signed in, all others don't.
pub async fn carry_over(tx: &mut Tx, id: &str, epoch: i64) -> Result<(), sqlx::Error> {
    sql("UPDATE sessions SET epoch = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(id)
        .bind(epoch)
        .run(tx)
        .await?;
    Ok(())
}

/// Ends a user's other sessions; says how many there were.
pub async fn end_others(tx: &mut Tx, user_id: &str, but: &str, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL")
        .bind(user_id)
        .bind(but)
        .bind(now)
        .run(tx)
        .await
}

/// Ends one session.
pub async fn end(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(id)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Ends all sessions of somebody; says how many there were.
pub async fn end_all(tx: &mut Tx, owner: Owner<'_>, now: Moment) -> Result<u64, sqlx::Error> {
    let statement = match owner {
        Owner::Operator(id) => {
            sql("UPDATE sessions SET ended_at = $2 WHERE operator_id = $1 AND ended_at IS NULL").bind(id)
        }
        Owner::User(id) => {
            sql("UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL").bind(id)
        }
    };
    statement.bind(now).run(tx).await
}

/// Ends for good what had run out by `latest`, by age or for want of use, although the clock says an earlier time
/// now; all but the session of whoever says so.
pub async fn end_expired(
    tx: &mut Tx,
    latest: Moment,
    operators_idle: Span,
    users_idle: Span,
    but: &str,
    now: Moment,
) -> Result<u64, sqlx::Error> {
    sql("UPDATE sessions SET ended_at = $2
         WHERE ended_at IS NULL AND id <> $5
           AND (expires_at <= $1 OR (operator_id IS NOT NULL AND last_seen_at <= $3)
                                 OR (user_id IS NOT NULL AND last_seen_at <= $4))")
    .bind(latest)
    .bind(now)
    .bind(latest - operators_idle)
    .bind(latest - users_idle)
    .bind(but)
    .run(tx)
    .await
}

/// How many sessions of a user live.
pub async fn live_of_user(tx: &mut Tx, user_id: &str, now: Moment) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2")
        .bind(user_id)
        .bind(now)
        .number(tx)
        .await
}
