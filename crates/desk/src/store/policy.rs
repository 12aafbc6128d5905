//! The numbers an administrator changed.

use recovery_rules::policy::Policy;

use crate::database::{Tx, sql};

/// The numbers in force: defaults with what is changed here.
pub async fn in_force(tx: &mut Tx) -> Result<Policy, sqlx::Error> {
    let rows: Vec<(String, i64)> = sql("SELECT name, value FROM policy").all(tx).await?;
    Ok(Policy::with_overrides(rows.iter().map(|(name, value)| (name.as_str(), *value))))
}
