//! The end of a message that is taken but not sent (expired, superseded, unwritable, already arrived), and what
//! becomes of a link or code whose letter never arrives.

use recovery_rules::message::{Doubt, may_repeat};
use recovery_rules::refusal::Refusal;
use recovery_rules::states::{CodePurpose, MessageKind, MessageState};
use recovery_rules::time::Moment;

use super::{LEASE_SPAN, tell};
use crate::failure::Stop;
use crate::store::{codes, links, outbox, unlock_proofs};
use crate::work::Work;

/// Takes the lease of a due message. Nothing if it ends here: too old, already arrived, or not to be repeated.
pub(super) async fn begin_taking(
    id: &str,
    work: &mut Work<'_>,
) -> Result<Option<(MessageState, outbox::Message)>, Stop> {
    let until = work.now + LEASE_SPAN;
    let (before, message) =
        outbox::take(&mut work.tx, id, work.now, until).await?.ok_or(Refusal::NotFound)?;
    work.about.user_id = message.user_id.clone();
    work.about.call_id = message.call_id.clone();
    work.note("letter", message.letter.clone());
    work.note("attempt", message.attempts);
    match over(before, &message, work).await? {
        Some(state) => {
            end(&message, state, None, work).await?;
            Ok(None)
        }
        None => Ok(Some((before, message))),
    }
}

/// Whether a message is over before it is sent, and as what.
async fn over(
    before: MessageState,
    message: &outbox::Message,
    work: &mut Work<'_>,
) -> Result<Option<MessageState>, Stop> {
    let doubt = match before {
        MessageState::Sending => Doubt::WorkerLost,
        MessageState::Uncertain => Doubt::AnswerLost,
        _ => {
            let stale = Moment(message.queued_at) + message.carries().waits(&work.policy);
            let dead = message.kind()? == MessageKind::Sms
                && message.expires_at().is_some_and(|end| work.now >= end);
            return Ok((work.now >= stale || dead).then_some(MessageState::Expired));
        }
    };
    // An earlier sending may have arrived. What was pressed or typed by its reader did.
    if arrived(message, work).await? {
        return Ok(Some(MessageState::Accepted));
    }
    if message.expires_at().is_some_and(|end| work.now >= end) {
        return Ok(Some(MessageState::Expired));
    }
    let repeat = may_repeat(message.kind()?, doubt, message.unsure);
    Ok((!repeat).then_some(MessageState::Uncertain))
}

/// Whether somebody used what only the letter held.
pub(super) async fn arrived(message: &outbox::Message, work: &mut Work<'_>) -> Result<bool, Stop> {
    let link = match &message.link_id {
        Some(id) => links::by_id(&mut work.tx, id).await?,
        None => None,
    };
    let code = match &message.code_id {
        Some(id) => codes::by_id(&mut work.tx, id).await?,
        None => None,
    };
    Ok(link.is_some_and(|link| link.opened_at.is_some() || link.used_at.is_some())
        || code.is_some_and(|code| code.used_at.is_some()))
}

/// Ends a message that was taken.
pub(super) async fn end(
    message: &outbox::Message,
    state: MessageState,
    reply: Option<&str>,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    work.note("state", state.name());
    let uncertain = state == MessageState::Uncertain;
    let reply = reply.or(message.server_reply.as_deref());
    let mark = outbox::Mark {
        id: &message.id,
        fence: message.fence,
        state,
        reply,
        // Its secret is wiped when its life is over.
        next_at: if uncertain { message.expires_at().unwrap_or(outbox::NEVER) } else { work.now },
        wipe: !uncertain,
        unsure: false,
    };
    outbox::mark(&mut work.tx, mark, work.now).await?;
    if matches!(state, MessageState::Expired | MessageState::Failed) {
        never_arrives(message, work).await?;
    }
    tell(message, work).await
}

/// A link or code whose letter never arrives is ended, so that a new one can be asked for. "This wasn't me" stays: it
/// can only protect.
pub(super) async fn never_arrives(message: &outbox::Message, work: &mut Work<'_>) -> Result<(), Stop> {
    if let Some(id) = &message.link_id {
        links::end(&mut work.tx, id, "not_sent", work.now).await?;
        for purpose in [CodePurpose::Call, CodePurpose::Contact] {
            codes::end_bound(&mut work.tx, purpose, id, work.now).await?;
        }
    }
    if let Some(id) = &message.code_id {
        // Without its contact code a link opens nothing: the call shows that, and a new one can be asked for.
        if let Some(proof) = unlock_proofs::of_code(&mut work.tx, id).await? {
            links::end(&mut work.tx, &proof.link_id, "not_sent", work.now).await?;
            codes::end_bound(&mut work.tx, CodePurpose::Call, &proof.link_id, work.now).await?;
        }
        codes::end(&mut work.tx, id, work.now).await?;
    }
    Ok(())
}
