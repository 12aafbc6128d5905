//! The invitation of a colleague: no link that opens anything, no code. The first password is chosen through *Forgot
//! password*, which proves the address.

use recovery_rules::display_name::DisplayName;
use url::Url;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// The letter. `by` is who invites: hostile text, made inert.
pub fn invitation(organisation: &Organisation, by: &str, sign_in: &Url) -> LetterBody {
    let by = DisplayName::inert(by);
    let name = organisation.name();
    Draft {
        organisation,
        subject: format!("You have an account at {name}"),
        title: "You have an account",
        preview: "A colleague made an account for you. Choose your own password.",
        blocks: vec![
            Block::paragraph(format!("{by} made an account for you at {name}, with this email address.")),
            Block::Steps(vec![
                "Go to the sign-in page.".to_owned(),
                "Press Forgot password and type this email address.".to_owned(),
                "Open the link in the email we send you, and choose your own password.".to_owned(),
            ]),
            Block::button("Go to the sign-in page", sign_in),
            Block::Note(
                "Nobody else ever knows your password, and nobody should share an account.".to_owned(),
            ),
            Block::Warning {
                title: "You don't know this person?",
                text: format!("Then don't do anything, and call us: {}.", organisation.phone()),
                link: None,
            },
        ],
    }
    .set()
}
