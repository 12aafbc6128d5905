//! Locking and opening accounts. What an administrator locks stays theirs; a lock that stood before stands on beneath.

use recovery_rules::states::LockedBy;

use crate::database::{Tx, sql};

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
