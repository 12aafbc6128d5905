//! The unlock letter: after a verified call, to the address on file, the one way back in.

use recovery_rules::display_name::DisplayName;
use recovery_rules::time::Moment;
use url::Url;

use super::draft::{Block, Draft, WarningLink};
use super::{LetterBody, Organisation};

/// What the unlock letter says. There is no name, answer, phone number or code in it.
pub struct Unlock<'a> {
    /// When the call was opened.
    pub call_opened_at: Moment,
    /// The reference the caller gave, if one was given.
    pub call_reference: Option<&'a str>,
    /// The secret link: opens the page, changes nothing by itself.
    pub unlock_link: &'a Url,
    /// Until when it works.
    pub expires_at: Moment,
    /// The link of "This wasn't me", with a secret of its own.
    pub not_me_link: &'a Url,
    /// Until when that one works.
    pub not_me_until: Moment,
    /// Whether the page asks for a contact code too.
    pub contact_code: bool,
}

/// The letter with the link that unlocks an account.
pub fn unlock(organisation: &Organisation, facts: &Unlock<'_>) -> LetterBody {
    let times = &organisation.times;
    let reference = match facts.call_reference {
        Some(reference) => format!(" (call reference {})", DisplayName::inert(reference)),
        None => String::new(),
    };
    let mut steps = vec![
        "Press Unlock my account. That alone changes nothing.".to_owned(),
        "Type the call code. The person on the phone reads it to you; it is not in this email.".to_owned(),
    ];
    if facts.contact_code {
        steps.push("Type the contact code too. We sent it to a billing user of your company, your recovery contact: ask them for it.".to_owned());
    }
    steps.push("Choose a new password. You are then signed out everywhere.".to_owned());
    Draft {
        organisation,
        subject: format!("Unlock your account at {}", organisation.name()),
        title: "Unlock your account",
        preview: "You called us. This link and the call code let you back in.",
        blocks: vec![
            Block::paragraph(format!(
                "You called us on {}{reference}. This is how you get back in:",
                times.date_and_clock(facts.call_opened_at)
            )),
            Block::Steps(steps),
            Block::button("Unlock my account", facts.unlock_link),
            Block::Note(format!("The link works until {}, once.", times.clock(facts.expires_at))),
            Block::paragraph(
                "When you next sign in, you'll be asked to set 2-step up again, with this phone or a new one.",
            ),
            Block::Warning {
                title: "You didn't call us?",
                text: format!(
                    "Then somebody else may be trying to get into your account. Don't press the button above. Stop it here, until {}:",
                    times.date_and_clock(facts.not_me_until)
                ),
                link: Some(WarningLink::new("This wasn't me", facts.not_me_link)),
            },
        ],
    }
    .set()
}
