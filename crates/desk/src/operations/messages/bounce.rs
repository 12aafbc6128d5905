//! A delivery report says that a letter came back. The message is found by its Message-ID, which only the letter's
//! readers and the servers on its way have seen.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::MessageState;
use serde::{Deserialize, Serialize};

use super::end::{arrived, never_arrives};
use super::tell;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::outbox;
use crate::work::Work;

/// Records that a letter came back for good.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordBounce {
    /// The letter's Message-ID, without angle brackets.
    pub message_id: String,
    /// The server's words, one safe line.
    pub words: String,
}

/// What the report changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Bounced {
    /// The message has failed, and its link or code is dead: the report that came back holds it in clear.
    Marked,
    /// Nothing: the letter's link or code was used, so the letter arrived.
    Arrived,
    /// Nothing: no sending of this message can have come back.
    NotOut {
        /// Its state.
        state: MessageState,
    },
}

impl Operation for RecordBounce {
    const NAME: &'static str = "record_bounce";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Bounced;
    type Shape = PlainShape;
}

impl Plain for RecordBounce {
    async fn run(self, work: &mut Work<'_>) -> Result<Bounced, Stop> {
        let id = self.message_id.to_ascii_lowercase();
        let message = outbox::by_message_id(&mut work.tx, &id).await?.ok_or(Refusal::NotFound)?;
        work.about.user_id = message.user_id.clone();
        work.about.call_id = message.call_id.clone();
        work.note("message", message.id.clone());
        if arrived(&message, work).await? {
            work.note("bounce", "arrived");
            return Ok(Bounced::Arrived);
        }
        if !outbox::came_back(&mut work.tx, &message.id, &self.words).await? {
            work.note("bounce", "not_out");
            return Ok(Bounced::NotOut { state: message.state()? });
        }
        work.note("bounce", "marked");
        never_arrives(&message, work).await?;
        tell(&message, work).await?;
        Ok(Bounced::Marked)
    }
}
