//! What a gateway reports afterwards: whether it is really the gateway, and what it says. The report itself is an
//! operation (`record_text_report`).
//!
//! The address of a call-back holds the outbox id and is part of what Twilio signs; it is put together from the
//! settings, never from the request. The generic form signs a moment and the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use recovery_rules::time::{Moment, Span};
use secrecy::ExposeSecret;
use serde::Deserialize;
use sha1::Sha1;
use sha2::Sha256;
use url::Url;

use super::reply::safe;
use super::settings::{Gateway, SmsSettings};
use crate::operations::text_reports::{RecordTextReport, TextReport};

/// The header of Twilio's signature.
pub const TWILIO_SIGNATURE: &str = "x-twilio-signature";
/// The header of the generic form: `t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 of "t.body">`.
pub const JSON_SIGNATURE: &str = "recovery-desk-signature";
/// A generic call-back older or newer than this is refused: it may be a replay.
const FRESH: Span = Span::minutes(5);

/// Where a gateway reports about a message; none if the public address can't have a path.
pub fn address(public_url: &Url, id: &str) -> Option<Url> {
    let mut url = public_url.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend(["gateway", "texts", id]);
    Some(url)
}

/// A call-back as it came in.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The outbox id in its address.
    pub id: &'a str,
    /// The signature's header.
    pub signature: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// Which header the gateway of these settings signs in.
pub const fn signature_header(settings: &SmsSettings) -> &'static str {
    match settings.gateway {
        Gateway::Twilio(_) => TWILIO_SIGNATURE,
        Gateway::Json(_) => JSON_SIGNATURE,
    }
}

/// The report, if the gateway signed it; nothing otherwise, whatever was wrong.
pub fn verified(
    settings: &SmsSettings,
    public_url: &Url,
    received: Received<'_>,
    now: Moment,
) -> Option<RecordTextReport> {
    match &settings.gateway {
        Gateway::Twilio(twilio) => {
            let fields: Vec<(String, String)> =
                url::form_urlencoded::parse(received.body).into_owned().collect();
            let url = address(public_url, received.id)?;
            let signature = STANDARD.decode(received.signature).ok()?;
            let mac = twilio_mac(twilio.auth_token.expose_secret(), url.as_str(), &fields)?;
            mac.verify_slice(&signature).ok()?;
            of_twilio(received.id, &twilio.account_sid, &fields)
        }
        Gateway::Json(json) => {
            let (moment, signature) = parts(received.signature)?;
            let age = now.0.saturating_sub(moment.saturating_mul(1_000));
            let secret = json.call_back_secret.expose_secret();
            if age.saturating_abs() > FRESH.0 || secret.is_empty() {
                return None;
            }
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
            mac.update(format!("{moment}.").as_bytes());
            mac.update(received.body);
            mac.verify_slice(&signature).ok()?;
            of_json(received.id, received.body)
        }
    }
}

/// Twilio's signature: HMAC-SHA1 under the auth token over the whole address and all fields, sorted by name, name
/// and value one after the other.
fn twilio_mac(token: &str, url: &str, fields: &[(String, String)]) -> Option<Hmac<Sha1>> {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort();
    // The same field with the same value twice counts once, as in Twilio's own libraries.
    sorted.dedup();
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).ok()?;
    mac.update(url.as_bytes());
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    Some(mac)
}

/// The signature Twilio would send, for stories' stand-in.
pub fn twilio_signature(token: &str, url: &str, fields: &[(String, String)]) -> Option<String> {
    Some(STANDARD.encode(twilio_mac(token, url, fields)?.finalize().into_bytes()))
}

fn of_twilio(id: &str, account: &str, fields: &[(String, String)]) -> Option<RecordTextReport> {
    let field = |name: &str| fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    if field("AccountSid")? != account {
        return None;
    }
    let report = match field("MessageStatus")? {
        "sent" => TextReport::Sent,
        "delivered" | "read" => TextReport::Delivered,
        "undelivered" => TextReport::Undelivered,
        "failed" | "canceled" => TextReport::Failed,
        // accepted, queued, sending: it is on its way, as we thought.
        _ => TextReport::OnItsWay,
    };
    let why = field("ErrorCode").map(|code| safe(&format!("error {code}"))).unwrap_or_default();
    Some(RecordTextReport { id: id.to_owned(), report, why })
}

#[derive(Deserialize)]
struct JsonReport {
    id: String,
    status: String,
    #[serde(default)]
    reason: String,
}

fn of_json(id: &str, body: &[u8]) -> Option<RecordTextReport> {
    let said: JsonReport = serde_json::from_slice(body).ok()?;
    // The address is not signed in this form; the body is.
    if said.id != id {
        return None;
    }
    let report = match said.status.as_str() {
        "sent" => TextReport::Sent,
        "delivered" => TextReport::Delivered,
        "undelivered" => TextReport::Undelivered,
        "failed" => TextReport::Failed,
        _ => TextReport::OnItsWay,
    };
    Some(RecordTextReport { id: id.to_owned(), report, why: safe(&said.reason) })
}

fn parts(header: &str) -> Option<(i64, Vec<u8>)> {
    let (mut moment, mut signature) = (None, None);
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", text) => moment = text.parse().ok(),
            ("v1", text) => signature = unhex(text),
            _ => {}
        }
    }
    Some((moment?, signature?))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_twilios_own_example() {
        // https://www.twilio.com/docs/usage/security: token 12345, the example's address and fields.
        let fields = [
            ("Digits", "1234"),
            ("To", "+18005551212"),
            ("From", "+14158675310"),
            ("Caller", "+14158675310"),
            ("CallSid", "CA1234567890ABCDE"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let signature = twilio_signature("12345", "https://example.com/myapp.php?foo=1&bar=2", &fields);
        assert_eq!(signature.as_deref(), Some("L/OH5YylLD5NRKLltdqwSvS0BnU="));
    }
}
