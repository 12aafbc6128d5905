//! The notice that "This wasn't me" worked: what is stopped, for how long, and the ways back.

use recovery_rules::time::Moment;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// What the notice says.
pub struct RecoveryStopped {
    /// When the button was pressed.
    pub at: Moment,
    /// Until when nobody can be verified by phone.
    pub phone_recovery_stopped_until: Moment,
    /// Whether the unlock had been finished already, so that the account is locked now.
    pub account_locked: bool,
}

/// The notice to every address of the account.
pub fn recovery_stopped(organisation: &Organisation, facts: &RecoveryStopped) -> LetterBody {
    let times = &organisation.times;
    let at = times.date_and_clock(facts.at);
    let until = times.date_and_clock(facts.phone_recovery_stopped_until);
    let (title, preview, done, next) = if facts.account_locked {
        (
            "Your account is locked",
            "Somebody pressed This wasn't me. The account is locked until you call us.",
            format!(
                "On {at} somebody pressed This wasn't me in our email. The account had been unlocked by then, so we have locked it. Nobody can sign in, and everybody who was signed in is signed out."
            ),
            format!(
                "To get it back, call us: {}. An administrator will decide with you how, as long as phone verification is stopped.",
                organisation.phone()
            ),
        )
    } else {
        (
            "The recovery was stopped",
            "Somebody pressed This wasn't me. The link in that email no longer works.",
            format!(
                "On {at} somebody pressed This wasn't me in our email. The link in that email no longer works, and nothing on your account has changed."
            ),
            "Signing in works as it did before.".to_owned(),
        )
    };
    Draft {
        organisation,
        subject: title.to_owned(),
        title,
        preview,
        blocks: vec![
            Block::paragraph(done),
            Block::paragraph(next),
            Block::paragraph(format!(
                "Until {until} nobody can be verified by phone for your account. Our support desk has been told."
            )),
            Block::Warning {
                title: "You didn't press it?",
                text: format!(
                    "Then somebody else reads your email. Change the password of your mailbox, then call us: {}.",
                    organisation.phone()
                ),
                link: None,
            },
        ],
    }
    .set()
}
