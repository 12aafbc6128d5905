//! Settings that can't work are refused, and only what the gateway signed is believed. Sending is told in stories.

use recovery_rules::time::{Moment, Span};
use url::Url;

use super::call_back::{Received, address, twilio_signature, verified};
use super::*;
use crate::operations::text_reports::TextReport;

const NOW: Moment = Moment(1_795_514_400_000);

fn twilio() -> SmsSettings {
    SmsSettings {
        gateway: Gateway::Twilio(Twilio {
            base: Url::parse("https://api.twilio.com").unwrap(),
            account_sid: format!("AC{}", "0a".repeat(16)),
            auth_token: "canary-token".into(),
            sender: Sender::From("+447700900000".to_owned()),
        }),
        countries: vec!["GB".to_owned()],
        call_backs: true,
        timeout: std::time::Duration::from_secs(1),
        extra_root_certificate: None,
    }
}

fn json() -> SmsSettings {
    SmsSettings {
        gateway: Gateway::Json(Json {
            url: Url::parse("https://sms.example/send").unwrap(),
            token: "canary-bearer".into(),
            call_back_secret: "canary-signer".into(),
            sender: None,
            idempotency_header: Some("Idempotency-Key".to_owned()),
        }),
        ..twilio()
    }
}

fn ours() -> Url {
    Url::parse("https://accounts.meridian.example/").unwrap()
}

#[test]
fn settings_that_cannot_work_are_refused() {
    assert!(twilio().check().is_ok() && json().check().is_ok());
    let with = |change: fn(&mut SmsSettings)| {
        let mut settings = twilio();
        change(&mut settings);
        settings.check()
    };
    assert!(matches!(with(|s| s.countries.clear()), Err(SmsSettingsProblem::Countries)));
    assert!(matches!(with(|s| s.countries = vec!["gb".into()]), Err(SmsSettingsProblem::Countries)));
    let base = |url: &str| {
        let mut settings = twilio();
        let Gateway::Twilio(twilio) = &mut settings.gateway else { panic!() };
        twilio.base = Url::parse(url).unwrap();
        settings.check()
    };
    assert!(matches!(base("http://api.twilio.com"), Err(SmsSettingsProblem::NotEncrypted)));
    assert!(base("http://127.0.0.1:9").is_ok() && base("https://api.dublin.ie1.twilio.com").is_ok());
    let sender = |sender: Sender| {
        let mut settings = twilio();
        let Gateway::Twilio(twilio) = &mut settings.gateway else { panic!() };
        twilio.sender = sender;
        settings.check().is_ok()
    };
    assert!(
        sender(Sender::From("Meridian".to_owned()))
            && sender(Sender::Service(format!("MG{}", "1".repeat(32))))
    );
    assert!(
        !sender(Sender::From("much too long a name".to_owned()))
            && !sender(Sender::Service("MG1".to_owned()))
    );
    assert_eq!(format!("{:?}", twilio()), "SmsSettings(twilio, api.twilio.com)");
}

#[cfg(unix)]
#[test]
fn secrets_come_from_files_that_only_their_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("token");
    std::fs::write(&secret, "canary\n").unwrap();
    let file = |more: &str| {
        let text = format!("gateway = \"twilio\"\ncountries = [\"GB\"]\nsecret_file = \"token\"\n{more}");
        toml::from_str::<SmsFile>(&text).unwrap().settings(folder.path())
    };
    let account = format!("account_sid = \"AC{}\"\n", "0".repeat(32));
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o640)).unwrap();
    let refused = file(&format!("{account}from = \"Meridian\"")).unwrap_err().to_string();
    assert!(refused.contains("0600") && !refused.contains("canary"), "{refused}");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(file(&format!("{account}from = \"Meridian\"")).is_ok());
    assert!(matches!(file("from = \"Meridian\""), Err(SmsSettingsProblem::Missing("account_sid"))));
    assert!(matches!(file(&account), Err(SmsSettingsProblem::Sender)));
    let key = format!("{account}from = \"Meridian\"\nidempotency_header = \"Idempotency-Key\"");
    assert!(matches!(file(&key), Err(SmsSettingsProblem::Unfitting("idempotency_header"))));
}

fn form(fields: &[(&str, &str)]) -> (Vec<u8>, String) {
    let fields: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    let url = address(&ours(), "01ABC").unwrap();
    (body.into_bytes(), twilio_signature("canary-token", url.as_str(), &fields).unwrap())
}

#[test]
fn d6_only_what_twilio_signed_for_this_message_is_believed() {
    let account = format!("AC{}", "0a".repeat(16));
    let fields = [("AccountSid", account.as_str()), ("MessageStatus", "undelivered"), ("ErrorCode", "30003")];
    let (body, signature) = form(&fields);
    let read = |id: &str, signature: &str, body: &[u8]| {
        verified(&twilio(), &ours(), Received { id, signature, body }, NOW)
    };
    let report = read("01ABC", &signature, &body).unwrap();
    assert_eq!((report.report, report.why.as_str()), (TextReport::Undelivered, "error 30003"));
    assert!(read("01ABD", &signature, &body).is_none(), "the id is part of what is signed");
    assert!(read("01ABC", "", &body).is_none() && read("01ABC", "AAAA", &body).is_none());
    let forged = String::from_utf8(body.clone()).unwrap().replace("undelivered", "delivered");
    assert!(read("01ABC", &signature, forged.as_bytes()).is_none());
    let (other, signature) = form(&[("AccountSid", "AC-of-somebody"), ("MessageStatus", "delivered")]);
    assert!(read("01ABC", &signature, &other).is_none(), "another account of the same gateway");
}

#[test]
fn d6_a_generic_report_is_signed_and_fresh() {
    use hmac::{Hmac, KeyInit, Mac};
    let body = br#"{"id":"01ABC","status":"delivered"}"#;
    let sign = |moment: i64, body: &[u8]| {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"canary-signer").unwrap();
        mac.update(format!("{moment}.").as_bytes());
        mac.update(body);
        let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
        format!("t={moment},v1={hex}")
    };
    let read = |id: &str, signature: &str, now: Moment| {
        verified(&json(), &ours(), Received { id, signature, body }, now)
    };
    let seconds = NOW.0 / 1_000;
    let signature = sign(seconds, body);
    assert_eq!(read("01ABC", &signature, NOW).unwrap().report, TextReport::Delivered);
    assert!(read("01ABC", &signature, NOW + Span::seconds(301)).is_none(), "a replay of yesterday's");
    assert!(read("01ABC", &signature, NOW - Span::seconds(301)).is_none());
    assert!(read("01XYZ", &signature, NOW).is_none(), "signed for another message");
    assert!(read("01ABC", &sign(seconds, b"{}"), NOW).is_none());
    for nonsense in ["", "t=,v1=", "t=1", "v1=00", "t=x,v1=zz", &format!("t={seconds},v1={}", "é".repeat(32))]
    {
        assert!(read("01ABC", nonsense, NOW).is_none(), "{nonsense}");
    }
}
