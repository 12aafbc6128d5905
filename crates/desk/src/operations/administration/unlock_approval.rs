//! An unlock e-mail that needs an administrator: contacts are frozen, or the company asks for a contact code and nobody
//! can get it. Whoever is on the call asks; an administrator who is somebody else approves while the caller waits; then
//! the e-mail is sent in the call, as always. Where the call is passed on instead, the same is asked for the caller's next
//! verified call. Either way it is bound to what stood in the way, and for one e-mail.

use recovery_rules::approvals::{LATELY, SEND_APPROVED};
use recovery_rules::call::{Caller, Standing, standing};
use recovery_rules::policy::{Number, Policy};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use super::asking::{ask_second, decision_seal, seal};
use super::reason;
use super::wanted::Wanted;
use crate::failure::Stop;
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
        if approved_for(&call, &caller, work).await?.is_some() {
            return Err(Refusal::NothingToChange.into());
        }
        // A single administrator waits a day elsewhere. Here the call is over by then: passing it on is the way.
        let since = work.now - LATELY;
        let company_id = Some(user.company_id.as_str());
        if operators::could_approve(&mut work.tx, &call.operator_id, company_id, since).await? == 0 {
            return Err(Refusal::NobodyToApprove.into());
        }
        work.note("reason", reason.clone());
        let in_the_way = InTheWay::of(&caller);
        end_what_cannot_be_given(&call, &in_the_way, work).await?;
        work.note("second_because", in_the_way.codes(work.now).join(", "));
        let wanted = sending(&call, in_the_way, None);
        ask_second(&wanted, &reason, work).await?;
        own_call(&call.id, work).await
    }
}

/// The e-mail of a call; with a report, of the caller's next verified call.
fn sending(call: &calls::Call, in_the_way: InTheWay, report_id: Option<&str>) -> Wanted {
    Wanted::SendUnlock {
        call_id: call.id.clone(),
        user_id: call.user_id.clone(),
        operator_id: call.operator_id.clone(),
        in_the_way,
        report_id: report_id.map(str::to_owned),
    }
}

/// For how long after the decision the e-mail can be sent.
fn lasts(passed_on: bool, policy: &Policy) -> Span {
    if passed_on { SEND_APPROVED } else { policy.span(Number::ApprovalLife) }
}

/// A request of this call that nobody can approve any more, of the agent before or of another freeze, is over: it would
/// stand in the way of the one that is needed.
async fn end_what_cannot_be_given(
    call: &calls::Call,
    in_the_way: &InTheWay,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let waits = approvals::waiting_about(&mut work.tx, "send_unlock", &call.id, work.now).await?;
    let Some(asked) = waits else { return Ok(()) };
    let wanted = Wanted::of(&asked)?;
    if !matches!(&wanted, Wanted::SendUnlock { operator_id, in_the_way: seen, .. }
        if *operator_id == call.operator_id && seen == in_the_way)
    {
        approvals::decide(&mut work.tx, &asked.id, "expired", &call.operator_id, "asked anew", work.now)
            .await?;
    }
    Ok(())
}

/// Asks for the approval of a call's e-mail when the call is passed on, if it was verified and nothing else stands in the
/// way: administrators look at it later, and it is for the caller's next verified call.
pub(crate) async fn ask_passed_on(
    call: &calls::Call,
    user: &users::User,
    (report_id, reason): (&str, &str),
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let caller = caller_facts(user, work).await?;
    let standing = standing(&call.facts()?, &caller, &work.policy, work.now);
    let asked = approvals::waiting_about(&mut work.tx, "send_unlock", report_id, work.now).await?;
    if standing != Standing::NeedsApproval || user.email != call.address || asked.is_some() {
        return Ok(());
    }
    let wanted = sending(call, InTheWay::of(&caller), Some(report_id));
    ask_second(&wanted, reason, work).await?;
    Ok(())
}

/// What keeps an unlock e-mail back until an administrator approves it, with the security epoch of the account. An approval
/// is bound to all of it: another freeze, or a contact who can get a code since, needs another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InTheWay {
    /// The security epoch.
    pub epoch: i64,
    /// Until when contacts are frozen or were, UTC ms.
    frozen_until: Option<i64>,
    /// The company asks for a contact code, and nobody can get it.
    no_contact: bool,
}

impl InTheWay {
    /// As it is now.
    pub(super) fn of(caller: &Caller) -> Self {
        let frozen_until = caller.frozen_until.map(|until| until.0);
        Self { epoch: caller.epoch, frozen_until, no_contact: caller.without_contact }
    }

    /// Stable codes of each.
    pub(super) fn codes(&self, now: Moment) -> Vec<&'static str> {
        let frozen = self.frozen_until.is_some_and(|until| now < Moment(until));
        [("frozen", frozen), ("no_contact", self.no_contact)]
            .into_iter()
            .filter(|(_, is)| *is)
            .map(|(code, _)| code)
            .collect()
    }
}

/// The approval under which the unlock e-mail of this call may be sent now: of the account as it is, young enough, not used,
/// and decided by somebody else than who sends.
pub(crate) async fn approved_for(
    call: &calls::Call,
    caller: &Caller,
    work: &mut Work<'_>,
) -> Result<Option<approvals::Approval>, Stop> {
    let is = InTheWay::of(caller);
    let since = work.now - lasts(true, &work.policy).max(lasts(false, &work.policy));
    let newest = unlock_proofs::approvals(&mut work.tx, &call.user_id, since).await?;
    for asked in newest {
        let wanted = Wanted::of(&asked)?;
        let Wanted::SendUnlock { call_id, user_id, operator_id, in_the_way, report_id } = &wanted else {
            continue;
        };
        let decider_sends = asked.decided_by.as_ref() == Some(&call.operator_id);
        let life = lasts(wanted.passed_on(), &work.policy);
        let young = asked.decided_at.is_some_and(|at| Moment(at) <= work.now && work.now < Moment(at) + life);
        let for_this = match report_id {
            // Who asked, alone, may approve a day later, and nobody but them may be there to send.
            Some(_) => !decider_sends || (asked.alone && asked.decided_by.as_ref() == Some(&asked.asked_by)),
            None => *call_id == call.id && *operator_id == call.operator_id && !decider_sends,
        };
        if young && for_this && *user_id == call.user_id && *in_the_way == is && is_sealed(&asked, work) {
            return Ok(Some(asked));
        }
    }
    Ok(None)
}

/// Neither what was asked nor who approved it was edited.
fn is_sealed(asked: &approvals::Approval, work: &Work<'_>) -> bool {
    let by = asked.decided_by.as_deref().unwrap_or_default();
    let decision = decision_seal(asked, by, asked.decided_at.unwrap_or_default(), work);
    same_hash(asked.seal.as_deref().unwrap_or_default(), &seal(asked, work))
        && same_hash(asked.decision_seal.as_deref().unwrap_or_default(), &decision)
}

/// Whether the approval that let a link go took the place of a contact code: nobody could get one. One that lifted a freeze
/// alone does not.
pub(crate) async fn instead_of_a_code(approval_id: &str, work: &mut Work<'_>) -> Result<bool, Stop> {
    let Some(asked) = approvals::by_id(&mut work.tx, approval_id).await? else { return Ok(false) };
    let wanted = Wanted::of(&asked)?;
    let no_contact = matches!(&wanted, Wanted::SendUnlock { in_the_way, .. } if in_the_way.no_contact);
    Ok(no_contact && is_sealed(&asked, work))
}

/// What became of the newest request about the unlock e-mail of a call. Before a caller is verified it would tell that
/// something stands in the way (D9.6): then only whoever asked in this very call sees it.
pub(crate) async fn approval_of(
    call: &calls::Call,
    caller: &Caller,
    verified: bool,
    work: &mut Work<'_>,
) -> Result<Option<UnlockApproval>, Stop> {
    let asked = approvals::of_call(&mut work.tx, &call.id, "send_unlock").await?;
    let own = asked.as_ref().is_some_and(|asked| asked.asked_by == call.operator_id);
    if !verified && !own {
        return Ok(None);
    }
    let until = |asked: &approvals::Approval| Moment(asked.expires_at.unwrap_or_default());
    let (state, until) = match (approved_for(call, caller, work).await?, asked) {
        (Some(given), _) => {
            let decided = Moment(given.decided_at.unwrap_or_default());
            ("approved", decided + lasts(Wanted::of(&given)?.passed_on(), &work.policy))
        }
        (None, Some(asked)) => (state_of(&asked, work.now), until(&asked)),
        (None, None) => return Ok(None),
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
