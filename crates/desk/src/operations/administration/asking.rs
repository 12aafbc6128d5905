//! Asking for a second administrator: the request is kept with a keyed hash of exactly what will be done, so that what
//! is approved is what was shown (D11.2). Where nobody else could approve it takes a day, and the user is told at once.

use recovery_rules::approvals::{self as rules, request_ends};
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::states::Change;

use super::Decided;
use super::wanted::Wanted;
use crate::failure::{Fault, Stop};
use crate::letters_queue;
use crate::store::{approvals, events, operators, users};
use crate::work::Work;

/// Keeps the request and tells the desks of administrators.
pub(crate) async fn ask_second(wanted: &Wanted, reason: &str, work: &mut Work<'_>) -> Result<Decided, Stop> {
    let me = work.operator()?.id.clone();
    let company_id = company_of(wanted, work).await?;
    let since = work.now - rules::LATELY;
    let alone = operators::could_approve(&mut work.tx, &me, company_id.as_deref(), since).await? == 0;
    let ends = request_ends(alone, wanted.passed_on(), work.now, &work.policy);
    let content = serde_json::to_string(wanted).map_err(|error| Fault::Stored(error.to_string()))?;
    let mut request = approvals::Approval {
        id: work.new_id(),
        kind: wanted.kind().name().to_owned(),
        call_id: wanted.call_id().map(str::to_owned),
        user_id: wanted.user_id().map(str::to_owned),
        asked_by: me,
        reason: reason.to_owned(),
        notes: String::new(),
        subject: wanted.subject().to_owned(),
        content,
        seal: None,
        alone,
        state: "waiting".to_owned(),
        asked_at: work.now.0,
        expires_at: Some(ends.0),
        decided_by: None,
        decided_at: None,
        decision: None,
        decision_seal: None,
    };
    request.seal = Some(seal(&request, work).to_vec());
    approvals::expire(&mut work.tx, work.now).await?;
    if !approvals::insert(&mut work.tx, &request).await? {
        return Err(Refusal::AlreadyAsked.into());
    }
    work.note("asked", wanted.kind().name());
    work.note("approval", request.id.clone());
    work.note("alone", alone);
    let alone_from = alone.then(|| work.now + work.policy.span(Number::AloneWaits));
    if let (Some(from), Some(user_id)) = (alone_from, wanted.user_id()) {
        let user = users::by_id(&mut work.tx, user_id).await?.ok_or(Refusal::NotFound)?;
        letters_queue::tell(work, &user, Change::RequestWaits, Some(from)).await?;
    }
    work.tell_desks(events::Kind::ApprovalsChanged, events::About::default()).await?;
    Ok(Decided {
        done: false,
        approval_id: Some(request.id),
        alone_from: alone_from.map(|from| from.0),
        until: Some(ends.0),
    })
}

/// The company a request is about, or whose user it is about: nobody of it decides.
pub(super) async fn company_of(wanted: &Wanted, work: &mut Work<'_>) -> Result<Option<String>, Stop> {
    if let Some(company_id) = wanted.company_id() {
        return Ok(Some(company_id.to_owned()));
    }
    let Some(user_id) = wanted.user_id() else { return Ok(None) };
    Ok(users::by_id(&mut work.tx, user_id).await?.map(|user| user.company_id))
}

/// The keyed hash of a decision: of this very request, by this administrator, at this moment.
pub(super) fn decision_seal(request: &approvals::Approval, by: &str, at: i64, work: &Work<'_>) -> [u8; 32] {
    let seal = request.seal.as_deref().unwrap_or_default();
    work.desk.keys.keyed_hash("approval_decision", &[seal, by.as_bytes(), &at.to_be_bytes()])
}

/// The keyed hash of everything that whoever approves is shown: a row that was edited doesn't fit it any more.
pub(super) fn seal(request: &approvals::Approval, work: &Work<'_>) -> [u8; 32] {
    let user = request.user_id.as_deref().unwrap_or_default();
    let times = [request.asked_at, request.expires_at.unwrap_or_default()].map(i64::to_be_bytes);
    work.desk.keys.keyed_hash(
        "approval",
        &[
            request.id.as_bytes(),
            request.kind.as_bytes(),
            user.as_bytes(),
            request.asked_by.as_bytes(),
            request.reason.as_bytes(),
            request.subject.as_bytes(),
            request.content.as_bytes(),
            &[u8::from(request.alone)],
            &times[0],
            &times[1],
        ],
    )
}
