//! A stand-in for an SMS gateway on loopback: it takes Twilio's form and the generic JSON one, checks every field it
//! gets as the real one would, keeps what came, and misbehaves on demand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use recovery_desk::sms::{Gateway, Json, Sender, SmsSettings, Twilio};
use serde_json::{Value, json};
use url::Url;

/// The account at the stand-in.
pub const ACCOUNT: &str = "AC00112233445566778899aabbccddeeff";
/// Its auth token; stories look for it in everything that was written.
pub const AUTH_TOKEN: &str = "Zq7-stand-in-auth-token-4411";
/// The bearer token of the JSON form.
pub const BEARER: &str = "Zq7-stand-in-bearer-9920";
/// Signs reports of the JSON form.
pub const SIGNER: &str = "Zq7-stand-in-signer-3307";
/// Who texts come from.
pub const SENDER: &str = "+447700900999";
/// Longer than a story waits for an answer.
const SLOW: Duration = Duration::from_secs(3);
const TIMEOUT: Duration = Duration::from_millis(700);

/// How the stand-in behaves from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Takes texts.
    Fine,
    /// Takes texts, but its answer comes too late.
    TakesAndStaysSilent,
    /// 429.
    TooMany,
    /// 500.
    Broken,
    /// 400 with an error number and a sentence that quotes the number.
    Refuses,
    /// 302 to itself.
    Redirects,
    /// 200 with a page that is no gateway's answer.
    Captive,
}

/// A text that was taken, or only asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The number.
    pub to: String,
    /// The text.
    pub body: String,
    /// Where reports go.
    pub call_back: Option<String>,
    /// Seconds it is of use.
    pub useful: i64,
    /// The idempotency key.
    pub key: Option<String>,
}

impl Asked {
    /// The code in the text.
    pub fn code(&self) -> String {
        let digits = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        self.body.split_whitespace().find(digits).expect("a code in the text").to_owned()
    }

    /// The outbox id, as reports name it.
    pub fn id(&self) -> String {
        self.call_back.as_deref().unwrap().rsplit('/').next().unwrap().to_owned()
    }
}

#[derive(Debug)]
struct Inside {
    habit: Mutex<Habit>,
    asked: Mutex<Vec<Asked>>,
    problems: Mutex<Vec<String>>,
}

/// The running stand-in.
#[derive(Clone, Debug)]
pub struct SmsGateway {
    inside: Arc<Inside>,
    url: Url,
}

impl SmsGateway {
    /// Starts one.
    pub async fn start() -> Self {
        let inside = Arc::new(Inside {
            habit: Mutex::new(Habit::Fine),
            asked: Mutex::new(Vec::new()),
            problems: Mutex::new(Vec::new()),
        });
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let router = Router::new()
            .route("/2010-04-01/Accounts/{account}/Messages.json", post(twilio))
            .route("/send", post(generic))
            .with_state(inside.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { inside, url }
    }

    /// Settings for Twilio's form.
    pub fn twilio(&self) -> SmsSettings {
        SmsSettings {
            gateway: Gateway::Twilio(Twilio {
                base: self.url.clone(),
                account_sid: ACCOUNT.to_owned(),
                auth_token: AUTH_TOKEN.into(),
                sender: Sender::From(SENDER.to_owned()),
            }),
            countries: vec!["GB".to_owned(), "IE".to_owned()],
            call_backs: true,
            timeout: TIMEOUT,
            extra_root_certificate: None,
        }
    }

    /// Settings for the JSON form, with an idempotency key.
    pub fn json(&self) -> SmsSettings {
        SmsSettings {
            gateway: Gateway::Json(Json {
                url: self.url.join("send").unwrap(),
                token: BEARER.into(),
                call_back_secret: SIGNER.into(),
                sender: Some("Meridian".to_owned()),
                idempotency_header: Some("Idempotency-Key".to_owned()),
            }),
            ..self.twilio()
        }
    }

    /// From now on it behaves like this.
    pub fn behaves(&self, habit: Habit) {
        *self.inside.habit.lock().unwrap() = habit;
    }

    /// What it was asked for so far, answered or not. Fails if anything was not as documented.
    pub fn asked(&self) -> Vec<Asked> {
        let problems = self.inside.problems.lock().unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        self.inside.asked.lock().unwrap().clone()
    }

    /// The newest.
    pub fn newest(&self) -> Asked {
        self.asked().pop().expect("a text")
    }
}

/// Twilio's form, field by field: https://www.twilio.com/docs/messaging/api/message-resource
async fn twilio(
    State(inside): State<Arc<Inside>>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let login = format!("Basic {}", BASE64_STANDARD.encode(format!("{ACCOUNT}:{AUTH_TOKEN}")));
    if header("authorization") != login {
        let error = json!({ "code": 20003, "message": "Authenticate", "status": 401 });
        return (StatusCode::UNAUTHORIZED, error.to_string()).into_response();
    }
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| {
        let found: Vec<_> = fields.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect();
        if found.len() > 1 {
            inside.problem(format!("{name} stands {} times", found.len()));
        }
        found.into_iter().next()
    };
    inside.expect(account == ACCOUNT, "the account in the address");
    inside.expect(header("content-type") == "application/x-www-form-urlencoded", "the form's type");
    let known = ["To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod"];
    for (name, _) in &fields {
        inside.expect(known.contains(&name.as_str()), &format!("the field {name}"));
    }
    let (to, text) = (field("To").unwrap_or_default(), field("Body").unwrap_or_default());
    let e164 = |text: &str| {
        text.strip_prefix('+')
            .is_some_and(|d| (7..=15).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()))
    };
    inside.expect(e164(&to), "To in E.164");
    inside.expect(field("From").as_deref().is_some_and(e164), "From in E.164");
    inside.expect(field("MessagingServiceSid").is_none(), "From or MessagingServiceSid");
    inside.expect((1..=160).contains(&text.chars().count()) && text.is_ascii(), "one segment");
    let useful: i64 = field("ValidityPeriod").unwrap_or_default().parse().unwrap_or(0);
    inside.expect((1..=36_000).contains(&useful), "ValidityPeriod");
    let call_back = field("StatusCallback");
    inside.expect(
        call_back.as_deref().is_none_or(|url| Url::parse(url).is_ok_and(|u| u.has_host())),
        "StatusCallback",
    );
    let asked = Asked { to: to.clone(), body: text, call_back, useful, key: None };
    let taken = json!({
        "sid": "SM00112233445566778899aabbccddeeff", "account_sid": ACCOUNT, "to": to, "status": "queued",
        "error_code": null, "error_message": null, "num_segments": "1", "api_version": "2010-04-01",
    });
    let refusal = json!({
        "code": 21211, "message": format!("The 'To' number {to} is not a valid phone number."),
        "more_info": "https://www.twilio.com/docs/errors/21211", "status": 400,
    });
    inside.answer(asked, StatusCode::CREATED, taken, refusal).await
}

/// The generic form, as docs/text-messages.md describes it.
async fn generic(State(inside): State<Arc<Inside>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    if header("authorization") != format!("Bearer {BEARER}") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    inside.expect(header("content-type") == "application/json", "the type");
    inside.expect(text("from") == "Meridian", "from");
    let key = header("idempotency-key");
    inside.expect(!key.is_empty() && key == text("id"), "the key is the message's id");
    let asked = Asked {
        to: text("to"),
        body: text("text"),
        call_back: message["call_back"].as_str().map(str::to_owned),
        useful: message["useful_seconds"].as_i64().unwrap_or(0),
        key: Some(key),
    };
    let refusal = json!({ "message": format!("{} can't get texts", asked.to) });
    inside.answer(asked, StatusCode::OK, json!({ "id": "g-1" }), refusal).await
}

impl Inside {
    fn problem(&self, what: String) {
        self.problems.lock().unwrap().push(what);
    }

    fn expect(&self, fine: bool, what: &str) {
        if !fine {
            self.problem(what.to_owned());
        }
    }

    async fn answer(&self, asked: Asked, status: StatusCode, taken: Value, refusal: Value) -> Response {
        self.asked.lock().unwrap().push(asked);
        let habit = *self.habit.lock().unwrap();
        match habit {
            Habit::Fine => (status, taken.to_string()).into_response(),
            Habit::TakesAndStaysSilent => {
                tokio::time::sleep(SLOW).await;
                (status, taken.to_string()).into_response()
            }
            Habit::TooMany => {
                let error = json!({ "code": 20429, "message": "Too Many Requests", "status": 429 });
                (StatusCode::TOO_MANY_REQUESTS, error.to_string()).into_response()
            }
            Habit::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "<h1>oops</h1>").into_response(),
            Habit::Refuses => (StatusCode::BAD_REQUEST, refusal.to_string()).into_response(),
            Habit::Redirects => Redirect::temporary("/send").into_response(),
            Habit::Captive => (StatusCode::OK, "<html>Sign in to this network</html>").into_response(),
        }
    }
}
