//! The billing users of a company: who is told, who can be a recovery contact, who is the last.

use super::{User, lock};
use crate::database::{Tx, sql};

/// The addresses of a company's billing users, but one person's own.
pub async fn billing_contacts(tx: &mut Tx, company_id: &str, but: &str) -> Result<Vec<String>, sqlx::Error> {
    sql("SELECT email FROM users
         WHERE company_id = $1 AND kind = 'billing' AND account = 'active' AND id <> $2 ORDER BY id LIMIT 20")
    .bind(company_id)
    .bind(but)
    .texts(tx)
    .await
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
