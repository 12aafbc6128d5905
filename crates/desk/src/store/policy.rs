//! The numbers an administrator changed, and with them how often the data keys were replaced: what every transaction
//! asks first, in one statement.

use recovery_rules::policy::Policy;

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
