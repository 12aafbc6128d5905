//! What this database is: kind, key ids, the latest moment seen.

use crate::database::{Tx, sql};

/// A fact about the database.
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        sql("SELECT value FROM meta WHERE name = $1").bind(name).optional(tx).await?;
    Ok(row.map(|row| row.0))
}

/// A fact about the database, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, name: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        sql("UPDATE meta SET value = value WHERE name = $1 RETURNING value").bind(name).optional(tx).await?;
    Ok(row.map(|row| row.0))
}

/// Writes a fact.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<(), sqlx::Error> {
    sql("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(name)
        .bind(value)
        .run(tx)
        .await?;
    Ok(())
}

/// Removes a fact.
pub async fn remove(tx: &mut Tx, name: &str) -> Result<(), sqlx::Error> {
    sql("DELETE FROM meta WHERE name = $1").bind(name).run(tx).await?;
    Ok(())
}
