//! The clock stepped back, so codes and links are on hold: an administrator looks at a watch and confirms that the
//! time is right now. Whatever had run out before the step stays dead.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{ADMINISTRATORS, Door, Who};
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use crate::clock_guard;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{codes, links, sessions};
use crate::work::Work;

/// How far the confirmed time may be from the system's: reading a watch takes a moment.
const TOLERATED: Span = Span::minutes(2);

/// Confirms the time.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ConfirmTime {
    /// The time the administrator says it is, UTC ms. What is confirmed is this, not whatever the clock shows later.
    pub time: i64,
}

/// Codes and links work again.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TimeConfirmed {
    /// By how much the clock had stepped back, ms; 0 if it had not.
    pub stepped_back_by: i64,
    /// Links, codes and sessions that had run out before the step and were ended for good.
    pub ended: i64,
}

impl Operation for ConfirmTime {
    const NAME: &'static str = "confirm_time";
    const WHO: Who = Who::Operator(ADMINISTRATORS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = TimeConfirmed;
    type Shape = PlainShape;

    fn kept(answer: &TimeConfirmed) -> String {
        serde_json::to_string(answer).unwrap_or_default()
    }

    async fn repeated(self, kept: &str, _work: &mut Work<'_>) -> Result<TimeConfirmed, Stop> {
        serde_json::from_str(kept).map_err(|_| Refusal::RequestIdReused.into())
    }
}

impl Plain for ConfirmTime {
    async fn run(self, work: &mut Work<'_>) -> Result<TimeConfirmed, Stop> {
        let said = Moment(self.time);
        if said + TOLERATED < work.now || work.now + TOLERATED < said {
            return Err(Refusal::BadField { field: "time", problem: "time_not_the_systems" }.into());
        }
        let latest = clock_guard::latest(work).await?;
        let stepped_back_by = (latest.0 - work.now.0).max(0);
        work.note("stepped_back_by", stepped_back_by);
        if stepped_back_by == 0 {
            return Ok(TimeConfirmed { stepped_back_by, ended: 0 });
        }
        let own = work.operator()?.session_id.clone();
        let (desks, pages) =
            (work.policy.span(Number::OperatorSessionIdle), work.policy.span(Number::UserSessionIdle));
        // The time they ended by was real to whoever waited for it; the step must not give it back.
        let ended = links::end_expired(&mut work.tx, latest, work.now).await?
            + codes::end_expired(&mut work.tx, latest, work.now).await?
            + sessions::end_expired(&mut work.tx, latest, desks, pages, &own, work.now).await?;
        work.note("ended", ended);
        clock_guard::set(work).await?;
        Ok(TimeConfirmed { stepped_back_by, ended: i64::try_from(ended).unwrap_or(i64::MAX) })
    }
}
