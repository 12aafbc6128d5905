//! Marking how a sending ended, under the fence of its lease: the mark of a worker that slept through its lease
//! changes nothing.

use recovery_rules::message::{Doubt, REPEAT_AFTER, may_repeat, pause};
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::MessageState;
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};

use super::end::never_arrives;
use super::secrets::disarm;
use super::tell;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::outbox;
use crate::work::Work;

/// Says how a sending ended.
#[derive(Clone, Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleMessage {
    /// The message.
    pub id: String,
    /// The fence it was taken under.
    pub fence: i64,
    /// `accepted`, `deferred`, `failed` or `uncertain`.
    pub state: MessageState,
    /// What the other server said, one safe line.
    pub reply: String,
    /// Whether the secret stayed here: made by this very taking, and no text left. Then a letter that is put off gets
    /// a new one next time, with a full life.
    pub secret_stayed: bool,
}

/// Marked.
#[derive(Debug, Serialize)]
pub struct Settled {
    /// Whether the mark counted: not if another worker has the message by now.
    pub marked: bool,
}

impl Operation for SettleMessage {
    const NAME: &'static str = "settle_message";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Settled;
    type Shape = PlainShape;
}

impl Plain for SettleMessage {
    async fn run(self, work: &mut Work<'_>) -> Result<Settled, Stop> {
        work.note("message", self.id.clone());
        work.note("state", self.state.name());
        let Some(message) = outbox::by_id(&mut work.tx, &self.id).await? else {
            return Ok(Settled { marked: false });
        };
        work.about.user_id = message.user_id.clone();
        work.about.call_id = message.call_id.clone();
        let mark = outbox::Mark {
            id: &self.id,
            fence: self.fence,
            state: self.state,
            reply: Some(&self.reply),
            next_at: self.next_at(&message, work)?,
            wipe: matches!(self.state, MessageState::Accepted | MessageState::Failed),
            unsure: self.state == MessageState::Uncertain,
        };
        if !outbox::mark(&mut work.tx, mark, work.now).await? {
            work.note("marked", false);
            return Ok(Settled { marked: false });
        }
        match self.state {
            MessageState::Deferred if self.secret_stayed => disarm(&message, work).await?,
            MessageState::Failed => never_arrives(&message, work).await?,
            _ => {}
        }
        tell(&message, work).await?;
        Ok(Settled { marked: true })
    }
}

impl SettleMessage {
    /// When the message is looked at again.
    fn next_at(&self, message: &outbox::Message, work: &Work<'_>) -> Result<Moment, Stop> {
        Ok(match self.state {
            MessageState::Deferred => next_try(message, work),
            // Repeated, or else ended when its secret is.
            MessageState::Uncertain if may_repeat(message.kind()?, Doubt::AnswerLost, message.unsure + 1) => {
                work.now + REPEAT_AFTER
            }
            MessageState::Uncertain => message.expires_at().unwrap_or(outbox::NEVER),
            _ => work.now,
        })
    }
}

/// After a pause that grows, but not later than the request gets stale: then it expires, visibly.
pub(super) fn next_try(message: &outbox::Message, work: &Work<'_>) -> Moment {
    after_pause(message, work).min(Moment(message.queued_at) + message.carries().waits(&work.policy))
}

pub(super) fn after_pause(message: &outbox::Message, work: &Work<'_>) -> Moment {
    work.now + pause(message.attempts, work.desk.chance.bytes())
}
