//! How far the unlock e-mail of a call has come: waiting, accepted, opened, used. Never the link.

use recovery_rules::policy::Number;
use recovery_rules::states::{CodePurpose, MessageState};
use recovery_rules::time::Span;
use serde::Serialize;

use crate::failure::Stop;
use crate::store::counters::{self, Counter};
use crate::store::{calls, codes, links, outbox};
use crate::work::Work;

/// The unlock e-mail of a call.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Delivery {
    /// The message.
    pub message_id: String,
    /// Its state.
    #[cfg_attr(test, ts(type = "MessageState"))]
    pub state: MessageState,
    /// Where it went.
    pub address: String,
    /// The domain of the address.
    pub mail_host: String,
    /// UTC ms.
    pub queued_at: i64,
    /// UTC ms.
    pub accepted_at: Option<i64>,
    /// When it is tried again, while it is put off; UTC ms.
    pub deferred_until: Option<i64>,
    /// What the other server said.
    pub server_reply: Option<String>,
    /// Until when the link works; UTC ms.
    pub link_expires_at: Option<i64>,
    /// When the button was pressed; UTC ms.
    pub opened_at: Option<i64>,
    /// When the password was set; UTC ms.
    pub used_at: Option<i64>,
    /// How many more can be sent today.
    pub resends_left: i64,
    /// When the next one can be sent at the earliest; UTC ms.
    pub resend_at: i64,
    /// Whether the link, and the call code with it, can still be used.
    pub code_live: bool,
    /// Where the letter with the contact code is, where the company asks for one. Never who gets it.
    #[cfg_attr(test, ts(type = "MessageState | null"))]
    pub contact_code: Option<MessageState>,
}

/// The newest unlock e-mail of a call.
pub async fn delivery(call: &calls::Call, work: &mut Work<'_>) -> Result<Option<Delivery>, Stop> {
    let Some(message) = outbox::newest_of_call(&mut work.tx, &call.id, "unlock").await? else {
        return Ok(None);
    };
    let link = match &message.link_id {
        Some(id) => links::by_id(&mut work.tx, id).await?,
        None => None,
    };
    let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
    let today =
        counters::seen_sliding(&mut work.tx, keys, Counter::UnlockMails, &call.user_id, day, now).await?;
    let state = message.state()?;
    // Only that of this link: a letter of an earlier one says nothing about it.
    let contact = match &message.link_id {
        Some(id) => match codes::bound_to(&mut work.tx, CodePurpose::Contact, id).await? {
            Some(code) => outbox::of_code(&mut work.tx, &code.id).await?,
            None => None,
        },
        None => None,
    };
    let live = link.as_ref().is_some_and(|link| {
        link.used_at.is_none()
            && link.ended_at.is_none()
            && link.expires_at.is_none_or(|end| work.now.0 < end)
    });
    Ok(Some(Delivery {
        mail_host: message.address.rsplit('@').next().unwrap_or_default().to_owned(),
        deferred_until: (state == MessageState::Deferred).then_some(message.next_at),
        state,
        message_id: message.id,
        address: message.address,
        queued_at: message.queued_at,
        accepted_at: message.accepted_at,
        server_reply: message.server_reply,
        link_expires_at: link.as_ref().and_then(|link| link.expires_at),
        opened_at: link.as_ref().and_then(|link| link.opened_at),
        used_at: link.as_ref().and_then(|link| link.used_at),
        resends_left: (work.policy.count(Number::UnlockMailsADay) - today).max(0),
        resend_at: message.queued_at + work.policy.span(Number::ResendAfter).0,
        code_live: live,
        contact_code: contact.map(|letter| letter.state()).transpose()?,
    }))
}
