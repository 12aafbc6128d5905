//! When nothing is left: the phone.

use recovery_rules::states::TwoStep;

use super::reader::Reader;
use crate::harness::agent::{right, wrong};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::posted::PRIYA;

/// Line 38: no password, no phone, no code. Line 62: no recovery code either, so a call, and only a call; the answers are
/// confirmed, an email to the address on file opens the account again.
#[tokio::test(flavor = "multi_thread")]
async fn article_38_62_with_nothing_left_a_call_and_an_email_let_the_caller_back_in() {
    let reader = Reader::new().await;
    let browser = &reader.browser;
    reader.world.user(NewUser { two_step: TwoStep::On, ..NewUser::default() }).await;
    let dana = reader.world.agent("Dana Whitlock").await;

    reader.types(PRIYA, "what was it again").await;
    browser.until_it_says("Email or password is not right").await;
    reader.go("/forgot").await;
    browser.fill("email", PRIYA).await;
    browser.press("Send the email").await;
    browser.until_it_says("Check your email").await;
    let letter = reader.letter(PRIYA, "Set a new password").await;
    reader.opens(&letter, "/reset/link/").await;
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Continue").await;
    browser.until_it_says("Enter your reset code").await;
    browser.follow("I don’t have a code").await;
    browser.until_it_says("Enter your recovery code").await;
    browser.press("I don’t have a recovery code either").await;
    browser.until_it_says("Call support").await;
    browser.until_it_says("0113 496 0142").await;
    let page = reader.source().await;
    assert!(!page.contains("mailto:"), "by telephone only");
    let reference = page.split("value mono\">").nth(1).unwrap().split('<').next().unwrap().to_owned();

    // At the desk. Wrong answers send nothing; right ones send an email to the address on file.
    let found = dana.look_up(&reference).await.unwrap();
    let call = dana.open_by(&found.users[0].user_id, &reference).await.unwrap();
    let words = call.check_words.as_ref().unwrap().join(" ");
    assert!(page.contains(&words), "the caller hears the words of the page");
    assert!(!dana.check(&call.call_id, wrong()).await.unwrap().verified);
    assert_eq!(crate::harness::refused(dana.send(&call.call_id).await), "not_verified");
    assert!(dana.check(&call.call_id, right()).await.unwrap().verified);
    let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
    let letter = reader.letter(PRIYA, "Unlock your account").await;
    assert!(!letter.raw.contains(&code), "the call code is spoken");

    reader.opens(&letter, "/unlock/").await;
    browser.press("Unlock my account").await;
    browser.until_it_says("Choose a new password").await;
    browser.fill("call_code", &code).await;
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Unlock my account").await;
    browser.until_it_says("Your account is unlocked").await;
    reader.types(PRIYA, NEW_PASSWORD).await;
    browser.until_it_says("We sent an email with a code").await;
    let code = reader.letter(PRIYA, "verification code").await.code();
    browser.fill("code", &code).await;
    browser.press("Continue").await;
    browser.until_it_says("Set 2-step up again").await;
    reader.leaves().await;
}
