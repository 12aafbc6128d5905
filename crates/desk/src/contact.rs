//! The recovery contact of a caller: who it would be, the code that goes to them, and whether a code that went out
//! still counts. The rules are `recovery_rules::contact`; the letter is `letters/contact_code.rs`.

use recovery_rules::contact::{Beside, Candidate, RecoveryPolicy, beside, may_be_contact, stands};
use recovery_rules::refusal::Refusal;
use recovery_rules::states::CodePurpose;
use recovery_rules::time::Moment;

use crate::failure::{Fault, Stop};
use crate::letters_queue::{self, Letter};
use crate::operations::administration::instead_of_a_code;
use crate::store::{calls, codes, companies, links, unlock_proofs, users};
use crate::work::Work;

/// What an unlock of somebody's account needs beside link and call code, and the billing user who would get the code.
/// `asked` are contacts who got one in this call already: another one comes first, for the one may be away.
pub async fn needed(
    user: &users::User,
    asked: &[String],
    work: &mut Work<'_>,
) -> Result<(Beside, Option<users::User>), Stop> {
    let policy = policy_of(user, work).await?;
    if policy == RecoveryPolicy::Link {
        return Ok((Beside::Nothing, None));
    }
    let former = users::former_address(&mut work.tx, &user.id, work.now).await?;
    let mut first = None;
    for member in users::contacts(&mut work.tx, &user.company_id, &user.id).await? {
        let candidate = Candidate {
            callers_mailbox: member.email == user.email || former.as_ref() == Some(&member.email),
            ..seen(&member, user)?
        };
        if !may_be_contact(&candidate, work.now) {
            continue;
        }
        if !asked.contains(&member.id) {
            return Ok((beside(policy, true), Some(member)));
        }
        first = first.or(Some(member));
    }
    Ok((beside(policy, first.is_some()), first))
}

async fn policy_of(user: &users::User, work: &mut Work<'_>) -> Result<RecoveryPolicy, Stop> {
    let company = companies::by_id(&mut work.tx, &user.company_id).await?;
    Ok(company.ok_or_else(|| Fault::Stored("a user without a company".to_owned()))?.recovery()?)
}

fn seen(member: &users::User, caller: &users::User) -> Result<Candidate, Fault> {
    Ok(Candidate {
        caller: member.id == caller.id,
        callers_mailbox: member.email == caller.email,
        same_company: member.company_id == caller.company_id,
        kind: member.kind()?,
        account: member.account()?,
        address_proved: member.password_hash.is_some(),
        frozen_until: member.frozen_until.map(Moment),
        stopped_until: member.stopped_until.map(Moment),
    })
}

/// Queues the code of a link to the contact; the mailer makes it when it takes the letter.
pub async fn send_code(
    call: &calls::Call,
    user: &users::User,
    contact: &users::User,
    link_id: &str,
    work: &mut Work<'_>,
) -> Result<String, Stop> {
    let id = work.new_id();
    let new = codes::NewCode {
        id: &id,
        user_id: &user.id,
        purpose: CodePurpose::Contact,
        bound_to: link_id,
        hash: None,
        epoch: user.security_epoch,
        expires_at: None,
    };
    codes::insert(&mut work.tx, new, work.now).await?;
    let letter = Letter {
        call_id: Some(&call.id),
        code_id: Some(&id),
        ..Letter::to(&user.id, &contact.email, "contact_code")
    };
    let facts = serde_json::json!({ "called_at": call.opened_at, "name": user.name() });
    letters_queue::queue(work, letter, facts).await?;
    work.note("contact_code", "sent");
    work.note("recovery_contact", contact.id.clone());
    Ok(id)
}

/// What an unlock link asks for beside the call code, looked at anew each time: the live contact code, or nothing.
///
/// # Errors
/// The link opens nothing any more: its contact was removed or lost the role, or the company asks for a code since.
pub async fn code_of(
    link: &links::Link,
    user: &users::User,
    work: &mut Work<'_>,
) -> Result<Option<codes::Code>, Stop> {
    let proof = unlock_proofs::of_link(&mut work.tx, &link.id).await?;
    let Some(code) = codes::bound_to(&mut work.tx, CodePurpose::Contact, &link.id).await? else {
        // A link that had a code never opens by its approval alone, whatever became of the code.
        let approval = proof.filter(|proof| proof.code_id.is_none()).and_then(|proof| proof.approval_id);
        let approved = match approval {
            Some(id) => instead_of_a_code(&id, work).await?,
            None => false,
        };
        let enough = approved || policy_of(user, work).await? == RecoveryPolicy::Link;
        return if enough { Ok(None) } else { Err(Refusal::LinkStopped.into()) };
    };
    let (contact_id, epoch) = proof.and_then(|proof| proof.contact_id.zip(proof.contact_epoch)).unzip();
    let contact = match contact_id {
        Some(id) => users::by_id(&mut work.tx, &id).await?,
        None => None,
    };
    let Some(contact) = contact else { return Err(Refusal::LinkStopped.into()) };
    if !stands(&seen(&contact, user)?) || Some(contact.security_epoch) != epoch {
        work.note("contact_code", "void");
        return Err(Refusal::LinkStopped.into());
    }
    if code.ended_at.is_some() || code.used_at.is_some() {
        return Err(Refusal::LinkStopped.into());
    }
    if code.expires_at.is_some_and(|end| work.now >= Moment(end)) {
        return Err(Refusal::LinkExpired.into());
    }
    Ok(Some(code))
}

/// Locks a caller and the contact of a link, in the order of their ids: two who are each other's contact wait for each
/// other and never in a circle.
pub async fn lock_both(link: &links::Link, work: &mut Work<'_>) -> Result<users::User, Stop> {
    let proof = unlock_proofs::of_link(&mut work.tx, &link.id).await?;
    let mut ids = vec![link.user_id.clone()];
    ids.extend(proof.and_then(|proof| proof.contact_id));
    ids.sort_unstable();
    let mut caller = None;
    for id in ids {
        let locked = users::lock(&mut work.tx, &id).await?;
        if id == link.user_id {
            caller = locked;
        }
    }
    Ok(caller.ok_or(Refusal::LinkUnknown)?)
}
