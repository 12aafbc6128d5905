//! The call the operator is on: read after every event, after a restart, after signing in again.

use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::call_view::{CallView, call_view};
use crate::operations::open_call::own_call;
use crate::perform::PlainShape;
use crate::store::calls;
use crate::work::Work;

/// Asks for it; with an id, for that call even after it ended.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CurrentCall {
    /// A call of one's own.
    #[serde(default)]
    #[cfg_attr(test, ts(optional))]
    pub call_id: Option<String>,
}

/// The call, if there is one.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Current {
    /// The call.
    pub call: Option<CallView>,
}

impl Operation for CurrentCall {
    const NAME: &'static str = "current_call";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = Current;
    type Shape = PlainShape;
}

impl Plain for CurrentCall {
    async fn run(self, work: &mut Work<'_>) -> Result<Current, Stop> {
        if let Some(id) = self.call_id {
            return Ok(Current { call: Some(own_call(&id, work).await?) });
        }
        let operator = work.operator()?.id.clone();
        let call = match calls::open_of_operator(&mut work.tx, &operator).await? {
            Some(call) => Some(call_view(call, work).await?),
            None => None,
        };
        Ok(Current { call })
    }
}
