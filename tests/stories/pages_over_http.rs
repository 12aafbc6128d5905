//! The account pages over real HTTP, with the cookies of a browser.

use reqwest::header::{HOST, LOCATION};
use reqwest::{Client, Method, Response, StatusCode, redirect};

use crate::harness::fixtures::NewUser;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::posted::PRIYA;
use crate::harness::{Agent, Engine, PASSWORD, World, on_both_databases, scan};
use recovery_rules::states::TwoStep;

const MARKUP: &str = "\"><img src=x onerror=alert(1)>";

/// Every address of the pages that takes a form, read out of the router itself: one that is added is tried too. The
/// gateway's reports come from no browser and carry a signature instead.
fn unsafe_addresses() -> Vec<&'static str> {
    let router = include_str!("../../crates/web/src/router.rs");
    let routes = router.lines().filter(|line| line.contains(".route(\"") && line.contains("post("));
    let addresses = routes.map(|line| line.split('"').nth(1).unwrap());
    addresses.filter(|address| !address.starts_with("/gateway/")).collect()
}

/// A world with its pages served on loopback.
async fn served(engine: Engine) -> World {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let world = World::with_pages(engine, &format!("http://{}/", listener.local_addr().unwrap())).await;
    let router = recovery_web::served(world.desk.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    world
}

/// Somebody's browser.
struct Browser {
    client: Client,
    site: String,
}

impl Browser {
    fn at(world: &World) -> Self {
        Self::with(world, redirect::Policy::default())
    }

    fn with(world: &World, redirects: redirect::Policy) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().cookie_store(true).redirect(redirects).build().unwrap();
        Self { client, site: world.public_url.as_str().trim_end_matches('/').to_owned() }
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.site)).send().await.unwrap()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let request =
            self.client.post(format!("{}{path}", self.site)).header("Sec-Fetch-Site", "same-origin");
        request.form(fields).send().await.unwrap().text().await.unwrap()
    }
}

/// A letter that waits to be opened: the path of its link, the path of "This wasn't me", the call code.
async fn letter(world: &World) -> (Agent, String, String, String, String) {
    let found = world.agent("Dana Whitlock").await;
    let user = found.look_up("hartwell").await.unwrap().users[0].user_id.clone();
    let call = found.verified_call(&user).await;
    let code = found.send(&call.call_id).await.unwrap().call_code.unwrap();
    world.post().await;
    let (unlock, not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
    (found, call.call_id, format!("/unlock/{unlock}/{not_me}"), format!("/not-me/{not_me}"), code)
}

on_both_databases! {
    async fn a_letter_is_opened_in_a_browser_and_leads_to_the_account_page(engine: Engine) {
        let world = served(engine).await;
        world.priya().await;
        let (dana, call, link, _, code) = letter(&world).await;

        // C11: mail scanners come first, by HEAD and GET, with cookies and without.
        let scanner = Browser::with(&world, redirect::Policy::none());
        scanner.client.head(format!("{}{link}", scanner.site)).send().await.unwrap();
        scanner.get(&link).await;
        Browser::at(&world).get(&link).await;
        // A mail program that mangles the address makes no page of it, and no line in a log.
        assert_eq!(scanner.get(&format!("{link}/")).await.status(), StatusCode::NOT_FOUND);
        assert!(dana.view(&call).await.delivery.unwrap().opened_at.is_none());

        let browser = Browser::at(&world);
        let page = browser.get(&link).await;
        assert_eq!(page.url().path(), "/unlock", "D6.3: the secret leaves the address with the first load");
        assert!(page.text().await.unwrap().contains("Unlock my account"));
        let page = browser.post("/unlock/open", &[]).await;
        assert!(page.contains("Call code"));
        assert!(dana.view(&call).await.delivery.unwrap().opened_at.is_some());
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let page = browser.post("/unlock", &[("call_code", wrong), ("new_password", NEW_PASSWORD)]).await;
        assert!(page.contains("not right") && page.contains("4 tries left"), "{page}");
        assert!(!page.contains(NEW_PASSWORD), "a password is never written back into a page");
        // D3.9: spaces and hyphens as they are spoken.
        let spoken = format!("{} {}", &code[..3], &code[3..]);
        let page = browser.post("/unlock", &[("call_code", &spoken), ("new_password", NEW_PASSWORD)]).await;
        assert!(page.contains("Your account is unlocked"), "{page}");

        let page = browser.post("/sign-in", &[("email", PRIYA), ("password", NEW_PASSWORD)]).await;
        assert!(page.contains("verification code"), "{page}");
        while world.post().await > 0 {}
        let mailed = world.mail.as_ref().unwrap().newest(PRIYA, "verification code").code();
        // 6.6.2: the code is bound to the browser that asked for it.
        let thief = Browser::at(&world);
        assert!(!thief.post("/sign-in/code", &[("code", &mailed)]).await.contains("<h1>Your account</h1>"));
        let page = browser.post("/sign-in/code", &[("code", &mailed)]).await;
        assert!(page.contains("<h1>Set 2-step up again</h1>") && page.contains("Later"), "{page}");
        let page = browser.post("/account/two-step/later", &[]).await;
        assert!(page.contains("<h1>Your account</h1>") && page.contains("Set 2-step up again"), "{page}");
        assert!(page.contains("What happened last") && !page.contains("Dana"));
        browser.post("/sign-out", &[]).await;
        assert_ne!(browser.get("/account").await.url().path(), "/account");
        let secrets = [link.split('/').nth(2).unwrap(), NEW_PASSWORD, &code, &mailed];
        scan::assert_nowhere(&world, &secrets, PRIYA);
    }

    async fn this_was_not_me_is_a_button_and_not_an_address(engine: Engine) {
        let world = served(engine).await;
        world.priya().await;
        let (dana, call, link, not_me, code) = letter(&world).await;
        let browser = Browser::at(&world);
        let page = browser.get(&not_me).await;
        assert_eq!(page.url().path(), "/not-me");
        let repudiated = "SELECT COUNT(*) FROM events WHERE kind = 'repudiated'";
        assert_eq!(world.count(repudiated).await, 0, "looking stops nothing");
        browser.post("/not-me", &[]).await;
        assert_eq!(world.count(repudiated).await, 1);
        assert!(!dana.view(&call).await.delivery.unwrap().code_live);
        let other = Browser::at(&world);
        assert!(other.get(&link).await.text().await.unwrap().contains("stopped"));
        let page = other.post("/unlock", &[("call_code", &code), ("new_password", NEW_PASSWORD)]).await;
        assert!(!page.contains("is unlocked"));
        assert!(browser.post("/not-me", &[]).await.contains("stopped"));
    }

    async fn c16_a_form_on_somebody_elses_page_is_refused_everywhere(engine: Engine) {
        let world = served(engine).await;
        let browser = Browser::at(&world);
        let addresses = unsafe_addresses();
        assert!(addresses.len() > 30 && addresses.contains(&"/reset/code") && addresses.contains(&"/account/email"), "{addresses:?}");
        for path in addresses {
            for (name, value) in [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example")] {
                let request = browser.client.post(format!("{}{path}", browser.site)).header(name, value);
                assert_eq!(request.form(&[("a", "b")]).send().await.unwrap().status(), StatusCode::FORBIDDEN, "{path} {value}");
            }
        }
    }

    async fn c13_only_our_own_host_is_answered_and_forwarding_headers_are_not_believed(engine: Engine) {
        let world = served(engine).await;
        let browser = Browser::with(&world, redirect::Policy::none());
        let address = format!("{}/sign-in", browser.site);
        let other = browser.client.get(&address).header(HOST, "evil.example").send().await.unwrap();
        assert_eq!(other.status(), StatusCode::MISDIRECTED_REQUEST);
        let start = browser.client.get(format!("{}/", browser.site));
        let forwarded = start.header("X-Forwarded-Host", "evil.example").header("Forwarded", "host=evil.example");
        let forwarded = forwarded.send().await.unwrap();
        let place = forwarded.headers().get(LOCATION).map_or("", |place| place.to_str().unwrap()).to_owned();
        assert!(!place.contains("evil") && !forwarded.text().await.unwrap().contains("evil"), "{place}");
    }

    async fn every_answer_carries_the_security_headers_and_undeclared_methods_get_405(engine: Engine) {
        let world = served(engine).await;
        let browser = Browser::with(&world, redirect::Policy::none());
        for path in ["/", "/unlock", "/not-me", "/sign-in", "/sign-in/code", "/account", "/help", "/privacy", "/nothing", "/unlock/a/b"] {
            let answer = browser.get(path).await;
            let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
            let policy = header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
            let referrer = if path == "/unlock/a/b" { "no-referrer" } else { "same-origin" };
            assert_eq!(header("referrer-policy"), referrer, "{path}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header("cache-control"), "no-store", "{path}");
            for method in [Method::PUT, Method::DELETE, Method::PATCH] {
                if path == "/nothing" { continue }
                let request = browser.client.request(method, format!("{}{path}", browser.site));
                assert_eq!(request.header("Sec-Fetch-Site", "same-origin").send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
            }
        }
    }

    async fn d1_1_unknown_wrong_locked_and_closed_look_the_same_on_the_sign_in_page(engine: Engine) {
        let world = served(engine).await;
        for (email, account, locked_by) in [
            ("wrong@roe.example", "active", None),
            ("locked@roe.example", "locked", Some("owner")),
            ("closed@roe.example", "closed", None),
        ] {
            world.user(NewUser { email, account, locked_by, ..NewUser::default() }).await;
        }
        let browser = Browser::at(&world);
        let mut pages = Vec::new();
        for (email, password) in [
            ("wrong@roe.example", "not her password at all"),
            ("locked@roe.example", PASSWORD),
            ("closed@roe.example", PASSWORD),
            ("nobody@roe.example", PASSWORD),
        ] {
            let page = browser.post("/sign-in", &[("email", email), ("password", password)]).await;
            assert!(page.contains("not right"), "{page}");
            pages.push(page.replace(email, "(address)"));
        }
        pages.dedup();
        assert_eq!(pages.len(), 1);
    }

    async fn hostile_names_are_inert_on_every_page_that_shows_them(engine: Engine) {
        let world = served(engine).await;
        let company = format!("{MARKUP} Ltd");
        let hostile = NewUser { given: MARKUP, family: "\u{202e}gnorts\r\n<b>", company: &company, two_step: TwoStep::Never, ..NewUser::default() };
        world.user(hostile).await;
        let browser = Browser::at(&world);
        let page = browser.post("/sign-in", &[("email", PRIYA), ("password", PASSWORD)]).await;
        assert!(page.contains("<h1>Your account</h1>"), "{page}");
        assert!(!page.contains("<img") && !page.contains("<b>\u{202e}") && page.contains("&#60;img"), "{page}");
        let page = browser.post("/sign-in", &[("email", MARKUP), ("password", MARKUP)]).await;
        assert!(!page.contains("<img"), "{page}");
        let long = "a".repeat(7_000);
        let page = browser.post("/sign-in", &[("email", &long), ("password", &long)]).await;
        assert!(page.contains("Sign in"));
        let answer = browser.client.post(format!("{}/sign-in", browser.site)).header("Sec-Fetch-Site", "same-origin");
        let answer = answer.form(&[("email", "a".repeat(100_000))]).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}
