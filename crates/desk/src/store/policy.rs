//! The numbers an administrator changed, and with them how often the data keys were replaced: what every transaction
//! asks first, in one statement.

use recovery_rules::policy::Policy;
use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// In `meta`: how often the data keys were replaced.
pub const KEY_GENERATION: &str = "key_generation";

/// What holds for a transaction.
#[derive(Clone, Debug)]
pub struct InForce {
    /// Defaults with what is changed here.
    pub policy: Policy,
    /// How often the data keys of this database were replaced.
    pub key_generation: i64,
}

/// What holds now.
pub async fn in_force(tx: &mut Tx) -> Result<InForce, sqlx::Error> {
    let rows: Vec<(String, i64)> = sql("SELECT name, value FROM policy
         UNION ALL SELECT name, CAST(value AS BIGINT) FROM meta WHERE name = 'key_generation'")
    .all(tx)
    .await?;
    let key_generation = rows.iter().find(|(name, _)| name == KEY_GENERATION).map_or(0, |row| row.1);
    // No number of the policy bears that name, so it is passed over there.
    let policy = Policy::with_overrides(rows.iter().map(|(name, value)| (name.as_str(), *value)));
    Ok(InForce { policy, key_generation })
}

/// A number that was changed, and by whom.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// The operator's id.
    pub changed_by: String,
    /// UTC ms.
    pub changed_at: i64,
}

/// Every number that was changed.
pub async fn changed(tx: &mut Tx) -> Result<Vec<Changed>, sqlx::Error> {
    sql("SELECT name, changed_by, changed_at FROM policy ORDER BY name").all(tx).await
}

/// Sets a number.
pub async fn set(tx: &mut Tx, name: &str, value: i64, by: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("INSERT INTO policy (name, value, changed_by, changed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_by = excluded.changed_by,
           changed_at = excluded.changed_at")
    .bind(name)
    .bind(value)
    .bind(by)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// The value a number has in the database, locked until the transaction ends; none if nobody changed it. Two who change
/// one number at once wait for each other at the row of the database's kind, which is always there.
pub async fn lock(tx: &mut Tx, name: &str) -> Result<Option<i64>, sqlx::Error> {
    sql("UPDATE meta SET value = value WHERE name = 'kind'").run(tx).await?;
    let row: Option<(i64,)> = sql("SELECT value FROM policy WHERE name = $1").bind(name).optional(tx).await?;
    Ok(row.map(|row| row.0))
}
