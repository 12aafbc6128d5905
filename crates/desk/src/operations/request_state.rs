//! "Did it count?": what became of a request whose answer never came. Asked by its id, never sent again blind.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{ANY_OPERATOR, Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::requests::how_judging_stands;
use crate::store::requests;
use crate::work::Work;

/// Asks for a request of one's own.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct RequestState {
    /// Its id.
    pub request_id: String,
}

/// What became of it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StateOfRequest {
    /// `unknown` (nothing was done), `judging`, `broken_off` (it counted, and there is no result), or `done`.
    pub state: String,
}

impl Operation for RequestState {
    const NAME: &'static str = "request_state";
    const WHO: Who = Who::Operator(ANY_OPERATOR);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = StateOfRequest;
    type Shape = PlainShape;
}

impl Plain for RequestState {
    async fn run(self, work: &mut Work<'_>) -> Result<StateOfRequest, Stop> {
        let owner = work.actor.request_owner();
        let row = requests::find(&mut work.tx, &owner, &self.request_id).await?;
        let state = match row {
            None => "unknown",
            Some(row) if row.state == "done" => "done",
            Some(row) if how_judging_stands(&row, work.now) == Refusal::StillJudging => "judging",
            Some(_) => "broken_off",
        };
        Ok(StateOfRequest { state: state.to_owned() })
    }
}
