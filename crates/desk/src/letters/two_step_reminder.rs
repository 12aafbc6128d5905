//! A billing user reminds a member to turn 2-step on. The letter asks for nothing and carries no link that opens anything.

use recovery_rules::display_name::DisplayName;
use url::Url;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// The letter. `by` is who reminds: hostile text, made inert. `again`: 2-step was on before and is to be set up again.
pub fn two_step_reminder(organisation: &Organisation, by: &str, again: bool, page: &Url) -> LetterBody {
    let by = DisplayName::inert(by);
    let name = organisation.name();
    let what = if again { "set 2-step up again" } else { "turn on 2-step" };
    Draft {
        organisation,
        subject: format!("Please {what} for your account at {name}"),
        title: "2-step for your account",
        preview: "With 2-step a stolen password alone opens nothing.",
        blocks: vec![
            Block::paragraph(format!(
                "{by}, who looks after your company\u{2019}s accounts at {name}, asks you to {what}."
            )),
            Block::Steps(vec![
                "Go to the account pages, as you always do, and sign in.".to_owned(),
                "Open the page 2-step and follow it: it takes three minutes and your phone.".to_owned(),
            ]),
            Block::button("Go to the 2-step page", page),
            Block::Note("2-step is also called two-factor or multi-factor authentication. Every person needs an account of their own: adding a colleague costs nothing.".to_owned()),
            Block::Warning {
                title: "Nobody asks for your password or a code",
                text: format!("Neither your company nor we do, by email or phone. In doubt call us: {}.", organisation.phone()),
                link: None,
            },
        ],
    }
    .set()
}
