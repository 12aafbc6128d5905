//! The verification code by e-mail: while 2-step is to be set up again, the mailbox stands in for the phone.

use recovery_rules::states::CodePurpose;
use recovery_rules::time::Moment;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// What a verification code was asked for; the message names it, so that nobody can be talked into giving it away
/// for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFor {
    /// Signing in.
    SignIn,
    /// Turning 2-step on.
    TurningTwoStepOn,
    /// Changing the phone.
    ChangingPhone,
    /// Confirming that it's you, before a change.
    Confirming,
    /// Setting a new password.
    NewPassword,
}

/// What the letter says.
pub struct VerificationCode<'a> {
    /// The code, as it is to be typed.
    pub code: &'a str,
    /// What it is for.
    pub code_for: CodeFor,
    /// Two characters that stand on the screen too.
    pub reference: &'a str,
    /// When it was asked for.
    pub asked_at: Moment,
    /// Until when it works.
    pub expires_at: Moment,
}

impl CodeFor {
    /// What a code of this purpose is for, in a letter; none for those that have a letter of their own.
    pub(crate) const fn of(purpose: CodePurpose) -> Option<Self> {
        Some(match purpose {
            CodePurpose::SignIn => Self::SignIn,
            CodePurpose::TurnOn => Self::TurningTwoStepOn,
            CodePurpose::ChangePhone => Self::ChangingPhone,
            CodePurpose::StepUp => Self::Confirming,
            CodePurpose::ResetSms | CodePurpose::ResetMail => Self::NewPassword,
            CodePurpose::Call | CodePurpose::Contact => return None,
        })
    }

    /// As in "your code for signing in".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::SignIn => "signing in",
            Self::TurningTwoStepOn => "turning 2-step on",
            Self::ChangingPhone => "changing your phone",
            Self::Confirming => "confirming that it's you",
            Self::NewPassword => "setting a new password",
        }
    }
}

/// The letter with a verification code.
pub fn verification_code(organisation: &Organisation, facts: &VerificationCode<'_>) -> LetterBody {
    let times = &organisation.times;
    Draft {
        organisation,
        subject: format!("Your verification code for {}", organisation.name()),
        title: "Your verification code",
        preview: "Type the code from this email to go on.",
        blocks: vec![
            Block::paragraph(format!(
                "This code is for {}. It was asked for on {} (message {}).",
                facts.code_for.words(),
                times.date_and_clock(facts.asked_at),
                facts.reference
            )),
            Block::Code(facts.code.to_owned()),
            Block::Note(format!(
                "It works until {}, once, in the browser that asked for it.",
                times.clock(facts.expires_at)
            )),
            Block::Warning {
                title: "You didn't ask for it?",
                text: "Then somebody else may know your password. Don't give this code to anybody. Choose a new password now: press Forgot password where you sign in."
                    .to_owned(),
                link: None,
            },
        ],
    }
    .set()
}
