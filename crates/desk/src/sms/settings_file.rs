//! The `[sms]` part of a settings file. No secret stands in it: each lies in a file of its own that only its owner
//! can read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::settings::{Gateway, Json, Sender, SmsSettings, SmsSettingsProblem, Twilio};
use SmsSettingsProblem::{Missing, Unfitting};

/// The longest wait for an answer: a person waits for the code, and the lease of the message is longer.
const TIMEOUT: Duration = Duration::from_secs(15);
const TWILIO: &str = "https://api.twilio.com";

/// The part as it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsFile {
    /// `twilio` or `json`.
    pub gateway: Kind,
    /// Countries that get texts, such as `["GB", "IE"]`.
    pub countries: Vec<String>,
    /// The file with the gateway's secret: Twilio's auth token, or the bearer token.
    pub secret_file: PathBuf,
    /// Twilio: another address than `https://api.twilio.com`. JSON: where texts are posted to.
    pub url: Option<String>,
    /// Twilio: the account.
    pub account_sid: Option<String>,
    /// The number or name that texts come from.
    pub from: Option<String>,
    /// Twilio: the messaging service that texts come from.
    pub messaging_service_sid: Option<String>,
    /// JSON: the header of the idempotency key.
    pub idempotency_header: Option<String>,
    /// JSON: the file with the secret that signs call-backs.
    pub call_back_secret_file: Option<PathBuf>,
    /// Whether the gateway reports what became of a text.
    #[serde(default)]
    pub call_backs: bool,
    /// A further root certificate, PEM.
    pub extra_root_certificate: Option<PathBuf>,
}

/// The kinds of gateway.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Twilio's REST form.
    Twilio,
    /// The generic JSON form.
    Json,
}

impl SmsFile {
    /// The settings, with the secrets out of their files; those are looked for in `folder`, where the settings
    /// file lies.
    ///
    /// # Errors
    /// [`SmsSettingsProblem`] says what can't work.
    pub fn settings(mut self, folder: &Path) -> Result<SmsSettings, SmsSettingsProblem> {
        self.secret_file = folder.join(&self.secret_file);
        self.call_back_secret_file = self.call_back_secret_file.map(|file| folder.join(file));
        self.extra_root_certificate = self.extra_root_certificate.map(|file| folder.join(file));
        let settings = SmsSettings {
            gateway: match self.gateway {
                Kind::Twilio => Gateway::Twilio(self.twilio()?),
                Kind::Json => Gateway::Json(self.json()?),
            },
            countries: self.countries,
            call_backs: self.call_backs,
            timeout: TIMEOUT,
            extra_root_certificate: self.extra_root_certificate,
        };
        settings.check()?;
        Ok(settings)
    }

    fn twilio(&self) -> Result<Twilio, SmsSettingsProblem> {
        if self.idempotency_header.is_some() {
            return Err(Unfitting("idempotency_header"));
        }
        if self.call_back_secret_file.is_some() {
            return Err(Unfitting("call_back_secret_file"));
        }
        let sender = match (&self.from, &self.messaging_service_sid) {
            (Some(from), None) => Sender::From(from.clone()),
            (None, Some(sid)) => Sender::Service(sid.clone()),
            _ => return Err(SmsSettingsProblem::Sender),
        };
        Ok(Twilio {
            base: address(self.url.as_deref().unwrap_or(TWILIO))?,
            account_sid: self.account_sid.clone().ok_or(Missing("account_sid"))?,
            auth_token: secret(&self.secret_file)?,
            sender,
        })
    }

    fn json(&self) -> Result<Json, SmsSettingsProblem> {
        if self.account_sid.is_some() {
            return Err(Unfitting("account_sid"));
        }
        if self.messaging_service_sid.is_some() {
            return Err(Unfitting("messaging_service_sid"));
        }
        let call_back_secret = match &self.call_back_secret_file {
            Some(file) => secret(file)?,
            None if self.call_backs => return Err(Missing("call_back_secret_file")),
            None => SecretString::from(""),
        };
        Ok(Json {
            url: address(self.url.as_deref().ok_or(Missing("url"))?)?,
            token: secret(&self.secret_file)?,
            call_back_secret,
            sender: self.from.clone(),
            idempotency_header: self.idempotency_header.clone(),
        })
    }
}

fn address(text: &str) -> Result<Url, SmsSettingsProblem> {
    Url::parse(text).map_err(|_| SmsSettingsProblem::NotEncrypted)
}

fn secret(path: &Path) -> Result<SecretString, SmsSettingsProblem> {
    let problem = |reason: String| SmsSettingsProblem::Secret { path: path.to_owned(), reason };
    let metadata = std::fs::metadata(path).map_err(|error| problem(error.to_string()))?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
        return Err(problem("other people can read it; set its permissions to 0600".to_owned()));
    }
    if metadata.len() > 4_096 {
        return Err(problem("too long for a secret".to_owned()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(problem("empty".to_owned()));
    }
    Ok(SecretString::from(text.to_owned()))
}
