//! The notice that phone verification is paused: somebody gave wrong answers on the phone, the owner hears of it.

use recovery_rules::time::Moment;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// What the notice says. Not which answers were wrong, nor how many: the mailbox may be read by whoever called.
pub struct PhoneVerificationPaused {
    /// When the last check failed.
    pub at: Moment,
    /// When checks are possible again.
    pub until: Moment,
    /// Whether only calls with a call reference are paused; those have a budget of their own.
    pub by_reference: bool,
}

/// The notice that nobody can be verified by phone for a while.
pub fn phone_verification_paused(organisation: &Organisation, facts: &PhoneVerificationPaused) -> LetterBody {
    let times = &organisation.times;
    let until = times.date_and_clock(facts.until);
    let paused = if facts.by_reference {
        format!("We have paused phone verification for calls with a call reference until {until}.")
    } else {
        format!(
            "We have paused phone verification until {until}. Until then only a call with a new call reference can be verified."
        )
    };
    Draft {
        organisation,
        subject: "Phone verification paused".to_owned(),
        title: "Phone verification paused",
        preview: "Somebody called about your account and could not be verified.",
        blocks: vec![
            Block::paragraph(format!(
                "On {} somebody called us about your account and could not be verified. {paused}",
                times.date_and_clock(facts.at)
            )),
            Block::paragraph("Nothing on your account has changed: signing in works as it did before."),
            Block::paragraph(format!(
                "Was it you? You can call again after {until}, or ask the person on the phone to pass your request to an administrator."
            )),
            Block::Warning {
                title: "It wasn't you?",
                text: "The caller learnt nothing from us and was not let in. If you think that somebody knows your answers, sign in and replace them under Security questions."
                    .to_owned(),
                link: None,
            },
        ],
    }
    .set()
}
