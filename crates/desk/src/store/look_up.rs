//! Candidates for a look-up: half-open ranges in the order of an index, bounded by LIMIT. Two words, and fragments of
//! addresses, have files of their own.
//! Choosing and ranking among them is done in Rust, so that no query sorts a whole table.

use crate::database::{Rows, Sql, Tx, rows_text, sql};

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
    sql("SELECT id FROM companies WHERE name_fold >= $1 AND name_fold < $2 ORDER BY name_fold, id LIMIT $3")
        .bind(prefix)
        .bind(after(prefix))
        .bind(limit)
        .texts(tx)
        .await
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

/// Candidates by the last four digits of the phone, one of whose names, or whose company, has a word that begins so.
/// Of ten million users a thousand share four digits; they are looked at in the database.
pub async fn by_last4(
    tx: &mut Tx,
    last4: &str,
    prefix: &str,
    limit: i64,
) -> Result<Vec<Candidate>, sqlx::Error> {
    sql(candidates!(
        "t.phone_last4 = $1 AND (u.family_fold >= $2 AND u.family_fold < $3 OR u.given_fold >= $2 AND u.given_fold < $3
                                 OR c.name_fold >= $2 AND c.name_fold < $3
                                 OR u.family_fold LIKE $4 OR u.given_fold LIKE $4 OR c.name_fold LIKE $4) LIMIT $5"
    ))
    .bind(last4)
    .bind(prefix)
    .bind(after(prefix))
    .bind(format!("% {prefix}%"))
    .bind(limit)
    .all(tx)
    .await
}

/// Ids that one source gives at most: a page and one more, which says that there are more.
pub const HITS: usize = 9;

/// The text of a statement with its indexes named: SQLite's planner, once it has statistics, reads every *Maria* to find
/// the one of a company. PostgreSQL has no such words and needs none.
macro_rules! with_indexes {
    ($tx:expr, $text:ident) => {
        match $tx {
            Tx::Sqlite(_) => {
                $text!(
                    "INDEXED BY users_by_family",
                    "INDEXED BY users_by_given",
                    "INDEXED BY users_by_company"
                )
            }
            Tx::Postgres(_) => $text!("", "", ""),
        }
    };
}
pub(super) use with_indexes;

/// Reads ids of a statement whose first parameters are half-open ranges, and whose next is [`HITS`].
pub(super) async fn ids<const N: usize>(
    tx: &mut Tx,
    text: &'static str,
    prefixes: [&str; N],
) -> Result<Vec<String>, sqlx::Error> {
    let ranges =
        prefixes.into_iter().fold(sql(text), |statement, prefix| statement.bind(prefix).bind(after(prefix)));
    ranges.bind(HITS as i64).texts(tx).await
}

macro_rules! anywhere {
    ($family:literal, $given:literal, $company:literal, $from:literal, $to:literal, $limit:literal) => {
        concat!(
            "SELECT id FROM (SELECT id FROM users ",
            $family,
            " WHERE family_fold >= ",
            $from,
            " AND family_fold < ",
            $to,
            " ORDER BY family_fold, given_fold, id LIMIT ",
            $limit,
            ") AS by_family
             UNION ALL SELECT id FROM (SELECT id FROM users ",
            $given,
            " WHERE given_fold >= ",
            $from,
            " AND given_fold < ",
            $to,
            " ORDER BY given_fold, family_fold, id LIMIT ",
            $limit,
            ") AS by_given
             UNION ALL SELECT id FROM (SELECT u.id FROM (SELECT id FROM companies WHERE name_fold >= ",
            $from,
            " AND name_fold < ",
            $to,
            " ORDER BY name_fold, id LIMIT 5) AS c CROSS JOIN users AS u ",
            $company,
            " WHERE u.company_id = c.id LIMIT ",
            $limit,
            ") AS by_company"
        )
    };
}
pub(super) use anywhere;

macro_rules! word {
    ($family:literal, $given:literal, $company:literal) => {
        anywhere!($family, $given, $company, "$1", "$2", "$3")
    };
}

/// Users whose family name, given name or company begins with a prefix, in this order; each read from its index alone.
pub async fn beginning_anywhere(tx: &mut Tx, prefix: &str) -> Result<Vec<String>, sqlx::Error> {
    let text = with_indexes!(tx, word);
    ids(tx, text, [prefix]).await
}

macro_rules! address_or_word {
    ($family:literal, $given:literal, $company:literal) => {
        concat!(
            "SELECT id FROM (SELECT id FROM users WHERE email_fold >= $1 AND email_fold < $2
                             ORDER BY email_fold LIMIT $5) AS by_email
             UNION ALL ",
            anywhere!($family, $given, $company, "$3", "$4", "$5")
        )
    };
}

/// The same for a word that could be the beginning of an address too: addresses first. In one statement, because each is a
/// way to the server and back.
pub async fn address_or_word(tx: &mut Tx, address: &str, word: &str) -> Result<Vec<String>, sqlx::Error> {
    let text = with_indexes!(tx, address_or_word);
    ids(tx, text, [address, word]).await
}

/// Users whose family name begins with a prefix.
pub async fn family_beginning(tx: &mut Tx, prefix: &str) -> Result<Vec<String>, sqlx::Error> {
    let text = "SELECT id FROM users WHERE family_fold >= $1 AND family_fold < $2
                ORDER BY family_fold, given_fold, id LIMIT $3";
    ids(tx, text, [prefix]).await
}

/// Users whose address begins with a prefix.
pub async fn address_beginning(tx: &mut Tx, prefix: &str) -> Result<Vec<String>, sqlx::Error> {
    let text = "SELECT id FROM users WHERE email_fold >= $1 AND email_fold < $2 ORDER BY email_fold LIMIT $3";
    ids(tx, text, [prefix]).await
}

/// The users of these ids, as many as there are; at most [`HITS`].
pub async fn of_ids(tx: &mut Tx, ids: &[String]) -> Result<Vec<Candidate>, sqlx::Error> {
    let Some(last) = ids.last() else { return Ok(Vec::new()) };
    let padded = ids.iter().chain(std::iter::repeat(last)).take(HITS);
    let statement = sql(rows_text!(Rows {
        before: candidates!("u.id IN "),
        columns: HITS,
        row_end: "",
        rows: 1,
        after: "",
    }));
    padded.fold(statement, Sql::bind).all(tx).await
}

/// One user as a candidate, for a call reference.
pub async fn one(tx: &mut Tx, user_id: &str) -> Result<Option<Candidate>, sqlx::Error> {
    sql(candidates!("u.id = $1")).bind(user_id).optional(tx).await
}

/// The end of the half-open range of a prefix: whatever begins with it sorts before this, by bytes.
pub(super) fn after(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}
