//! Twilio's REST form: one form-encoded POST, a JSON answer. Only what is said there is used; nothing here retries.

use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use url::Url;

use super::Outgoing;
use super::reply::safe;
use super::settings::{Sender, Twilio};

/// The version of the form, as it stands in its addresses.
const VERSION: &str = "2010-04-01";

/// What the answer may hold; everything else is left aside.
#[derive(Deserialize)]
struct Answer {
    sid: Option<String>,
    status: Option<serde_json::Value>,
    code: Option<i64>,
    message: Option<String>,
}

pub(super) fn request(
    client: &Client,
    twilio: &Twilio,
    outgoing: &Outgoing<'_>,
    call_back: Option<&Url>,
) -> RequestBuilder {
    let mut url = twilio.base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend([VERSION, "Accounts", &twilio.account_sid, "Messages.json"]);
    }
    let (sender, from) = match &twilio.sender {
        Sender::From(from) => ("From", from.as_str()),
        Sender::Service(sid) => ("MessagingServiceSid", sid.as_str()),
    };
    // The gateway keeps a message in its queue for up to ten hours otherwise; a code is of no use by then.
    let useful = (outgoing.useful.0 / 1_000).clamp(1, 36_000).to_string();
    let mut form = vec![
        ("To", outgoing.text.to.as_str()),
        (sender, from),
        ("Body", outgoing.text.body.as_str()),
        ("ValidityPeriod", useful.as_str()),
    ];
    if let Some(url) = call_back {
        form.push(("StatusCallback", url.as_str()));
    }
    client
        .post(url)
        .basic_auth(&twilio.account_sid, Some(twilio.auth_token.expose_secret()))
        .header(reqwest::header::ACCEPT, "application/json")
        .form(&form)
}

/// The gateway's words: the number it gave a message it took, or its error number and sentence.
pub(super) fn read(status: StatusCode, body: &str) -> Option<String> {
    let answer: Answer = serde_json::from_str(body).ok()?;
    if status.is_success() {
        let sid =
            answer.sid.filter(|sid| sid.len() == 34 && sid.bytes().all(|b| b.is_ascii_alphanumeric()))?;
        let state = answer.status.as_ref().and_then(serde_json::Value::as_str).unwrap_or("taken");
        // Not through `safe`: the sid's digits are no number of anybody's.
        return Some(format!("{} {}, {sid}", status.as_u16(), safe(state)));
    }
    let code = answer.code.map_or(String::new(), |code| format!(" {code}"));
    Some(safe(&format!("{}{code}: {}", status.as_u16(), answer.message.unwrap_or_default())))
}
