//! What reports count: calls and messages of a period, by the ranges of their primary keys. Ids are ordered by time, so a
//! period is a half-open range of ids, and nothing here reads a row outside of it, nor the audit log at all.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};
use crate::id::ids_of_moment;

/// A period, as the ids that lie in it, and the clock that days are counted by.
#[derive(Clone, Debug)]
pub struct Period {
    from: String,
    to: String,
    /// Milliseconds that clock is ahead of UTC.
    offset: i64,
}

impl Period {
    /// From a moment up to before another.
    pub fn new(from: Moment, to: Moment, offset: i64) -> Self {
        Self { from: ids_of_moment(from).0, to: ids_of_moment(to).0, offset }
    }
}

/// Calls of a day that ended alike.
#[derive(Debug, sqlx::FromRow)]
pub struct Ended {
    /// Days since 1970.
    pub day: i64,
    /// How they ended.
    pub ending: String,
    /// How many.
    pub calls: i64,
}

/// How the calls of each day ended. What happened after a call counts too: a link used in the evening is *unlocked*.
pub async fn endings(tx: &mut Tx, period: &Period) -> Result<Vec<Ended>, sqlx::Error> {
    sql("SELECT day, ending, COUNT(*) AS calls FROM (
           SELECT (c.opened_at + $3) / 86400000 AS day,
             CASE WHEN c.repudiated_at IS NOT NULL THEN 'repudiated'
                  WHEN EXISTS (SELECT 1 FROM links l WHERE l.call_id = c.id AND l.purpose = 'unlock'
                               AND l.used_at IS NOT NULL) THEN 'unlocked'
                  WHEN c.ended_at IS NULL THEN 'going_on'
                  WHEN c.outcome = 'mail_sent' THEN 'mail_sent'
                  WHEN EXISTS (SELECT 1 FROM approvals a WHERE a.call_id = c.id AND a.kind = 'passed_on')
                    THEN 'passed_on'
                  WHEN c.pause_started_at IS NOT NULL THEN 'paused'
                  ELSE c.outcome END AS ending
           FROM calls c WHERE c.id >= $1 AND c.id < $2
         ) AS calls_of_the_period GROUP BY day, ending ORDER BY day, ending")
    .bind(&period.from)
    .bind(&period.to)
    .bind(period.offset)
    .all(tx)
    .await
}

/// How far the calls of a period came; each number is part of the one before.
#[derive(Debug, Default, sqlx::FromRow)]
pub struct Reached {
    /// Calls opened.
    pub opened: i64,
    /// With at least one check.
    pub checked: i64,
    /// In which a check came out right.
    pub verified: i64,
    /// Whose unlock e-mail another server accepted.
    pub accepted: i64,
    /// Whose button was pressed.
    pub pressed: i64,
    /// Whose link was used.
    pub unlocked: i64,
}

/// How far calls came.
pub async fn reached(tx: &mut Tx, period: &Period) -> Result<Reached, sqlx::Error> {
    sql("SELECT COUNT(*) AS opened,
           COUNT(CASE WHEN checks_used > 0 THEN 1 END) AS checked,
           COUNT(CASE WHEN first_verified_at IS NOT NULL THEN 1 END) AS verified,
           COUNT(CASE WHEN accepted OR pressed OR unlocked THEN 1 END) AS accepted,
           COUNT(CASE WHEN pressed OR unlocked THEN 1 END) AS pressed,
           COUNT(CASE WHEN unlocked THEN 1 END) AS unlocked
         FROM (
           SELECT c.checks_used, c.first_verified_at,
             EXISTS (SELECT 1 FROM outbox o WHERE o.call_id = c.id AND o.letter = 'unlock' AND o.state = 'accepted')
               AS accepted,
             EXISTS (SELECT 1 FROM links l WHERE l.call_id = c.id AND l.purpose = 'unlock'
                     AND l.opened_at IS NOT NULL) AS pressed,
             EXISTS (SELECT 1 FROM links l WHERE l.call_id = c.id AND l.purpose = 'unlock'
                     AND l.used_at IS NOT NULL) AS unlocked
           FROM calls c WHERE c.id >= $1 AND c.id < $2
         ) AS calls_of_the_period")
    .bind(&period.from)
    .bind(&period.to)
    .one(tx)
    .await
}

/// How long something took, of the calls of a week.
#[derive(Debug, sqlx::FromRow)]
pub struct Took {
    /// Weeks since Monday, 29 December 1969; 0 where it is the whole period.
    pub week: i64,
    /// `verified` or `unlocked`, counted from when the call was opened.
    pub until: String,
    /// Calls.
    pub calls: i64,
    /// ms within which half of them were there.
    pub half: i64,
    /// ms within which nine in ten were there.
    pub nine_in_ten: i64,
}

/// How long it took until verified and until unlocked: by week, or over the whole period.
pub async fn took(tx: &mut Tx, period: &Period, by_week: bool) -> Result<Vec<Took>, sqlx::Error> {
    sql("SELECT week, until, MAX(calls) AS calls,
           MIN(CASE WHEN 2 * place >= calls THEN took END) AS half,
           MIN(CASE WHEN 10 * place >= 9 * calls THEN took END) AS nine_in_ten
         FROM (
           SELECT week, until, took, ROW_NUMBER() OVER (PARTITION BY week, until ORDER BY took) AS place,
             COUNT(*) OVER (PARTITION BY week, until) AS calls
           FROM (
             SELECT (((c.opened_at + $3) / 86400000 + 3) / 7) * $4 AS week, 'verified' AS until,
               c.first_verified_at - c.opened_at AS took
             FROM calls c WHERE c.id >= $1 AND c.id < $2 AND c.first_verified_at IS NOT NULL
             UNION ALL
             SELECT (((c.opened_at + $3) / 86400000 + 3) / 7) * $4, 'unlocked', MIN(l.used_at) - c.opened_at
             FROM calls c JOIN links l ON l.call_id = c.id AND l.purpose = 'unlock' AND l.used_at IS NOT NULL
             WHERE c.id >= $1 AND c.id < $2 GROUP BY c.id, c.opened_at
           ) AS durations
         ) AS ranked GROUP BY week, until ORDER BY week, until")
    .bind(&period.from)
    .bind(&period.to)
    .bind(period.offset)
    .bind(i64::from(by_week))
    .all(tx)
    .await
}

/// How e-mails to a domain went.
#[derive(Debug, Default, sqlx::FromRow)]
pub struct Mailed {
    /// Behind the @, in small letters.
    pub domain: String,
    /// All of them; those replaced by a newer one before they left are left out.
    pub mails: i64,
    /// Accepted at the first try.
    pub at_once: i64,
    /// Accepted later.
    pub later: i64,
    /// Still on their way.
    pub waiting: i64,
    /// Failed, came back, or too old.
    pub failed: i64,
    /// Nobody knows.
    pub unsure: i64,
}

/// The e-mails of a period as `mailed` and `mailed_by_domain` count them. A macro, because statements are literals. What is
/// taken off the end by `rtrim`, character by character, is everything but the @: both engines have that, and no other
/// way to the domain in common.
macro_rules! mails_counted {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "COUNT(*) AS mails,
             COUNT(CASE WHEN state = 'accepted' AND attempts <= 1 THEN 1 END) AS at_once,
             COUNT(CASE WHEN state = 'accepted' AND attempts > 1 THEN 1 END) AS later,
             COUNT(CASE WHEN state IN ('waiting', 'sending', 'deferred') THEN 1 END) AS waiting,
             COUNT(CASE WHEN state IN ('failed', 'expired') THEN 1 END) AS failed,
             COUNT(CASE WHEN state = 'uncertain' THEN 1 END) AS unsure
             FROM (SELECT state, attempts,
                     LOWER(SUBSTR(address, LENGTH(RTRIM(address, REPLACE(address, '@', ''))) + 1)) AS domain
                   FROM outbox WHERE id >= $1 AND id < $2 AND kind = 'mail' AND state <> 'superseded') AS mails",
            $after
        )
    };
}

/// All e-mails of a period.
pub async fn mailed(tx: &mut Tx, period: &Period) -> Result<Mailed, sqlx::Error> {
    sql(mails_counted!("SELECT '' AS domain, ", "")).bind(&period.from).bind(&period.to).one(tx).await
}

/// By domain: those with trouble first, then the busiest.
pub async fn mailed_by_domain(tx: &mut Tx, period: &Period, limit: i64) -> Result<Vec<Mailed>, sqlx::Error> {
    sql(mails_counted!(
        "SELECT domain, ",
        " GROUP BY domain ORDER BY COUNT(CASE WHEN state IN ('failed', 'expired') THEN 1 END) DESC,
            COUNT(*) DESC, domain LIMIT $3"
    ))
    .bind(&period.from)
    .bind(&period.to)
    .bind(limit)
    .all(tx)
    .await
}

/// How much of something there was on a day.
#[derive(Debug, sqlx::FromRow)]
pub struct OnDay {
    /// Days since 1970.
    pub day: i64,
    /// Calls opened.
    pub calls: i64,
    /// Calls in which a pause began.
    pub pauses: i64,
}

/// Calls and pauses by day; days without a call are left out.
pub async fn calls_by_day(tx: &mut Tx, period: &Period) -> Result<Vec<OnDay>, sqlx::Error> {
    sql("SELECT (opened_at + $3) / 86400000 AS day, COUNT(*) AS calls,
           COUNT(CASE WHEN pause_started_at IS NOT NULL THEN 1 END) AS pauses
         FROM calls WHERE id >= $1 AND id < $2 GROUP BY (opened_at + $3) / 86400000 ORDER BY day")
    .bind(&period.from)
    .bind(&period.to)
    .bind(period.offset)
    .all(tx)
    .await
}

/// E-mails that failed, by the day they were queued: (day, mails).
pub async fn mails_failed_by_day(tx: &mut Tx, period: &Period) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    // The state is no condition: by its index SQLite would read every message that ever failed.
    sql("SELECT (queued_at + $3) / 86400000 AS day, COUNT(CASE WHEN state IN ('failed', 'expired') THEN 1 END)
         FROM outbox WHERE id >= $1 AND id < $2 AND kind = 'mail'
         GROUP BY (queued_at + $3) / 86400000 ORDER BY day")
    .bind(&period.from)
    .bind(&period.to)
    .bind(period.offset)
    .all(tx)
    .await
}
