//! A company's members as its billing users review them, live or as a review saw them. Every statement here is bound to
//! a company; no number, answer or code is read.

use recovery_rules::shared_log_in::SessionSeen;
use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// A member as a row shows them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Member {
    /// The user.
    pub id: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Work mail.
    pub email: String,
    /// `standard` or `billing`.
    pub kind: String,
    /// `active` or `locked`.
    pub account: String,
    /// The state of 2-step.
    pub two_step: String,
    /// Since when, UTC ms.
    pub two_step_since: i64,
    /// How many of the four questions are answered.
    pub answers: i64,
    /// Last sign-in, UTC ms.
    pub last_sign_in_at: Option<i64>,
    /// UTC ms.
    pub joined_at: i64,
    /// Last reminder, UTC ms.
    pub reminded_at: Option<i64>,
    /// Days with sessions from distant networks at once, as a review saw them; 0 in a live row, where the rule counts.
    pub distant_days: i64,
    /// Accounts of the company with the same phone, this one included; 0 without a phone.
    pub same_phone: i64,
    /// What a billing user answered to the signs.
    pub sign_answer: Option<String>,
    /// The signs that were answered: names with commas between them.
    pub answered_signs: Option<String>,
    /// When, UTC ms.
    pub answered_at: Option<i64>,
    /// Of a review's row: when the review was started, UTC ms.
    pub as_of: Option<i64>,
    /// Became a member after the review was started.
    pub added: bool,
    /// Whether `distant_days` is still to be counted.
    pub live: bool,
    /// The name of whoever answered the signs, as it is now.
    pub answered_by_name: Option<String>,
    /// Where a page may end: the number it is sorted by.
    pub number_key: i64,
    /// Where a page may end: the text it is sorted by.
    pub text_key: String,
}

/// Which members a page is about.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    /// Those there are now.
    Now,
    /// Those that this open review saw and who still are, and who was added since.
    Open(&'a str),
    /// Those that this review saw, which was signed off.
    Signed(&'a str),
}

/// What a page shows.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The company.
    pub company_id: &'a str,
    /// As they are, or as a review saw them.
    pub of: Of<'a>,
    /// `all`, one of the four groups (`fully_protected`, `to_be_set_up_again`, `one_password_away`, `no_help_by_phone`),
    /// `needs_something`, `without_two_step`, `questions_missing`, `never_signed_in`, `with_signs`, `signs_open`,
    /// `signs_answered`, `added`, `reminder_due` or `reminded`.
    pub filter: &'a str,
    /// How a name or the address begins, folded.
    pub begins: &'a str,
    /// `name`, `email`, `two_step`, `questions`, `last_sign_in`, `joined` or `reminded`.
    pub sort: &'a str,
    /// From the end.
    pub descending: bool,
    /// The keys of the last row before; none at the beginning.
    pub after: Option<(i64, &'a str, &'a str)>,
    /// Sessions since this moment may make a sign.
    pub since: Moment,
    /// Who was reminded at this moment or before can be reminded again.
    pub due_before: Moment,
    /// Rows.
    pub limit: i64,
}

/// Members as they are now. `$1` is the company, `$9` since when sessions count.
macro_rules! live {
    ($added:literal) => {
        concat!(
            "SELECT u.id, u.given_name, u.family_name, u.given_fold, u.family_fold, u.email, u.email_fold, u.kind, u.account,
           t.state AS two_step, t.changed_at AS two_step_since,
           (SELECT COUNT(*) FROM security_answers a WHERE a.user_id = u.id) AS answers,
           u.last_sign_in_at, u.created_at AS joined_at,
           (SELECT m.reminded_at FROM member_reminders m WHERE m.user_id = u.id) AS reminded_at,
           CAST(0 AS BIGINT) AS distant_days,
           (SELECT COUNT(*) FROM two_step o JOIN users p ON p.id = o.user_id
             WHERE o.phone = t.phone AND p.company_id = u.company_id AND p.account <> 'closed') AS same_phone,
           g.answer AS sign_answer, g.signs AS answered_signs, g.answered_by, g.answered_at, CAST(NULL AS BIGINT) AS as_of, ",
            $added,
            " AS added, TRUE AS live,
           (SELECT COUNT(DISTINCT n.wide_hash) FROM session_networks n WHERE n.user_id = u.id AND n.noted_at > $9) AS networks
         FROM users u JOIN two_step t ON t.user_id = u.id
         LEFT JOIN sign_answers g ON g.user_id = u.id AND g.company_id = u.company_id
         WHERE u.company_id = $1 AND u.account <> 'closed'"
        )
    };
}

/// Members as the review `$2` saw them. Of an open one, who is no member any more is left out.
macro_rules! reviewed {
    ($whose:literal) => {
        concat!(
            "SELECT r.user_id AS id, r.given_name, r.family_name, r.given_fold, r.family_fold, r.email, r.email_fold, r.kind,
           r.account, r.two_step, r.two_step_since, r.answers, r.last_sign_in_at, r.joined_at, r.reminded_at,
           r.distant_days, r.same_phone, r.sign_answer, r.answered_signs, r.answered_by, r.answered_at, v.started_at AS as_of,
           r.added, FALSE AS live, r.distant_days + 1 AS networks
         FROM team_reviews v JOIN team_review_rows r ON r.review_id = v.id
         WHERE v.id = $2 AND v.company_id = $1 AND ",
            $whose
        )
    };
}

/// Who became a member after the review `$2` was started.
macro_rules! added {
    () => {
        concat!(
            live!("TRUE"),
            " AND NOT EXISTS (SELECT 1 FROM team_review_rows r WHERE r.review_id = $2 AND r.user_id = u.id)"
        )
    };
}

macro_rules! page {
    ($compare:literal, $order:literal, $members:expr) => {
        concat!(
            "SELECT m.*, (SELECT w.given_name || ' ' || w.family_name FROM users w WHERE w.id = m.answered_by) AS answered_by_name
             FROM (SELECT s.id, s.given_name, s.family_name, s.email, s.kind, s.account, s.two_step,
               s.two_step_since, s.answers, s.last_sign_in_at, s.joined_at, s.reminded_at, s.distant_days, s.same_phone,
               s.sign_answer, s.answered_signs, s.answered_by, s.answered_at, s.as_of, s.added, s.live,
               CASE $4 WHEN 'two_step' THEN (CASE s.two_step WHEN 'to_be_set_up_again' THEN CAST(0 AS BIGINT)
                                               WHEN 'never' THEN 1 WHEN 'off' THEN 2 ELSE 3 END)
                       WHEN 'questions' THEN s.answers
                       WHEN 'last_sign_in' THEN COALESCE(s.last_sign_in_at, 0)
                       WHEN 'joined' THEN s.joined_at
                       WHEN 'reminded' THEN COALESCE(s.reminded_at, 0) ELSE 0 END AS number_key,
               CASE $4 WHEN 'email' THEN s.email_fold ELSE s.family_fold || ' ' || s.given_fold END AS text_key
             FROM (",
            $members,
            ") s
             WHERE ($3 = 'all'
                 OR ($3 = 'without_two_step' AND s.two_step <> 'on')
                 OR ($3 = 'to_be_set_up_again' AND s.two_step = 'to_be_set_up_again')
                 OR ($3 = 'questions_missing' AND s.answers < 4)
                 OR ($3 = 'never_signed_in' AND s.last_sign_in_at IS NULL)
                 OR ($3 = 'added' AND s.added)
                 OR ($3 = 'fully_protected' AND s.two_step = 'on' AND s.answers = 4)
                 OR ($3 = 'one_password_away' AND s.two_step IN ('never', 'off') AND s.answers = 4)
                 OR ($3 = 'no_help_by_phone' AND s.two_step <> 'to_be_set_up_again' AND s.answers < 4)
                 OR ($3 = 'needs_something' AND NOT (s.two_step = 'on' AND s.answers = 4))
                 OR ($3 = 'reminded' AND s.reminded_at IS NOT NULL)
                 OR ($3 = 'reminder_due' AND s.two_step <> 'on' AND s.account = 'active'
                   AND (s.reminded_at IS NULL OR s.reminded_at <= $13))
                 OR ($3 IN ('with_signs', 'signs_open', 'signs_answered') AND (s.same_phone > 1 OR s.networks > 1)))
               AND ($5 = '' OR (s.given_fold >= $5 AND s.given_fold < $6) OR (s.family_fold >= $5 AND s.family_fold < $6)
                 OR (s.email_fold >= $5 AND s.email_fold < $6))
            ) m
             WHERE $7 = 0 OR (m.number_key, m.text_key, m.id) ",
            $compare,
            " ($8, $10, $11)
             ORDER BY m.number_key ",
            $order,
            ", m.text_key ",
            $order,
            ", m.id ",
            $order,
            " LIMIT $12"
        )
    };
}

/// In both directions.
macro_rules! in_order {
    ($descending:expr, $members:expr) => {
        if $descending { sql(page!("<", "DESC", $members)) } else { sql(page!(">", "ASC", $members)) }
    };
}

/// A page of members, sorted and filtered here. `with_signs` and the like give those who may have one: the rule decides. Three
/// statements, so that a page of a review reads no member's account: an export has many pages. Each names all parameters.
pub async fn page(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<Vec<Member>, sqlx::Error> {
    let (statement, review_id) = match wanted.of {
        Of::Now => (in_order!(wanted.descending, concat!(live!("FALSE"), " AND $2 = ''")), ""),
        Of::Open(id) => (
            in_order!(
                wanted.descending,
                concat!(
                    reviewed!(
                        "EXISTS (SELECT 1 FROM users w WHERE w.id = r.user_id AND w.company_id = $1 AND w.account <> 'closed')"
                    ),
                    " UNION ALL ",
                    added!()
                )
            ),
            id,
        ),
        Of::Signed(id) => (in_order!(wanted.descending, reviewed!("CAST($9 AS BIGINT) IS NOT NULL")), id),
    };
    let end = format!("{}\u{10ffff}", wanted.begins);
    let (number, text, id) = wanted.after.unwrap_or_default();
    statement
        .bind(wanted.company_id)
        .bind(review_id)
        .bind(wanted.filter)
        .bind(wanted.sort)
        .bind(wanted.begins)
        .bind(end)
        .bind(i64::from(wanted.after.is_some()))
        .bind(number)
        .bind(wanted.since)
        .bind(text)
        .bind(id)
        .bind(wanted.limit)
        .bind(wanted.due_before)
        .all(tx)
        .await
}

/// How many there are.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Counted {
    /// Members.
    pub members: i64,
    /// With 2-step on.
    pub two_step_on: i64,
    /// With 2-step to be set up again.
    pub to_be_set_up_again: i64,
    /// With all four questions answered.
    pub questions_answered: i64,
    /// Who never signed in.
    pub never_signed_in: i64,
    /// With 2-step on and all four questions answered.
    pub fully_protected: i64,
    /// With 2-step off or never on, and all four questions answered.
    pub one_password_away: i64,
    /// With questions missing, but for those whose 2-step is to be set up again.
    pub no_help_by_phone: i64,
    /// Who can be reminded now.
    pub reminder_due: i64,
}

/// A company's members in numbers. Who was reminded at `due_before` or earlier can be reminded again.
pub async fn count(tx: &mut Tx, company_id: &str, due_before: Moment) -> Result<Counted, sqlx::Error> {
    sql("SELECT COUNT(*) AS members, COUNT(CASE WHEN s.state = 'on' THEN 1 END) AS two_step_on,
           COUNT(CASE WHEN s.state = 'to_be_set_up_again' THEN 1 END) AS to_be_set_up_again,
           COUNT(CASE WHEN s.answers = 4 THEN 1 END) AS questions_answered,
           COUNT(CASE WHEN s.last_sign_in_at IS NULL THEN 1 END) AS never_signed_in,
           COUNT(CASE WHEN s.state = 'on' AND s.answers = 4 THEN 1 END) AS fully_protected,
           COUNT(CASE WHEN s.state IN ('never', 'off') AND s.answers = 4 THEN 1 END) AS one_password_away,
           COUNT(CASE WHEN s.state <> 'to_be_set_up_again' AND s.answers < 4 THEN 1 END) AS no_help_by_phone,
           COUNT(CASE WHEN s.state <> 'on' AND s.account = 'active'
             AND (s.reminded_at IS NULL OR s.reminded_at <= $2) THEN 1 END) AS reminder_due
         FROM (SELECT t.state, u.account, u.last_sign_in_at,
             (SELECT COUNT(*) FROM security_answers a WHERE a.user_id = u.id) AS answers,
             (SELECT m.reminded_at FROM member_reminders m WHERE m.user_id = u.id) AS reminded_at
           FROM users u JOIN two_step t ON t.user_id = u.id WHERE u.company_id = $1 AND u.account <> 'closed') s")
    .bind(company_id)
    .bind(due_before)
    .one(tx)
    .await
}

#[derive(sqlx::FromRow)]
struct Seen {
    started_at: i64,
    last_seen_at: i64,
    wide_hash: Vec<u8>,
}

/// A member's sessions of the account pages since a moment, newest first.
pub async fn sessions(
    tx: &mut Tx,
    company_id: &str,
    user_id: &str,
    since: Moment,
) -> Result<Vec<SessionSeen>, sqlx::Error> {
    let rows: Vec<Seen> = sql("SELECT s.started_at, s.last_seen_at, n.wide_hash
         FROM session_networks n JOIN sessions s ON s.id = n.session_id JOIN users u ON u.id = n.user_id
         WHERE n.user_id = $1 AND u.company_id = $2 AND n.noted_at > $3 ORDER BY n.noted_at DESC LIMIT 300")
    .bind(user_id)
    .bind(company_id)
    .bind(since)
    .all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionSeen {
            started_at: row.started_at,
            last_seen_at: row.last_seen_at,
            wide: row.wide_hash,
        })
        .collect())
}

/// Notes from which network a session began.
pub async fn note_network(
    tx: &mut Tx,
    session_id: &str,
    user_id: &str,
    near: &[u8; 32],
    wide: &[u8; 32],
    now: Moment,
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO session_networks (session_id, user_id, near_hash, wide_hash, noted_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (session_id) DO NOTHING")
    .bind(session_id)
    .bind(user_id)
    .bind(near)
    .bind(wide)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Forgets networks older than any window of the policy.
pub async fn sweep_networks(tx: &mut Tx, before: Moment) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM session_networks WHERE noted_at <= $1").bind(before).run(tx).await
}

/// A member of a company, locked.
pub async fn lock_member(
    tx: &mut Tx,
    company_id: &str,
    user_id: &str,
) -> Result<Option<super::users::User>, sqlx::Error> {
    sql("UPDATE users SET security_epoch = security_epoch
         WHERE id = $1 AND company_id = $2 AND account <> 'closed' RETURNING *")
    .bind(user_id)
    .bind(company_id)
    .optional(tx)
    .await
}

/// When a member was reminded last, UTC ms.
pub async fn reminded_at(tx: &mut Tx, user_id: &str) -> Result<Option<i64>, sqlx::Error> {
    let row: Option<(i64,)> =
        sql("SELECT reminded_at FROM member_reminders WHERE user_id = $1").bind(user_id).optional(tx).await?;
    Ok(row.map(|row| row.0))
}

/// Notes a reminder.
pub async fn reminded(tx: &mut Tx, user_id: &str, by: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("INSERT INTO member_reminders (user_id, reminded_by, reminded_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET reminded_by = $2, reminded_at = $3")
    .bind(user_id)
    .bind(by)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// What a billing user answers to a member's signs.
#[derive(Clone, Copy, Debug)]
pub struct AnswerKept<'a> {
    /// `one_person`, `splitting` or `later`.
    pub answer: &'a str,
    /// The signs that were there: names with commas between them.
    pub signs: &'a str,
    /// The billing user.
    pub by: &'a str,
}

/// Keeps an answer in the place of the one before.
pub async fn answer_signs(
    tx: &mut Tx,
    company_id: &str,
    user_id: &str,
    kept: AnswerKept<'_>,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sql("INSERT INTO sign_answers (user_id, company_id, answer, signs, answered_by, answered_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_id) DO UPDATE SET company_id = $2, answer = $3, signs = $4, answered_by = $5, answered_at = $6")
    .bind(user_id)
    .bind(company_id)
    .bind(kept.answer)
    .bind(kept.signs)
    .bind(kept.by)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Takes an answer back; false if there was none.
pub async fn take_answer_back(tx: &mut Tx, company_id: &str, user_id: &str) -> Result<bool, sqlx::Error> {
    let rows = sql("DELETE FROM sign_answers WHERE user_id = $1 AND company_id = $2")
        .bind(user_id)
        .bind(company_id)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// Accounts of the company with a member's phone, this one included; 0 without a phone.
pub async fn same_phone(tx: &mut Tx, company_id: &str, user_id: &str) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM two_step t JOIN two_step o ON o.phone = t.phone JOIN users p ON p.id = o.user_id
         WHERE t.user_id = $1 AND p.company_id = $2 AND p.account <> 'closed'")
    .bind(user_id)
    .bind(company_id)
    .number(tx)
    .await
}
