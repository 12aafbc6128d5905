//! `recovery-desk-server serve` among other machines: a certificate renewed while it runs, and plain HTTP behind a proxy that
//! is not on this machine. The other machines are further addresses of loopback: a peer is told by its address.

use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use recovery_desk::clock::Clock;
use reqwest::header::HOST;
use reqwest::{Client, Response, StatusCode, redirect};

use crate::command_line::Server;
use crate::harness::{Engine, World, on_both_databases};
use crate::serving::{Running, settings_file};
use crate::window::free_port;

/// A world in the time of its database, as other processes see it.
async fn world(engine: Engine) -> World {
    let keys = recovery_desk::keys::DataKeys::fresh(&recovery_desk::chance::Chance::operating_system());
    World::with(engine, keys, None, Clock::Database).await
}

/// Waits until it holds.
async fn soon(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < end, "{what}: not within 20 s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Puts a certificate and its key into the place of those the server began with.
fn put(folder: &Path, certificate: &str, key: &str) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/desk/src/smtp/test_certificate");
    std::fs::copy(from.join(certificate), folder.join("tls.pem")).unwrap();
    std::fs::copy(from.join(key), folder.join("tls.key")).unwrap();
    permit(folder, 0o600);
}

/// Who may read the key.
fn permit(folder: &Path, mode: u32) {
    std::fs::set_permissions(folder.join("tls.key"), PermissionsExt::from_mode(mode)).unwrap();
}

/// Asks as the machine with this address.
async fn from(machine: &str, port: u16, path: &str, forwarded: &str, form: Option<&str>) -> Response {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().local_address(machine.parse::<IpAddr>().unwrap());
    let client = builder.redirect(redirect::Policy::none()).timeout(Duration::from_secs(5)).build().unwrap();
    let address = format!("http://127.0.0.1:{port}/{path}");
    let request = match form {
        Some(email) => client.post(address).header("Sec-Fetch-Site", "same-origin").form(&[("email", email)]),
        None => client.get(address),
    };
    request.header(HOST, "accounts.example").header("X-Forwarded-For", forwarded).send().await.unwrap()
}

on_both_databases! {
    async fn plain_http_is_for_a_listed_proxy_on_another_machine_and_for_nobody_else(engine: Engine) {
        let world = world(engine).await;
        let (port, metrics) = (free_port(), free_port());
        let file = settings_file(&world, "server", port, metrics, "https://accounts.example/");
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.replace(&format!("127.0.0.1:{port}"), &format!("0.0.0.0:{port}"));
        let text = text.replace("tls_certificate = \"tls.pem\"\ntls_key = \"tls.key\"\n", "");
        std::fs::write(&file, &text).unwrap();
        Server::new(&["serve"]).path("--settings", &file).run(&[]).says(1, "list a proxy with TLS on another one");

        std::fs::write(&file, format!("trusted_proxies = [\"127.0.0.2\"]\n{text}")).unwrap();
        let server = Running::by(&file, format!("http://127.0.0.1:{port}/").parse().unwrap(), metrics);
        soon("listening", async || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()).await;
        let (proxy, stranger) = ("127.0.0.2", "127.0.0.3");
        assert_eq!(from(proxy, port, "ready", "", None).await.status(), StatusCode::OK, "{}", server.log());

        // The proxy brings the TLS: what it is given is for https alone.
        let page = from(proxy, port, "sign-in", "198.51.100.1", None).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(page.headers()["strict-transport-security"].to_str().unwrap().starts_with("max-age=31536000"));
        assert!(page.text().await.unwrap().contains("Sign in"));
        let arrived = from(proxy, port, "not-me/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "198.51.100.1", None).await;
        let cookie = arrived.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("__Host-") && cookie.contains("Secure"), "{cookie}");

        // Each of its clients has a limit of its own; what a client wrote itself before the proxy counts for nothing.
        let counted = "SELECT COUNT(*) FROM counters WHERE name = 'reset_source'";
        for (n, forwarded) in ["198.51.100.1", "198.51.100.2", "9.9.9.9, 198.51.100.2"].into_iter().enumerate() {
            let answer = from(proxy, port, "forgot", forwarded, Some(&format!("nobody{n}@roe.example"))).await;
            assert_eq!(answer.status(), StatusCode::OK);
        }
        assert_eq!(world.count(counted).await, 2);

        // Anybody else would be heard on the way, this very machine too unless it is listed, and is not answered at all.
        for machine in [stranger, "127.0.0.1"] {
            for path in ["ready", "sign-in", "health"] {
                assert_eq!(from(machine, port, path, "127.0.0.2", None).await.status(), StatusCode::FORBIDDEN, "{machine} {path}");
            }
            let asked = from(machine, port, "forgot", "127.0.0.2", Some("nobody9@roe.example")).await;
            assert_eq!(asked.status(), StatusCode::FORBIDDEN);
        }
        assert_eq!(world.count(counted).await, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_served_after_sighup_and_one_that_cannot_be_used_leaves_the_former() {
    let world = world(Engine::Sqlite).await;
    let server = Running::start(&world, "server").ready().await;
    let folder = world.folder.path().join("server");
    let known = async || server.get("health").await.is_ok_and(|answer| answer.status() == StatusCode::OK);
    let told = |words: &str| server.log().matches(words).count();

    // A certificate of another authority: whoever verifies it turns away, so it is the one that is served.
    put(&folder, "stranger.pem", "stranger.key.pem");
    assert!(known().await, "nothing is read before it is told");
    server.signal("-HUP");
    soon("another certificate", async || !known().await).await;
    assert_eq!(told("the certificate was read again"), 1, "{}", server.log());

    put(&folder, "server.pem", "server.key.pem");
    server.signal("-HUP");
    soon("the first certificate", async || known().await).await;

    // Half written, or readable by others: the former one goes on, and the log says so.
    std::fs::write(folder.join("tls.pem"), "-----BEGIN CERTIFICATE-----\nhalf").unwrap();
    server.signal("-HUP");
    soon("told", async || told("the former certificate stays") == 1).await;
    assert!(known().await);
    put(&folder, "stranger.pem", "stranger.key.pem");
    permit(&folder, 0o644);
    server.signal("-HUP");
    soon("told again", async || told("the former certificate stays") == 2).await;
    assert!(known().await && told("other people can read it") == 1, "{}", server.log());
}
