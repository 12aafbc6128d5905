//! Passing a call to the administrators, and flagging a concern: both go to the same list and to every open
//! administrator's desk.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use serde::Deserialize;

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::administration::ask_passed_on;
use crate::operations::call_view::CallView;
use crate::operations::notes;
use crate::operations::open_call::{lock_own_open_call, own_call};
use crate::perform::PlainShape;
use crate::store::{approvals, calls, events};
use crate::work::Work;

/// Reasons there are.
const REASONS: &[&str] = &["cannot_answer", "no_checks_left", "mailbox_lost", "other"];

/// Passes a call on: two administrators decide.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct PassOn {
    /// The call.
    pub call_id: String,
    /// Why.
    pub reason: String,
    /// The notes, taken along.
    pub notes: String,
}

/// Flags a concern, silently.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct FlagConcern {
    /// The call.
    pub call_id: String,
    /// The notes, taken along.
    pub notes: String,
}

macro_rules! goes_to_administrators {
    ($request:ident, $name:literal) => {
        impl Operation for $request {
            const NAME: &'static str = $name;
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
    };
}
// Same answer, same roles, same repetition; only the name differs.
goes_to_administrators!(PassOn, "pass_on");
goes_to_administrators!(FlagConcern, "flag_concern");

impl Plain for PassOn {
    async fn run(self, work: &mut Work<'_>) -> Result<CallView, Stop> {
        if !REASONS.contains(&self.reason.as_str()) {
            return Err(Refusal::BadField { field: "reason", problem: "reason_unknown" }.into());
        }
        let (call, user) = lock_own_open_call(&self.call_id, work).await?;
        let notes = notes::bring(work, &call, &self.notes).await?;
        let before = approvals::of_call(&mut work.tx, &call.id, "passed_on").await?;
        if let Some(report) = before.as_ref().filter(|report| report.state == "waiting") {
            // Passed on before the caller was verified, or after it ran out: the approval is asked for now.
            ask_passed_on(&call, &user, (&report.id, &self.reason), work).await?;
        }
        if before.is_none() {
            let report_id = ask(work, &call, "passed_on", &self.reason, &notes).await?;
            ask_passed_on(&call, &user, (&report_id, &self.reason), work).await?;
            calls::passed_on(&mut work.tx, &call.id).await?;
            tell(work, &call, events::Kind::PassedOn).await?;
        }
        own_call(&call.id, work).await
    }
}

impl Plain for FlagConcern {
    async fn run(self, work: &mut Work<'_>) -> Result<CallView, Stop> {
        let (call, _) = lock_own_open_call(&self.call_id, work).await?;
        let notes = notes::bring(work, &call, &self.notes).await?;
        if call.flagged_at.is_none() {
            ask(work, &call, "flagged", "concern", &notes).await?;
            calls::flagged(&mut work.tx, &call.id, work.now).await?;
            tell(work, &call, events::Kind::Flagged).await?;
        }
        own_call(&call.id, work).await
    }
}

async fn ask(
    work: &mut Work<'_>,
    call: &calls::Call,
    kind: &str,
    reason: &str,
    notes: &str,
) -> Result<String, Stop> {
    let approval = approvals::Approval {
        id: work.new_id(),
        kind: kind.to_owned(),
        call_id: Some(call.id.clone()),
        user_id: Some(call.user_id.clone()),
        asked_by: call.operator_id.clone(),
        reason: reason.to_owned(),
        notes: notes.to_owned(),
        subject: call.user_id.clone(),
        content: String::new(),
        seal: None,
        alone: false,
        state: "waiting".to_owned(),
        asked_at: work.now.0,
        expires_at: None,
        decided_by: None,
        decided_at: None,
        decision: None,
        decision_seal: None,
    };
    work.note("reason", reason);
    approvals::insert(&mut work.tx, &approval).await?;
    Ok(approval.id)
}

async fn tell(work: &mut Work<'_>, call: &calls::Call, kind: events::Kind) -> Result<(), Stop> {
    let about = events::About { call_id: Some(&call.id), user_id: Some(&call.user_id), operator_id: None };
    work.tell_desks(kind, about).await
}
