//! Ending a call, by hand or because it was left alone. The outcome follows from what happened.

use recovery_rules::outcome::outcome;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use recovery_rules::states::Outcome;
use serde::{Deserialize, Serialize};

use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::operations::call_happened::happened;
use crate::operations::notes;
use crate::operations::open_call::lock_own_open_call;
use crate::perform::PlainShape;
use crate::store::{calls, events, users};
use crate::work::Work;

/// Ends a call and saves the notes.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct EndCall {
    /// The call.
    pub call_id: String,
    /// The notes; empty leaves what was saved.
    pub notes: String,
}

/// Ended.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EndedCall {
    /// The call.
    pub call_id: String,
    /// How it ended.
    #[cfg_attr(test, ts(type = "Outcome"))]
    pub outcome: Outcome,
}

impl Operation for EndCall {
    const NAME: &'static str = "end_call";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = EndedCall;
    type Shape = PlainShape;

    fn kept(answer: &EndedCall) -> String {
        answer.call_id.clone()
    }

    async fn repeated(self, kept: &str, work: &mut Work<'_>) -> Result<EndedCall, Stop> {
        let call = calls::by_id(&mut work.tx, kept).await?.ok_or(Refusal::NotFound)?;
        let outcome =
            call.outcome().ok_or_else(|| Fault::Stored("an ended call without outcome".to_owned()))?;
        Ok(EndedCall { call_id: call.id, outcome })
    }
}

impl Plain for EndCall {
    async fn run(self, work: &mut Work<'_>) -> Result<EndedCall, Stop> {
        let (call, _) = lock_own_open_call(&self.call_id, work).await?;
        notes::bring(work, &call, &self.notes).await?;
        let outcome = end(&call, false, work).await?;
        Ok(EndedCall { call_id: call.id, outcome })
    }
}

/// Ends a call with the outcome that follows from what happened.
pub async fn end(call: &calls::Call, left_alone: bool, work: &mut Work<'_>) -> Result<Outcome, Stop> {
    let outcome = outcome(&happened(call, left_alone, work).await?);
    work.note("outcome", outcome.name());
    if !calls::end(&mut work.tx, &call.id, outcome, work.now).await? {
        return Err(Refusal::CallNotOpen.into());
    }
    let about = events::About { call_id: Some(&call.id), user_id: Some(&call.user_id), operator_id: None };
    work.tell_desks(events::Kind::CallChanged, about).await?;
    Ok(outcome)
}

/// Open calls that were left alone, for the caretaker.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CallsLeftAlone {}

/// Their ids.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LeftAlone {
    /// The calls.
    pub call_ids: Vec<String>,
}

impl Operation for CallsLeftAlone {
    const NAME: &'static str = "calls_left_alone";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = LeftAlone;
    type Shape = PlainShape;
}

impl Plain for CallsLeftAlone {
    async fn run(self, work: &mut Work<'_>) -> Result<LeftAlone, Stop> {
        let since = work.now - work.policy.span(Number::CallAbandonedAfter);
        Ok(LeftAlone { call_ids: calls::left_alone(&mut work.tx, since, 100).await? })
    }
}

/// Ends a call that was left alone.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct AbandonCall {
    /// The call.
    pub call_id: String,
}

impl Operation for AbandonCall {
    const NAME: &'static str = "abandon_call";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = EndedCall;
    type Shape = PlainShape;
}

impl Plain for AbandonCall {
    async fn run(self, work: &mut Work<'_>) -> Result<EndedCall, Stop> {
        let since = work.now - work.policy.span(Number::CallAbandonedAfter);
        let user_id = calls::by_id(&mut work.tx, &self.call_id).await?.ok_or(Refusal::CallNotOpen)?.user_id;
        users::lock(&mut work.tx, &user_id).await?;
        // Looked at again under the lock that every act in a call takes: the agent may have come back meanwhile.
        let call = calls::by_id(&mut work.tx, &self.call_id)
            .await?
            .filter(|call| call.ended_at.is_none() && call.last_activity_at <= since.0)
            .ok_or(Refusal::CallNotOpen)?;
        work.about_user(&call.user_id);
        work.about_call(&call.id);
        let outcome = end(&call, true, work).await?;
        Ok(EndedCall { call_id: call.id, outcome })
    }
}
