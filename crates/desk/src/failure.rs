//! How an operation can not succeed: a refusal (a rule said no; nothing changed, audited) or a fault
//! (something broke; everything is undone, logged once under a reference).

use std::borrow::Cow;

use recovery_rules::refusal::Refusal;
use serde::{Deserialize, Serialize};

use crate::database::{Trouble, trouble};
use crate::hashing::HashingError;
use crate::words;

/// What stops an operation while it runs.
#[derive(Debug)]
pub enum Stop {
    /// A rule says no.
    Refused(Refusal),
    /// Something broke.
    Fault(Fault),
}

/// What can break. The text goes to the log, never to a person.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Hashing.
    #[error("hashing: {0}")]
    Hashing(String),
    /// Something sealed can't be opened: the wrong keys, or somebody changed it.
    #[error("keys: {0}")]
    Keys(String),
    /// What is stored can't be: a state without a name, JSON that isn't.
    #[error("stored data: {0}")]
    Stored(String),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// Too many at once is the same refusal for everybody; anything else is broken.
impl From<HashingError> for Stop {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Refused(Refusal::Busy),
            other => Self::Fault(Fault::Hashing(other.to_string())),
        }
    }
}

/// What the one who asked gets instead of an answer.
#[derive(Clone, Debug)]
pub enum Failure {
    /// A rule said no.
    Refused(Refusal),
    /// Something broke; the log has it under this reference.
    Fault {
        /// To quote to whoever reads the log.
        reference: String,
    },
}

/// A failure on the wire: `{code, message, field?, reference?, until?}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WireFailure {
    /// Stable code.
    pub code: String,
    /// A finished sentence that says what to do.
    pub message: String,
    /// The field of the request it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub field: Option<Cow<'static, str>>,
    /// The reference of a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub reference: Option<String>,
    /// UTC ms: when it is possible again. The window says it in the clock of its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub until: Option<i64>,
}

impl Failure {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Fault { .. } => "fault",
        }
    }

    /// The refusal, if it is one.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Fault { .. } => None,
        }
    }

    /// As it goes over the wire.
    pub fn wire(&self) -> WireFailure {
        match self {
            Self::Refused(refusal) => WireFailure {
                code: refusal.code().to_owned(),
                message: words::refusal(refusal),
                field: refusal.field().map(Cow::Borrowed),
                reference: None,
                until: refusal.until().map(|moment| moment.0),
            },
            Self::Fault { reference } => WireFailure {
                code: self.code().to_owned(),
                message: words::FAULT.to_owned(),
                field: None,
                reference: Some(reference.clone()),
                until: None,
            },
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.wire().message)
    }
}

impl std::error::Error for Failure {}

/// A refusal is told as it is; a database that is busy or full is said to be; any other fault is logged once and told
/// by its reference alone.
pub(crate) fn fail(operation: &'static str, stop: Stop) -> Failure {
    match stop {
        Stop::Refused(refusal) => {
            tracing::info!(operation, code = refusal.code(), "refused");
            Failure::Refused(refusal)
        }
        Stop::Fault(Fault::Database(error)) if trouble(&error) != Trouble::Broken => {
            // The whole transaction is gone, so nothing was changed; writing an audit entry is what can't be done.
            tracing::warn!(operation, %error, "turned away");
            Failure::Refused(match trouble(&error) {
                Trouble::DiskFull => Refusal::StorageFull,
                _ => Refusal::Busy,
            })
        }
        Stop::Fault(fault) => {
            let reference = reference();
            tracing::error!(operation, reference, %fault, "fault");
            Failure::Fault { reference }
        }
    }
}

/// A short reference to quote: chance enough to find one line in a log, no meaning.
fn reference() -> String {
    let bytes = crate::chance::Chance::operating_system().bytes::<4>();
    format!("F-{:08X}", u32::from_be_bytes(bytes))
}
