//! What is kept about one user as a member of a team, and as a billing user: reminders, reviews, contact codes. Of other
//! members nothing is read.

use crate::database::{Tx, sql};

/// A reminder to turn 2-step on.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct ReminderData {
    /// `got` or `sent`.
    pub way: String,
    /// UTC ms.
    pub reminded_at: i64,
}

/// An answer to the signs of a shared log-in.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct SignAnswerData {
    /// `got` or `gave`.
    pub way: String,
    /// `one_person`, `splitting` or `later`.
    pub answer: String,
    /// UTC ms.
    pub answered_at: i64,
}

/// A review that the user started or signed off.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct ReviewData {
    /// Their name as the one who started it.
    pub started_by_name: Option<String>,
    /// UTC ms.
    pub started_at: i64,
    /// Their name as the one who signed it off.
    pub signed_by_name: Option<String>,
    /// UTC ms.
    pub signed_at: Option<i64>,
    /// What they wrote.
    pub note: Option<String>,
}

/// The user as a review saw them.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct ReviewedData {
    /// When the review was started, UTC ms.
    pub started_at: i64,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Address.
    pub email: String,
    /// `standard` or `billing`.
    pub kind: String,
    /// `active` or `locked`.
    pub account: String,
    /// The state of 2-step.
    pub two_step: String,
    /// UTC ms.
    pub two_step_since: i64,
    /// How many questions were answered.
    pub answers: i64,
    /// UTC ms.
    pub last_sign_in_at: Option<i64>,
    /// UTC ms.
    pub joined_at: i64,
    /// UTC ms.
    pub reminded_at: Option<i64>,
    /// Days with sessions from distant networks at once.
    pub distant_days: i64,
    /// Accounts of the company with the same phone.
    pub same_phone: i64,
    /// Became a member after the review was started.
    pub added: bool,
    /// What was answered to the signs.
    pub sign_answer: Option<String>,
    /// UTC ms.
    pub answered_at: Option<i64>,
}

/// A contact code that went to the user, for a colleague who called.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct ContactCodeData {
    /// When it was asked for, UTC ms.
    pub asked_at: i64,
    /// When it was used, UTC ms.
    pub used_at: Option<i64>,
}

/// The reminders.
pub async fn reminders(tx: &mut Tx, id: &str) -> Result<Vec<ReminderData>, sqlx::Error> {
    sql("SELECT CASE WHEN user_id = $1 THEN 'got' ELSE 'sent' END AS way, reminded_at FROM member_reminders
         WHERE user_id = $1 OR reminded_by = $1 ORDER BY reminded_at, user_id")
    .bind(id)
    .all(tx)
    .await
}

/// The answers to signs of a shared log-in: of this account, and given by this user.
pub async fn sign_answers(tx: &mut Tx, id: &str) -> Result<Vec<SignAnswerData>, sqlx::Error> {
    sql("SELECT CASE WHEN user_id = $1 THEN 'got' ELSE 'gave' END AS way, answer, answered_at FROM sign_answers
         WHERE user_id = $1 OR answered_by = $1 ORDER BY answered_at, user_id")
    .bind(id)
    .all(tx)
    .await
}

/// The reviews; the name and words of somebody else are left out.
pub async fn reviews(tx: &mut Tx, id: &str) -> Result<Vec<ReviewData>, sqlx::Error> {
    sql("SELECT CASE WHEN started_by = $1 THEN started_by_name END AS started_by_name, started_at,
           CASE WHEN signed_by = $1 THEN signed_by_name END AS signed_by_name, signed_at,
           CASE WHEN signed_by = $1 THEN note END AS note
         FROM team_reviews WHERE started_by = $1 OR signed_by = $1 ORDER BY started_at, id")
    .bind(id)
    .all(tx)
    .await
}

/// The rows of reviews.
pub async fn reviewed(tx: &mut Tx, id: &str) -> Result<Vec<ReviewedData>, sqlx::Error> {
    sql("SELECT v.started_at, r.given_name, r.family_name, r.email, r.kind, r.account, r.two_step, r.two_step_since,
           r.answers, r.last_sign_in_at, r.joined_at, r.reminded_at, r.distant_days, r.same_phone, r.added,
           r.sign_answer, r.answered_at
         FROM team_review_rows r JOIN team_reviews v ON v.id = r.review_id WHERE r.user_id = $1
         ORDER BY v.started_at, v.id")
    .bind(id)
    .all(tx)
    .await
}

/// The contact codes.
pub async fn contact_codes(tx: &mut Tx, id: &str) -> Result<Vec<ContactCodeData>, sqlx::Error> {
    sql("SELECT c.created_at AS asked_at, c.used_at FROM unlock_proofs p JOIN codes c ON c.id = p.code_id
         WHERE p.contact_id = $1 ORDER BY c.created_at, c.id")
    .bind(id)
    .all(tx)
    .await
}
