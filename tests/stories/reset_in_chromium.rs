//! The three branches of *forgot password* in real Chromium: letters from a real mail server, texts from the stand-in.

use recovery_rules::states::TwoStep;

use crate::harness::pages::NEW_PASSWORD;
use crate::harness::posted::PRIYA;
use crate::harness::reset::Forgot;
use crate::harness::{Engine, PASSWORD};
use crate::window::browser::Browser;

/// From the sign-in page to the page behind the link in the letter.
async fn to_the_new_password(forgot: &Forgot, browser: &Browser, pictures: bool) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let site = forgot.world.public_url.as_str();
    browser.driver.goto(format!("{site}sign-in")).await.unwrap();
    browser.fill("email", PRIYA).await;
    browser.fill("password", "not what it was").await;
    browser.press("Sign in").await;
    browser.until_it_says("Email or password is not right").await;
    browser.follow("Forgot password").await;
    browser.until_it_says("Forgot password").await;
    if pictures {
        browser.looks("forgot").await;
    }
    browser.fill("email", PRIYA).await;
    browser.press("Send the email").await;
    browser.until_it_says("Check your email").await;
    if pictures {
        browser.looks("forgot-sent").await;
    }
    forgot.post().await;
    let letter = forgot.mail().newest(PRIYA, "Set a new password");
    let link = letter.text.split_whitespace().find(|word| word.contains("/reset/link/")).unwrap().to_owned();
    browser.driver.goto(link).await.unwrap();
    browser.until_it_says("Choose a new password").await;
    assert_eq!(browser.driver.current_url().await.unwrap().path(), "/reset");
}

async fn sign_in(browser: &Browser) {
    browser.follow("Sign in").await;
    browser.until_it_says("Email address").await;
    browser.fill("email", PRIYA).await;
    browser.fill("password", NEW_PASSWORD).await;
    browser.press("Sign in").await;
}

/// 2-step on: link by mail, code by text; no phone, so the recovery code; a look at the way to the desk between.
#[tokio::test(flavor = "multi_thread")]
async fn article_52_54_56_58_60_74_76_78_80_82_84_forgot_password_with_two_step_on() {
    let forgot = Forgot::new(Engine::Sqlite, TwoStep::On).await;
    let recovery = forgot.recovery_code().await;
    let browser = Browser::start().await;
    to_the_new_password(&forgot, &browser, true).await;
    browser.looks("reset-password").await;
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Continue").await;
    browser.until_it_says("Enter your reset code").await;
    // Staged: until the code is right the old password is the one.
    assert!(crate::harness::pages::sign_in(&forgot.world.desk, PRIYA, NEW_PASSWORD).await.is_err());
    forgot.post().await;
    browser.driver.refresh().await.unwrap();
    browser.until_it_says("We sent a text message to •••• 23").await;
    browser.looks("reset-code").await;
    browser.fill("code", "493 02").await;
    browser.press("Continue").await;
    browser.until_it_says("Reset code must have 6 digits. You entered 5").await;
    browser.looks("reset-code-error").await;
    // The link came by mail, the code apart from it by text. A wrong one leaves the other way open.
    let sent = forgot.gateway.newest();
    assert_eq!(sent.to, "+447700900123");
    assert!(!forgot.mail().newest(PRIYA, "Set a new password").raw.contains(&sent.code()));
    let field = browser.driver.find(thirtyfour::By::Id("code")).await.unwrap();
    field.clear().await.unwrap();
    browser.fill("code", crate::harness::person::another(&sent.code())).await;
    browser.press("Continue").await;
    browser.until_it_says("not right").await;
    browser.follow("I don’t have a code").await;
    browser.until_it_says("Enter your recovery code").await;
    browser.looks("reset-recovery").await;
    browser.press("I don’t have a recovery code either").await;
    browser.until_it_says("They will tell you").await;
    browser.looks("call-support").await;
    browser.follow("I’ve found my recovery code").await;
    browser.fill("recovery_code", &recovery.to_lowercase()).await;
    browser.press("Continue").await;
    browser.until_it_says("Your new password is set").await;
    browser.looks("reset-done-recovery").await;
    sign_in(&browser).await;
    browser.until_it_says("recovery code").await;
    let path = browser.driver.current_url().await.unwrap().path().to_owned();
    assert!(path.starts_with("/account"), "signed in without a code: {path}");
    assert_eq!(forgot.world.count("SELECT COUNT(*) FROM sessions WHERE second_step_by = 'reset'").await, 1);
}

/// 2-step on before: the code comes in a second mail.
#[tokio::test(flavor = "multi_thread")]
async fn article_36_86_88_forgot_password_with_two_step_formerly_on() {
    let forgot = Forgot::new(Engine::Sqlite, TwoStep::Off).await;
    let browser = Browser::start().await;
    to_the_new_password(&forgot, &browser, false).await;
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Continue").await;
    browser.until_it_says("We sent a separate email").await;
    forgot.post().await;
    browser.driver.refresh().await.unwrap();
    browser.until_it_says("The code works until").await;
    browser.looks("reset-code-email").await;
    browser.follow("I don’t have a code").await;
    browser.until_it_says("an email of its own").await;
    browser.looks("reset-no-code").await;
    browser.follow("Back to the code").await;
    browser.fill("code", &forgot.mailed_code()).await;
    browser.press("Continue").await;
    browser.until_it_says("Your new password is set").await;
    browser.looks("reset-done").await;
    sign_in(&browser).await;
    browser.until_it_says("Your account").await;
}

/// 2-step never on: link, new password, done. The old one is dead then.
#[tokio::test(flavor = "multi_thread")]
async fn article_64_66_68_70_72_forgot_password_without_two_step() {
    let forgot = Forgot::new(Engine::Sqlite, TwoStep::Never).await;
    let browser = Browser::start().await;
    to_the_new_password(&forgot, &browser, false).await;
    let link = browser.driver.current_url().await.unwrap();
    browser.fill("new_password", "short").await;
    browser.press("Continue").await;
    browser.until_it_says("The password is too short").await;
    browser.looks("reset-password-error").await;
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Continue").await;
    browser.until_it_says("Your new password is set").await;
    browser.looks("reset-done-never").await;
    sign_in(&browser).await;
    browser.until_it_says("Your account").await;
    assert!(crate::harness::pages::sign_in(&forgot.world.desk, PRIYA, PASSWORD).await.is_err());
    browser.driver.goto(link.as_str()).await.unwrap();
    browser.until_it_says("Ask for a new link").await;
    browser.looks("reset-dead").await;
}
