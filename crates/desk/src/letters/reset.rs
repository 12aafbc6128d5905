//! The letters of *forgot password*: the link, the reset code in a mail of its own, and the one for an account that
//! is locked.

use recovery_rules::time::Moment;
use url::Url;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// What the letter with the link says. It holds no name: who reads it may not be the one who asked.
pub struct Reset<'a> {
    /// When the link was asked for.
    pub asked_at: Moment,
    /// The secret link: opens the page, changes nothing by itself.
    pub link: &'a Url,
    /// Until when it works.
    pub expires_at: Moment,
}

/// The letter with the link.
pub fn reset(organisation: &Organisation, facts: &Reset<'_>) -> LetterBody {
    let times = &organisation.times;
    Draft {
        organisation,
        subject: format!("Set a new password at {}", organisation.name()),
        title: "Set a new password",
        preview: "You asked for a link to set a new password.",
        blocks: vec![
            Block::paragraph(format!(
                "Somebody asked for a new password for your account on {}. If it was you, go on here:",
                times.date_and_clock(facts.asked_at)
            )),
            Block::button("Choose a new password", facts.link),
            Block::Note(format!("The link works until {}, once.", times.clock(facts.expires_at))),
            Block::Warning {
                title: "It wasn't you?",
                text: "Then do nothing: your password stays as it is. Don't give the link to anybody."
                    .to_owned(),
                link: None,
            },
        ],
    }
    .set()
}

/// What the letter with the code says.
pub struct ResetCode<'a> {
    /// The code in two groups.
    pub code: &'a str,
    /// The two characters on the page that waits for it.
    pub reference: &'a str,
    /// When it was asked for.
    pub asked_at: Moment,
    /// Until when it works.
    pub expires_at: Moment,
}

/// The reset code where 2-step was on before: another mail than the one with the link, and another secret.
pub fn reset_code(organisation: &Organisation, facts: &ResetCode<'_>) -> LetterBody {
    let times = &organisation.times;
    Draft {
        organisation,
        subject: format!("Your reset code for {}", organisation.name()),
        title: "Your reset code",
        preview: "Type the code from this email on the page where you chose a new password.",
        blocks: vec![
            Block::paragraph(format!(
                "A new password was chosen for your account on {}. It starts to work once this code is typed (message {}):",
                times.date_and_clock(facts.asked_at),
                facts.reference
            )),
            Block::Code(facts.code.to_owned()),
            Block::Note(format!("It works until {}, once.", times.clock(facts.expires_at))),
            Block::Warning {
                title: "You didn't choose a new password?",
                text: "Then somebody else opened the link in your email. Don't give this code to anybody, and change the password of your mailbox."
                    .to_owned(),
                link: None,
            },
        ],
    }
    .set()
}

/// For an address that has no account, where policy wants it told.
pub fn no_account(organisation: &Organisation, asked_at: Moment) -> LetterBody {
    let name = organisation.name();
    Draft {
        organisation,
        subject: format!("You have no account at {name} with this address"),
        title: "No account with this address",
        preview: "Somebody asked for a new password with this email address.",
        blocks: vec![
            Block::paragraph(format!(
                "Somebody asked on {} for a new password with this email address. There is no account for it.",
                organisation.times.date_and_clock(asked_at)
            )),
            Block::paragraph(
                "If it was you, try the other addresses you have: you sign in with the one your company gave us.",
            ),
            Block::Note("If it wasn't you, there is nothing to do.".to_owned()),
        ],
    }
    .set()
}

/// For the owner of a locked account, who can't reset by themselves.
pub fn reset_locked(organisation: &Organisation, asked_at: Moment) -> LetterBody {
    Draft {
        organisation,
        subject: format!("Your account at {} is locked", organisation.name()),
        title: "Your account is locked",
        preview: "A new password can't be set while it is locked.",
        blocks: vec![
            Block::paragraph(format!(
                "Somebody asked for a new password for your account on {}. The account is locked, so no link was made and nothing has changed.",
                organisation.times.date_and_clock(asked_at)
            )),
            Block::paragraph(format!(
                "To get back in, call us: {}. A person asks your four security questions.",
                organisation.phone()
            )),
        ],
    }
    .set()
}

/// For an account whose 2-step our desk reset a moment ago: a link for a new password waits a day.
pub fn reset_waits(organisation: &Organisation, asked_at: Moment, until: Moment) -> LetterBody {
    let times = &organisation.times;
    Draft {
        organisation,
        subject: format!("A new password at {} has to wait", organisation.name()),
        title: "A new password has to wait",
        preview: "2-step of your account was reset. Nothing has changed.",
        blocks: vec![
            Block::paragraph(format!(
                "Somebody asked for a new password for your account on {}. An administrator of our support desk reset your 2-step less than a day ago. To protect you no link for a new password is sent until {}. Nothing has changed.",
                times.date_and_clock(asked_at),
                times.date_and_clock(until)
            )),
            Block::paragraph(format!(
                "If you know your password, sign in and set 2-step up again: that ends the wait. If you don't, and can't wait, call us: {}. A person asks your four security questions.",
                organisation.phone()
            )),
        ],
    }
    .set()
}
