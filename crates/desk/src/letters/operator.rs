//! Letters to operators: the invitation, and what an administrator changed.

use recovery_rules::time::Moment;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// What an invitation says.
pub struct OperatorInvitation<'a> {
    /// The code, in groups of four.
    pub code: &'a str,
    /// Until when it works.
    pub expires_at: Moment,
}

/// The invitation to the desk.
pub fn operator_invitation(organisation: &Organisation, facts: &OperatorInvitation<'_>) -> LetterBody {
    let times = &organisation.times;
    Draft {
        organisation,
        subject: format!("You are invited to {}'s recovery desk", organisation.name()),
        title: "You are invited to the recovery desk",
        preview: "Choose a password and set up your authenticator app.",
        blocks: vec![
            Block::paragraph(
                "An administrator invited you to handle recovery calls. You need the Recovery Desk program, and an authenticator app on your phone.",
            ),
            Block::Steps(vec![
                "Open Recovery Desk. At the sign-in choose I was invited.".to_owned(),
                "Type this address, the code below, and a password of your own.".to_owned(),
                "Add the desk to your authenticator app and type the code it shows.".to_owned(),
            ]),
            Block::Code(facts.code.to_owned()),
            Block::Note(format!("The code works until {}, once.", times.date_and_clock(facts.expires_at))),
            Block::Warning {
                title: "You didn't expect this?",
                text: "Don't use the code, and tell your administrator.".to_owned(),
                link: None,
            },
        ],
    }
    .set()
}

/// What an administrator changed about an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperatorChange {
    /// Works as an agent from now on.
    Agent,
    /// Works as an administrator from now on.
    Administrator,
    /// Can't sign in.
    Suspended,
    /// Can sign in again.
    Resumed,
}

impl OperatorChange {
    /// From its stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "agent" => Self::Agent,
            "administrator" => Self::Administrator,
            "suspended" => Self::Suspended,
            "resumed" => Self::Resumed,
            _ => return None,
        })
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Agent => "Your role is agent from now on. Sign in again to go on.",
            Self::Administrator => "Your role is administrator from now on. Sign in again to go on.",
            Self::Suspended => "You were suspended: you are signed out, and can't sign in.",
            Self::Resumed => "You can sign in again.",
        }
    }
}

/// The notice of a change.
pub fn operator_changed(organisation: &Organisation, change: OperatorChange, at: Moment) -> LetterBody {
    Draft {
        organisation,
        subject: format!("Your access to {}'s recovery desk changed", organisation.name()),
        title: "Your access to the recovery desk changed",
        preview: "An administrator changed your access.",
        blocks: vec![
            Block::paragraph(format!(
                "On {} an administrator changed your access to the recovery desk.",
                organisation.times.date_and_clock(at)
            )),
            Block::paragraph(change.sentence()),
            Block::Warning {
                title: "You didn't expect this?",
                text: "Ask an administrator, in person or on a number you know.".to_owned(),
                link: None,
            },
        ],
    }
    .set()
}
