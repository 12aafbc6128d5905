//! What every account page keeps: signed out it leads to sign-in, works without a script, labels its fields, tells errors
//! the same way; and forms are taken from our own pages only, in browsers of every age.

use recovery_rules::states::TwoStep;
use reqwest::StatusCode;

use crate::harness::fixtures::NewUser;
use crate::harness::person::{Person, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::{Engine, PASSWORD, on_both_databases};

/// Every page of a signed-in account that a user with 2-step on can open.
pub const PAGES: [&str; 13] = [
    "/account",
    "/account/history",
    "/account/email",
    "/account/questions",
    "/account/questions/replace",
    "/account/password",
    "/account/lock",
    "/account/two-step",
    "/account/two-step/phone",
    "/account/two-step/off",
    "/account/two-step/lost",
    "/account/recovery-code",
    "/account/confirm",
];

/// Every input but hidden ones has a label, an autocomplete word where people type, and ids are there once.
fn well_formed(path: &str, html: &str) {
    for input in html.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap()) {
        if input.contains("type=\"hidden\"") {
            continue;
        }
        let id = input
            .split("id=\"")
            .nth(1)
            .unwrap_or_else(|| panic!("{path}: {input}"))
            .split('"')
            .next()
            .unwrap();
        assert!(html.contains(&format!("for=\"{id}\"")), "{path}: no label for {id}");
        assert!(input.contains("checkbox") || input.contains("autocomplete="), "{path}: {input}");
    }
    let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    for (i, id) in ids.iter().enumerate() {
        assert!(!ids[..i].contains(id), "{path}: {id} twice");
    }
    assert_eq!(html.matches("<h1>").count(), 1, "{path}");
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick"), "{path}");
    for button in html.split("<button ").skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let scripted = button.contains("type=\"button\"");
        assert_eq!(scripted, button.contains(" hidden"), "{path}: {button}");
    }
}

on_both_databases! {
    async fn every_page_leads_to_sign_in_when_signed_out_and_is_well_formed_when_signed_in(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let nobody = Person::at(&world);
        let priya = Person::at(&world);
        priya.signs_in(&world, &gateway).await;
        for path in PAGES {
            nobody.get(path).await.is_at("/sign-in");
            let page = priya.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            page.is_at(path);
            well_formed(path, &page.text);
        }
        for path in ["/sign-in", "/sign-in/code", "/sign-in/recovery-code"] {
            let browser = Person::at(&world);
            browser.types_password(PRIYA, PASSWORD).await;
            well_formed(path, &browser.get(path).await.text);
        }
        let without = NewUser { email: "zoe@hartwell.example", two_step: TwoStep::Never, answers: 0, ..NewUser::default() };
        world.user(without).await;
        let zoe = Person::at(&world);
        zoe.types_password("zoe@hartwell.example", PASSWORD).await;
        for path in ["/account/two-step", "/account/questions", "/account/two-step/on"] {
            let page = zoe.get(path).await;
            well_formed(path, &page.text);
        }
    }

    async fn a_browser_that_says_nothing_of_where_a_form_came_from_is_known_by_its_origin(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
        let priya = Person::at(&world);
        let form = [("email", PRIYA), ("password", PASSWORD)];
        let send = |origin: &str| {
            priya.client.post(format!("{}/sign-in", priya.site)).header("Origin", origin).form(&form).send()
        };
        for stranger in ["https://evil.example", "null", "http://127.0.0.1:1"] {
            assert_eq!(send(stranger).await.unwrap().status(), StatusCode::FORBIDDEN, "{stranger}");
        }
        let answer = send(&priya.site).await.unwrap();
        assert_eq!(answer.url().path(), "/account");
        // For that a page must not forbid its own forms to say where they come from.
        assert_eq!(answer.headers()["referrer-policy"], "same-origin");
    }

    async fn hostile_names_are_inert_in_tabs_letters_and_lists(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await;
        let code = crate::harness::person::text(&world, &gateway).await;
        let request = priya.client.post(format!("{}/sign-in/code", priya.site)).header("Sec-Fetch-Site", "same-origin");
        let request = request.header("User-Agent", "<img src=x onerror=alert(1)>Chrome/1 Windows");
        request.form(&[("code", code.as_str()), ("remember", "yes")]).send().await.unwrap();
        priya.get("/account/two-step").await.says("Chrome on Windows").never_says("<img");
        let typed = "\"><img src=x>";
        priya.post("/account/two-step/phone", &[("phone", typed), ("password", PASSWORD)]).await.never_says("<img").says("Use digits only");
        priya.post("/account/questions", &[("press", "preview"), ("answer_1", typed)]).await.never_says("<img");
        priya.get("/account/confirm?to=%22%3E%3Cimg%20src=x%3E").await.never_says("<img");
    }
}
