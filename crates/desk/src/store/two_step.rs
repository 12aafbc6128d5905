//! 2-step of a user.

use recovery_rules::states::TwoStep;
use recovery_rules::time::Moment;

use crate::database::{Tx, sql};
use crate::failure::Fault;

/// 2-step as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TwoStepRow {
    /// The state.
    pub state: String,
    /// E.164, while it is on.
    pub phone: Option<String>,
    /// When the state began, UTC ms.
    pub changed_at: i64,
    /// The keyed hash of the recovery code, while 2-step is on.
    pub recovery_code_hash: Option<Vec<u8>>,
    /// When the recovery code was made, UTC ms.
    pub recovery_code_at: Option<i64>,
    /// The keyed hash of its last group, until its owner has typed that group.
    pub recovery_code_last_group: Option<Vec<u8>>,
}

impl TwoStepRow {
    /// Whether the recovery code was never acknowledged: it is void, and a new one is offered.
    pub const fn pending_acknowledgement(&self) -> bool {
        self.recovery_code_last_group.is_some()
    }

    /// The state.
    pub fn state(&self) -> Result<TwoStep, Fault> {
        TwoStep::from_name(&self.state).ok_or_else(|| Fault::Stored(format!("2-step state {}", self.state)))
    }
}

/// 2-step of a user.
pub async fn of(tx: &mut Tx, user_id: &str) -> Result<TwoStepRow, sqlx::Error> {
    sql("SELECT state, phone, changed_at, recovery_code_hash, recovery_code_at, recovery_code_last_group
         FROM two_step WHERE user_id = $1")
    .bind(user_id)
    .one(tx)
    .await
}

/// Gives a new user their row.
pub async fn insert(
    tx: &mut Tx,
    user_id: &str,
    state: TwoStep,
    phone: Option<(&str, &str)>,
    recovery_code_hash: Option<Vec<u8>>,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO two_step (user_id, state, phone, phone_last4, recovery_code_hash, recovery_code_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(user_id)
    .bind(state.name())
    .bind(phone.map(|p| p.0))
    .bind(phone.map(|p| p.1))
    .bind(recovery_code_hash.clone())
    .bind(recovery_code_hash.map(|_| now))
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// After an unlock: nothing of the old 2-step is left, and it is to be set up again where it ever was on.
pub async fn to_be_set_up_again(tx: &mut Tx, user_id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE two_step SET state = 'to_be_set_up_again', phone = NULL, phone_last4 = NULL,
           recovery_code_hash = NULL, recovery_code_at = NULL, recovery_code_last_group = NULL, changed_at = $2
         WHERE user_id = $1")
    .bind(user_id)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// A recovery code as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct StoredRecoveryCode {
    /// The keyed hash of the code.
    pub hash: [u8; 32],
    /// The keyed hash of its last group, for the acknowledgement.
    pub last_group: [u8; 32],
}

/// Turns 2-step on: verified phone and recovery code in one statement, so that there is no half state.
pub async fn turn_on(
    tx: &mut Tx,
    user_id: &str,
    phone: (&str, &str),
    code: StoredRecoveryCode,
    now: Moment,
) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE two_step SET state = 'on', phone = $2, phone_last4 = $3, recovery_code_hash = $4,
           recovery_code_last_group = $5, recovery_code_at = $6, changed_at = $6
         WHERE user_id = $1 AND state <> 'on'")
    .bind(user_id)
    .bind(phone.0)
    .bind(phone.1)
    .bind(code.hash.to_vec())
    .bind(code.last_group.to_vec())
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Turns 2-step off: nothing is left of it but the fact that it was on.
pub async fn turn_off(tx: &mut Tx, user_id: &str, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE two_step SET state = 'off', phone = NULL, phone_last4 = NULL,
           recovery_code_hash = NULL, recovery_code_at = NULL, recovery_code_last_group = NULL, changed_at = $2
         WHERE user_id = $1 AND state IN ('on', 'to_be_set_up_again')")
    .bind(user_id)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Puts another verified phone in the place of the one on file.
pub async fn change_phone(tx: &mut Tx, user_id: &str, phone: (&str, &str)) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE two_step SET phone = $2, phone_last4 = $3 WHERE user_id = $1 AND state = 'on'")
        .bind(user_id)
        .bind(phone.0)
        .bind(phone.1)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// Puts a new recovery code in the place of one: of two at the same time, or of a use and a replacement, one
/// wins (`former` is the hash it was judged against; none replaces whichever there is).
pub async fn replace_recovery_code(
    tx: &mut Tx,
    user_id: &str,
    former: Option<&[u8]>,
    code: StoredRecoveryCode,
    now: Moment,
) -> Result<bool, sqlx::Error> {
    let statement = match former {
        Some(_) => sql("UPDATE two_step SET recovery_code_hash = $2, recovery_code_last_group = $3, recovery_code_at = $4
             WHERE user_id = $1 AND state = 'on' AND recovery_code_hash = $5 AND recovery_code_last_group IS NULL"),
        None => sql("UPDATE two_step SET recovery_code_hash = $2, recovery_code_last_group = $3, recovery_code_at = $4
             WHERE user_id = $1 AND state = 'on'"),
    };
    let statement = statement.bind(user_id).bind(code.hash.to_vec()).bind(code.last_group.to_vec()).bind(now);
    let statement = match former {
        Some(former) => statement.bind(former.to_vec()),
        None => statement,
    };
    Ok(statement.run(tx).await? == 1)
}

/// Notes that the owner has the recovery code; false if that was noted before.
pub async fn acknowledge(tx: &mut Tx, user_id: &str) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE two_step SET recovery_code_last_group = NULL
         WHERE user_id = $1 AND state = 'on' AND recovery_code_last_group IS NOT NULL")
    .bind(user_id)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// How many other accounts have this phone.
pub async fn others_with_phone(tx: &mut Tx, phone: &str, but: &str) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM two_step WHERE phone = $1 AND user_id <> $2")
        .bind(phone)
        .bind(but)
        .number(tx)
        .await
}
