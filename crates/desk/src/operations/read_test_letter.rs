//! How far a test letter has come.

use recovery_rules::roles::{Door, Who};
use serde::Deserialize;

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::send_test_letter::{ADMINISTRATORS, TestLetter, test_letter};
use crate::perform::PlainShape;
use crate::work::Work;

/// Reads it.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadTestLetter {
    /// The message.
    pub message_id: String,
}

impl Operation for ReadTestLetter {
    const NAME: &'static str = "read_test_letter";
    const WHO: Who = Who::Operator(ADMINISTRATORS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = TestLetter;
    type Shape = PlainShape;
}

impl Plain for ReadTestLetter {
    async fn run(self, work: &mut Work<'_>) -> Result<TestLetter, Stop> {
        test_letter(&self.message_id, work).await
    }
}
