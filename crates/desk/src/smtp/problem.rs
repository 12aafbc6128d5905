//! Why a letter is not accepted, and how far it came: whether to try again hangs on that, and whether anybody can have
//! seen the secret in it.

use lettre::transport::smtp::Error;

use super::reply::{self, one_line};

/// The letter is not accepted, or nobody knows. `reply` is one safe line: the server's words, or ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendProblem {
    /// Not sent for now; trying again makes sense.
    Deferred {
        /// Why.
        reply: String,
        /// How far it came.
        how_far: HowFar,
    },
    /// Refused for good.
    Failed {
        /// Why.
        reply: String,
    },
    /// The letter was handed over, but the answer never came: it may have arrived.
    Uncertain {
        /// What happened.
        what: String,
    },
}

/// How far a letter came that was put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowFar {
    /// The server could not be reached, hung up, was silent or refused us: the next letter would fare no better.
    NoServer,
    /// The server put this letter off before it had the text.
    BeforeTheText,
    /// The server had the text, and said that it doesn't take it now.
    AfterTheText,
}

impl SendProblem {
    /// Whether the server answered, so that the connection is in order.
    pub(super) fn is_an_answer(&self) -> bool {
        match self {
            Self::Deferred { how_far, .. } => *how_far != HowFar::NoServer,
            Self::Failed { .. } => true,
            Self::Uncertain { .. } => false,
        }
    }
}

/// Why a step didn't succeed.
pub(super) enum Stopped {
    /// The server's answer, or a broken connection.
    Error(Error),
    /// No answer in time.
    TooSlow,
    /// An answer that can't belong to the command.
    OutOfStep(String),
    /// Ours, as one sentence.
    Because(String),
}

impl Stopped {
    /// Connecting and signing in: whatever happens is about us or the server, so the letter waits.
    pub(super) fn about_the_server(self) -> SendProblem {
        SendProblem::Deferred { reply: self.reason(), how_far: HowFar::NoServer }
    }

    /// Sender and recipient: 5xx is a refusal of this letter, all else is for later.
    pub(super) fn about_the_letter(self) -> SendProblem {
        self.answer(HowFar::BeforeTheText)
    }

    /// The answer to the text.
    pub(super) fn about_the_text(self) -> SendProblem {
        self.answer(HowFar::AfterTheText)
    }

    fn answer(self, how_far: HowFar) -> SendProblem {
        match self {
            Self::Error(error) if error.is_permanent() => {
                SendProblem::Failed { reply: reply::of_error(&error) }
            }
            // 421 closes the connection, whatever the letter is; but once the text is gone, it is gone.
            stopped if stopped.is_an_answer() || how_far == HowFar::AfterTheText => {
                SendProblem::Deferred { reply: stopped.reason(), how_far }
            }
            stopped => stopped.about_the_server(),
        }
    }

    /// Whether the server answered and goes on listening.
    pub(super) fn is_an_answer(&self) -> bool {
        matches!(self, Self::Error(error) if error.status().is_some_and(|code| code.to_string() != "421"))
    }

    /// Whether a kept connection turned out to be dead or closing.
    pub(super) fn connection_is_gone(&self) -> bool {
        matches!(self, Self::Error(error) if !error.is_permanent()) && !self.is_an_answer()
    }

    /// One safe line.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::TooSlow => "The mail server did not answer in time. Nothing was sent.".to_owned(),
            Self::OutOfStep(reply) => one_line(&format!("unexpected answer to DATA: {reply}")),
            Self::Because(reason) => one_line(reason),
            Self::Error(error) => reply::of_error(error),
        }
    }
}
