//! Sending text messages through a gateway, one request a message, and saying exactly how far each came.
//!
//! A text is never doubled by us. Twilio's form has no idempotency key: there each message makes one request, and
//! whatever is not a clear answer stays *uncertain*. The generic form repeats the message's id in a header, so that
//! the gateway itself recognises a second request; only there a message is tried again.
//!
//! Where a text goes is decided by the settings alone: no redirect is followed, no proxy of the environment is used.
//! Which texts may leave at all is in `limits`, what the gateway reports afterwards in `call_back`.

pub mod call_back;
mod json;
pub(crate) mod limits;
mod reply;
mod settings;
mod settings_file;
mod twilio;

use std::sync::{Mutex, PoisonError};

use recovery_rules::breaker::Breaker;
use recovery_rules::states::MessageState;
use recovery_rules::time::{Moment, Span};
use reqwest::{Client, Response, StatusCode, redirect};
use url::Url;

use crate::letters::Text;

pub use settings::{Gateway, Json, Sender, SmsSettings, SmsSettingsProblem, Twilio};
pub use settings_file::SmsFile;

/// A gateway's answer is a few hundred bytes; more is not read.
const LONGEST_ANSWER: usize = 16 * 1024;

/// One text to be sent.
pub struct Outgoing<'a> {
    /// To whom and what.
    pub text: &'a Text,
    /// The outbox id: the same for every try of this message, and part of the call-back's address.
    pub id: &'a str,
    /// How long it is of use: the gateway drops it afterwards.
    pub useful: Span,
}

/// How far a text came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// `accepted`, `deferred` (only with an idempotency key), `failed` or `uncertain`.
    pub state: MessageState,
    /// The gateway's words or ours, one safe line.
    pub reply: String,
}

/// What one request came to.
pub(crate) enum Answer {
    /// The gateway has it, under a number of its own.
    Accepted(String),
    /// It clearly has not. `theirs` says whether that tells something about the gateway and not about this message.
    Refused { reply: String, theirs: bool },
    /// Nobody knows.
    Unclear(String),
}

/// Sends texts through one gateway.
pub struct SmsCarrier {
    settings: SmsSettings,
    client: Client,
    breaker: Mutex<Breaker>,
    public_url: Url,
}

impl SmsCarrier {
    /// Prepares to send; connects with the first text. `public_url` is where call-backs come back to.
    ///
    /// # Errors
    /// [`SmsSettingsProblem`].
    pub fn new(settings: SmsSettings, public_url: Url) -> Result<Self, SmsSettingsProblem> {
        settings.check()?;
        // Whoever was first has installed one; that there is one is what counts.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .https_only(!settings.is_on_this_machine())
            .connect_timeout(settings.timeout)
            .timeout(settings.timeout);
        if let Some(path) = &settings.extra_root_certificate {
            let problem = |reason: String| SmsSettingsProblem::Certificate { path: path.clone(), reason };
            let pem = std::fs::read(path).map_err(|error| problem(error.to_string()))?;
            let certificate =
                reqwest::Certificate::from_pem(&pem).map_err(|error| problem(error.to_string()))?;
            client = client.tls_certs_merge([certificate]);
        }
        let client = client.build().map_err(|error| SmsSettingsProblem::Tls(reply::of_error(&error)))?;
        Ok(Self { settings, client, breaker: Mutex::new(Breaker::default()), public_url })
    }

    /// Sends one text.
    pub async fn send(&self, outgoing: &Outgoing<'_>, now: Moment) -> Sent {
        if let Err(until) = self.breaker().may_try(now) {
            let seconds = (until.0 - now.0) / 1_000;
            return self
                .not_sent(format!("the SMS gateway failed too often; the next try is in {seconds} s"));
        }
        let answer = match self.request(outgoing).send().await {
            Ok(response) => self.read(response).await,
            // Before the request left there is nothing to be unsure of.
            Err(error) if error.is_connect() || error.is_builder() => {
                Answer::Refused { reply: reply::of_error(&error), theirs: true }
            }
            Err(error) => Answer::Unclear(reply::of_error(&error)),
        };
        self.tell_breaker(&answer, now);
        match answer {
            Answer::Accepted(reply) => Sent { state: MessageState::Accepted, reply },
            Answer::Refused { reply, theirs: true } => self.not_sent(reply),
            Answer::Refused { reply, theirs: false } => Sent { state: MessageState::Failed, reply },
            Answer::Unclear(what) if self.settings.can_repeat() => {
                Sent { state: MessageState::Deferred, reply: what }
            }
            Answer::Unclear(what) => Sent { state: MessageState::Uncertain, reply: what },
        }
    }

    fn request(&self, outgoing: &Outgoing<'_>) -> reqwest::RequestBuilder {
        let call_back = self.settings.call_backs.then(|| call_back::address(&self.public_url, outgoing.id));
        let call_back = call_back.flatten();
        match &self.settings.gateway {
            Gateway::Twilio(twilio) => twilio::request(&self.client, twilio, outgoing, call_back.as_ref()),
            Gateway::Json(json) => json::request(&self.client, json, outgoing, call_back.as_ref()),
        }
    }

    async fn read(&self, response: Response) -> Answer {
        let status = response.status();
        if status.is_redirection() {
            let reply =
                format!("{} redirects elsewhere; texts go to the address in the settings only", status);
            return Answer::Refused { reply, theirs: true };
        }
        let body = body(response).await;
        let read = match &self.settings.gateway {
            Gateway::Twilio(_) => twilio::read,
            Gateway::Json(_) => json::read,
        };
        if status.is_success() {
            return match body.as_deref().and_then(|body| read(status, body)) {
                Some(words) => Answer::Accepted(words),
                None => Answer::Unclear(format!("{status} with an answer that is not the gateway's")),
            };
        }
        let words = body.as_deref().and_then(|body| read(status, body)).unwrap_or_else(|| status.to_string());
        match status {
            // Too many at once, or we may not at all: the message is clearly not taken.
            StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Answer::Refused { reply: words, theirs: true }
            }
            _ if status.is_client_error() => Answer::Refused { reply: words, theirs: false },
            _ => Answer::Unclear(words),
        }
    }

    /// Nothing was sent: tried again where the gateway knows a repetition, told at once where it does not.
    fn not_sent(&self, reply: String) -> Sent {
        let state = if self.settings.can_repeat() { MessageState::Deferred } else { MessageState::Failed };
        Sent { state, reply }
    }

    fn tell_breaker(&self, answer: &Answer, now: Moment) {
        let mut breaker = self.breaker();
        match answer {
            // A refusal of this message shows that the gateway works.
            Answer::Accepted(_) | Answer::Refused { theirs: false, .. } => breaker.worked(),
            Answer::Refused { .. } | Answer::Unclear(_) => {
                if breaker.failed(now) {
                    tracing::warn!("the SMS gateway fails; texts pause");
                }
            }
        }
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The body as text, unless it is too long to be a gateway's answer or breaks off.
async fn body(mut response: Response) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST_ANSWER {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
