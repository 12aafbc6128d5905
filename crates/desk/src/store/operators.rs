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
    /// Argon2id; none until an invitation is accepted.
    pub password_hash: Option<String>,
    /// The authenticator's secret, sealed; none until then.
    pub authenticator: Option<Vec<u8>>,
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
        .bind(operator.password_hash.clone())
        .bind(operator.authenticator.clone())
        .bind(operator.last_time_step)
        .bind(operator.user_id.clone())
        .bind(operator.session_epoch)
        .bind(now)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// An operator with what a list shows.
#[derive(Debug, sqlx::FromRow)]
pub struct Seen {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: String,
    /// `invited`, `active` or `suspended`.
    pub state: String,
    /// UTC ms of the last use of any session still kept.
    pub last_seen_at: Option<i64>,
    /// Calls opened since the moment asked for.
    pub calls: i64,
    /// When the invitation ends, UTC ms; none before its letter left.
    pub invitation_expires_at: Option<i64>,
}

/// Everybody, by name, with the calls since a moment.
pub async fn seen(tx: &mut Tx, since: Moment) -> Result<Vec<Seen>, sqlx::Error> {
    sql("SELECT o.id, o.name, o.email, o.role, o.state, o.invitation_expires_at,
           (SELECT MAX(s.last_seen_at) FROM sessions s WHERE s.operator_id = o.id) AS last_seen_at,
           (SELECT COUNT(*) FROM calls c WHERE c.operator_id = o.id AND c.opened_at >= $1) AS calls
         FROM operators o ORDER BY o.name, o.email")
    .bind(since)
    .all(tx)
    .await
}

/// By id, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Option<Operator>, sqlx::Error> {
    sql("UPDATE operators SET session_epoch = session_epoch WHERE id = $1 RETURNING *")
        .bind(id)
        .optional(tx)
        .await
}

/// Locks all administrators, in the order of their ids: of two who are demoted at once one must stay.
pub async fn lock_administrators(tx: &mut Tx) -> Result<(), sqlx::Error> {
    let rows: Vec<(String,)> =
        sql("SELECT id FROM operators WHERE role = 'administrator' ORDER BY id").all(tx).await?;
    for (id,) in rows {
        lock(tx, &id).await?;
    }
    Ok(())
}

/// Changes role and state; every session made before is dead with the old epoch.
pub async fn set_role_and_state(tx: &mut Tx, id: &str, role: &str, state: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE operators SET role = $2, state = $3, session_epoch = session_epoch + 1 WHERE id = $1")
        .bind(id)
        .bind(role)
        .bind(state)
        .run(tx)
        .await?;
    Ok(())
}

/// Invites somebody anew: password and authenticator are gone, every session is dead.
pub async fn invite_again(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE operators SET state = 'invited', password_hash = NULL, authenticator = NULL, last_time_step = 0,
           invitation_hash = NULL, invitation_expires_at = NULL, session_epoch = session_epoch + 1
         WHERE id = $1")
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

/// Gives an invitation its code and its life; false if there is nobody invited any more.
pub async fn arm_invitation(
    tx: &mut Tx,
    id: &str,
    hash: &[u8; 32],
    ends: Moment,
) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE operators SET invitation_hash = $2, invitation_expires_at = $3
         WHERE id = $1 AND state = 'invited'")
    .bind(id)
    .bind(hash)
    .bind(ends)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Takes the code of an invitation back whose letter could not leave.
pub async fn disarm_invitation(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE operators SET invitation_hash = NULL, invitation_expires_at = NULL
         WHERE id = $1 AND state = 'invited'")
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

/// The invited operator of an address whose invitation has this code and lives.
pub async fn invited(
    tx: &mut Tx,
    email_fold: &str,
    hash: &[u8; 32],
    now: Moment,
) -> Result<Option<Operator>, sqlx::Error> {
    sql("SELECT * FROM operators WHERE email_fold = $1 AND state = 'invited' AND invitation_hash = $2
           AND invitation_expires_at > $3")
    .bind(email_fold)
    .bind(hash)
    .bind(now)
    .optional(tx)
    .await
}

/// Sets password and authenticator of somebody invited; the invitation lives on until the authenticator was tried.
pub async fn enrol(
    tx: &mut Tx,
    id: &str,
    password_hash: &str,
    authenticator: Vec<u8>,
) -> Result<(), sqlx::Error> {
    sql("UPDATE operators SET password_hash = $2, authenticator = $3, last_time_step = 0
         WHERE id = $1 AND state = 'invited'")
    .bind(id)
    .bind(password_hash)
    .bind(authenticator)
    .run(tx)
    .await?;
    Ok(())
}

/// Removes invited ones: the first administrator that was never confirmed begins again.
pub async fn remove_invited(tx: &mut Tx) -> Result<(), sqlx::Error> {
    sql("DELETE FROM operators WHERE state = 'invited'").run(tx).await?;
    Ok(())
}

/// Puts the same password's hash of today in the place of the one that was compared.
pub async fn renew_password_hash(tx: &mut Tx, id: &str, before: &str, hash: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE operators SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
        .bind(id)
        .bind(before)
        .bind(hash)
        .run(tx)
        .await?;
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
    let rows =
        sql("UPDATE operators SET state = 'active', invitation_hash = NULL, invitation_expires_at = NULL
         WHERE id = $1 AND state = 'invited' AND password_hash IS NOT NULL")
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

/// Notes who gave somebody their access last, by an invitation or by making them an administrator, and when.
pub async fn given_access(tx: &mut Tx, id: &str, by: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE operators SET administrator_by = $2, administrator_at = $3 WHERE id = $1")
        .bind(id)
        .bind(by)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Whether somebody was invited, or made an administrator, by that operator since a moment.
pub async fn made_by_since(tx: &mut Tx, id: &str, by: &str, since: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql(
        "SELECT COUNT(*) FROM operators WHERE id = $1 AND administrator_by = $2 AND administrator_at > $3",
    )
    .bind(id)
    .bind(by)
    .bind(since)
    .number(tx)
    .await?;
    Ok(rows > 0)
}

/// How many active administrators could approve what that operator asks about a company or somebody in it: neither they
/// themselves, nor anybody of that company, nor one who gave them access since or got it from them.
pub async fn could_approve(
    tx: &mut Tx,
    asker: &str,
    company_id: Option<&str>,
    since: Moment,
) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM operators o WHERE o.role = 'administrator' AND o.state = 'active' AND o.id <> $1
           AND (o.administrator_by IS NULL OR o.administrator_by <> $1 OR o.administrator_at <= $2)
           AND NOT EXISTS (SELECT 1 FROM operators a WHERE a.id = $1 AND a.administrator_by = o.id AND a.administrator_at > $2)
           AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = o.user_id AND u.company_id = CAST($3 AS TEXT))")
    .bind(asker)
    .bind(since)
    .bind(company_id.map(str::to_owned))
    .number(tx)
    .await
}

/// Name of an operator, for lists.
pub async fn name(tx: &mut Tx, id: &str) -> Result<String, sqlx::Error> {
    Ok(by_id(tx, id).await?.map(|operator| operator.name).unwrap_or_default())
}
