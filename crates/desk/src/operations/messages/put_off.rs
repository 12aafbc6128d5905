//! Putting a message off untaken, because what carries it can't be reached: no secret is made, so none can grow old.

use recovery_rules::roles::{Door, Who};
use recovery_rules::states::MessageState;
use serde::{Deserialize, Serialize};

use super::end::begin_taking;
use super::settle::{after_pause, next_try};
use super::tell;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::outbox;
use crate::work::Work;

/// Puts a due message off.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutOffMessage {
    /// The message.
    pub id: String,
    /// Why, one safe line.
    pub reply: String,
}

/// Put off.
#[derive(Debug, Serialize)]
pub struct PutOff {
    /// Whether it waits on; false if it ended instead, because it got too old.
    pub waits: bool,
}

impl Operation for PutOffMessage {
    const NAME: &'static str = "put_off_message";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = PutOff;
    type Shape = PlainShape;
}

impl Plain for PutOffMessage {
    async fn run(self, work: &mut Work<'_>) -> Result<PutOff, Stop> {
        let Some((before, message)) = begin_taking(&self.id, work).await? else {
            return Ok(PutOff { waits: false });
        };
        // A message that may have arrived stays uncertain; anything else was put off.
        let (state, next_at) = match before {
            MessageState::Sending | MessageState::Uncertain => {
                (MessageState::Uncertain, after_pause(&message, work))
            }
            _ => (MessageState::Deferred, next_try(&message, work)),
        };
        work.note("state", state.name());
        let mark = outbox::Mark {
            id: &message.id,
            fence: message.fence,
            state,
            reply: Some(&self.reply),
            next_at,
            wipe: false,
            unsure: false,
        };
        outbox::mark(&mut work.tx, mark, work.now).await?;
        tell(&message, work).await?;
        Ok(PutOff { waits: true })
    }
}
