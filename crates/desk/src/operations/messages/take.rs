//! Taking a message: its lease, and the secret it carries.

use recovery_rules::roles::{Door, Who};
use recovery_rules::states::MessageState;
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::UNWRITABLE;
use super::end::{begin_taking, end};
use super::secrets::{Secrets, repudiation_ends, secrets};
use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::short_codes;
use crate::sms;
use crate::store::outbox;
use crate::work::Work;

/// Takes a message.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeMessage {
    /// The message.
    pub id: String,
}

/// A message to send; none if it ended with the taking.
#[derive(Serialize)]
pub struct Taken {
    /// The message, if it is to be sent.
    #[serde(skip)]
    pub to_send: Option<ToSend>,
}

/// Everything the letter is written from. Holds secrets: no Debug, no JSON.
pub struct ToSend {
    /// The message.
    pub message: outbox::Message,
    /// The secrets it carries, in the order its letter knows.
    pub secrets: Vec<Zeroizing<String>>,
    /// Whether they were made by this taking, so that nobody else can have seen them.
    pub fresh: bool,
    /// The moment of the taking.
    pub now: Moment,
    /// Until when "This wasn't me" can be pressed, where the letter offers it.
    pub repudiation_ends: Option<Moment>,
    /// The two characters by which a code's message is recognised on the screen.
    pub reference: Option<String>,
}

impl Operation for TakeMessage {
    const NAME: &'static str = "take_message";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Taken;
    type Shape = PlainShape;
}

impl Plain for TakeMessage {
    async fn run(self, work: &mut Work<'_>) -> Result<Taken, Stop> {
        let Some((before, mut message)) = begin_taking(&self.id, work).await? else {
            return Ok(Taken { to_send: None });
        };
        if message.kind == "sms"
            && let Some(reply) = sms::limits::may_not_leave(&message, work).await?
        {
            // It fails at once: no secret is made, and whoever waits for it learns that it won't come.
            end(&message, MessageState::Failed, Some(reply), work).await?;
            return Ok(Taken { to_send: None });
        }
        match with_secrets(before, &mut message, work).await {
            Ok(Some((Secrets { secrets, fresh }, repudiation_ends))) => {
                let code = message.code_id.as_deref();
                let reference = code.map(|id| short_codes::reference(&work.desk.keys, id));
                let now = work.now;
                let to_send = ToSend { message, secrets, fresh, now, repudiation_ends, reference };
                Ok(Taken { to_send: Some(to_send) })
            }
            Ok(None) => {
                end(&message, MessageState::Superseded, None, work).await?;
                Ok(Taken { to_send: None })
            }
            // A row that can't be read fails alone and holds up nobody.
            Err(Stop::Fault(fault @ (Fault::Stored(_) | Fault::Keys(_)))) => {
                tracing::error!(message = message.id, %fault, "a message can't be written");
                end(&message, MessageState::Failed, Some(UNWRITABLE), work).await?;
                Ok(Taken { to_send: None })
            }
            Err(stop) => Err(stop),
        }
    }
}

async fn with_secrets(
    before: MessageState,
    message: &mut outbox::Message,
    work: &mut Work<'_>,
) -> Result<Option<(Secrets, Option<Moment>)>, Stop> {
    let Some(secrets) = secrets(before, message, work).await? else { return Ok(None) };
    Ok(Some((secrets, repudiation_ends(message, work).await?)))
}
