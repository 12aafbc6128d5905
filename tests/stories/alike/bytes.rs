//! What comes back for an address with an account is, byte for byte and header for header, what comes back for one without.
//! Three things differ by their nature and are taken out: the typed address in the page, `date`, and `request-id`, which is
//! chance. The addresses are of one length, so that `content-length` is compared like everything else.

use std::net::SocketAddr;

use recovery_rules::states::TwoStep;
use recovery_web::server::Server;
use reqwest::{Client, Version, redirect};

use crate::harness::fixtures::NewUser;
use crate::harness::{Engine, World, on_both_databases};

/// An active account without and with 2-step, a locked one, a closed one, and two that don't exist.
const ADDRESSES: [&str; 6] = [
    "plain@roe.example",
    "twice@roe.example",
    "lockd@roe.example",
    "close@roe.example",
    "nobdy@roe.example",
    "strng@roe.example",
];
const DIFFER: [&str; 2] = ["date", "request-id"];

/// What came back.
#[derive(Debug, PartialEq, Eq)]
struct Back {
    status: u16,
    version: Version,
    /// In the order they came in.
    headers: Vec<(String, Vec<u8>)>,
    body: String,
}

async fn served(engine: Engine) -> World {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let world = World::with_pages(engine, &format!("http://{}/", listener.local_addr().unwrap())).await;
    let router = Server::new(world.desk.clone()).router();
    tokio::spawn(async move {
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
    });
    let plain = || NewUser { two_step: TwoStep::Never, ..NewUser::default() };
    world.user(NewUser { email: ADDRESSES[0], ..plain() }).await;
    world.user(NewUser { email: ADDRESSES[1], ..NewUser::default() }).await;
    world.user(NewUser { email: ADDRESSES[2], account: "locked", locked_by: Some("owner"), ..plain() }).await;
    world.user(NewUser { email: ADDRESSES[3], account: "closed", ..plain() }).await;
    world
}

async fn post(world: &World, path: &str, email: &str, more: &[(&str, &str)]) -> Back {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let form: Vec<_> = [("email", email)].into_iter().chain(more.iter().copied()).collect();
    let request = client.post(format!("{}{path}", world.public_url)).header("Sec-Fetch-Site", "same-origin");
    let answer = request.form(&form).send().await.unwrap();
    let headers = answer
        .headers()
        .iter()
        .filter(|(name, _)| !DIFFER.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let (status, version) = (answer.status().as_u16(), answer.version());
    // Before the @ an address may wrap.
    let body = answer.text().await.unwrap().replace("<wbr>", "").replace(email, "(address)");
    Back { status, version, headers, body }
}

/// Asks for each address in turn, that many times; what the n-th asking gave is the same for all. Gives the answers to the
/// first address.
async fn alike(world: &World, path: &str, more: &[(&str, &str)], times: usize) -> Vec<Back> {
    let mut first = Vec::new();
    for time in 1..=times {
        let mut answers = Vec::new();
        for address in ADDRESSES {
            answers.push(post(world, path, address, more).await);
        }
        for (address, answer) in ADDRESSES.iter().zip(&answers) {
            assert_eq!(answer, &answers[0], "{path}, time {time}: {address} is told from {}", ADDRESSES[0]);
        }
        first.push(answers.swap_remove(0));
    }
    first
}

on_both_databases! {
    async fn d1_1_the_sign_in_page_is_the_same_bytes_and_headers_for_every_address_and_at_its_limit(engine: Engine) {
        let world = served(engine).await;
        let answers = alike(&world, "sign-in", &[("password", "not her password")], 8).await;
        assert!(answers[0].body.contains("not right") && answers[0].body.contains("(address)"), "{:?}", answers[0]);
        assert!(answers[7].body.contains("Too many tries"), "{:?}", answers[7]);
        assert!(answers[0].headers.iter().any(|(name, _)| name == "content-length"), "{:?}", answers[0].headers);
    }

    async fn d6_1_forgot_password_is_the_same_bytes_and_headers_for_every_address_again_and_at_its_limit(engine: Engine) {
        let world = served(engine).await;
        let answers = alike(&world, "forgot", &[], 8).await;
        assert!(answers[0].body.contains("If there’s an account"), "{:?}", answers[0]);
        assert_eq!(answers[0], answers[1], "again");
        assert_eq!(answers[0], answers[7], "at the limit");
        let held_back = world.count("SELECT COUNT(*) FROM reset_requests WHERE NOT counts").await;
        assert!(held_back >= 2 * 6, "{held_back}: the limit was reached by each");
    }
}
