//! Sending the unlock e-mail: only in a call verified by this operator, only to the address frozen when the
//! call was opened, one live link a user. There is no parameter for an address.

use recovery_rules::call::{self as rules, Standing, standing};
use recovery_rules::codes::CallCode;
use recovery_rules::contact::Beside;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use recovery_rules::states::CodePurpose;
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use crate::contact;
use crate::failure::Stop;
use crate::letters_queue::{self, Letter};
use crate::operation::{Kind, Operation, Plain};
use crate::operations::administration::approved_for;
use crate::operations::call_view::{CallView, call_view, caller_facts};
use crate::operations::open_call::{lock_own_open_call, own_call};
use crate::perform::PlainShape;
use crate::store::counters::{self, Counter};
use crate::store::{approvals, calls, codes, events, links, outbox, unlock_proofs, users};
use crate::work::Work;

/// Sends the unlock e-mail.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SendUnlock {
    /// The call.
    pub call_id: String,
    /// Whether a link that is on its way is to be replaced.
    pub again: bool,
}

/// Queued.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Sent {
    /// The call as it is now.
    pub call: CallView,
    /// The call code to read out: shown once, kept nowhere in clear.
    pub call_code: Option<String>,
    /// Whether this very request was done before; then there is no code to show again.
    pub already_done: bool,
}

impl Operation for SendUnlock {
    const NAME: &'static str = "send_unlock";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = Sent;
    type Shape = PlainShape;

    fn kept(answer: &Sent) -> String {
        answer.call.call_id.clone()
    }

    async fn repeated(self, kept: &str, work: &mut Work<'_>) -> Result<Sent, Stop> {
        Ok(Sent { call: own_call(kept, work).await?, call_code: None, already_done: true })
    }
}

impl Plain for SendUnlock {
    async fn run(self, work: &mut Work<'_>) -> Result<Sent, Stop> {
        let (call, user) = lock_own_open_call(&self.call_id, work).await?;
        let approval = may_send(&call, &user, self.again, work).await?;
        let limit = work.policy.count(Number::UnlockMailsADay);
        let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
        counters::spend_sliding(&mut work.tx, keys, Counter::UnlockMails, &user.id, limit, day, now)
            .await?
            .map_err(|_| Refusal::UnlockMailLimit)?;
        outbox::supersede_unlock_of_call(&mut work.tx, &call.id).await?;
        links::end_all(&mut work.tx, &user.id, "unlock", "replaced", work.now).await?;
        codes::end_of_unlock(&mut work.tx, &user.id, work.now).await?;
        let code = queue_link_and_code(&call, &user, approval, work).await?;
        let about = events::About { call_id: Some(&call.id), user_id: Some(&user.id), operator_id: None };
        work.tell_desks(events::Kind::MessageChanged, about).await?;
        Ok(Sent { call: call_view(call, work).await?, call_code: code, already_done: false })
    }
}

/// Whether it may be sent, and the approval without which it may not.
async fn may_send(
    call: &calls::Call,
    user: &users::User,
    again: bool,
    work: &mut Work<'_>,
) -> Result<Option<approvals::Approval>, Stop> {
    if user.email != call.address || user.security_epoch != call.epoch {
        return Err(Refusal::AccountChanged.into());
    }
    let caller = caller_facts(user, work).await?;
    let facts = call.facts()?;
    let (approval, at) = match standing(&facts, &caller, &work.policy, work.now) {
        Standing::NeedsApproval => {
            let approval = approved_for(call, &caller, work).await?;
            let facts = rules::Call { approved: approval.is_some(), ..facts };
            (approval, standing(&facts, &caller, &work.policy, work.now))
        }
        at => (None, at),
    };
    match at {
        Standing::Verified { .. } => {}
        Standing::NeedsApproval => return Err(Refusal::NeedsApproval.into()),
        _ => return Err(Refusal::NotVerified.into()),
    }
    let Some(last) = outbox::newest_of_call(&mut work.tx, &call.id, "unlock").await? else {
        return Ok(approval);
    };
    if !again && links::live_unlock(&mut work.tx, &user.id).await?.is_some() {
        return Err(Refusal::AlreadySent.into());
    }
    let until = Moment(last.queued_at) + work.policy.span(Number::ResendAfter);
    if work.now < until { Err(Refusal::ResendWait { until }.into()) } else { Ok(approval) }
}

/// The link gets its secret from the mailer, the contact code too; the call code is made here, because the agent reads it
/// out.
async fn queue_link_and_code(
    call: &calls::Call,
    user: &users::User,
    approval: Option<approvals::Approval>,
    work: &mut Work<'_>,
) -> Result<Option<String>, Stop> {
    let mut ids = [String::new(), String::new()];
    for (id, purpose) in ids.iter_mut().zip(["unlock", "repudiate"]) {
        *id = work.new_id();
        let link = links::Link {
            id: id.clone(),
            user_id: user.id.clone(),
            call_id: Some(call.id.clone()),
            purpose: purpose.to_owned(),
            address: call.address.clone(),
            epoch: user.security_epoch,
            created_at: work.now.0,
            expires_at: None,
            opened_at: None,
            used_at: None,
            ended_at: None,
            ended_because: None,
        };
        links::insert(&mut work.tx, &link).await?;
    }
    let [unlock, repudiate] = ids;
    let letter = Letter {
        call_id: Some(&call.id),
        link_id: Some(&unlock),
        ..Letter::to(&user.id, &call.address, "unlock")
    };
    let asks_contact = prove(call, user, &unlock, approval, work).await?;
    let facts = serde_json::json!({
        "called_at": call.opened_at, "reference": call.reference, "repudiate_link": repudiate,
        "contact_code": asks_contact,
    });
    letters_queue::queue(work, letter, facts).await?;
    if !work.policy.on(Number::CallCodeAsked) {
        return Ok(None);
    }
    let code = CallCode::from_random(&work.desk.chance.bytes());
    let id = work.new_id();
    let new = codes::NewCode {
        id: &id,
        user_id: &user.id,
        purpose: CodePurpose::Call,
        bound_to: &unlock,
        hash: Some(call_code_hash(work, &unlock, &code)),
        epoch: user.security_epoch,
        // Its hour begins when the mailer takes the letter, with the link's.
        expires_at: None,
    };
    codes::insert(&mut work.tx, new, work.now).await?;
    Ok(Some(code.expose().to_owned()))
}

/// What stands beside the link: the code of the recovery contact, where the company asks for one, and the approval that
/// let this e-mail go. Says whether a contact code is asked for.
async fn prove(
    call: &calls::Call,
    user: &users::User,
    link_id: &str,
    approval: Option<approvals::Approval>,
    work: &mut Work<'_>,
) -> Result<bool, Stop> {
    let asked = unlock_proofs::contacts_of_call(&mut work.tx, &call.id).await?;
    let (beside, contact) = contact::needed(user, &asked, work).await?;
    let code = match (beside, contact) {
        (Beside::Nothing, _) => None,
        (Beside::ContactCode, Some(contact)) => {
            Some((contact::send_code(call, user, &contact, link_id, work).await?, contact))
        }
        (Beside::ContactCode, None) | (Beside::Approval, _) if approval.is_none() => {
            return Err(Refusal::NeedsApproval.into());
        }
        (Beside::ContactCode | Beside::Approval, _) => None,
    };
    if code.is_none() && approval.is_none() {
        return Ok(false);
    }
    if let Some(approval) = &approval {
        work.note("approval", approval.id.clone());
    }
    let asks_contact = code.is_some();
    let (code, contact) = code.unzip();
    let proof = unlock_proofs::Proof {
        link_id: link_id.to_owned(),
        code_id: code,
        contact_epoch: contact.as_ref().map(|contact| contact.security_epoch),
        contact_id: contact.map(|contact| contact.id),
        approval_id: approval.map(|approval| approval.id),
    };
    if !unlock_proofs::insert(&mut work.tx, &proof).await? {
        return Err(Refusal::NeedsApproval.into());
    }
    Ok(asks_contact)
}

/// The keyed hash of a call code: bound to its link.
pub fn call_code_hash(work: &Work<'_>, link_id: &str, code: &CallCode) -> [u8; 32] {
    work.desk.keys.keyed_hash("call_code", &[link_id.as_bytes(), code.expose().as_bytes()])
}
