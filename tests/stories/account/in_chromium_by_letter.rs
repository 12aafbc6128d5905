//! The pages that letters lead to, and those no other story passes, in a real Chromium: how they look, and that axe-core finds
//! nothing. And the account pages in a browser that runs no script at all.

use recovery_rules::states::TwoStep;
use thirtyfour::By;
use thirtyfour::prelude::ElementQueryable;

use crate::harness::fixtures::NewUser;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::person::{text, world_with_texts};
use crate::harness::posted::{PRIYA, letter};
use crate::harness::{Engine, PASSWORD, World};
use crate::window::browser::Browser;

const NEW: &str = "priya.shah@hartwell.example";

async fn go(browser: &Browser, world: &World, path: &str) {
    let site = world.public_url.as_str().trim_end_matches('/');
    let path = path.strip_prefix(site).unwrap_or(path);
    browser.driver.goto(&format!("{site}{path}")).await.unwrap();
}

async fn signs_in(browser: &Browser, world: &World, email: &str) {
    go(browser, world, "/sign-in").await;
    browser.fill("email", email).await;
    browser.fill("password", PASSWORD).await;
    browser.press("Sign in").await;
}

fn link(world: &World, to: &str, subject: &str) -> String {
    let letter = world.mail.as_ref().unwrap().newest(to, subject);
    letter.text.split_whitespace().find(|word| word.contains("/link/")).unwrap().to_owned()
}

async fn post(world: &World) {
    while world.post().await > 0 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_address_by_hand_and_taking_it_back() {
    let (world, _) = world_with_texts(Engine::Sqlite).await;
    world.user(NewUser { two_step: TwoStep::Never, kind: "billing", ..NewUser::default() }).await;
    let browser = Browser::start().await;
    go(&browser, &world, "/help").await;
    browser.looks("account-help").await;
    go(&browser, &world, "/privacy").await;
    browser.looks("account-privacy").await;
    go(&browser, &world, "/no/such/page").await;
    browser.looks("account-no-such-page").await;
    signs_in(&browser, &world, PRIYA).await;
    browser.until_it_says("Your account").await;
    browser.driver.query(By::Css("a[href='/account/email']")).first().await.unwrap().click().await.unwrap();
    browser.until_it_says("Change your email address").await;
    browser.fill("new_email", PRIYA).await;
    browser.fill("password", PASSWORD).await;
    browser.press("Send the link").await;
    browser.until_it_says("There is a problem").await;
    browser.looks("account-email-error").await;
    let field = browser.driver.query(By::Id("new_email")).first().await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(NEW).await.unwrap();
    browser.fill("password", PASSWORD).await;
    browser.press("Send the link").await;
    browser.until_it_says("Check your new mailbox").await;
    browser.looks("account-email-sent").await;
    go(&browser, &world, "/account/colleague").await;
    browser.press("Send the invitation").await;
    browser.until_it_says("There is a problem").await;
    browser.looks("account-colleague-error").await;
    post(&world).await;
    browser.driver.goto(link(&world, NEW, "Confirm your email address")).await.unwrap();
    browser.until_it_says("Confirm your email address").await;
    assert_eq!(
        browser.driver.current_url().await.unwrap().path(),
        "/confirm-address",
        "the secret left the address"
    );
    browser.looks("confirm-address").await;
    browser.press("Confirm this address").await;
    browser.until_it_says("Your email address is changed").await;
    browser.looks("confirm-address-done").await;
    browser.driver.goto(link(&world, PRIYA, "is to be changed")).await.unwrap();
    browser.until_it_says("Stop this change").await;
    browser.looks("stop-change").await;
    browser.press("stop it").await;
    browser.until_it_says("it is locked").await;
    browser.looks("stop-change-done").await;
    signs_in(&browser, &world, PRIYA).await;
    browser.until_it_says("Email or password is not right").await;
    browser.looks("sign-in-error").await;
    browser.driver.clone().quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_unlock_pages_by_hand_and_this_was_not_me_afterwards() {
    let (world, _) = world_with_texts(Engine::Sqlite).await;
    let letter = letter(&world).await;
    let browser = Browser::start().await;
    go(&browser, &world, &format!("/unlock/{}/{}", letter.link, letter.not_me)).await;
    browser.until_it_says("Unlock your account").await;
    browser.looks("unlock").await;
    browser.press("Unlock my account").await;
    browser.until_it_says("Choose a new password").await;
    browser.looks("unlock-password").await;
    browser.fill("call_code", &letter.code[..4]).await;
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Unlock my account").await;
    browser.until_it_says("There is a problem").await;
    browser.looks("unlock-error").await;
    let field = browser.driver.query(By::Id("call_code")).first().await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(&letter.code).await.unwrap();
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Unlock my account").await;
    browser.until_it_says("Your account is unlocked").await;
    browser.looks("unlock-done").await;
    go(&browser, &world, &format!("/unlock/{}/{}", letter.link, letter.not_me)).await;
    browser.until_it_says("This link was used").await;
    browser.looks("unlock-used").await;
    // The sign-in after it: a mailed code, and the way to the desk if nothing comes.
    go(&browser, &world, "/sign-in").await;
    browser.fill("email", PRIYA).await;
    browser.fill("password", NEW_PASSWORD).await;
    browser.press("Sign in").await;
    browser.until_it_says("We sent an email with a code").await;
    browser.looks("sign-in-code-by-mail").await;
    browser.press("Nothing comes: call support").await;
    browser.until_it_says("They will tell you").await;
    browser.looks("sign-in-call-support").await;
    go(&browser, &world, &format!("/not-me/{}", letter.not_me)).await;
    browser.looks("not-me").await;
    browser.press("stop it").await;
    browser.looks("not-me-done").await;
    browser.driver.clone().quit().await.unwrap();
}

/// No script runs: the same buttons, the same pages. The recovery code can be downloaded; what needs a script isn't there.
#[tokio::test(flavor = "multi_thread")]
async fn every_step_works_in_a_browser_without_javascript() {
    let (world, gateway) = world_with_texts(Engine::Sqlite).await;
    world.user(NewUser { two_step: TwoStep::Never, answers: 0, ..NewUser::default() }).await;
    let browser = Browser::without_scripts().await;
    signs_in(&browser, &world, PRIYA).await;
    browser.until_it_says("Your account").await;
    go(&browser, &world, "/account/two-step/on").await;
    browser.until_it_says("Answer four security questions").await;
    let show = browser.driver.query(By::Css("button[data-shows]")).first().await.unwrap();
    assert!(!show.is_displayed().await.unwrap(), "what needs a script is not shown without one");
    let answers = ["St. Mary\u{2019}s", "Lake Windermere", "Mr Whiskerbottom", "S\u{e3}o Paulo"];
    for (i, question) in ["toy_name", "first_film", "school_trip", "learnt_to_swim"].into_iter().enumerate() {
        let option = format!("//select[@id='question_{}']/option[@value='{question}']", i + 1);
        browser.driver.query(By::XPath(option)).first().await.unwrap().click().await.unwrap();
        browser.fill(&format!("answer_{}", i + 1), answers[i]).await;
    }
    browser.press("Show how my answers are compared").await;
    browser.until_it_says("Compared as st marys").await;
    browser.fill("password", PASSWORD).await;
    browser.press("Save my answers").await;
    browser.until_it_says("Add your phone").await;
    browser.fill("phone", "07700 900456").await;
    browser.fill("password", PASSWORD).await;
    browser.press("Send me a code").await;
    browser.until_it_says("Enter the verification code").await;
    let code = text(&world, &gateway).await;
    browser.fill("code", &code).await;
    browser.press("Continue").await;
    browser.until_it_says("Save your recovery code").await;
    let download = browser.driver.query(By::Css("a[download]")).first().await.unwrap();
    assert!(download.is_displayed().await.unwrap());
    for scripted in ["button[data-copies]", "button[data-prints]"] {
        let button = browser.driver.query(By::Css(scripted)).first().await.unwrap();
        assert!(!button.is_displayed().await.unwrap(), "{scripted}");
    }
    let shown = browser.driver.query(By::Id("recovery_code_shown")).first().await.unwrap();
    let recovery = shown.attr("data-code").await.unwrap().unwrap();
    browser.fill("last_group", &recovery[recovery.len() - 4..]).await;
    browser.press("Finish").await;
    browser.until_it_says("2-step is on").await;
    browser.press("Sign out").await;
    browser.until_it_says("Sign in").await;
    // Forgot password, with the recovery code in the place of the text.
    browser.follow("Forgot password").await;
    browser.until_it_says("Forgot password").await;
    browser.fill("email", PRIYA).await;
    browser.press("Send the email").await;
    browser.until_it_says("Check your email").await;
    post(&world).await;
    browser.driver.goto(link(&world, PRIYA, "Set a new password")).await.unwrap();
    browser.until_it_says("Choose a new password").await;
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Continue").await;
    browser.until_it_says("Enter your reset code").await;
    browser.follow("I don\u{2019}t have a code").await;
    browser.until_it_says("Enter your recovery code").await;
    browser.fill("recovery_code", &recovery).await;
    browser.press("Continue").await;
    browser.until_it_says("Your new password is set").await;
    browser.driver.clone().quit().await.unwrap();
}
