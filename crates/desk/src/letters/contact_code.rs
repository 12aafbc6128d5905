//! The letter to a recovery contact: a code that the caller needs beside their own link. There is no link in it: whoever
//! reads this letter alone opens nothing.

use recovery_rules::display_name::DisplayName;
use recovery_rules::time::Moment;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// What the letter says.
pub struct ContactCode<'a> {
    /// The code, in groups.
    pub code: &'a str,
    /// The caller's name: hostile text, made inert here.
    pub caller: &'a str,
    /// When the call was.
    pub called_at: Moment,
    /// Until when the code works at most; it ends with the caller's link before that.
    pub expires_at: Moment,
}

/// The letter with a contact code.
pub fn contact_code(organisation: &Organisation, facts: &ContactCode<'_>) -> LetterBody {
    let caller = DisplayName::inert(facts.caller);
    let times = &organisation.times;
    Draft {
        organisation,
        subject: "A colleague needs a code from you".to_owned(),
        title: "A colleague needs a code from you",
        preview: "Somebody in your company wants to get back into their account.",
        blocks: vec![
            Block::paragraph(format!(
                "On {} {caller} called our support desk to get back into their account. You are a billing user of your company, so nobody gets in without this code:",
                times.date_and_clock(facts.called_at)
            )),
            Block::Code(facts.code.to_owned()),
            Block::Steps(vec![
                format!("Wait until {caller} asks you for it. We don't tell them who you are."),
                "Make sure that it is them: in person, or on a number you knew before.".to_owned(),
                "Read them the code. It opens nothing without the link we sent to their own address.".to_owned(),
            ]),
            Block::Note(format!(
                "It works until {} at most, once, and only for the hour their link works.",
                times.date_and_clock(facts.expires_at)
            )),
            Block::Warning {
                title: "You are not sure that it is them?",
                text: format!(
                    "Then keep the code to yourself: without it nothing happens. If they know nothing of a call, call us at once: {}.",
                    organisation.phone()
                ),
                link: None,
            },
        ],
    }
    .set()
}
