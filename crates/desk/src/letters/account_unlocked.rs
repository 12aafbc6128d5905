//! The notices that an account was unlocked: to its owner, and to the company's billing user.

use recovery_rules::display_name::DisplayName;
use recovery_rules::time::Moment;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation, ask_your_colleague};

/// What the owner is told.
pub struct AccountUnlocked {
    /// When the new password was set.
    pub at: Moment,
}

/// The notice to the owner of the account.
pub fn account_unlocked(organisation: &Organisation, facts: &AccountUnlocked) -> LetterBody {
    let times = &organisation.times;
    // "This wasn't me" stands in the unlock e-mail, which lives on; this letter goes to a former address too.
    let text = format!("Call us at once: {}.", organisation.phone());
    Draft {
        organisation,
        subject: "Your account was unlocked".to_owned(),
        title: "Your account was unlocked",
        preview: "A new password was set after a call to our support desk.",
        blocks: vec![
            Block::paragraph(format!(
                "On {} your account was unlocked and a new password was set, with the link from our email and the call code.",
                times.date_and_clock(facts.at)
            )),
            Block::paragraph("You have been signed out everywhere, and no browser is remembered any more."),
            Block::paragraph(
                "At your next sign-in we send a verification code to this address and ask you to set 2-step up again. Your old recovery code no longer works.",
            ),
            Block::Warning { title: "This wasn't you?", text, link: None },
        ],
    }
    .set()
}

/// The notice to a billing user of the owner's company. `user_name` is hostile text and is made inert.
pub fn account_unlocked_for_billing_user(
    organisation: &Organisation,
    user_name: &str,
    at: Moment,
) -> LetterBody {
    let user_name = DisplayName::inert(user_name);
    Draft {
        organisation,
        subject: "A colleague's account was unlocked".to_owned(),
        title: "A colleague's account was unlocked",
        preview: "Somebody in your company called our support desk and set a new password.",
        blocks: vec![
            Block::paragraph(format!(
                "The account of {user_name} was unlocked on {}, after a call to our support desk. A new password was set.",
                organisation.times.date_and_clock(at)
            )),
            Block::paragraph(
                "Their 2-step is to be set up again at the next sign-in. You don't need to do anything.",
            ),
            ask_your_colleague(organisation),
        ],
    }
    .set()
}
