//! Somebody is at the desk: typing answers or reading a screen asks the desk for nothing, and would look like absence.
//! The window says so at most once a minute while keys or pointer are used; the idle limit itself is the desk's.

use recovery_rules::roles::{ANY_OPERATOR, Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::work::Work;

/// Counts as use of the session; authorising it notes the moment.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct StillHere {}

/// Noted.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Noted {
    /// Always true; a session that ended is a refusal.
    pub ok: bool,
}

impl Operation for StillHere {
    const NAME: &'static str = "still_here";
    const WHO: Who = Who::Operator(ANY_OPERATOR);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Maintain;
    type Answer = Noted;
    type Shape = PlainShape;
}

impl Plain for StillHere {
    async fn run(self, _work: &mut Work<'_>) -> Result<Noted, Stop> {
        Ok(Noted { ok: true })
    }
}
