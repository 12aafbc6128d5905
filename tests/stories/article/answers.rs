//! The answers, once given.

use recovery_rules::states::TwoStep;
use thirtyfour::By;
use thirtyfour::prelude::ElementQueryable;

use super::reader::Reader;
use crate::harness::fixtures::NewUser;
use crate::harness::posted::PRIYA;
use crate::harness::{ANSWERS, PASSWORD};

const ZOE: &str = "zoe.lindqvist@hartwell.example";
const BO: &str = "bo.lind@hartwell.example";
const NEW: [&str; 4] = ["Bramblewick Bear", "Harbour of Paper Moons", "Lower Thistlemere", "Quarry Pool"];

async fn shows_no_answer(reader: &Reader) {
    for path in ["/account", "/account/questions", "/account/questions/replace"] {
        reader.go(path).await;
        let source = reader.source().await;
        for answer in ANSWERS.iter().chain(&NEW) {
            assert!(!source.contains(answer), "{answer} stands on {path}");
        }
        assert!(!source.contains("selected"), "{path} tells which questions were chosen");
    }
}

/// Line 32: once given, questions and answers are gone from the account, for standard and billing users alike, though
/// whoever is signed in can put others in their place. So log-ins are not shared; a colleague is added instead, and that
/// costs nothing.
#[tokio::test(flavor = "multi_thread")]
async fn article_32_answers_disappear_can_be_replaced_and_colleagues_are_added_for_nothing() {
    let reader = Reader::new().await;
    let browser = &reader.browser;
    let standard = NewUser {
        given: "Zoe",
        family: "Lindqvist",
        email: ZOE,
        two_step: TwoStep::Never,
        ..NewUser::default()
    };
    reader.world.user(standard).await;
    let billing =
        reader.world.user(NewUser { kind: "billing", two_step: TwoStep::Never, ..NewUser::default() }).await;

    reader.signs_in(ZOE).await;
    shows_no_answer(&reader).await;
    reader.go("/account/questions").await;
    browser.until_it_says("Nobody can show them again, not even you").await;
    assert!(reader.source().await.contains("Ask the billing user of your company"));
    reader.signs_out().await;

    reader.signs_in(PRIYA).await;
    shows_no_answer(&reader).await;
    reader.go("/account/questions").await;
    browser.follow("Replace").await;
    browser.until_it_says("Replace your security questions").await;
    for (i, question) in ["toy_name", "first_film", "school_trip", "learnt_to_swim"].into_iter().enumerate() {
        let option = format!("//select[@id='question_{}']/option[@value='{question}']", i + 1);
        browser.driver.query(By::XPath(option)).first().await.unwrap().click().await.unwrap();
        browser.fill(&format!("answer_{}", i + 1), NEW[i]).await;
    }
    browser.fill("password", PASSWORD).await;
    browser.press("Save my answers").await;
    browser.until_it_says("Your answers are saved").await;
    shows_no_answer(&reader).await;
    // She is told; and it is the new ones that count on the phone.
    reader.letter(PRIYA, "security").await;
    let dana = reader.world.agent("Dana Whitlock").await;
    let call = dana.open(&billing).await.unwrap();
    assert!(!dana.check(&call.call_id, ANSWERS.map(Some)).await.unwrap().verified);
    assert!(dana.check(&call.call_id, NEW.map(Some)).await.unwrap().verified);

    reader.go("/account/questions").await;
    assert!(reader.source().await.contains("Don’t share your log-in"));
    browser.follow("Invite a colleague").await;
    browser.until_it_says("It costs nothing").await;
    browser.fill("given_name", "Bo").await;
    browser.fill("family_name", "Lind").await;
    browser.fill("email", BO).await;
    browser.press("Send the invitation").await;
    browser.until_it_says("Your colleague is invited").await;
    let letter = reader.letter(BO, "You have an account at").await;
    assert!(letter.text.contains("Forgot password"), "{}", letter.text);
    reader.leaves().await;
}
