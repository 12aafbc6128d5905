//! Companies.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// A company.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Company {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether its users are handled by administrators only.
    pub protected: bool,
}

/// By id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Company>, sqlx::Error> {
    sql("SELECT id, name, protected FROM companies WHERE id = $1").bind(id).optional(tx).await
}

/// Those whose name folds to this: the same name, or one that looks like it.
pub async fn by_fold(tx: &mut Tx, name_fold: &str) -> Result<Vec<Company>, sqlx::Error> {
    sql("SELECT id, name, protected FROM companies WHERE name_fold = $1 ORDER BY id LIMIT 3")
        .bind(name_fold)
        .all(tx)
        .await
}

/// Adds one.
pub async fn insert(tx: &mut Tx, company: &Company, name_fold: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("INSERT INTO companies (id, name, name_fold, protected, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&company.id)
        .bind(&company.name)
        .bind(name_fold)
        .bind(company.protected)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}
