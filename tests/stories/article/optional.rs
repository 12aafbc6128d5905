//! Why there is 2-step, and that each user decides.

use recovery_rules::states::TwoStep;

use super::reader::Reader;
use crate::harness::PASSWORD;
use crate::harness::fixtures::NewUser;
use crate::harness::posted::PRIYA;

const ZOE: &str = "zoe.lindqvist@hartwell.example";

/// Line 10: 2-step by whatever name people know it, one of several kinds of protection. Line 12: optional, for each user,
/// and made of email, codes by text message and security questions.
#[tokio::test(flavor = "multi_thread")]
async fn article_10_12_each_user_decides_and_a_colleague_is_asked_for_nothing_more() {
    let reader = Reader::new().await;
    let browser = &reader.browser;
    reader.world.priya().await;
    let zoe = NewUser {
        given: "Zoe",
        family: "Lindqvist",
        email: ZOE,
        two_step: TwoStep::Never,
        answers: 0,
        ..NewUser::default()
    };
    reader.world.user(zoe).await;

    // Zoe, of the same company, has not turned it on: her password is enough.
    reader.signs_in(ZOE).await;
    assert_eq!(reader.gateway.asked().len(), 0);
    reader.go("/account/two-step").await;
    browser.until_it_says("2-step is off").await;
    browser.until_it_says("also called two-factor or multi-factor authentication").await;
    browser.until_it_says("You answer four security questions first").await;
    reader.signs_out().await;

    // Priya has: a text message beside the password.
    reader.types(PRIYA, PASSWORD).await;
    browser.until_it_says("Enter your verification code").await;
    browser.until_it_says("We sent a text message").await;
    let code = reader.text().await;
    assert_eq!(reader.gateway.newest().to, "+447700900123");
    browser.fill("code", &code).await;
    browser.press("Continue").await;
    browser.until_it_says("Your account").await;
    // The third part, and the one behind it: questions on the phone, then an email.
    reader.go("/help").await;
    browser.until_it_says("A person will ask your four security questions").await;
    browser.until_it_says("you’ll get an email with a link").await;
    browser.until_it_says("two-factor or multi-factor").await;
    reader.leaves().await;
}
