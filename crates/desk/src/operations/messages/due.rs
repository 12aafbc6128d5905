//! What is due, and how long the oldest waits.

use recovery_rules::roles::{Door, Who};
use recovery_rules::states::MessageKind;
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::outbox;
use crate::work::Work;

/// Messages named at once.
const BATCH: i64 = 20;

/// Which messages are due.
#[derive(Debug, Default, Hash, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DueMessages {
    /// Only mails that are due for so long: a desk without a mail server leaves the others to one that has it.
    pub mails_due_for: Span,
    /// The same for texts.
    pub texts_due_for: Span,
}

/// Those never tried first, then by age.
#[derive(Debug, Serialize)]
pub struct Due {
    /// The messages.
    pub messages: Vec<DueMessage>,
    /// Whether more may be due than are named here.
    pub more: bool,
}

/// A message that is due.
#[derive(Clone, Debug, Serialize)]
pub struct DueMessage {
    /// Its id.
    pub id: String,
    /// How it travels.
    pub kind: MessageKind,
}

impl Operation for DueMessages {
    const NAME: &'static str = "due_messages";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = Due;
    type Shape = PlainShape;
}

impl Plain for DueMessages {
    async fn run(self, work: &mut Work<'_>) -> Result<Due, Stop> {
        let rows =
            outbox::due(&mut work.tx, work.now - self.mails_due_for, work.now - self.texts_due_for, BATCH)
                .await?;
        let more = i64::try_from(rows.len()).is_ok_and(|found| found == BATCH);
        let messages = rows.into_iter().map(|row| {
            let kind = MessageKind::from_name(&row.kind)
                .ok_or_else(|| Fault::Stored(format!("message kind {}", row.kind)))?;
            Ok(DueMessage { id: row.id, kind })
        });
        Ok(Due { messages: messages.collect::<Result<_, Fault>>()?, more })
    }
}

/// How long the oldest message waits.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadQueueAge {}

/// The age of the queue.
#[derive(Debug, Serialize)]
pub struct QueueAge {
    /// When the oldest message that is not sent yet was queued, UTC ms.
    pub oldest_queued_at: Option<i64>,
    /// UTC ms.
    pub now: i64,
}

impl Operation for ReadQueueAge {
    const NAME: &'static str = "read_queue_age";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = QueueAge;
    type Shape = PlainShape;
}

impl Plain for ReadQueueAge {
    async fn run(self, work: &mut Work<'_>) -> Result<QueueAge, Stop> {
        let oldest = outbox::oldest(&mut work.tx).await?;
        Ok(QueueAge { oldest_queued_at: oldest.map(|moment| moment.0), now: work.now.0 })
    }
}
