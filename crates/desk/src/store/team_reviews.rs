//! Reviews of a company's members. Every statement is bound to the company.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// A review.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Review {
    /// Its id.
    pub id: String,
    /// Who started it.
    pub started_by_name: String,
    /// UTC ms.
    pub started_at: i64,
    /// Who signed it off.
    pub signed_by_name: Option<String>,
    /// UTC ms.
    pub signed_at: Option<i64>,
    /// What was seen, as a hash.
    pub digest: Option<String>,
    /// What was seen, in numbers, as JSON.
    pub counts: Option<String>,
    /// What whoever signed it off wrote.
    pub note: String,
}

/// Starts one with a snapshot of all members; false if one is open.
pub async fn start(
    tx: &mut Tx,
    id: &str,
    company_id: &str,
    by: (&str, &str),
    now: Moment,
) -> Result<bool, sqlx::Error> {
    let rows = sql("INSERT INTO team_reviews (id, company_id, started_by, started_by_name, started_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING")
    .bind(id)
    .bind(company_id)
    .bind(by.0)
    .bind(by.1)
    .bind(now)
    .run(tx)
    .await?;
    if rows == 0 {
        return Ok(false);
    }
    take_in(tx, id, company_id, false).await?;
    Ok(true)
}

/// Takes members in that the review doesn't have yet.
pub async fn take_in(tx: &mut Tx, id: &str, company_id: &str, added: bool) -> Result<u64, sqlx::Error> {
    sql("INSERT INTO team_review_rows (review_id, user_id, given_name, family_name, given_fold, family_fold, email,
           email_fold, kind, account, two_step, two_step_since, answers, last_sign_in_at, joined_at, reminded_at,
           distant_days, same_phone, added, sign_answer, answered_signs, answered_by, answered_at)
         SELECT $1, u.id, u.given_name, u.family_name, u.given_fold, u.family_fold, u.email, u.email_fold, u.kind,
           u.account, t.state, t.changed_at, (SELECT COUNT(*) FROM security_answers a WHERE a.user_id = u.id),
           u.last_sign_in_at, u.created_at, (SELECT m.reminded_at FROM member_reminders m WHERE m.user_id = u.id), 0,
           (SELECT COUNT(*) FROM two_step o JOIN users p ON p.id = o.user_id
             WHERE o.phone = t.phone AND p.company_id = u.company_id AND p.account <> 'closed'), $3,
           g.answer, g.signs, g.answered_by, g.answered_at
         FROM users u JOIN two_step t ON t.user_id = u.id
         LEFT JOIN sign_answers g ON g.user_id = u.id AND g.company_id = u.company_id
         WHERE u.company_id = $2 AND u.account <> 'closed'
           AND NOT EXISTS (SELECT 1 FROM team_review_rows r WHERE r.review_id = $1 AND r.user_id = u.id)")
    .bind(id)
    .bind(company_id)
    .bind(added)
    .run(tx)
    .await
}

/// Takes out who is no member any more.
pub async fn take_out(tx: &mut Tx, id: &str, company_id: &str) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM team_review_rows WHERE review_id = $1 AND NOT EXISTS (SELECT 1 FROM users u
           WHERE u.id = team_review_rows.user_id AND u.company_id = $2 AND u.account <> 'closed')")
    .bind(id)
    .bind(company_id)
    .run(tx)
    .await
}

/// Writes a sign into a row.
pub async fn set_distant_days(tx: &mut Tx, id: &str, user_id: &str, days: i64) -> Result<(), sqlx::Error> {
    sql("UPDATE team_review_rows SET distant_days = $3 WHERE review_id = $1 AND user_id = $2")
        .bind(id)
        .bind(user_id)
        .bind(days)
        .run(tx)
        .await?;
    Ok(())
}

/// Members of a review who had sessions from several wide networks: for them alone the rule is asked.
pub async fn candidates(
    tx: &mut Tx,
    id: &str,
    company_id: &str,
    since: Moment,
) -> Result<Vec<String>, sqlx::Error> {
    sql("SELECT n.user_id FROM session_networks n
           JOIN users u ON u.id = n.user_id JOIN team_review_rows r ON r.user_id = n.user_id AND r.review_id = $1
         WHERE u.company_id = $2 AND n.noted_at > $3
         GROUP BY n.user_id HAVING COUNT(DISTINCT n.wide_hash) > 1 ORDER BY n.user_id")
    .bind(id)
    .bind(company_id)
    .bind(since)
    .texts(tx)
    .await
}

/// A company's review by id.
pub async fn by_id(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Review>, sqlx::Error> {
    sql("SELECT id, started_by_name, started_at, signed_by_name, signed_at, digest, counts, note
         FROM team_reviews WHERE id = $1 AND company_id = $2")
    .bind(id)
    .bind(company_id)
    .optional(tx)
    .await
}

/// The same, locked.
pub async fn lock(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Review>, sqlx::Error> {
    sql("UPDATE team_reviews SET note = note WHERE id = $1 AND company_id = $2
         RETURNING id, started_by_name, started_at, signed_by_name, signed_at, digest, counts, note")
    .bind(id)
    .bind(company_id)
    .optional(tx)
    .await
}

/// A company's reviews, newest first, behind one.
pub async fn page(
    tx: &mut Tx,
    company_id: &str,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Review>, sqlx::Error> {
    sql("SELECT id, started_by_name, started_at, signed_by_name, signed_at, digest, counts, note
         FROM team_reviews WHERE company_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3")
    .bind(company_id)
    .bind(before.unwrap_or_default())
    .bind(limit)
    .all(tx)
    .await
}

/// What a sign-off says.
#[derive(Clone, Copy, Debug)]
pub struct SignOff<'a> {
    /// The user.
    pub by: &'a str,
    /// Their name.
    pub name: &'a str,
    /// The hash of what was seen.
    pub digest: &'a str,
    /// The same in numbers, as JSON.
    pub counts: &'a str,
    /// What they wrote.
    pub note: &'a str,
}

/// Signs a review off, once.
pub async fn sign_off(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    sign_off: SignOff<'_>,
    now: Moment,
) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE team_reviews SET signed_by = $3, signed_by_name = $4, signed_at = $5, digest = $6, counts = $7,
           note = $8 WHERE id = $1 AND company_id = $2 AND signed_at IS NULL")
    .bind(id)
    .bind(company_id)
    .bind(sign_off.by)
    .bind(sign_off.name)
    .bind(now)
    .bind(sign_off.digest)
    .bind(sign_off.counts)
    .bind(sign_off.note)
    .run(tx)
    .await?;
    Ok(rows == 1)
}
