//! What the SMS gateway says became of a text. Its signature was checked before (`sms::call_back`); a report that
//! comes again, or late, changes nothing.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::MessageState;
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{events, outbox};
use crate::work::Work;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextReport {
    /// The gateway still has it.
    OnItsWay,
    /// The telephone network has it.
    Sent,
    /// The telephone has it.
    Delivered,
    /// The telephone never got it.
    Undelivered,
    /// It was never sent.
    Failed,
}

impl TextReport {
    const fn name(self) -> &'static str {
        match self {
            Self::OnItsWay => "on_its_way",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
        }
    }

    /// How far along a text's way it is.
    const fn rank(self) -> i64 {
        match self {
            Self::OnItsWay => 1,
            Self::Sent => 2,
            Self::Delivered | Self::Undelivered | Self::Failed => 3,
        }
    }
}

/// Records a report.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordTextReport {
    /// The message.
    pub id: String,
    /// What became of it.
    pub report: TextReport,
    /// Why, one safe line; may be empty.
    pub why: String,
}

/// Recorded.
#[derive(Debug, Serialize)]
pub struct TextReported {
    /// Whether it was news.
    pub news: bool,
}

impl Operation for RecordTextReport {
    const NAME: &'static str = "record_text_report";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = TextReported;
    type Shape = PlainShape;
}

impl Plain for RecordTextReport {
    async fn run(self, work: &mut Work<'_>) -> Result<TextReported, Stop> {
        let message = outbox::by_id(&mut work.tx, &self.id).await?.filter(|message| message.kind == "sms");
        let message = message.ok_or(Refusal::NotFound)?;
        work.about.user_id = message.user_id.clone();
        work.note("message", self.id.clone());
        work.note("report", self.report.name());
        // Whatever the gateway reports about, it has taken: that settles what was uncertain.
        let state = match self.report {
            TextReport::Undelivered | TextReport::Failed => MessageState::Failed,
            _ => MessageState::Accepted,
        };
        let reply = format!("the gateway reported: {} {}", self.report.name(), self.why);
        let report =
            outbox::Report { id: &self.id, rank: self.report.rank(), state, reply: reply.trim_end() };
        let news = outbox::report(&mut work.tx, report, work.now).await?;
        work.note("news", news);
        if news {
            let about = events::About { user_id: message.user_id.as_deref(), ..events::About::default() };
            work.tell_desks(events::Kind::MessageChanged, about).await?;
        }
        Ok(TextReported { news })
    }
}
