//! The notice to a billing user that our desk reset a colleague's 2-step.

use recovery_rules::display_name::DisplayName;
use recovery_rules::time::Moment;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation, ask_your_colleague};

/// The notice to a billing user of the owner's company. `user_name` is hostile text and is made inert.
pub fn two_step_reset_for_billing_user(
    organisation: &Organisation,
    user_name: &str,
    at: Moment,
) -> LetterBody {
    let user_name = DisplayName::inert(user_name);
    Draft {
        organisation,
        subject: "A colleague's 2-step was reset".to_owned(),
        title: "A colleague's 2-step was reset",
        preview: "Our support desk reset 2-step of somebody in your company.",
        blocks: vec![
            Block::paragraph(format!(
                "On {} an administrator of our support desk reset 2-step of {user_name}. The password was not changed.",
                organisation.times.date_and_clock(at)
            )),
            Block::paragraph("At the next sign-in they set 2-step up again. You don't need to do anything."),
            ask_your_colleague(organisation),
        ],
    }
    .set()
}
