//! Companies.

use recovery_rules::contact::RecoveryPolicy;
use recovery_rules::time::Moment;

use crate::database::{Tx, sql};
use crate::failure::Fault;

/// A company.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Company {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether its users are handled by administrators only.
    pub protected: bool,
    /// What it asks for before an unlock link opens an account.
    pub recovery: String,
}

impl Company {
    /// A new one, with what a company has unless somebody changes it.
    pub fn new(id: String, name: String) -> Self {
        Self { id, name, protected: false, recovery: RecoveryPolicy::Link.name().to_owned() }
    }

    /// What it asks for before an unlock link opens an account.
    pub fn recovery(&self) -> Result<RecoveryPolicy, Fault> {
        RecoveryPolicy::from_name(&self.recovery)
            .ok_or_else(|| Fault::Stored(format!("recovery policy {}", self.recovery)))
    }
}

/// By id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Company>, sqlx::Error> {
    sql("SELECT id, name, protected, recovery FROM companies WHERE id = $1").bind(id).optional(tx).await
}

/// Those whose name folds to this: the same name, or one that looks like it.
pub async fn by_fold(tx: &mut Tx, name_fold: &str) -> Result<Vec<Company>, sqlx::Error> {
    sql("SELECT id, name, protected, recovery FROM companies WHERE name_fold = $1 ORDER BY id LIMIT 3")
        .bind(name_fold)
        .all(tx)
        .await
}

/// Adds one.
pub async fn insert(tx: &mut Tx, company: &Company, name_fold: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("INSERT INTO companies (id, name, name_fold, protected, recovery, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(&company.id)
    .bind(&company.name)
    .bind(name_fold)
    .bind(company.protected)
    .bind(&company.recovery)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// By id, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Option<Company>, sqlx::Error> {
    sql("UPDATE companies SET protected = protected WHERE id = $1 RETURNING id, name, protected, recovery")
        .bind(id)
        .optional(tx)
        .await
}

/// Whether a company's users are handled by administrators only.
pub async fn protect(tx: &mut Tx, id: &str, protected: bool) -> Result<(), sqlx::Error> {
    sql("UPDATE companies SET protected = $2 WHERE id = $1").bind(id).bind(protected).run(tx).await?;
    Ok(())
}

/// What a company asks for before an unlock link opens an account.
pub async fn set_recovery(tx: &mut Tx, id: &str, policy: RecoveryPolicy) -> Result<(), sqlx::Error> {
    sql("UPDATE companies SET recovery = $2 WHERE id = $1").bind(id).bind(policy.name()).run(tx).await?;
    Ok(())
}

/// A company with what a list shows.
#[derive(Debug, sqlx::FromRow)]
pub struct Seen {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its name as it is searched.
    pub name_fold: String,
    /// Whether its users are handled by administrators only.
    pub protected: bool,
    /// What it asks for before an unlock link opens an account.
    pub recovery: String,
    /// How many users it has.
    pub users: i64,
    /// Of them, billing users.
    pub billing_users: i64,
}

/// Companies whose name begins like that, in the order of their names, behind a name and id. A half-open range of
/// the index.
pub async fn page(
    tx: &mut Tx,
    begins: &str,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<Seen>, sqlx::Error> {
    // Behind every text that begins like this.
    let end = format!("{begins}\u{10ffff}");
    sql("SELECT c.id, c.name, c.name_fold, c.protected, c.recovery,
           (SELECT COUNT(*) FROM users u WHERE u.company_id = c.id) AS users,
           (SELECT COUNT(*) FROM users u WHERE u.company_id = c.id AND u.kind = 'billing') AS billing_users
         FROM companies c
         WHERE c.name_fold >= $1 AND c.name_fold < $2 AND (c.name_fold > $3 OR (c.name_fold = $3 AND c.id > $4))
         ORDER BY c.name_fold, c.id LIMIT $5")
    .bind(begins)
    .bind(end)
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .all(tx)
    .await
}
