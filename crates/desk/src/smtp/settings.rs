//! How to reach the mail server: always encrypted, its certificate always checked.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use recovery_rules::email::Email;
use secrecy::SecretString;

/// The mail server and how to speak to it.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Name of the server; its certificate must be for this name.
    pub host: String,
    /// Usually 465 with [`SmtpTls::Implicit`], 587 with [`SmtpTls::StartTls`].
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// Name and password; `None` for a relay that knows us by our address.
    pub login: Option<SmtpLogin>,
    /// The address letters come from, and to which undeliverable ones return.
    pub from: Email,
    /// PEM file with a further root certificate to trust: an organisation's own authority, or a test's.
    pub extra_root_certificate: Option<PathBuf>,
    /// The longest wait for any one step (connecting, each reply).
    pub timeout: Duration,
}

/// How a connection is encrypted. There is no third way: without encryption nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte (RFC 8314 recommends it).
    Implicit,
    /// After `STARTTLS`, which the server must offer.
    StartTls,
}

/// Name and password at the mail server.
#[derive(Clone)]
pub struct SmtpLogin {
    /// Name.
    pub user: String,
    /// Password.
    pub password: SecretString,
}

/// The settings can't work.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSettingsProblem {
    /// The file with the root certificate.
    #[error("the certificate {} could not be read: {reason}", path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system's root certificates, or the server's name.
    #[error("no encrypted connection can be set up: {0}")]
    Tls(String),
    /// `from` isn't an address that mail servers take.
    #[error("letters can't come from the address in the settings")]
    From,
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SmtpSettings({}:{}, {:?})", self.host, self.port, self.tls)
    }
}

impl fmt::Debug for SmtpLogin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SmtpLogin(secret)")
    }
}
