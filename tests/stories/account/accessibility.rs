//! The page that says for whom these pages work: it stands in the foot of every page, names whom the settings name, and what it
//! promises holds for itself, in a real Chromium with scripts and without, by keyboard alone.

use thirtyfour::Key;

use crate::harness::fixtures::NewUser;
use crate::harness::person::{Person, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::sms_gateway::SmsGateway;
use crate::harness::{Engine, PASSWORD, World, on_both_databases};
use crate::window::browser::Browser;

on_both_databases! {
    async fn the_foot_of_every_page_leads_to_it_and_it_names_whom_the_settings_name(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        for path in ["/sign-in", "/forgot", "/help", "/privacy", "/accessibility", "/no-such-page"] {
            priya.get(path).await.says("<a href=\"/accessibility\">Accessibility</a>");
        }
        priya.signs_in(&world, &gateway).await.says("<a href=\"/accessibility\">Accessibility</a>");
        let page = priya.get("/accessibility").await;
        assert_eq!(page.status.as_u16(), 200);
        page.says("href=\"mailto:help@meridian.example\"").says("href=\"tel:01134960142\"").says("What doesn\u{2019}t");
        // Where nobody reads letters, none is asked for.
        let gateway = SmsGateway::start().await;
        let silent = World::served_with_settings(engine, gateway.json(), |settings| settings.organisation.support_email = None).await;
        Person::at(&silent).get("/accessibility").await.says("Call us on").never_says("mailto:").never_says("Write to");
    }
}

/// Which element has the focus, and the width of the ring around it.
async fn focus(browser: &Browser) -> (String, String) {
    let told = "const it = document.activeElement; return [it.id || it.textContent, getComputedStyle(it).outlineWidth]";
    let told = browser.driver.execute(told, Vec::new()).await.unwrap();
    let part = |i: usize| told.json()[i].as_str().unwrap().to_owned();
    (part(0), part(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_looks_right_on_the_smallest_screen_and_signing_in_needs_no_mouse() {
    let (world, _gateway) = world_with_texts(Engine::Sqlite).await;
    world.user(NewUser { two_step: recovery_rules::states::TwoStep::Never, ..NewUser::default() }).await;
    let browser = Browser::start().await;
    let site = world.public_url.as_str();
    browser.driver.goto(format!("{site}accessibility")).await.unwrap();
    browser.until_it_says("Accessibility").await;
    browser.looks("accessibility").await;
    browser.driver.goto(format!("{site}privacy")).await.unwrap();
    browser.looks("privacy").await;

    browser.driver.goto(format!("{site}sign-in")).await.unwrap();
    browser.until_it_says("Sign in").await;
    let press = async |keys: &str| {
        browser.driver.action_chain().send_keys(keys).perform().await.unwrap();
    };
    let tab = Key::Tab.value().to_string();
    // The page begins in the field; from there each thing in turn, and a ring around it.
    assert_eq!(focus(&browser).await.0, "email");
    press(PRIYA).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last| last != "password") {
        press(&tab).await;
        let (at, ring) = focus(&browser).await;
        assert_eq!(ring, "3px", "the focus on {at} is seen");
        assert!(seen.len() < 10, "the password is not reached: {seen:?}");
        seen.push(at);
    }
    press(PASSWORD).await;
    press(&Key::Enter.value().to_string()).await;
    browser.until_it_says("Your account").await;
    // The first Tab of a page leads past the top.
    press(&tab).await;
    assert_eq!(focus(&browser).await, ("Skip to main content".to_owned(), "3px".to_owned()));
    browser.driver.clone().quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_there_without_javascript() {
    let (world, _gateway) = world_with_texts(Engine::Sqlite).await;
    let browser = Browser::without_scripts().await;
    browser.driver.goto(format!("{}sign-in", world.public_url)).await.unwrap();
    browser.follow("Accessibility").await;
    browser.until_it_says("nobody from outside has checked them").await;
    browser.driver.clone().quit().await.unwrap();
}
