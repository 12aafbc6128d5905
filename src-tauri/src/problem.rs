//! What can go wrong outside the operations: connecting, keys, dialogs. On the wire they look like a failure of an
//! operation: a stable code and a finished sentence.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use recovery_desk::database::ConnectError;
use recovery_desk::desk::OpenError;
use recovery_desk::failure::{Failure, WireFailure};
use recovery_desk::keys::{KeysError, PassphraseTooShort};
use recovery_desk::mailer::PostProblem;
use recovery_desk::settings::file::SettingsFileProblem;
use recovery_web::desk_api::client::ClientProblem;

/// Why a native command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// An operation was asked for and no database is open.
    #[error("No database is connected. Choose one first, or look around with demo data.")]
    NotConnected,
    /// The database can't be reached or used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The address of PostgreSQL carries the password where it would be kept in clear.
    #[error("Leave the password out of the address's options and write it into its own field.")]
    PasswordInOptions,
    /// The database has keys of its own and they are not here.
    #[error(
        "This database has data keys of its own. Put its file keys.sealed at {}, then connect again.",
        .0.display()
    )]
    KeysMissing(PathBuf),
    /// The file of keys was written before the keys were rotated.
    #[error(
        "The data keys of this database were replaced, and {} holds the former ones. Put the newest keys.sealed there (recovery-desk-server keys export, keys import), then connect again.",
        .0.display()
    )]
    KeysFileOutOfDate(PathBuf),
    /// The two passphrases differ.
    #[error("The two passphrases are not the same. Type both again.")]
    PassphrasesDiffer,
    /// The passphrase is too short.
    #[error(transparent)]
    PassphraseTooShort(#[from] PassphraseTooShort),
    /// The keys can't be read or written.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// No passphrase was asked for.
    #[error("No passphrase is needed now. Choose a connection first.")]
    NotAsked,
    /// Only demo data can be reset.
    #[error("Only demo data can be made anew.")]
    NotDemo,
    /// The settings file, or the file that remembers the connection.
    #[error(transparent)]
    Settings(#[from] SettingsFileProblem),
    /// The mail server's settings.
    #[error("The mail server in the settings can't be used: {0}")]
    Mail(#[from] PostProblem),
    /// A file or folder of the window's own.
    #[error("{} can't be used: {source}", path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// The operating system's words.
        source: io::Error,
    },
    /// An export can't be written where it was to go.
    #[error("{} can't be written: {source}. Nothing was exported. Choose another folder.", path.display())]
    NotWritten {
        /// Where.
        path: PathBuf,
        /// The operating system's words.
        source: io::Error,
    },
    /// No port on loopback for the account pages.
    #[error("The account pages can't be offered on this computer: {0}")]
    Pages(io::Error),
    /// The link is gone, or isn't one of ours.
    #[error("This link is not in the mailbox any more. Open the mailbox again.")]
    NoSuchLink,
    /// There is no browser.
    #[error("No browser could be opened. Copy the address beside the button instead.")]
    NoBrowser,
    /// Making the demo data failed.
    #[error("The demo data can't be made: {0}")]
    Demo(String),
    /// The desk server can't be used.
    #[error(transparent)]
    Client(#[from] ClientProblem),
    /// The desk server doesn't answer, or says no.
    #[error("{}", .0.message)]
    Server(WireFailure),
    /// An operation said no.
    #[error("{}", .0.wire().message)]
    Operation(Failure),
}

impl Problem {
    /// A problem with a file or folder.
    pub fn disk(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Disk { path, source }
    }

    /// As it goes over the wire.
    pub fn wire(&self) -> WireFailure {
        if let Self::Operation(failure) = self {
            return failure.wire();
        }
        if let Self::Server(failure) = self {
            return failure.clone();
        }
        let (code, field) = match self {
            Self::NotConnected => ("not_connected", None),
            Self::Open(OpenError::OtherKeys) => ("other_keys", None),
            Self::Open(OpenError::KeysOutOfDate) => ("keys_out_of_date", None),
            Self::Open(OpenError::DemoMixed) => ("demo_mixed", None),
            Self::Open(OpenError::Connect(ConnectError::NotAnAddress)) => ("not_an_address", Some("url")),
            Self::Open(OpenError::Connect(ConnectError::NotVerified)) | Self::PasswordInOptions => {
                ("address_not_safe", Some("url"))
            }
            Self::Open(_) => ("database_not_opened", None),
            Self::KeysMissing(_) => ("keys_missing", None),
            Self::KeysFileOutOfDate(_) => ("keys_out_of_date", None),
            Self::PassphrasesDiffer => ("passphrases_differ", Some("confirmation")),
            Self::PassphraseTooShort(_) => ("passphrase_too_short", Some("passphrase")),
            Self::Keys(KeysError::WrongPassphrase) => ("wrong_passphrase", Some("passphrase")),
            Self::Keys(_) => ("keys_not_opened", None),
            Self::NotAsked => ("passphrase_not_asked", None),
            Self::NotDemo => ("demo_only", None),
            Self::Settings(_) | Self::Mail(_) => ("settings_not_usable", None),
            Self::Disk { .. } => ("disk", None),
            Self::NotWritten { .. } => ("not_written", None),
            Self::Pages(_) => ("pages_not_offered", None),
            Self::NoSuchLink => ("no_such_link", None),
            Self::NoBrowser => ("no_browser", None),
            Self::Demo(_) => ("demo_not_made", None),
            Self::Client(ClientProblem::Address) => ("not_an_address", Some("url")),
            Self::Client(ClientProblem::Authority { .. }) => ("authority_not_usable", Some("certificate")),
            Self::Client(ClientProblem::Tls(_)) => ("server_not_usable", None),
            Self::Operation(_) | Self::Server(_) => ("fault", None),
        };
        WireFailure {
            code: code.to_owned(),
            message: self.to_string(),
            field: field.map(Cow::Borrowed),
            reference: None,
            until: None,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Operation(failure)
    }
}

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        Self::Open(OpenError::Connect(error))
    }
}
