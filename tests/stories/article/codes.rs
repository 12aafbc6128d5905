//! The three codes.

use recovery_rules::states::TwoStep;

use super::reader::Reader;
use crate::harness::fixtures::NewUser;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::posted::PRIYA;
use crate::window::browser::Browser;

async fn turns_on(reader: &Reader) -> String {
    let browser = &reader.browser;
    reader.go("/account/two-step/on").await;
    browser.fill("phone", "07700 900456").await;
    browser.fill("password", crate::harness::PASSWORD).await;
    browser.press("Send me a code").await;
    browser.until_it_says("Enter the verification code").await;
    let code = reader.text().await;
    browser.fill("code", &code).await;
    browser.press("Continue").await;
    browser.until_it_says("Save your recovery code").await;
    let shown = reader.shown_code().await;
    reader.keeps(&shown).await;
    shown
}

async fn forgets(reader: &Reader, browser: &Browser) {
    reader.go("/forgot").await;
    browser.fill("email", PRIYA).await;
    browser.press("Send the email").await;
    browser.until_it_says("Check your email").await;
    let letter = reader.letter(PRIYA, "Set a new password").await;
    reader.opens(&letter, "/reset/link/").await;
    browser.until_it_says("Choose a new password").await;
    browser.fill("new_password", NEW_PASSWORD).await;
    browser.press("Continue").await;
    browser.until_it_says("Enter your reset code").await;
}

/// Line 14: three codes. Line 16: the recovery code comes when 2-step is turned on; its owner can have a new one, nobody can
/// bring the old one back. Line 18: the reset code comes by text after *Forgot password*. Line 20: the verification code
/// comes at the sign-in after a reset, to a remembered browser too.
#[tokio::test(flavor = "multi_thread")]
async fn article_14_16_18_20_three_codes_and_each_opens_one_thing() {
    let reader = Reader::new().await;
    let browser = &reader.browser;
    reader.world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
    reader.signs_in(PRIYA).await;
    let first = turns_on(&reader).await;
    assert_eq!(first.len(), 29, "six groups of four");
    reader.go("/account/two-step").await;
    browser.until_it_says("Nobody can show it again").await;
    browser.follow("Get a new recovery code").await;
    browser.until_it_says("stops working at once").await;
    browser.fill("password", crate::harness::PASSWORD).await;
    browser.press("Show me a new recovery code").await;
    browser.until_it_says("Save your recovery code").await;
    let second = reader.shown_code().await;
    assert_ne!(first, second);
    reader.keeps(&second).await;
    for path in ["/account", "/account/two-step", "/account/recovery-code"] {
        reader.go(path).await;
        let source = reader.source().await;
        assert!(!source.contains(&first) && !source.contains(&second), "{path} shows a recovery code");
    }
    reader.go("/account").await;
    reader.signs_out().await;

    // This browser is remembered, which does not help after a reset.
    reader.types(PRIYA, crate::harness::PASSWORD).await;
    browser.until_it_says("Enter your verification code").await;
    let code = reader.text().await;
    browser.fill("code", &code).await;
    browser.driver.find(thirtyfour::By::Id("remember")).await.unwrap().click().await.unwrap();
    browser.press("Continue").await;
    browser.until_it_says("Your account").await;
    reader.signs_out().await;
    reader.signs_in(PRIYA).await;
    reader.signs_out().await;

    forgets(&reader, browser).await;
    let reset = reader.text().await;
    let text = reader.gateway.newest();
    assert_eq!(text.to, "+447700900456");
    assert!(text.body.contains("setting a new password"), "{}", text.body);
    browser.fill("code", &reset).await;
    browser.press("Continue").await;
    browser.until_it_says("Your new password is set").await;
    browser.until_it_says("When you sign in, we send you a verification code").await;

    reader.types(PRIYA, NEW_PASSWORD).await;
    browser.until_it_says("Enter your verification code").await;
    let verification = reader.text().await;
    let text = reader.gateway.newest();
    assert!(text.body.contains("signing in"), "{}", text.body);
    if verification != reset {
        browser.fill("code", &reset).await;
        browser.press("Continue").await;
        browser.until_it_says("not right").await;
        let field = browser.driver.find(thirtyfour::By::Id("code")).await.unwrap();
        field.clear().await.unwrap();
    }
    browser.fill("code", &verification).await;
    browser.press("Continue").await;
    browser.until_it_says("Your account").await;
    reader.leaves().await;
}
