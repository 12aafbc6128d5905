//! The reminder as a member will read it, before anything is sent: the very letter, with the name of whoever asks.

use recovery_rules::roles::{BILLING, Door, Who};
use serde::{Deserialize, Serialize};

use crate::compose;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::work::Work;

/// Asks for it.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct PreviewReminder {
    /// As members get it whose 2-step is to be set up again.
    pub again: bool,
}

/// The letter.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReminderPreview {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

impl Operation for PreviewReminder {
    const NAME: &'static str = "preview_reminder";
    const WHO: Who = Who::Operator(BILLING);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = ReminderPreview;
    type Shape = PlainShape;
}

impl Plain for PreviewReminder {
    async fn run(self, work: &mut Work<'_>) -> Result<ReminderPreview, Stop> {
        let by = work.billing()?.name.clone();
        let letter = compose::two_step_reminder(&work.desk.settings, &by, self.again)?;
        Ok(ReminderPreview { subject: letter.subject, text: letter.text })
    }
}
