//! Turning 2-step on and signing in, by hand in a real Chromium with mail and texts from real servers; and pictures of
//! every page, light and dark, wide and as on a phone.

use thirtyfour::prelude::ElementQueryable;
use thirtyfour::{By, Key};

use recovery_rules::states::TwoStep;

use super::shape::PAGES;
use crate::harness::fixtures::NewUser;
use crate::harness::person::{text, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::{Engine, PASSWORD, World};
use crate::window::browser::Browser;

async fn go(browser: &Browser, world: &World, path: &str) {
    let site = world.public_url.as_str().trim_end_matches('/');
    browser.driver.goto(&format!("{site}{path}")).await.unwrap();
}

/// Pictures of the page as it stands.
async fn pictures(browser: &Browser, name: &str) {
    browser.looks(&format!("account-{name}")).await;
}

async fn shown_code(browser: &Browser) -> String {
    let shown = browser.driver.query(By::Id("recovery_code_shown")).first().await.unwrap();
    shown.attr("data-code").await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn article_4_22_24_26_28_30_42_44_46_48_50_turning_two_step_on_and_signing_in() {
    let (world, gateway) = world_with_texts(Engine::Sqlite).await;
    world.user(NewUser { two_step: TwoStep::Never, answers: 0, ..NewUser::default() }).await;
    let browser = Browser::start().await;
    go(&browser, &world, "/sign-in").await;
    browser.fill("email", PRIYA).await;
    browser.fill("password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.until_it_says("Your account").await;
    pictures(&browser, "account").await;
    go(&browser, &world, "/account/two-step").await;
    pictures(&browser, "two-step-off").await;

    // The questions are missing: it leads through them. The preview works by its button.
    browser.driver.query(By::LinkText("Turn 2-step on")).first().await.unwrap().click().await.unwrap();
    browser.until_it_says("Answer four security questions").await;
    pictures(&browser, "questions-form").await;
    let answers = ["St. Mary\u{2019}s", "Lake Windermere", "Mr Whiskerbottom", "S\u{e3}o Paulo"];
    for (i, question) in ["toy_name", "first_film", "school_trip", "learnt_to_swim"].into_iter().enumerate() {
        let option = format!("//select[@id='question_{}']/option[@value='{question}']", i + 1);
        browser.driver.query(By::XPath(option)).first().await.unwrap().click().await.unwrap();
        browser.fill(&format!("answer_{}", i + 1), answers[i]).await;
    }
    browser.press("Show how my answers are compared").await;
    browser.until_it_says("Compared as st marys").await;
    pictures(&browser, "questions-preview").await;
    browser.fill("password", "not her password").await;
    browser.press("Save my answers").await;
    browser.until_it_says("There is a problem").await;
    // The summary has the focus, and its link leads to the field.
    let focused = browser.driver.active_element().await.unwrap();
    assert!(focused.class_name().await.unwrap().unwrap().contains("summary"));
    pictures(&browser, "questions-error").await;
    browser.driver.query(By::Css(".summary a")).first().await.unwrap().click().await.unwrap();
    browser.fill("password", PASSWORD).await;
    // Enter in a field saves; it never previews.
    browser.fill("password", "\u{e007}").await;
    browser.until_it_says("Add your phone").await;
    pictures(&browser, "phone").await;
    browser.fill("phone", "07700 900456").await;
    browser.fill("password", PASSWORD).await;
    browser.press("Send me a code").await;
    browser.until_it_says("Enter the verification code").await;
    let code = text(&world, &gateway).await;
    browser.driver.refresh().await.unwrap();
    pictures(&browser, "phone-code").await;
    browser.fill("code", &code[..5]).await;
    browser.press("Continue").await;
    browser.until_it_says("Verification code must have 6 digits. You entered 5").await;
    pictures(&browser, "phone-code-error").await;
    let field = browser.driver.query(By::Id("code")).first().await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(format!("{} {}", &code[..3], &code[3..])).await.unwrap();
    field.send_keys(Key::Enter).await.unwrap();
    browser.until_it_says("Save your recovery code").await;
    pictures(&browser, "recovery-code").await;
    let recovery_code = shown_code(&browser).await;
    browser.fill("last_group", "0000").await;
    browser.press("Finish").await;
    browser.until_it_says("Type the last group").await;
    pictures(&browser, "recovery-code-error").await;
    let field = browser.driver.query(By::Id("last_group")).first().await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(recovery_code[recovery_code.len() - 4..].to_lowercase()).await.unwrap();
    browser.press("Finish").await;
    browser.until_it_says("2-step is on").await;

    // Signing in: the code, and this browser is remembered.
    browser.press("Sign out").await;
    browser.fill("email", PRIYA).await;
    browser.fill("password", PASSWORD).await;
    pictures(&browser, "sign-in").await;
    browser.press("Sign in").await;
    browser.until_it_says("Enter your verification code").await;
    let code = text(&world, &gateway).await;
    browser.driver.refresh().await.unwrap();
    pictures(&browser, "sign-in-code").await;
    go(&browser, &world, "/sign-in/recovery-code").await;
    pictures(&browser, "sign-in-recovery-code").await;
    go(&browser, &world, "/sign-in/code").await;
    browser.fill("code", &code).await;
    browser.driver.query(By::Id("remember")).first().await.unwrap().click().await.unwrap();
    browser.press("Continue").await;
    browser.until_it_says("Your account").await;
    for path in PAGES {
        go(&browser, &world, path).await;
        pictures(&browser, &path.trim_start_matches('/').replace('/', "-")).await;
    }
    browser.press("Sign out").await;
    browser.fill("email", PRIYA).await;
    browser.fill("password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.until_it_says("Your account").await;
    // Remembered, so a change asks for the second step first.
    go(&browser, &world, "/account/two-step/lost").await;
    browser.until_it_says("Confirm that it").await;
    pictures(&browser, "confirm").await;
    browser
        .driver
        .query(By::LinkText("I don\u{2019}t have my phone"))
        .first()
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    pictures(&browser, "confirm-recovery-code").await;
    browser.fill("recovery_code", &recovery_code).await;
    browser.press("Continue").await;
    browser.until_it_says("the recovery code you used is dead").await;
    let new = shown_code(&browser).await;
    browser.fill("last_group", &new[new.len() - 4..]).await;
    browser.press("Finish").await;
    // Going on at once would break the form off on its way.
    assert!(
        browser.driver.query(By::Id("last_group")).not_exists().await.unwrap(),
        "the code is acknowledged"
    );
    go(&browser, &world, "/account/two-step/lost").await;
    browser.fill("password", PASSWORD).await;
    browser.press("My phone is lost").await;
    browser.until_it_says("is to be set up again").await;
    pictures(&browser, "two-step-again").await;
    go(&browser, &world, "/account/two-step/again").await;
    pictures(&browser, "again").await;
    browser.press("Later").await;
    browser.until_it_says("Your account").await;
    pictures(&browser, "account-again").await;
    browser.driver.clone().quit().await.unwrap();
}
