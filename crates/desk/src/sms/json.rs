//! The generic JSON form, for any other gateway or a few lines of one's own in front of it. docs/text-messages.md
//! describes it.

use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Outgoing;
use super::reply::safe;
use super::settings::Json;

#[derive(Serialize)]
struct Message<'a> {
    id: &'a str,
    to: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    useful_seconds: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_back: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answer {
    id: Option<String>,
    message: Option<String>,
}

pub(super) fn request(
    client: &Client,
    json: &Json,
    outgoing: &Outgoing<'_>,
    call_back: Option<&Url>,
) -> RequestBuilder {
    let message = Message {
        id: outgoing.id,
        to: outgoing.text.to.as_str(),
        text: &outgoing.text.body,
        from: json.sender.as_deref(),
        useful_seconds: outgoing.useful.0 / 1_000,
        call_back: call_back.map(Url::as_str),
    };
    let request = client.post(json.url.clone()).bearer_auth(json.token.expose_secret()).json(&message);
    match &json.idempotency_header {
        Some(name) => request.header(name.as_str(), outgoing.id),
        None => request,
    }
}

/// The gateway's words. An accepted message must be answered with JSON; its own id for it may be missing.
pub(super) fn read(status: StatusCode, body: &str) -> Option<String> {
    let answer: Answer = serde_json::from_str(body).ok()?;
    let words = if status.is_success() { answer.id } else { answer.message };
    Some(safe(&format!("{} {}", status.as_u16(), words.unwrap_or_default())))
}
