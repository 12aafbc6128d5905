//! Messages as administrators see them: by state and by the domain they go to, newest first; and sending one again.

use recovery_rules::email::Email;
use recovery_rules::mask::{masked_email, masked_phone_last_two};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use recovery_rules::states::MessageState;
use serde::{Deserialize, Serialize};

use super::{ADMINISTRATORS, Decided, of_an_administrator};
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{events, outbox};
use crate::work::Work;

/// Messages on a page.
const PAGE: i64 = 50;

/// Asks for messages, newest first.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadMessages {
    /// Of this state; none for all.
    pub state: Option<String>,
    /// To this domain; none for all.
    pub domain: Option<String>,
    /// The last id of the page before.
    pub before: Option<String>,
}

/// A page of them.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MessageRows {
    /// Each of them.
    pub messages: Vec<MessageRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// One message. What it says is not shown: it may carry a link or a code.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MessageRow {
    /// Its id.
    pub message_id: String,
    /// `mail` or `sms`.
    pub kind: String,
    /// Which letter.
    pub letter: String,
    /// Where it goes, masked.
    pub to: String,
    /// Its state.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What the other server said last.
    pub reply: Option<String>,
    /// UTC ms.
    pub queued_at: i64,
    /// When it is tried next, UTC ms.
    pub next_at: Option<i64>,
    /// UTC ms.
    pub accepted_at: Option<i64>,
    /// The user it is about.
    pub user_id: Option<String>,
    /// Whether it can be sent again.
    pub can_retry: bool,
}

/// Sends a message again now.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct RetryMessage {
    /// Which.
    pub message_id: String,
}

of_an_administrator!(RetryMessage, "retry_message");

impl Operation for ReadMessages {
    const NAME: &'static str = "read_messages";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = MessageRows;
    type Shape = PlainShape;
}

impl Plain for ReadMessages {
    async fn run(self, work: &mut Work<'_>) -> Result<MessageRows, Stop> {
        if let Some(state) = &self.state
            && MessageState::from_name(state).is_none()
        {
            return Err(Refusal::BadField { field: "state", problem: "state_unknown" }.into());
        }
        let domain = self.domain.as_deref().map(str::trim).filter(|domain| !domain.is_empty());
        let domain = domain.map(ending).transpose()?;
        let rows = outbox::page(&mut work.tx, self.state, domain, self.before, PAGE + 1).await?;
        let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let next = (rows.len() > size).then(|| rows[size - 1].id.clone());
        Ok(MessageRows { messages: rows.into_iter().take(size).map(row).collect(), next })
    }
}

/// `@example.com`, if it can stand behind the @ of an address; nothing in it then is a wildcard.
fn ending(domain: &str) -> Result<String, Refusal> {
    let domain = domain.trim_start_matches('@');
    let wrong = Refusal::BadField { field: "domain", problem: "domain_not_right" };
    let email = Email::parse(&format!("a@{domain}")).map_err(|_| wrong.clone())?;
    if domain.contains(['%', '_', '\\']) {
        Err(wrong)
    } else {
        Ok(format!("@{}", email.domain().to_lowercase()))
    }
}

fn row(message: outbox::Message) -> MessageRow {
    let next = ["waiting", "deferred", "sending"].contains(&message.state.as_str());
    MessageRow {
        can_retry: can_retry(&message),
        to: if message.kind == "sms" {
            masked_phone_last_two(&message.address)
        } else {
            masked_email(&message.address)
        },
        next_at: next.then_some(message.next_at),
        message_id: message.id,
        kind: message.kind,
        letter: message.letter,
        state: message.state,
        attempts: message.attempts,
        reply: message.server_reply,
        queued_at: message.queued_at,
        accepted_at: message.accepted_at,
        user_id: message.user_id,
    }
}

/// A deferred one, or a failed mail that carries neither link nor code: those are dead with it. A text is never doubled.
fn can_retry(message: &outbox::Message) -> bool {
    let carries =
        message.link_id.is_some() || message.code_id.is_some() || message.letter == "operator_invitation";
    match message.state.as_str() {
        "deferred" => true,
        "failed" => message.kind == "mail" && !carries,
        _ => false,
    }
}

impl Plain for RetryMessage {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        let message = outbox::by_id(&mut work.tx, &self.message_id).await?.ok_or(Refusal::NotFound)?;
        work.about.user_id.clone_from(&message.user_id);
        work.note("letter", message.letter.clone());
        work.note("state", message.state.clone());
        if !can_retry(&message) || !outbox::retry(&mut work.tx, &message.id, &message.state, work.now).await?
        {
            return Err(Refusal::BadField { field: "message_id", problem: "message_not_retried" }.into());
        }
        let about = events::About {
            call_id: message.call_id.as_deref(),
            user_id: message.user_id.as_deref(),
            operator_id: None,
        };
        work.tell_desks(events::Kind::MessageChanged, about).await?;
        Ok(Decided::DONE)
    }
}
