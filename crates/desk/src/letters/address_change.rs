//! The two letters of a change of address: the link to the new one, and to the old one the way to stop it.

use recovery_rules::display_name::DisplayName;
use recovery_rules::time::Moment;
use url::Url;

use super::draft::{Block, Draft, WarningLink};
use super::{LetterBody, Organisation};

/// What the letter to the new address says. It names nobody: the address may be mistyped.
pub struct ConfirmAddress<'a> {
    /// The secret link: opens the page, changes nothing by itself.
    pub link: &'a Url,
    /// Until when it works.
    pub expires_at: Moment,
}

/// The letter to the new address.
pub fn confirm_address(organisation: &Organisation, facts: &ConfirmAddress<'_>) -> LetterBody {
    Draft {
        organisation,
        subject: format!("Confirm your email address for {}", organisation.name()),
        title: "Confirm your email address",
        preview: "Press the button to use this address for your account.",
        blocks: vec![
            Block::paragraph(
                "Somebody wants to use this address for an account with us. If it was you, go on here:",
            ),
            Block::button("Confirm this address", facts.link),
            Block::Note(format!(
                "The link works until {}, once. Until then the old address stays.",
                organisation.times.clock(facts.expires_at)
            )),
            Block::Warning {
                title: "It wasn't you?",
                text: "Then do nothing: somebody mistyped their address.".to_owned(),
                link: None,
            },
        ],
    }
    .set()
}

/// What the letter to the old address says.
pub struct AddressNotMe<'a> {
    /// When the change was asked for.
    pub asked_at: Moment,
    /// First letter and domain of the new address.
    pub masked_new: &'a str,
    /// The link of "This wasn't me", with a secret of its own.
    pub stop_link: &'a Url,
    /// Until when that one works.
    pub stop_until: Moment,
}

/// The letter to the old address.
pub fn address_not_me(organisation: &Organisation, facts: &AddressNotMe<'_>) -> LetterBody {
    let times = &organisation.times;
    Draft {
        organisation,
        subject: format!("Your email address at {} is to be changed", organisation.name()),
        title: "Your email address is to be changed",
        preview: "Was it you? If not, stop it with one press.",
        blocks: vec![
            Block::paragraph(format!(
                "On {} somebody asked to change the email address of your account to {}, with your password. It changes once the new address is confirmed.",
                times.date_and_clock(facts.asked_at),
                DisplayName::inert(facts.masked_new)
            )),
            Block::paragraph("If it was you, there is nothing to do here."),
            Block::Warning {
                title: "It wasn't you?",
                text: format!(
                    "Stop it now. It can be stopped until {}, after the change too: then your account is locked and this address is back.",
                    times.date_and_clock(facts.stop_until)
                ),
                link: Some(WarningLink::new("This wasn't me: stop it", facts.stop_link)),
            },
        ],
    }
    .set()
}
