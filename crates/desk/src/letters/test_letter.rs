//! The letter an administrator sends to the own address, to see whether letters arrive.

use recovery_rules::time::Moment;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// The test letter, asked for at that moment.
pub fn test_letter(organisation: &Organisation, asked_at: Moment) -> LetterBody {
    Draft {
        organisation,
        subject: "Test letter from the support desk".to_owned(),
        title: "This is a test",
        preview: "If you can read this, letters arrive.",
        blocks: vec![
            Block::paragraph(format!(
                "An administrator of the support desk asked for this letter on {}. If you can read it, the mail server takes our letters and they arrive.",
                organisation.times.date_and_clock(asked_at)
            )),
            Block::paragraph(
                "Look also at what your mail program says of it: it should be in the inbox and not among spam, and come from the address that is set.",
            ),
        ],
    }
    .set()
}
