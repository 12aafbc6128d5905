//! What is wrong with the form of a code that was typed, and which code it was to be. Known before a try is spent, and the
//! same for everybody who types it: it tells nothing about the code itself.

/// Why a typed text cannot be the code asked for. Tells nothing about the code itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeProblem {
    /// Nothing typed.
    Empty,
    /// Another number of digits than the code has.
    Digits {
        /// Digits of the code.
        expected: usize,
        /// Digits typed.
        got: usize,
    },
    /// Another number of characters than the code has; separators don't count.
    Characters {
        /// Characters of the code.
        expected: usize,
        /// Characters typed.
        got: usize,
    },
    /// A character that no code of this kind has, counted from 1 without separators.
    Unexpected {
        /// Which one, from 1.
        position: usize,
    },
    /// The check character doesn't fit: a slip somewhere in the code.
    CheckCharacter,
}

impl CodeProblem {
    /// Stable code for wire and audit.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "code_empty",
            Self::Digits { .. } | Self::Characters { .. } => "code_length",
            Self::Unexpected { .. } => "code_unexpected_character",
            Self::CheckCharacter => "code_check_character",
        }
    }
}

/// Which code a person was asked for, by the name that the page calls it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    /// By text message, or by e-mail while 2-step is to be set up again.
    Verification,
    /// For a new password, by text message.
    Reset,
    /// The same in a separate e-mail, of letters and digits.
    ResetByMail,
    /// Read out by the agent in a verified call.
    Call,
    /// That a company's recovery contact has.
    Contact,
    /// Kept on paper.
    Recovery,
    /// The last group of a recovery code, which shows that a copy was made.
    LastGroup,
    /// Of an operator's invitation.
    Invitation,
    /// That an operator's authenticator app shows.
    Authenticator,
}
