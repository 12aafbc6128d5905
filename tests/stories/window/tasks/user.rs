//! Task 10: a user in the browser.

use recovery_rules::states::TwoStep;
use thirtyfour::Key;

use super::{Played, waited};
use crate::harness::Engine;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::posted::PRIYA;
use crate::harness::reset::Forgot;
use crate::window::browser::Browser;

/// 10: a reset code typed with a space; before it, one with a digit missing.
pub(super) async fn reset_code() -> Played {
    let forgot = Forgot::new(Engine::Sqlite, TwoStep::On).await;
    let link = forgot.link().await;
    let browser = Browser::start().await;
    let site = forgot.world.public_url.as_str();
    browser.driver.goto(format!("{site}reset/link/{link}")).await.unwrap();
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Continue").await;
    browser.until_it_says("Enter your reset code").await;
    for _ in 0..100 {
        forgot.post().await;
        if !forgot.gateway.asked().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    browser.driver.refresh().await.unwrap();
    browser.until_it_says("We sent a text message to").await;
    let code = forgot.gateway.newest().code();
    let mut keys = 0;
    let mut enter = async |typed: &str| {
        browser.fill("code", typed).await;
        browser.driver.action_chain().send_keys(Key::Enter).perform().await.unwrap();
        keys += 1;
    };
    enter(&code[..5]).await;
    let mut seconds = waited(browser.until_it_says("Reset code must have 6 digits. You entered 5")).await;
    browser.driver.find(thirtyfour::By::Id("code")).await.unwrap().clear().await.unwrap();
    enter(&format!("{} {}", &code[..3], &code[3..])).await;
    seconds += waited(browser.until_it_says("Your new password is set")).await;
    browser.driver.clone().quit().await.unwrap();
    assert!(crate::harness::pages::sign_in(&forgot.world.desk, PRIYA, NEW_PASSWORD).await.is_ok());
    Played {
        number: 10,
        task: "User: a reset code, first with a digit missing",
        keys,
        most_keys: 2,
        seconds,
        most_seconds: 55.0,
        people: "9 of 10 first time; no scam feared",
    }
}
