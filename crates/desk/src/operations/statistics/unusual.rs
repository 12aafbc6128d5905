//! What lay above the usual on one of the last days, against the four weeks before them: failed checks, pauses, e-mails
//! that failed. The rule is `rules::reports::usual_up_to`.

use recovery_rules::reports::{LOOKED_AT_DAYS, USUAL_DAYS, usual_up_to};
use serde::Serialize;

use crate::failure::Stop;
use crate::store::reports::{self, Period};
use crate::store::tallies;
use crate::tally;
use crate::work::Work;

/// A day with more of something than usual.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Unusual {
    /// `not_verified` (checks), `paused` (phone verifications) or `mail_failed`.
    pub kind: String,
    /// Counted from 1970.
    pub day: i64,
    /// How many there were.
    pub counted: i64,
    /// The most that is usual.
    pub usual_up_to: i64,
}

/// The days above the usual, by kind and day.
pub(super) async fn unusual(today: i64, work: &mut Work<'_>) -> Result<Vec<Unusual>, Stop> {
    let first_looked_at = today - LOOKED_AT_DAYS + 1;
    let from_day = first_looked_at - USUAL_DAYS;
    let times = &work.desk.settings.times;
    let period = Period::new(times.start_of_day(from_day), times.start_of_day(today + 1), times.offset());
    let calls = reports::calls_by_day(&mut work.tx, &period).await?;
    let busy = calls.iter().filter(|on| on.calls > 0 && on.day < first_looked_at).count();
    let busy = i64::try_from(busy).unwrap_or(i64::MAX);
    let pauses: Vec<_> = calls.iter().map(|on| (on.day, on.pauses)).collect();
    let checks = tallies::rest_by_period(&mut work.tx, tally::VERDICT, from_day, today).await?;
    let mails = reports::mails_failed_by_day(&mut work.tx, &period).await?;
    let mut found = Vec::new();
    for (kind, by_day) in [("not_verified", checks), ("paused", pauses), ("mail_failed", mails)] {
        let before = by_day.iter().filter(|(day, _)| *day < first_looked_at).map(|(_, count)| count).sum();
        let Some(most) = usual_up_to(before, busy) else { continue };
        let above = by_day.into_iter().filter(|(day, count)| *day >= first_looked_at && *count > most);
        found.extend(above.map(|(day, counted)| Unusual {
            kind: kind.to_owned(),
            day,
            counted,
            usual_up_to: most,
        }));
    }
    Ok(found)
}
