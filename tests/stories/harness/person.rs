//! Somebody with a browser on the account pages: real HTTP, cookies, redirects.

use reqwest::{Client, StatusCode};

use super::World;
use super::posted::PRIYA;
use super::sms_gateway::SmsGateway;
use super::{Engine, PASSWORD};
use recovery_rules::time::Span;

/// A browser of its own.
pub struct Person {
    pub client: Client,
    pub site: String,
}

/// A page as it came.
#[derive(Debug)]
pub struct Page {
    pub path: String,
    pub status: StatusCode,
    pub text: String,
}

impl Page {
    /// It says so.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(
            self.text.contains(words),
            "{words:?} is not on {} {}:\n{}",
            self.path,
            self.status,
            self.text
        );
        self
    }

    /// It doesn't.
    #[track_caller]
    pub fn never_says(&self, words: &str) -> &Self {
        assert!(!self.text.contains(words), "{words:?} is on {} {}", self.path, self.status);
        self
    }

    /// It is there.
    #[track_caller]
    pub fn is_at(&self, path: &str) -> &Self {
        assert_eq!(self.path, path, "{}:\n{}", self.status, self.text);
        self
    }

    /// The recovery code that it shows.
    #[track_caller]
    pub fn recovery_code(&self) -> String {
        let behind = self.text.split("data-code=\"").nth(1);
        let code = behind.and_then(|rest| rest.split('"').next());
        code.unwrap_or_else(|| panic!("no recovery code on {}:\n{}", self.path, self.text)).to_owned()
    }
}

impl Person {
    /// With a fresh browser.
    pub fn at(world: &World) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .cookie_store(true)
            .user_agent("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
            .build()
            .unwrap();
        Self { client, site: world.public_url.as_str().trim_end_matches('/').to_owned() }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Page {
        page(self.client.get(format!("{}{path}", self.site)).send().await.unwrap()).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request =
            self.client.post(format!("{}{path}", self.site)).header("Sec-Fetch-Site", "same-origin");
        page(request.form(fields).send().await.unwrap()).await
    }

    /// Email and password.
    pub async fn types_password(&self, email: &str, password: &str) -> Page {
        self.post("/sign-in", &[("email", email), ("password", password)]).await
    }

    /// Priya signs in with password and the code from the text message.
    pub async fn signs_in(&self, world: &World, gateway: &SmsGateway) -> Page {
        self.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        let code = text(world, gateway).await;
        self.post("/sign-in/code", &[("code", &code)]).await
    }

    /// The same, and the browser is remembered.
    pub async fn signs_in_remembered(&self, world: &World, gateway: &SmsGateway) -> Page {
        self.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        let code = text(world, gateway).await;
        self.post("/sign-in/code", &[("code", &code), ("remember", "yes")]).await
    }

    /// Turns 2-step on up to the page that shows the recovery code.
    pub async fn turns_on(&self, world: &World, gateway: &SmsGateway, phone: &str) -> Page {
        let form = [("phone", phone), ("password", PASSWORD)];
        self.post("/account/two-step/on", &form).await.is_at("/account/two-step/code");
        let code = text(world, gateway).await;
        self.post("/account/two-step/code", &[("code", &code)]).await
    }

    /// Types the last group of a recovery code.
    pub async fn finishes(&self, code: &str) -> Page {
        self.post("/account/recovery-code/finish", &[("last_group", &code[code.len() - 4..])]).await
    }
}

async fn page(response: reqwest::Response) -> Page {
    let (path, status) = (response.url().path().to_owned(), response.status());
    Page { path, status, text: response.text().await.unwrap() }
}

/// Sends what waits, and reads the code of the newest text.
pub async fn text(world: &World, gateway: &SmsGateway) -> String {
    world.later(Span::seconds(1));
    while world.post().await > 0 {}
    gateway.newest().code()
}

/// A world with pages, a mail server and a gateway for texts.
pub async fn world_with_texts(engine: Engine) -> (World, SmsGateway) {
    let gateway = SmsGateway::start().await;
    (World::served_with_texts(engine, gateway.json()).await, gateway)
}

/// A code that is not this one.
pub fn another(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// The form of the four questions with these questions and answers, confirmed with the first password.
pub fn answered<'a>(
    press: &'a str,
    questions: &[&'a str; 4],
    answers: &[&'a str; 4],
) -> Vec<(&'a str, &'a str)> {
    let [q1, q2, q3, q4] = *questions;
    let [a1, a2, a3, a4] = *answers;
    vec![
        ("press", press),
        ("password", PASSWORD),
        ("question_1", q1),
        ("answer_1", a1),
        ("question_2", q2),
        ("answer_2", a2),
        ("question_3", q3),
        ("answer_3", a3),
        ("question_4", q4),
        ("answer_4", a4),
    ]
}
