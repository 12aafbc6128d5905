//! Off and on again.

use super::reader::Reader;
use crate::harness::PASSWORD;
use crate::harness::posted::PRIYA;

/// Line 34: on the 2-step tab it is turned off and on as its owner likes, and a new recovery code made whenever wanted.
#[tokio::test(flavor = "multi_thread")]
async fn article_34_two_step_is_turned_off_and_on_and_a_new_recovery_code_made_at_will() {
    let reader = Reader::new().await;
    let browser = &reader.browser;
    reader.world.priya().await;
    reader.signs_in_by_text(PRIYA, PASSWORD).await;
    browser.until_it_says("Your account").await;

    let mut codes = Vec::new();
    for _ in 0..2 {
        reader.go("/account/two-step").await;
        browser.follow("Get a new recovery code").await;
        browser.fill("password", PASSWORD).await;
        browser.press("Show me a new recovery code").await;
        browser.until_it_says("Save your recovery code").await;
        codes.push(reader.shown_code().await);
        reader.keeps(codes.last().unwrap()).await;
    }
    assert_ne!(codes[0], codes[1]);

    browser.follow("Turn 2-step off").await;
    browser.fill("password", PASSWORD).await;
    browser.press("Turn 2-step off").await;
    browser.until_it_says("2-step is off").await;
    reader.letter(PRIYA, "2-step is off").await;
    reader.signs_out().await;
    let texts = reader.gateway.asked().len();
    reader.signs_in(PRIYA).await;
    assert_eq!(reader.gateway.asked().len(), texts, "no code is asked for");

    reader.go("/account/two-step").await;
    browser.until_it_says("It was turned off on 24 November 2026").await;
    browser.follow("Turn 2-step on").await;
    browser.until_it_says("Add your phone").await;
    browser.fill("phone", "07700 900456").await;
    browser.fill("password", PASSWORD).await;
    browser.press("Send me a code").await;
    browser.until_it_says("Enter the verification code").await;
    let code = reader.text().await;
    browser.fill("code", &code).await;
    browser.press("Continue").await;
    browser.until_it_says("Save your recovery code").await;
    let third = reader.shown_code().await;
    assert!(!codes.contains(&third));
    reader.keeps(&third).await;
    reader.leaves().await;
}
