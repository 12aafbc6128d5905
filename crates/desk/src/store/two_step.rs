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
}

impl TwoStepRow {
    /// The state.
    pub fn state(&self) -> Result<TwoStep, Fault> {
        TwoStep::from_name(&self.state).ok_or_else(|| Fault::Stored(format!("2-step state {}", self.state)))
    }
}

/// 2-step of a user.
pub async fn of(tx: &mut Tx, user_id: &str) -> Result<TwoStepRow, sqlx::Error> {
    sql("SELECT state, phone, changed_at FROM two_step WHERE user_id = $1").bind(user_id).one(tx).await
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
           recovery_code_hash = NULL, recovery_code_at = NULL, changed_at = $2
         WHERE user_id = $1")
    .bind(user_id)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}
