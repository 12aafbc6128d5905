//! Taking a colleague's call over: their verification is void, the counters stay, they are told.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use serde::Deserialize;

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::call_view::CallView;
use crate::operations::open_call::{may_handle, own_call, spend_open_call};
use crate::perform::PlainShape;
use crate::store::{calls, events, users};
use crate::work::Work;

/// Takes over the open call about a user.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TakeOverCall {
    /// The user.
    pub user_id: String,
}

impl Operation for TakeOverCall {
    const NAME: &'static str = "take_over_call";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = CallView;
    type Shape = PlainShape;

    fn kept(answer: &CallView) -> String {
        answer.call_id.clone()
    }

    async fn repeated(self, kept: &str, work: &mut Work<'_>) -> Result<CallView, Stop> {
        own_call(kept, work).await
    }
}

impl Plain for TakeOverCall {
    async fn run(self, work: &mut Work<'_>) -> Result<CallView, Stop> {
        let user = users::lock(&mut work.tx, &self.user_id).await?.ok_or(Refusal::NotFound)?;
        work.about_user(&user.id);
        may_handle(&user, work).await?;
        let operator = work.operator()?.id.clone();
        spend_open_call(&operator, work).await?;
        let call = calls::open_of_user(&mut work.tx, &user.id).await?.ok_or(Refusal::CallNotOpen)?;
        if call.operator_id == operator || calls::open_of_operator(&mut work.tx, &operator).await?.is_some() {
            return Err(Refusal::AlreadyOnACall.into());
        }
        work.about_call(&call.id);
        work.note("from", call.operator_id.clone());
        if !calls::take_over(&mut work.tx, &call.id, &operator, work.now).await? {
            return Err(Refusal::CallNotOpen.into());
        }
        // The notes are the former agent's own; they stay in the log, not on the colleague's screen.
        work.note("notes_of_former", call.notes.clone());
        calls::save_notes(&mut work.tx, &call.id, "").await?;
        let about = events::About {
            call_id: Some(&call.id),
            user_id: Some(&user.id),
            operator_id: Some(&call.operator_id),
        };
        work.tell_desks(events::Kind::CallTakenOver, about).await?;
        own_call(&call.id, work).await
    }
}
