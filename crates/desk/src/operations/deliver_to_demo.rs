//! Puts a letter into the mailbox of a demo database; a live one refuses.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::secret::SecretText;
use crate::store::demo_mailbox::{self, DemoMessage};
use crate::work::Work;

/// Delivers.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverToDemo {
    /// The message.
    pub id: String,
    /// `mail` or `sms`.
    pub kind: String,
    /// The address or number.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text, with its links.
    pub body: SecretText,
}

/// Delivered.
#[derive(Debug, Serialize)]
pub struct Delivered {}

impl Operation for DeliverToDemo {
    const NAME: &'static str = "deliver_to_demo";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Maintain;
    type Answer = Delivered;
    type Shape = PlainShape;
}

impl Plain for DeliverToDemo {
    async fn run(self, work: &mut Work<'_>) -> Result<Delivered, Stop> {
        if !work.desk.demo {
            return Err(Refusal::DemoOnly.into());
        }
        let message = DemoMessage {
            id: self.id,
            kind: self.kind,
            sent_to: self.to,
            subject: self.subject,
            body: self.body.expose().to_owned(),
            at: work.now.0,
        };
        demo_mailbox::put(&mut work.tx, &message).await?;
        Ok(Delivered {})
    }
}
