//! Candidates for a look-up: half-open ranges in the order of an index, bounded by LIMIT, and nothing else.
//! Choosing and ranking among them is done in Rust, so that no query sorts a whole table.

use crate::database::{Tx, sql};

/// A user as the look-up sees them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Candidate {
    /// The user.
    pub id: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Folded given name.
    pub given_fold: String,
    /// Folded family name.
    pub family_fold: String,
    /// E-mail address.
    pub email: String,
    /// Folded e-mail address.
    pub email_fold: String,
    /// The state of the account.
    pub account: String,
    /// The company's name.
    pub company: String,
    /// The same, folded.
    pub company_fold: String,
    /// The last four digits of the phone, while 2-step is on.
    pub phone_last4: Option<String>,
    /// The colleague who is on a call about this user.
    pub busy_with: Option<String>,
    /// Their operator id.
    pub busy_with_id: Option<String>,
}

macro_rules! candidates {
    ($conditions:literal) => {
        concat!(
            "SELECT u.id, u.given_name, u.family_name, u.given_fold, u.family_fold, u.email, u.email_fold, u.account,
                    c.name AS company, c.name_fold AS company_fold, t.phone_last4,
                    o.name AS busy_with, o.id AS busy_with_id
             FROM users u JOIN companies c ON c.id = u.company_id
             LEFT JOIN two_step t ON t.user_id = u.id
             LEFT JOIN calls k ON k.user_id = u.id AND k.ended_at IS NULL
             LEFT JOIN operators o ON o.id = k.operator_id WHERE ",
            $conditions
        )
    };
}

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Beginning of the family name.
    Family,
    /// Beginning of the given name.
    Given,
    /// Beginning of the e-mail address.
    Email,
}

/// Candidates whose column begins with a prefix, in the order of its index.
pub async fn beginning(tx: &mut Tx, by: By, prefix: &str, limit: i64) -> Result<Vec<Candidate>, sqlx::Error> {
    let text = match by {
        By::Family => candidates!(
            "u.family_fold >= $1 AND u.family_fold < $2 ORDER BY u.family_fold, u.given_fold, u.id LIMIT $3"
        ),
        By::Given => candidates!(
            "u.given_fold >= $1 AND u.given_fold < $2 ORDER BY u.given_fold, u.family_fold, u.id LIMIT $3"
        ),
        By::Email => candidates!("u.email_fold >= $1 AND u.email_fold < $2 ORDER BY u.email_fold LIMIT $3"),
    };
    sql(text).bind(prefix).bind(after(prefix)).bind(limit).all(tx).await
}

/// Candidates by both names, in either order of typing.
pub async fn by_names(
    tx: &mut Tx,
    given: &str,
    family: &str,
    limit: i64,
) -> Result<Vec<Candidate>, sqlx::Error> {
    sql(candidates!(
        "u.family_fold >= $1 AND u.family_fold < $2 AND u.given_fold >= $3 AND u.given_fold < $4
         ORDER BY u.family_fold, u.given_fold, u.id LIMIT $5"
    ))
    .bind(family)
    .bind(after(family))
    .bind(given)
    .bind(after(given))
    .bind(limit)
    .all(tx)
    .await
}

/// Companies whose name begins with a prefix.
pub async fn companies(tx: &mut Tx, prefix: &str, limit: i64) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(String,)> = sql(
        "SELECT id FROM companies WHERE name_fold >= $1 AND name_fold < $2 ORDER BY name_fold, id LIMIT $3",
    )
    .bind(prefix)
    .bind(after(prefix))
    .bind(limit)
    .all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Candidates of a company whose given name begins with a prefix.
pub async fn of_company(
    tx: &mut Tx,
    company: &str,
    given: &str,
    limit: i64,
) -> Result<Vec<Candidate>, sqlx::Error> {
    sql(candidates!(
        "u.company_id = $1 AND u.given_fold >= $2 AND u.given_fold < $3
         ORDER BY u.given_fold, u.family_fold, u.id LIMIT $4"
    ))
    .bind(company)
    .bind(given)
    .bind(after(given))
    .bind(limit)
    .all(tx)
    .await
}

/// Candidates by the last four digits of the phone.
pub async fn by_last4(tx: &mut Tx, last4: &str, limit: i64) -> Result<Vec<Candidate>, sqlx::Error> {
    sql(candidates!("t.phone_last4 = $1 ORDER BY t.phone_last4, t.user_id LIMIT $2"))
        .bind(last4)
        .bind(limit)
        .all(tx)
        .await
}

/// One user as a candidate, for a call reference.
pub async fn one(tx: &mut Tx, user_id: &str) -> Result<Option<Candidate>, sqlx::Error> {
    sql(candidates!("u.id = $1")).bind(user_id).optional(tx).await
}

/// The end of the half-open range of a prefix: whatever begins with it sorts before this, by bytes.
fn after(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}
