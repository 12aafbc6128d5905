//! Users that come by import: many rows in one statement, written or left as they are.

use recovery_rules::time::Moment;

use crate::database::{Rows, Sql, Tx, rows_text, sql};

/// A new user, folded for the look-up.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their id.
    pub id: String,
    /// Their company.
    pub company_id: String,
    /// `standard` or `billing`.
    pub kind: &'static str,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Given name, folded.
    pub given_fold: String,
    /// Family name, folded.
    pub family_fold: String,
    /// Address.
    pub email: String,
    /// Address, folded.
    pub email_fold: String,
    /// E.164, offered when 2-step is turned on.
    pub offered_phone: Option<String>,
}

/// What is there already of a user with an address of the file.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Existing {
    /// Their id.
    pub id: String,
    /// Address, folded.
    pub email_fold: String,
    /// Their company.
    pub company_id: String,
    /// `standard` or `billing`.
    pub kind: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// The number offered.
    pub offered_phone: Option<String>,
    /// `active`, `locked` or `closed`.
    pub account: String,
    /// The state of 2-step; none for a user of this very import.
    pub two_step: Option<String>,
}

/// Rows in one statement on SQLite: there a parameter is found by a walk over the ones before it.
pub const BATCH_SQLITE: usize = 25;
/// Rows in one statement on PostgreSQL: there a statement is a way to the server and back.
pub const BATCH_POSTGRES: usize = 250;

const fn insert_of(rows: usize) -> Rows {
    Rows {
        before: "INSERT INTO users (id, company_id, kind, given_name, family_name, given_fold, family_fold,
                                    email, email_fold, offered_phone, created_at, account) VALUES ",
        columns: 11,
        row_end: ", 'active'",
        rows,
        after: " ON CONFLICT (email_fold) DO NOTHING",
    }
}

const fn existing_of(rows: usize) -> Rows {
    Rows {
        before:
            "SELECT u.id, u.email_fold, u.company_id, u.kind, u.given_name, u.family_name, u.offered_phone,
                        u.account, (SELECT t.state FROM two_step t WHERE t.user_id = u.id) AS two_step
                 FROM users u WHERE u.email_fold IN (VALUES ",
        columns: 1,
        row_end: "",
        rows,
        after: ")",
    }
}

/// Rows in one statement for this transaction.
pub const fn batch(tx: &Tx) -> usize {
    if tx.is_postgres() { BATCH_POSTGRES } else { BATCH_SQLITE }
}

/// Adds users whose address is not there yet; says how many that were. A full batch goes in one statement, fewer go one
/// by one.
pub async fn insert(tx: &mut Tx, users: Vec<NewUser>, now: Moment) -> Result<u64, sqlx::Error> {
    let text = match users.len() {
        BATCH_POSTGRES => rows_text!(insert_of(BATCH_POSTGRES)),
        BATCH_SQLITE => rows_text!(insert_of(BATCH_SQLITE)),
        _ => {
            let mut inserted = 0;
            for user in users {
                inserted += bound(sql(rows_text!(insert_of(1))), user, now).run(tx).await?;
            }
            return Ok(inserted);
        }
    };
    users.into_iter().fold(sql(text), |statement, user| bound(statement, user, now)).run(tx).await
}

fn bound(statement: Sql, user: NewUser, now: Moment) -> Sql {
    statement
        .bind(user.id)
        .bind(user.company_id)
        .bind(user.kind)
        .bind(user.given_name)
        .bind(user.family_name)
        .bind(user.given_fold)
        .bind(user.family_fold)
        .bind(user.email)
        .bind(user.email_fold)
        .bind(user.offered_phone)
        .bind(now)
}

/// The users with these addresses.
pub async fn existing(tx: &mut Tx, email_folds: Vec<String>) -> Result<Vec<Existing>, sqlx::Error> {
    let text = match email_folds.len() {
        BATCH_POSTGRES => rows_text!(existing_of(BATCH_POSTGRES)),
        BATCH_SQLITE => rows_text!(existing_of(BATCH_SQLITE)),
        _ => {
            let mut found = Vec::new();
            for email_fold in email_folds {
                found.extend(sql(rows_text!(existing_of(1))).bind(email_fold).all(tx).await?);
            }
            return Ok(found);
        }
    };
    email_folds.into_iter().fold(sql(text), Sql::bind).all(tx).await
}

/// Gives a user the names of the file, and its number unless a phone was proved before: then it is forgotten for good.
pub async fn update(tx: &mut Tx, id: &str, user: &NewUser) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET given_name = $2, family_name = $3, given_fold = $4, family_fold = $5,
                          offered_phone = CASE WHEN EXISTS (SELECT 1 FROM two_step t WHERE t.user_id = users.id AND t.state <> 'never')
                                               THEN offered_phone ELSE COALESCE($6, offered_phone) END
         WHERE id = $1")
    .bind(id)
    .bind(&user.given_name)
    .bind(&user.family_name)
    .bind(&user.given_fold)
    .bind(&user.family_fold)
    .bind(user.offered_phone.clone())
    .run(tx)
    .await?;
    Ok(())
}

/// Gives every user between two ids who has none a row of 2-step that was never on.
pub async fn without_two_step(tx: &mut Tx, first: &str, last: &str, now: Moment) -> Result<u64, sqlx::Error> {
    sql("INSERT INTO two_step (user_id, state, changed_at)
         SELECT u.id, 'never', $3 FROM users u
         WHERE u.id >= $1 AND u.id <= $2 AND NOT EXISTS (SELECT 1 FROM two_step t WHERE t.user_id = u.id)")
    .bind(first)
    .bind(last)
    .bind(now)
    .run(tx)
    .await
}
