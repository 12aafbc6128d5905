//! The four answers: hashes only, and nothing reads them but the check.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// An answer's hash and the rule it was folded with.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AnswerRow {
    /// 1 to 4: the order of the questions on every call.
    pub slot: i64,
    /// The question in the catalogue.
    pub question_id: String,
    /// The folding rule it was saved with.
    pub rule_version: i64,
    /// Argon2id with the pepper.
    pub answer_hash: String,
}

/// The questions of a user in their fixed order, without the hashes.
pub async fn questions(tx: &mut Tx, user_id: &str) -> Result<Vec<(i64, String, i64)>, sqlx::Error> {
    sql("SELECT slot, question_id, rule_version FROM security_answers WHERE user_id = $1 ORDER BY slot")
        .bind(user_id)
        .all(tx)
        .await
}

/// How many are given.
pub async fn count(tx: &mut Tx, user_id: &str) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM security_answers WHERE user_id = $1").bind(user_id).number(tx).await
}

/// The hashes, for the check alone.
pub async fn hashes(tx: &mut Tx, user_id: &str) -> Result<Vec<AnswerRow>, sqlx::Error> {
    sql("SELECT slot, question_id, rule_version, answer_hash FROM security_answers WHERE user_id = $1 ORDER BY slot")
        .bind(user_id)
        .all(tx)
        .await
}

/// Saves one answer.
pub async fn insert(tx: &mut Tx, user_id: &str, answer: &AnswerRow, now: Moment) -> Result<(), sqlx::Error> {
    sql("INSERT INTO security_answers (user_id, slot, question_id, rule_version, answer_hash, saved_at)
         VALUES ($1, $2, $3, $4, $5, $6)")
    .bind(user_id)
    .bind(answer.slot)
    .bind(&answer.question_id)
    .bind(answer.rule_version)
    .bind(&answer.answer_hash)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Puts a full new set in the place of whatever there was. The user's row is locked by then: of two saves at
/// once one comes after the other, and the result is one full set.
pub async fn replace(
    tx: &mut Tx,
    user_id: &str,
    answers: &[AnswerRow],
    now: Moment,
) -> Result<(), sqlx::Error> {
    sql("DELETE FROM security_answers WHERE user_id = $1").bind(user_id).run(tx).await?;
    for answer in answers {
        insert(tx, user_id, answer, now).await?;
    }
    Ok(())
}

/// When the answers were saved, UTC ms; the newest counts.
pub async fn saved_at(tx: &mut Tx, user_id: &str) -> Result<Option<i64>, sqlx::Error> {
    let row: Option<(Option<i64>,)> = sql("SELECT MAX(saved_at) FROM security_answers WHERE user_id = $1")
        .bind(user_id)
        .optional(tx)
        .await?;
    Ok(row.and_then(|row| row.0))
}
