//! Operators: staff of the desk.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// An operator.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Operator {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role.
    pub role: String,
    /// `invited`, `active` or `suspended`.
    pub state: String,
    /// Argon2id.
    pub password_hash: String,
    /// The authenticator's secret, sealed.
    pub authenticator: Vec<u8>,
    /// The last time step accepted.
    pub last_time_step: i64,
    /// Their own account as a user.
    pub user_id: Option<String>,
    /// Raised when role, state or authenticator change.
    pub session_epoch: i64,
}

/// How many there are, in any state.
pub async fn count(tx: &mut Tx) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM operators").number(tx).await
}

/// How many ever became active.
pub async fn count_active(tx: &mut Tx) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM operators WHERE state <> 'invited'").number(tx).await
}

/// Everybody, by name.
pub async fn all(tx: &mut Tx) -> Result<Vec<Operator>, sqlx::Error> {
    sql("SELECT * FROM operators ORDER BY name, email").all(tx).await
}

/// By id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Operator>, sqlx::Error> {
    sql("SELECT * FROM operators WHERE id = $1").bind(id).optional(tx).await
}

/// By e-mail address.
pub async fn by_email(tx: &mut Tx, email_fold: &str) -> Result<Option<Operator>, sqlx::Error> {
    sql("SELECT * FROM operators WHERE email_fold = $1").bind(email_fold).optional(tx).await
}

/// The first active one of a role, for the one-click sign-in of demo data.
pub async fn first_of_role(tx: &mut Tx, role: &str) -> Result<Option<Operator>, sqlx::Error> {
    sql("SELECT * FROM operators WHERE role = $1 AND state = 'active' ORDER BY id LIMIT 1")
        .bind(role)
        .optional(tx)
        .await
}

/// The operator whose own account this is: linked to it, or of the same address.
pub async fn by_user(tx: &mut Tx, user_id: &str, email_fold: &str) -> Result<Option<Operator>, sqlx::Error> {
    sql("SELECT * FROM operators WHERE (user_id = $1 OR email_fold = $2) AND state <> 'suspended' LIMIT 1")
        .bind(user_id)
        .bind(email_fold)
        .optional(tx)
        .await
}

/// An operator's own account as a user and its company: the linked one, or the one of the same address.
pub async fn own_account(
    tx: &mut Tx,
    user_id: Option<&str>,
    email_fold: &str,
) -> Result<Option<(String, String)>, sqlx::Error> {
    sql("SELECT id, company_id FROM users WHERE id = $1 OR email_fold = $2 ORDER BY id LIMIT 1")
        .bind(user_id)
        .bind(email_fold)
        .optional(tx)
        .await
}

/// Adds one.
pub async fn insert(
    tx: &mut Tx,
    operator: &Operator,
    email_fold: &str,
    now: Moment,
) -> Result<bool, sqlx::Error> {
    let rows =
        sql("INSERT INTO operators (id, name, email, email_fold, role, state, password_hash, authenticator,
                                last_time_step, user_id, session_epoch, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING")
        .bind(&operator.id)
        .bind(&operator.name)
        .bind(&operator.email)
        .bind(email_fold)
        .bind(&operator.role)
        .bind(&operator.state)
        .bind(&operator.password_hash)
        .bind(operator.authenticator.clone())
        .bind(operator.last_time_step)
        .bind(operator.user_id.clone())
        .bind(operator.session_epoch)
        .bind(now)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// Removes invited ones: the first administrator that was never confirmed begins again.
pub async fn remove_invited(tx: &mut Tx) -> Result<(), sqlx::Error> {
    sql("DELETE FROM operators WHERE state = 'invited'").run(tx).await?;
    Ok(())
}

/// Takes a time step of the authenticator, once: false if it, or a later one, was used before.
pub async fn take_time_step(tx: &mut Tx, id: &str, step: i64) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE operators SET last_time_step = $2 WHERE id = $1 AND last_time_step < $2")
        .bind(id)
        .bind(step)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// Makes an invited operator active.
pub async fn activate(tx: &mut Tx, id: &str) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE operators SET state = 'active' WHERE id = $1 AND state = 'invited'")
        .bind(id)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// Gives a new authenticator; all sessions of the operator are dead with the old epoch.
pub async fn replace_authenticator(tx: &mut Tx, id: &str, sealed: Vec<u8>) -> Result<(), sqlx::Error> {
    sql("UPDATE operators SET authenticator = $2, last_time_step = 0, session_epoch = session_epoch + 1 WHERE id = $1")
        .bind(id)
        .bind(sealed)
        .run(tx)
        .await?;
    Ok(())
}
