//! Reports for administrators: how calls end, where callers get stuck, how long it takes, whether mail arrives, whether
//! anything is unusual. Numbers only, of bounded periods; no operator is compared with another, and of a question nothing
//! is told below the number that hides who was asked (`rules::reports`). Sentences are the window's.

mod export;
mod unusual;

pub use export::{ExportStatistics, ReportTable};
pub use unusual::Unusual;

use recovery_rules::questions;
use recovery_rules::refusal::Refusal;
use recovery_rules::reports::{ANONYMOUS_FROM, ENOUGH_FOR_A_FINDING, PERIODS, anonymous_share};
use recovery_rules::roles::{ADMINISTRATORS, Door, Who};
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::reports::{self, Mailed, Period, Took};
use crate::store::tallies;
use crate::tally;
use crate::work::Work;

/// Domains shown one by one; the others are added up.
const DOMAINS: i64 = 12;

/// Asks for all reports of a period.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadStatistics {
    /// Days up to and with today: 7, 28 or 91.
    pub days: i64,
}

/// The reports.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Statistics {
    /// The first day, counted from 1970.
    pub from_day: i64,
    /// Today, counted from 1970.
    pub to_day: i64,
    /// The zone of the days.
    pub zone: String,
    /// Fewer than this make no finding.
    pub enough: i64,
    /// How the calls of each day ended; days and endings without a call are left out.
    pub endings: Vec<Ending>,
    /// How far calls came.
    pub reached: Reached,
    /// Checks by which check of its call it was.
    pub verdicts: Vec<Verdicts>,
    /// Questions asked often enough to be told of, of a year; those most often not known first.
    pub questions: Vec<QuestionShare>,
    /// From how many on a question is told of.
    pub questions_from: i64,
    /// How long it took, over the whole period: until verified, until unlocked.
    pub times: Vec<Times>,
    /// The same by week.
    pub times_by_week: Vec<Times>,
    /// How e-mails went.
    pub mails: MailsOf,
    /// By domain: those with trouble first.
    pub mails_by_domain: Vec<MailsOf>,
    /// What lay above the usual on one of the last days; empty nearly always.
    pub unusual: Vec<Unusual>,
}

/// Calls of a day that ended alike.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Ending {
    /// Counted from 1970.
    pub day: i64,
    /// `unlocked`, `mail_sent`, `not_verified`, `paused`, `passed_on`, `refused`, `abandoned`, `repudiated` or `going_on`.
    pub ending: String,
    /// How many.
    pub calls: i64,
}

/// How far calls came; each number is part of the one before.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Reached {
    /// Opened.
    pub opened: i64,
    /// With a check.
    pub checked: i64,
    /// Verified.
    pub verified: i64,
    /// Whose unlock e-mail was accepted by the other server.
    pub accepted: i64,
    /// Whose button was pressed.
    pub pressed: i64,
    /// Unlocked.
    pub unlocked: i64,
}

/// Checks that were the first of their call, or the second, and so on.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Verdicts {
    /// Which check of the call.
    pub check: i64,
    /// How many.
    pub checks: i64,
    /// Of these, verified.
    pub verified: i64,
}

/// What may be told of a question.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QuestionShare {
    /// Its words.
    pub question: String,
    /// About how often it was asked, rounded down to tens.
    pub asked_about: i64,
    /// How often of a hundred the caller knew no answer, rounded to tens.
    pub not_known_percent: i64,
}

/// How long something took.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Times {
    /// The Monday the week began with, counted from 1970; none for the whole period.
    pub monday: Option<i64>,
    /// `verified` or `unlocked`, counted from when the call was opened.
    pub until: String,
    /// Calls.
    pub calls: i64,
    /// ms within which half of them were there.
    pub half_ms: i64,
    /// ms within which nine in ten were there.
    pub nine_in_ten_ms: i64,
}

/// How e-mails went.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MailsOf {
    /// To which domain; empty for all.
    pub domain: String,
    /// All of them, but those replaced before they left.
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

impl Operation for ReadStatistics {
    const NAME: &'static str = "read_statistics";
    const WHO: Who = Who::Operator(ADMINISTRATORS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Look;
    type Answer = Statistics;
    type Shape = PlainShape;
}

impl Plain for ReadStatistics {
    async fn run(self, work: &mut Work<'_>) -> Result<Statistics, Stop> {
        statistics(self.days, work).await
    }
}

/// All reports of the last days.
async fn statistics(days: i64, work: &mut Work<'_>) -> Result<Statistics, Stop> {
    if !PERIODS.contains(&days) {
        return Err(Refusal::BadField { field: "days", problem: "choice_unknown" }.into());
    }
    work.note("days", days);
    let (to_day, offset) = {
        let times = &work.desk.settings.times;
        (times.day(work.now), times.offset())
    };
    let from_day = to_day - days + 1;
    let start = |day| work.desk.settings.times.start_of_day(day);
    // Up to the end of today: what happens in this very moment belongs to it.
    let period = Period::new(start(from_day), start(to_day + 1), offset);
    let tx = &mut work.tx;
    let reached = reports::reached(tx, &period).await?;
    let endings = reports::endings(tx, &period).await?;
    let verdicts = tallies::sums(tx, tally::VERDICT, from_day, to_day).await?;
    let times = reports::took(tx, &period, false).await?;
    let times_by_week = reports::took(tx, &period, true).await?;
    let mails = reports::mailed(tx, &period).await?;
    let mails_by_domain = reports::mailed_by_domain(tx, &period, DOMAINS).await?;
    Ok(Statistics {
        from_day,
        to_day,
        zone: work.desk.settings.times.name().to_owned(),
        enough: ENOUGH_FOR_A_FINDING,
        endings: endings
            .into_iter()
            .map(|row| Ending { day: row.day, ending: row.ending, calls: row.calls })
            .collect(),
        reached: Reached {
            opened: reached.opened,
            checked: reached.checked,
            verified: reached.verified,
            accepted: reached.accepted,
            pressed: reached.pressed,
            unlocked: reached.unlocked,
        },
        verdicts: by_check(verdicts),
        questions: questions(work.now, work).await?,
        questions_from: ANONYMOUS_FROM,
        times: times.into_iter().map(|took| took_of(took, false)).collect(),
        times_by_week: times_by_week.into_iter().map(|took| took_of(took, true)).collect(),
        mails: mails_of(mails),
        mails_by_domain: mails_by_domain.into_iter().map(mails_of).collect(),
        unusual: unusual::unusual(to_day, work).await?,
    })
}

fn by_check(sums: Vec<tallies::Tally>) -> Vec<Verdicts> {
    let mut verdicts: Vec<_> = sums
        .into_iter()
        .filter_map(|sum| {
            Some(Verdicts { check: sum.about.parse().ok()?, checks: sum.total, verified: sum.part })
        })
        .collect();
    verdicts.sort_unstable_by_key(|row| row.check);
    verdicts
}

async fn questions(now: Moment, work: &mut Work<'_>) -> Result<Vec<QuestionShare>, Stop> {
    let (from, to) = tally::questions_of_the_year(&work.desk.settings.times, now);
    let sums = tallies::sums(&mut work.tx, tally::QUESTION, from, to).await?;
    let mut shares: Vec<_> = sums
        .into_iter()
        .filter_map(|sum| {
            let share = anonymous_share(sum.total, sum.part)?;
            let question = questions::find(&sum.about)?.text.to_owned();
            Some(QuestionShare { question, asked_about: share.about, not_known_percent: share.percent })
        })
        .collect();
    shares.sort_by(|a, b| {
        b.not_known_percent.cmp(&a.not_known_percent).then_with(|| a.question.cmp(&b.question))
    });
    Ok(shares)
}

/// The store counts weeks from the Monday before 1970 began, which is day -3.
fn took_of(took: Took, by_week: bool) -> Times {
    Times {
        monday: by_week.then(|| took.week * 7 - 3),
        until: took.until,
        calls: took.calls,
        half_ms: took.half,
        nine_in_ten_ms: took.nine_in_ten,
    }
}

fn mails_of(mailed: Mailed) -> MailsOf {
    MailsOf {
        domain: mailed.domain,
        mails: mailed.mails,
        at_once: mailed.at_once,
        later: mailed.later,
        waiting: mailed.waiting,
        failed: mailed.failed,
        unsure: mailed.unsure,
    }
}
