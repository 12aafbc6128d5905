//! Who is to be reminded of the security questions, and that it was done.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// Users whose answers are older than a moment and who were not reminded since.
pub async fn to_be_reminded(tx: &mut Tx, due: Moment, limit: i64) -> Result<Vec<String>, sqlx::Error> {
    sql("SELECT u.id FROM users u
         WHERE u.account = 'active' AND (u.reminded_at IS NULL OR u.reminded_at <= $1)
           AND EXISTS (SELECT 1 FROM security_answers a WHERE a.user_id = u.id)
           AND NOT EXISTS (SELECT 1 FROM security_answers a WHERE a.user_id = u.id AND a.saved_at > $1)
         ORDER BY u.id LIMIT $2")
    .bind(due)
    .bind(limit)
    .texts(tx)
    .await
}

/// Notes that a user was reminded; false if it isn't due (any more).
pub async fn reminded(tx: &mut Tx, id: &str, due: Moment, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE users SET reminded_at = $3
         WHERE id = $1 AND account = 'active' AND (reminded_at IS NULL OR reminded_at <= $2)
           AND EXISTS (SELECT 1 FROM security_answers a WHERE a.user_id = users.id)
           AND NOT EXISTS (SELECT 1 FROM security_answers a WHERE a.user_id = users.id AND a.saved_at > $2)")
    .bind(id)
    .bind(due)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}
