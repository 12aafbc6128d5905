//! Users: people with an account. What is changed of one has files of its own, by subject.

mod addresses;
mod billing;
mod locks;
mod phone_recovery;
mod reminders;

pub use addresses::*;
pub use billing::*;
pub use locks::*;
pub use phone_recovery::*;
use recovery_rules::states::{Account, LockedBy, UserKind};
use recovery_rules::time::Moment;
pub use reminders::*;

use crate::database::{Tx, sql};
use crate::failure::Fault;

/// A user as the operations need them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct User {
    /// Their id.
    pub id: String,
    /// Their company.
    pub company_id: String,
    /// `standard` or `billing`.
    pub kind: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// E-mail address.
    pub email: String,
    /// `active`, `locked` or `closed`.
    pub account: String,
    /// Who locked it.
    pub locked_by: Option<String>,
    /// Argon2id; none until the first password is chosen.
    pub password_hash: Option<String>,
    /// Raised by every change of address, phone, password, 2-step or lock.
    pub security_epoch: i64,
    /// Phone verification paused until, UTC ms.
    pub paused_until: Option<i64>,
    /// The same for calls with a reference.
    pub reference_paused_until: Option<i64>,
    /// Phone recovery stopped until, UTC ms.
    pub stopped_until: Option<i64>,
    /// Contacts frozen until, UTC ms.
    pub frozen_until: Option<i64>,
    /// Last sign-in, UTC ms.
    pub last_sign_in_at: Option<i64>,
}

/// Given and family name as one.
pub fn full_name(given: &str, family: &str) -> String {
    format!("{given} {family}").trim().to_owned()
}

impl User {
    /// Given and family name.
    pub fn name(&self) -> String {
        full_name(&self.given_name, &self.family_name)
    }

    /// The state of the account.
    pub fn account(&self) -> Result<Account, Fault> {
        Account::from_name(&self.account)
            .ok_or_else(|| Fault::Stored(format!("account state {}", self.account)))
    }

    /// Standard or billing.
    pub fn kind(&self) -> Result<UserKind, Fault> {
        UserKind::from_name(&self.kind).ok_or_else(|| Fault::Stored(format!("user kind {}", self.kind)))
    }

    /// Who locked it.
    pub fn locked_by(&self) -> Option<LockedBy> {
        self.locked_by.as_deref().and_then(LockedBy::from_name)
    }
}

/// How many there are, in any state.
pub async fn count(tx: &mut Tx) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM users").number(tx).await
}

/// Whether there is any.
pub async fn any(tx: &mut Tx) -> Result<bool, sqlx::Error> {
    Ok(sql("SELECT COUNT(*) FROM (SELECT 1 FROM users LIMIT 1) AS one").number(tx).await? > 0)
}

/// By id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<User>, sqlx::Error> {
    sql("SELECT * FROM users WHERE id = $1").bind(id).optional(tx).await
}

/// By id, locked until the transaction ends: whatever is decided about this user is decided alone.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Option<User>, sqlx::Error> {
    sql("UPDATE users SET security_epoch = security_epoch WHERE id = $1 RETURNING *")
        .bind(id)
        .optional(tx)
        .await
}

/// By e-mail address.
pub async fn by_email(tx: &mut Tx, email_fold: &str) -> Result<Option<User>, sqlx::Error> {
    sql("SELECT * FROM users WHERE email_fold = $1").bind(email_fold).optional(tx).await
}

/// The search columns of a user, folded.
#[derive(Clone, Debug)]
pub struct Folded {
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// E-mail address.
    pub email: String,
}

/// Adds one.
pub async fn insert(tx: &mut Tx, user: &User, folded: &Folded, now: Moment) -> Result<(), sqlx::Error> {
    sql("INSERT INTO users (id, company_id, kind, given_name, family_name, given_fold, family_fold, email, email_fold,
                            account, locked_by, password_hash, security_epoch, paused_until, reference_paused_until,
                            stopped_until, frozen_until, last_sign_in_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)")
    .bind(&user.id)
    .bind(&user.company_id)
    .bind(&user.kind)
    .bind(&user.given_name)
    .bind(&user.family_name)
    .bind(&folded.given)
    .bind(&folded.family)
    .bind(&user.email)
    .bind(&folded.email)
    .bind(&user.account)
    .bind(user.locked_by.clone())
    .bind(user.password_hash.clone())
    .bind(user.security_epoch)
    .bind(user.paused_until)
    .bind(user.reference_paused_until)
    .bind(user.stopped_until)
    .bind(user.frozen_until)
    .bind(user.last_sign_in_at)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Sets a new password and raises the epoch: every session, link and code made before is dead.
pub async fn set_password(tx: &mut Tx, id: &str, hash: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET password_hash = $2, security_epoch = security_epoch + 1 WHERE id = $1")
        .bind(id)
        .bind(hash)
        .run(tx)
        .await?;
    Ok(())
}

/// Puts the same password's hash of today in the place of the one that was compared. No change of the account: the epoch
/// stays.
pub async fn renew_password_hash(tx: &mut Tx, id: &str, before: &str, hash: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
        .bind(id)
        .bind(before)
        .bind(hash)
        .run(tx)
        .await?;
    Ok(())
}

/// Raises the epoch: every session, link and code made before is dead. Says the new one.
pub async fn raise_epoch(tx: &mut Tx, id: &str) -> Result<i64, sqlx::Error> {
    sql("UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1 RETURNING security_epoch")
        .bind(id)
        .number(tx)
        .await
}

/// Notes a sign-in.
pub async fn signed_in(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET last_sign_in_at = $2 WHERE id = $1").bind(id).bind(now).run(tx).await?;
    Ok(())
}
