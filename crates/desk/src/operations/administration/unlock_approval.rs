//! An unlock e-mail that needs an administrator: contacts are frozen, or the company asks for a contact code and nobody
//! can get it. Whoever is on the call asks; an administrator who is somebody else approves while the caller waits; then
//! the e-mail is sent in the call, as always. One approval is for one call, one operator, one e-mail.

use recovery_rules::approvals::LATELY;
use recovery_rules::call::{Standing, standing};
use recovery_rules::contact::Beside;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};

use super::asking::{ask_second, seal};
use super::reason;
use super::wanted::Wanted;
use crate::contact;
use crate::failure::{Fault, Stop};
use crate::keys::same_hash;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::call_view::{CallView, caller_facts};
use crate::operations::open_call::{lock_own_open_call, own_call};
use crate::perform::PlainShape;
use crate::store::{approvals, calls, operators, unlock_proofs, users};
use crate::work::Work;

/// Asks an administrator to approve the unlock e-mail of the own call.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct AskUnlockApproval {
    /// The call.
    pub call_id: String,
    /// Why.
    pub reason: String,
}

/// The approval of a call's unlock e-mail, as its own window sees it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UnlockApproval {
    /// `waiting`, `approved`, `refused`, or `expired`: too old, or used.
    pub state: String,
    /// Until when it can be approved, or the e-mail can be sent after it was; UTC ms.
    pub until: i64,
}

impl Operation for AskUnlockApproval {
    const NAME: &'static str = "ask_unlock_approval";
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

impl Plain for AskUnlockApproval {
    async fn run(self, work: &mut Work<'_>) -> Result<CallView, Stop> {
        let (call, user) = lock_own_open_call(&self.call_id, work).await?;
        let reason = reason(&self.reason)?;
        let caller = caller_facts(&user, work).await?;
        match standing(&call.facts()?, &caller, &work.policy, work.now) {
            Standing::NeedsApproval => {}
            Standing::Verified { .. } => return Err(Refusal::NothingToChange.into()),
            _ => return Err(Refusal::NotVerified.into()),
        }
        if user.email != call.address {
            return Err(Refusal::AccountChanged.into());
        }
        if approved_for(&call, &user, work).await?.is_some() {
            return Err(Refusal::NothingToChange.into());
        }
        // A single administrator waits a day elsewhere. Here the call is over by then: passing it on is the way.
        let since = work.now - LATELY;
        if operators::could_approve(&mut work.tx, &call.operator_id, since).await? == 0 {
            return Err(Refusal::NobodyToApprove.into());
        }
        let (beside, _) = contact::needed(&user, &[], work).await?;
        let because = if beside == Beside::Approval { "no_contact" } else { "frozen" };
        work.note("reason", reason.clone());
        work.note("second_because", because);
        let wanted = Wanted::SendUnlock {
            call_id: call.id.clone(),
            user_id: user.id.clone(),
            operator_id: call.operator_id.clone(),
            epoch: user.security_epoch,
            because: because.to_owned(),
        };
        ask_second(&wanted, &reason, work).await?;
        own_call(&call.id, work).await
    }
}

/// The approval under which the unlock e-mail of this call may be sent now: asked for by whose call it is, decided by
/// somebody else, of the account as it is, young enough and not used.
pub(crate) async fn approved_for(
    call: &calls::Call,
    user: &users::User,
    work: &mut Work<'_>,
) -> Result<Option<approvals::Approval>, Stop> {
    let since = work.now - work.policy.span(Number::ApprovalLife);
    let found = unlock_proofs::approval(&mut work.tx, &call.id, &call.operator_id, since).await?;
    let Some(approval) = found else { return Ok(None) };
    let kept = approval.seal.clone().unwrap_or_default();
    let wanted: Wanted =
        serde_json::from_str(&approval.content).map_err(|error| Fault::Stored(error.to_string()))?;
    let still = matches!(&wanted, Wanted::SendUnlock { call_id, user_id, operator_id, epoch, .. }
        if *call_id == call.id && *user_id == user.id && *operator_id == call.operator_id
            && *epoch == user.security_epoch);
    Ok((still && same_hash(&kept, &seal(&approval, work))).then_some(approval))
}

/// What became of the newest request about the unlock e-mail of a call.
pub(crate) async fn approval_of(
    call: &calls::Call,
    user: &users::User,
    work: &mut Work<'_>,
) -> Result<Option<UnlockApproval>, Stop> {
    let until = |asked: &approvals::Approval| Moment(asked.expires_at.unwrap_or_default());
    let (state, until) = match approved_for(call, user, work).await? {
        Some(asked) => {
            let decided = Moment(asked.decided_at.unwrap_or_default());
            ("approved", decided + work.policy.span(Number::ApprovalLife))
        }
        None => match approvals::of_call(&mut work.tx, &call.id, "send_unlock").await? {
            None => return Ok(None),
            Some(asked) => (state_of(&asked, work.now), until(&asked)),
        },
    };
    Ok(Some(UnlockApproval { state: state.to_owned(), until: until.0 }))
}

/// What became of a request that lets nothing go now.
fn state_of(asked: &approvals::Approval, now: Moment) -> &'static str {
    match asked.state.as_str() {
        "waiting" if asked.expires_at.is_some_and(|end| now < Moment(end)) => "waiting",
        "refused" => "refused",
        _ => "expired",
    }
}
