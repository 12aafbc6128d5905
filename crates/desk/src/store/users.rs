//! Users: people with an account.

use recovery_rules::states::{Account, LockedBy, UserKind};
use recovery_rules::time::Moment;

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

/// Pauses phone verification, for calls with or without a reference.
pub async fn pause(tx: &mut Tx, id: &str, by_reference: bool, until: Moment) -> Result<(), sqlx::Error> {
    let statement = if by_reference {
        sql("UPDATE users SET reference_paused_until = $2 WHERE id = $1")
    } else {
        sql("UPDATE users SET paused_until = $2 WHERE id = $1")
    };
    statement.bind(id).bind(until).run(tx).await?;
    Ok(())
}

/// Takes exactly this pause back.
pub async fn lift_pause(tx: &mut Tx, id: &str, by_reference: bool, until: Moment) -> Result<(), sqlx::Error> {
    let statement = if by_reference {
        sql("UPDATE users SET reference_paused_until = NULL WHERE id = $1 AND reference_paused_until = $2")
    } else {
        sql("UPDATE users SET paused_until = NULL WHERE id = $1 AND paused_until = $2")
    };
    statement.bind(id).bind(until).run(tx).await?;
    Ok(())
}

/// Stops phone recovery.
pub async fn stop_phone_recovery(tx: &mut Tx, id: &str, until: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET stopped_until = $2 WHERE id = $1").bind(id).bind(until).run(tx).await?;
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

/// Freezes the contacts after a change that no second step proved.
pub async fn freeze(tx: &mut Tx, id: &str, until: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET frozen_until = $2 WHERE id = $1").bind(id).bind(until).run(tx).await?;
    Ok(())
}

/// The address before the last change, while it is told of changes too.
pub async fn former_address(tx: &mut Tx, id: &str, now: Moment) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        sql("SELECT former_email FROM users WHERE id = $1 AND former_email_until > $2")
            .bind(id)
            .bind(now)
            .optional(tx)
            .await?;
    Ok(row.map(|row| row.0))
}

/// Puts another address in the place of the one on file. `former` is told of changes too until its moment; none forgets it.
pub async fn set_email(
    tx: &mut Tx,
    id: &str,
    address: (&str, &str),
    former: Option<(&str, Moment)>,
) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET email = $2, email_fold = $3, former_email = $4, former_email_until = $5 WHERE id = $1")
        .bind(id)
        .bind(address.0)
        .bind(address.1)
        .bind(former.map(|former| former.0))
        .bind(former.map(|former| former.1))
        .run(tx)
        .await?;
    Ok(())
}

/// Reopens an account, unless an administrator locked it.
pub async fn reopen(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET account = 'active', locked_by = NULL
         WHERE id = $1 AND account = 'locked' AND locked_by <> 'administrator'")
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

/// Locks an active account and raises the epoch. What an administrator locked stays theirs, with this lock beneath.
pub async fn lock_account(tx: &mut Tx, id: &str, by: LockedBy) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET lock_beneath = $2
         WHERE id = $1 AND account = 'locked' AND locked_by = 'administrator' AND lock_beneath IS NULL")
    .bind(id)
    .bind(by.name())
    .run(tx)
    .await?;
    sql("UPDATE users SET account = 'locked', locked_by = $2, security_epoch = security_epoch + 1
         WHERE id = $1 AND account = 'active'")
    .bind(id)
    .bind(by.name())
    .run(tx)
    .await?;
    Ok(())
}

/// The number an import brought, while 2-step was never turned on with another.
pub async fn offered_phone(tx: &mut Tx, id: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(Option<String>,)> =
        sql("SELECT offered_phone FROM users WHERE id = $1").bind(id).optional(tx).await?;
    Ok(row.and_then(|row| row.0))
}

/// Forgets that number: the user has proved one, this or another.
pub async fn forget_offered_phone(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET offered_phone = NULL WHERE id = $1 AND offered_phone IS NOT NULL")
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// Notes a sign-in.
pub async fn signed_in(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET last_sign_in_at = $2 WHERE id = $1").bind(id).bind(now).run(tx).await?;
    Ok(())
}

/// The addresses of a company's billing users, but one person's own.
pub async fn billing_contacts(tx: &mut Tx, company_id: &str, but: &str) -> Result<Vec<String>, sqlx::Error> {
    sql("SELECT email FROM users
         WHERE company_id = $1 AND kind = 'billing' AND account = 'active' AND id <> $2 ORDER BY id LIMIT 20")
    .bind(company_id)
    .bind(but)
    .texts(tx)
    .await
}

/// Users whose answers are older than a moment and who were not reminded since.
pub async fn to_be_reminded(tx: &mut Tx, due: Moment, limit: i64) -> Result<Vec<String>, sqlx::Error> {
    sql("SELECT u.id FROM users u
         WHERE u.account = 'active' AND (u.reminded_at IS NULL OR u.reminded_at <= $1)
           AND EXISTS (SELECT 1 FROM security_answers a WHERE a.user_id = u.id)
           AND NOT EXISTS (SELECT 1 FROM security_answers a WHERE a.user_id = u.id AND a.saved_at > $1)
         ORDER BY u.id LIMIT $2")
    .bind(due)
    .bind(limit)
    .texts(tx)
    .await
}

/// Notes that a user was reminded; false if it isn't due (any more).
pub async fn reminded(tx: &mut Tx, id: &str, due: Moment, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE users SET reminded_at = $3
         WHERE id = $1 AND account = 'active' AND (reminded_at IS NULL OR reminded_at <= $2)
           AND EXISTS (SELECT 1 FROM security_answers a WHERE a.user_id = users.id)
           AND NOT EXISTS (SELECT 1 FROM security_answers a WHERE a.user_id = users.id AND a.saved_at > $2)")
    .bind(id)
    .bind(due)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Ends pause and stop of phone verification.
pub async fn resume_phone(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET paused_until = NULL, reference_paused_until = NULL, stopped_until = NULL WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// Locks an account by an administrator. The owner's lock, and the one after failed recovery, stand on beneath.
pub async fn lock_by_administrator(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET lock_beneath = CASE WHEN locked_by <> 'administrator' THEN locked_by ELSE lock_beneath END,
           account = 'locked', locked_by = 'administrator' WHERE id = $1 AND account <> 'closed'")
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}

/// Whether a lock that is not an administrator's stands, alone or beneath one.
pub async fn locked_by_others(tx: &mut Tx, id: &str) -> Result<bool, sqlx::Error> {
    let found = sql(
        "SELECT COUNT(*) FROM users
         WHERE id = $1 AND account = 'locked' AND (locked_by <> 'administrator' OR lock_beneath IS NOT NULL)",
    )
    .bind(id)
    .number(tx)
    .await?;
    Ok(found > 0)
}

/// Opens a locked account, whoever locked it.
pub async fn open_account(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET account = 'active', locked_by = NULL, lock_beneath = NULL WHERE id = $1 AND account = 'locked'")
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// A company's active billing users, but one person.
pub async fn billing_users(tx: &mut Tx, company_id: &str, but: &str) -> Result<Vec<User>, sqlx::Error> {
    sql("SELECT * FROM users
         WHERE company_id = $1 AND kind = 'billing' AND account = 'active' AND id <> $2 ORDER BY id LIMIT 20")
    .bind(company_id)
    .bind(but)
    .all(tx)
    .await
}

/// Billing users of a company who could be the recovery contact of one person, whoever signed in last first: they are
/// the most likely to read their mail. The rule decides about each.
pub async fn contacts(tx: &mut Tx, company_id: &str, but: &str) -> Result<Vec<User>, sqlx::Error> {
    sql("SELECT * FROM users
         WHERE company_id = $1 AND kind = 'billing' AND account = 'active' AND password_hash IS NOT NULL AND id <> $2
         ORDER BY COALESCE(last_sign_in_at, 0) DESC, id LIMIT 50")
    .bind(company_id)
    .bind(but)
    .all(tx)
    .await
}

/// Whether nobody else is a billing user of a company that has other members. All billing users of the company are
/// locked, in the order of their ids: of two who are removed at once one must stay.
pub async fn is_last_billing_user(tx: &mut Tx, user: &User) -> Result<bool, sqlx::Error> {
    let billing: Vec<(String,)> = sql(
        "SELECT id FROM users WHERE company_id = $1 AND kind = 'billing' AND account <> 'closed' ORDER BY id",
    )
    .bind(&user.company_id)
    .all(tx)
    .await?;
    let mut others = 0;
    for (id,) in billing {
        let still = lock(tx, &id).await?;
        others += i64::from(still.is_some_and(|other| other.id != user.id && other.account != "closed"));
    }
    let members =
        sql("SELECT COUNT(*) FROM users WHERE company_id = $1 AND account <> 'closed' AND id <> $2")
            .bind(&user.company_id)
            .bind(&user.id)
            .number(tx)
            .await?;
    Ok(others == 0 && members > 0)
}
