//! Which gateway sends texts, and to which countries.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// The gateway and how to speak to it.
#[derive(Clone)]
pub struct SmsSettings {
    /// The gateway.
    pub gateway: Gateway,
    /// Countries that get texts, two letters each (ISO 3166-1), such as `GB`. Not empty: texts to anywhere are how
    /// fraud makes money of a code page.
    pub countries: Vec<String>,
    /// Whether the gateway is asked to report what became of a text; it must then reach the account pages.
    pub call_backs: bool,
    /// The longest wait for an answer.
    pub timeout: Duration,
    /// PEM file with a further root certificate to trust.
    pub extra_root_certificate: Option<PathBuf>,
}

/// A gateway.
#[derive(Clone)]
pub enum Gateway {
    /// Twilio's REST form, which other services speak too.
    Twilio(Twilio),
    /// JSON over HTTPS, as docs/text-messages.md describes it.
    Json(Json),
}

/// Twilio's REST form.
#[derive(Clone)]
pub struct Twilio {
    /// `https://api.twilio.com`, or that of a region.
    pub base: Url,
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// Signs us in, and signs the call-backs.
    pub auth_token: SecretString,
    /// Who the text comes from.
    pub sender: Sender,
}

/// Who a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A number (`+44…`) or a name of up to eleven letters, as `From`.
    From(String),
    /// A messaging service: `MG` and 32 hexadecimal digits.
    Service(String),
}

/// The generic JSON form.
#[derive(Clone)]
pub struct Json {
    /// Where a text is posted to.
    pub url: Url,
    /// Sent as a bearer token.
    pub token: SecretString,
    /// Signs the call-backs (HMAC-SHA256).
    pub call_back_secret: SecretString,
    /// Who the text comes from, if the gateway wants to know.
    pub sender: Option<String>,
    /// The header in which the gateway takes an idempotency key; without one no text is tried twice.
    pub idempotency_header: Option<String>,
}

/// The settings can't work.
#[derive(Debug, thiserror::Error)]
pub enum SmsSettingsProblem {
    /// The address of the gateway.
    #[error("the SMS gateway's address must begin with https:// unless it is on this machine")]
    NotEncrypted,
    /// No country.
    #[error("sms.countries must name the countries that get texts, such as [\"GB\", \"IE\"]")]
    Countries,
    /// The account's name can't be one.
    #[error("sms.account_sid must be AC and 32 hexadecimal digits")]
    AccountSid,
    /// The sender can't be one.
    #[error(
        "sms needs either from (a number or a name of up to eleven letters) or messaging_service_sid (MG…)"
    )]
    Sender,
    /// The header's name can't be one.
    #[error("sms.idempotency_header is not the name of a header")]
    Header,
    /// Something that the kind of gateway needs is missing.
    #[error("sms.{0} is missing")]
    Missing(&'static str),
    /// Something is set that the kind of gateway doesn't know.
    #[error("sms.{0} belongs to the other kind of gateway")]
    Unfitting(&'static str),
    /// A file with a secret.
    #[error("{}: {reason}", path.display())]
    Secret {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file with the root certificate.
    #[error("the certificate {} could not be read: {reason}", path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No client can be set up.
    #[error("no connection to the SMS gateway can be set up: {0}")]
    Tls(String),
}

impl SmsSettings {
    /// Whether a second request of the same message is recognised by the gateway.
    pub(super) fn can_repeat(&self) -> bool {
        matches!(&self.gateway, Gateway::Json(json) if json.idempotency_header.is_some())
    }

    pub(super) fn is_on_this_machine(&self) -> bool {
        match self.url().host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    fn url(&self) -> &Url {
        match &self.gateway {
            Gateway::Twilio(twilio) => &twilio.base,
            Gateway::Json(json) => &json.url,
        }
    }

    /// Whether they can work.
    pub(super) fn check(&self) -> Result<(), SmsSettingsProblem> {
        let scheme = self.url().scheme();
        if scheme != "https" && !(scheme == "http" && self.is_on_this_machine()) {
            return Err(SmsSettingsProblem::NotEncrypted);
        }
        let is_country = |text: &String| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        if self.countries.is_empty() || !self.countries.iter().all(is_country) {
            return Err(SmsSettingsProblem::Countries);
        }
        match &self.gateway {
            Gateway::Twilio(twilio) => {
                if !is_sid(&twilio.account_sid, "AC") {
                    return Err(SmsSettingsProblem::AccountSid);
                }
                let fine = match &twilio.sender {
                    Sender::Service(sid) => is_sid(sid, "MG"),
                    Sender::From(from) => is_sender(from),
                };
                if fine { Ok(()) } else { Err(SmsSettingsProblem::Sender) }
            }
            Gateway::Json(json) => match &json.idempotency_header {
                Some(name) if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err() => {
                    Err(SmsSettingsProblem::Header)
                }
                _ => Ok(()),
            },
        }
    }
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// A number, a short code, or an alphanumeric sender (letters, digits and spaces, eleven at most, one letter at least).
fn is_sender(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let number = (3..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let name = (1..=11).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ')
        && text.bytes().any(|b| b.is_ascii_alphabetic());
    number || name
}

impl fmt::Debug for SmsSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.gateway {
            Gateway::Twilio(_) => "twilio",
            Gateway::Json(_) => "json",
        };
        write!(formatter, "SmsSettings({kind}, {})", self.url().host_str().unwrap_or_default())
    }
}
