//! Somebody who does what the article says, in a browser.

use thirtyfour::By;
use thirtyfour::prelude::ElementQueryable;

use crate::harness::PASSWORD;
use crate::harness::letters::Arrived;
use crate::harness::person::{text, world_with_texts};
use crate::harness::sms_gateway::SmsGateway;
use crate::harness::{Engine, World};
use crate::window::browser::Browser;

/// The browser, the pages it looks at, and where messages arrive.
pub struct Reader {
    pub world: World,
    pub gateway: SmsGateway,
    pub browser: Browser,
}

impl Reader {
    /// With a fresh browser and nobody in the database.
    pub async fn new() -> Self {
        let (world, gateway) = world_with_texts(Engine::Sqlite).await;
        Self { world, gateway, browser: Browser::start().await }
    }

    /// Opens a page.
    pub async fn go(&self, path: &str) {
        let site = self.world.public_url.as_str().trim_end_matches('/');
        self.browser.driver.goto(&format!("{site}{path}")).await.unwrap();
    }

    /// Types email and password and presses *Sign in*.
    pub async fn types(&self, email: &str, password: &str) {
        self.go("/sign-in").await;
        self.browser.fill("email", email).await;
        self.browser.fill("password", password).await;
        self.browser.press("Sign in").await;
    }

    /// The same, for somebody who isn't asked for a code.
    pub async fn signs_in(&self, email: &str) {
        self.types(email, PASSWORD).await;
        self.browser.until_it_says("Your account").await;
    }

    /// The same with the code from the text message.
    pub async fn signs_in_by_text(&self, email: &str, password: &str) {
        self.types(email, password).await;
        self.browser.until_it_says("Enter your verification code").await;
        let code = self.text().await;
        self.browser.fill("code", &code).await;
        self.browser.press("Continue").await;
    }

    /// Signs out.
    pub async fn signs_out(&self) {
        self.browser.press("Sign out").await;
        self.browser.until_it_says("Forgot password").await;
    }

    /// The code of the text message that arrives.
    pub async fn text(&self) -> String {
        text(&self.world, &self.gateway).await
    }

    /// The letter with this subject that arrives.
    pub async fn letter(&self, to: &str, subject: &str) -> Arrived {
        while self.world.post().await > 0 {}
        self.world.mail.as_ref().unwrap().newest(to, subject)
    }

    /// Opens the link with this path in a letter.
    pub async fn opens(&self, letter: &Arrived, path: &str) {
        let link = letter.text.split_whitespace().find(|word| word.contains(path));
        self.browser
            .driver
            .goto(link.unwrap_or_else(|| panic!("no {path} in {}", letter.text)))
            .await
            .unwrap();
    }

    /// The recovery code the page shows.
    pub async fn shown_code(&self) -> String {
        let shown = self.browser.driver.query(By::Id("recovery_code_shown")).first().await.unwrap();
        shown.attr("data-code").await.unwrap().unwrap()
    }

    /// Types the last group of a recovery code and presses *Finish*.
    pub async fn keeps(&self, code: &str) {
        self.browser.fill("last_group", &code[code.len() - 4..]).await;
        self.browser.press("Finish").await;
        self.browser.until_it_says("2-step is on").await;
    }

    /// Everything the page holds, seen or not.
    pub async fn source(&self) -> String {
        self.browser.driver.source().await.unwrap()
    }

    /// Ends the browser.
    pub async fn leaves(self) {
        self.browser.driver.clone().quit().await.unwrap();
    }
}
