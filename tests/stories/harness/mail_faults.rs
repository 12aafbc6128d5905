//! A desk whose letters go through the scripted mail server, which misbehaves as it is told.

use std::path::Path;
use std::time::Duration;

use recovery_desk::smtp::{SmtpSettings, SmtpTls};
use recovery_rules::email::Email;

use super::letters::Arrived;
use super::scripted_mail_server::{Habit, Server};
use super::{Engine, World};

/// A live desk and its mail server, which is good at first. A step of the server may take 400 ms.
pub async fn world_and_server(engine: Engine) -> (World, Server) {
    let server = Server::start(SmtpTls::StartTls, Habit::Good).await;
    (World::through(engine, settings(server.port)).await, server)
}

/// How to reach it.
pub fn settings(port: u16) -> SmtpSettings {
    let authority = "../crates/desk/src/smtp/test_certificate/authority.pem";
    SmtpSettings {
        host: "localhost".to_owned(),
        port,
        tls: SmtpTls::StartTls,
        login: None,
        from: Email::parse("desk@meridian.example").unwrap(),
        extra_root_certificate: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(authority)),
        timeout: Duration::from_millis(400),
    }
}

/// The letters it kept that went to this address, taken apart.
pub fn arrived(server: &Server, to: &str) -> Vec<Arrived> {
    let letters = server.letters();
    letters.iter().map(|raw| Arrived::parse(raw)).filter(|letter| letter.header("to").contains(to)).collect()
}

/// Waits until something is so; a story that waits in vain says for what.
pub async fn until(what: &str, so: impl Fn() -> bool) {
    for _ in 0..600 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("waited in vain: {what}");
}
