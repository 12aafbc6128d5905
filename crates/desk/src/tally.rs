//! Anonymous sums, added where something is decided and read by reports alone.

use recovery_rules::time::Moment;

use crate::failure::Stop;
use crate::letters::ShownTimes;
use crate::store::tallies;
use crate::work::Work;

/// Sums of checks by which check of a call it was, a day each.
pub(crate) const VERDICT: &str = "verdict";
/// Sums of questions, four weeks each: a day would say too much of the few calls it has.
pub(crate) const QUESTION: &str = "question";

/// Days of a question's period.
const QUESTION_DAYS: i64 = 28;
/// Periods of questions that a report adds up, this one included: a year.
const QUESTION_PERIODS: i64 = 13;
/// Sums of verdicts are kept so many days: the longest report and what is usual before it.
const VERDICTS_KEPT: i64 = 400;

/// The periods of questions that a report adds up.
pub(crate) fn questions_of_the_year(times: &ShownTimes, now: Moment) -> (i64, i64) {
    let last = times.day(now) / QUESTION_DAYS;
    (last - QUESTION_PERIODS + 1, last)
}

/// Counts a check that was judged: its verdict, and in the first check of a call which questions the caller didn't know.
/// Never which answer was right. The last that a transaction does: these rows are everybody's.
pub(crate) async fn check(
    check: i64,
    verified: bool,
    questions: &[(&str, bool)],
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let day = work.desk.settings.times.day(work.now);
    if check == 1 {
        let mut questions = questions.to_vec();
        questions.sort_unstable();
        for (question, not_known) in questions {
            tallies::add(&mut work.tx, QUESTION, day / QUESTION_DAYS, question, not_known).await?;
        }
    }
    Ok(tallies::add(&mut work.tx, VERDICT, day, &check.to_string(), verified).await?)
}

/// Removes what no report reads any more.
pub(crate) async fn sweep(work: &mut Work<'_>) -> Result<(), Stop> {
    let times = &work.desk.settings.times;
    let (first, _) = questions_of_the_year(times, work.now);
    let oldest = times.day(work.now) - VERDICTS_KEPT;
    tallies::remove_before(&mut work.tx, QUESTION, first).await?;
    tallies::remove_before(&mut work.tx, VERDICT, oldest).await?;
    Ok(())
}
