//! Sending, against a scripted mail server: how far did each letter come, and what went over the wire?

use std::sync::Arc;
use std::time::Duration;

use recovery_rules::email::Email;
use recovery_rules::time::Moment;
use tokio::net::TcpListener;

use super::test_server::{Habit, Server, acceptor, certificate};
use super::{Letter, SendProblem, SmtpLogin, SmtpSettings, SmtpTls, SmtpTransport};

fn transport(server: &Server, tls: SmtpTls) -> SmtpTransport {
    SmtpTransport::new(settings(server.port, tls)).unwrap()
}

fn settings(port: u16, tls: SmtpTls) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port,
        tls,
        login: Some(SmtpLogin { user: "desk".to_owned(), password: "canary-password".into() }),
        from: Email::parse("desk@calder.example").unwrap(),
        extra_root_certificate: Some(certificate("authority.pem")),
        timeout: Duration::from_millis(400),
    }
}

fn letter() -> Letter {
    Letter {
        to: Email::parse("priya@hartwell.example").unwrap(),
        from_name: "Calder Books".to_owned(),
        subject: "Unlock your account".to_owned(),
        text: "canary-link\n.\nQUIT\n".to_owned(),
        html: "<p>canary-link</p>".to_owned(),
        message_id: "01abc@calder.example".to_owned(),
        date: Moment(1_767_225_600_000),
    }
}

async fn problem_with(habit: Habit) -> (SendProblem, Vec<String>) {
    let server = Server::start(SmtpTls::Implicit, habit).await;
    let problem = transport(&server, SmtpTls::Implicit).send(&letter()).await.unwrap_err();
    (problem, server.heard())
}

fn assert_deferred(problem: &SendProblem, words: &str) {
    assert!(matches!(problem, SendProblem::Deferred { reply, .. } if reply.contains(words)), "{problem:?}");
}

#[tokio::test]
async fn a_letter_goes_out_encrypted_either_way_and_the_servers_words_come_back() {
    for tls in [SmtpTls::Implicit, SmtpTls::StartTls] {
        let server = Server::start(tls, Habit::Good).await;
        let accepted = transport(&server, tls).send(&letter()).await.unwrap();
        assert_eq!(accepted.server_reply, "250 2.0.0 queued as 4711");
        let heard = server.heard().join("\n");
        assert!(heard.contains("tls: RCPT TO:<priya@hartwell.example>"), "{heard}");
        assert!(heard.contains("tls: Message-ID: <01abc@calder.example>"), "{heard}");
        assert!(heard.contains("tls: AUTH PLAIN"), "{heard}");
        assert!(!heard.contains("plain: AUTH") && !heard.contains("plain: MAIL"), "{heard}");
    }
}

#[tokio::test]
async fn the_next_letter_takes_the_same_connection_and_a_dead_one_is_replaced() {
    for (habit, connections) in [(Habit::Good, 1), (Habit::HangsUpAfterLetter, 3)] {
        let server = Server::start(SmtpTls::Implicit, habit).await;
        let transport = transport(&server, SmtpTls::Implicit);
        for _ in 0..3 {
            transport.send(&letter()).await.unwrap();
        }
        let connected = server.heard().iter().filter(|line| *line == "connected").count();
        assert_eq!(connected, connections);
        let letters = server.heard().iter().filter(|line| *line == "tls: DATA").count();
        assert_eq!(letters, 3, "each letter went once");
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let server = Server::start(SmtpTls::StartTls, Habit::NoStartTls).await;
    let problem = transport(&server, SmtpTls::StartTls).send(&letter()).await.unwrap_err();
    assert_deferred(&problem, "no encryption");
    let heard = server.heard().join("\n");
    assert!(!heard.contains("AUTH") && !heard.contains("MAIL") && !heard.contains("canary"), "{heard}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_stops_the_letter() {
    for tls in [SmtpTls::Implicit, SmtpTls::StartTls] {
        let server = Server::start(tls, Habit::Good).await;
        let mut untrusting = settings(server.port, tls);
        untrusting.extra_root_certificate = None;
        let problem = SmtpTransport::new(untrusting).unwrap().send(&letter()).await.unwrap_err();
        assert_deferred(&problem, "certificate is not trusted");
        assert!(!server.heard().join("\n").contains("AUTH"));
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_stops_the_letter() {
    let server = Server::start(SmtpTls::Implicit, Habit::Good).await;
    let mut other_name = settings(server.port, SmtpTls::Implicit);
    other_name.host = "127.0.0.2".to_owned();
    let listener = TcpListener::bind(("127.0.0.2", 0)).await.unwrap();
    other_name.port = listener.local_addr().unwrap().port();
    let acceptor = acceptor();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = acceptor.accept(stream).await;
    });
    let problem = SmtpTransport::new(other_name).unwrap().send(&letter()).await.unwrap_err();
    assert_deferred(&problem, "certificate is not trusted");
}

#[tokio::test]
async fn what_concerns_us_or_the_server_leaves_the_letter_waiting() {
    let cases = [
        (Habit::Says("greeting", "554 go away"), "554 go away"),
        (Habit::Says("EHLO", "421 too busy"), "421 too busy"),
        (Habit::Says("AUTH", "535 5.7.8 bad password"), "refused our sign-in: 535"),
        (Habit::Says("MAIL", "451 try later"), "451 try later"),
        (Habit::Says("RCPT", "450 4.2.0 greylisted"), "450 4.2.0 greylisted"),
        (Habit::Says("DATA", "452 disk full"), "452 disk full"),
        (Habit::Says("DATA", "250 out of step"), "unexpected answer to DATA"),
        (Habit::Says(".", "451 4.3.0 later"), "451 4.3.0 later"),
        (Habit::Silent("greeting"), "did not answer in time"),
        (Habit::Silent("RCPT"), "did not answer in time"),
        (Habit::HangsUp("MAIL"), ""),
        (Habit::HangsUp("DATA"), ""),
    ];
    for (habit, words) in cases {
        let (problem, _) = problem_with(habit).await;
        assert_deferred(&problem, words);
    }
}

#[tokio::test]
async fn nothing_listening_leaves_the_letter_waiting() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let transport = SmtpTransport::new(settings(free, SmtpTls::Implicit)).unwrap();
    assert_deferred(&transport.send(&letter()).await.unwrap_err(), "refused");
}

#[tokio::test]
async fn a_letter_that_is_refused_has_failed_with_the_servers_words() {
    for (at, reply) in
        [("RCPT", "550 5.1.1 no such user"), (".", "554 5.7.1 spam"), ("MAIL", "552 too large")]
    {
        let (problem, _) = problem_with(Habit::Says(at, reply)).await;
        assert_eq!(problem, SendProblem::Failed { reply: reply.to_owned() });
    }
}

#[tokio::test]
async fn silence_after_the_text_is_uncertain() {
    for habit in [Habit::HangsUp("."), Habit::Silent(".")] {
        let (problem, heard) = problem_with(habit).await;
        assert!(matches!(problem, SendProblem::Uncertain { .. }), "{problem:?}");
        assert_eq!(heard.last().map(String::as_str), Some("tls: ."), "the whole text had gone");
    }
}

#[tokio::test]
async fn the_servers_words_are_made_safe_to_show() {
    let (problem, _) =
        problem_with(Habit::Says("RCPT", "550-no\r\n550 see https://evil.example/?x=\u{1b}[2J\u{202e}"))
            .await;
    assert_eq!(problem, SendProblem::Failed { reply: "550 no see … [2J".to_owned() });
}

#[tokio::test]
async fn a_poisoned_letter_fails_alone_and_the_next_one_goes() {
    let server = Server::start(SmtpTls::Implicit, Habit::Good).await;
    let transport = transport(&server, SmtpTls::Implicit);
    let mut poisoned = letter();
    poisoned.message_id = "x\r\nBcc: thief@evil.example".to_owned();
    assert!(matches!(transport.send(&poisoned).await, Err(SendProblem::Failed { .. })));
    assert!(server.heard().is_empty(), "not even a connection");
    assert!(transport.send(&letter()).await.is_ok());
}

#[tokio::test]
async fn sending_can_be_left_to_a_task() {
    let server = Server::start(SmtpTls::Implicit, Habit::Good).await;
    let transport = Arc::new(transport(&server, SmtpTls::Implicit));
    let several: Vec<_> = (0..4)
        .map(|_| {
            let transport = transport.clone();
            tokio::spawn(async move { transport.send(&letter()).await })
        })
        .collect();
    for sent in several {
        assert!(sent.await.unwrap().is_ok());
    }
}

#[test]
fn settings_do_not_show_the_password() {
    assert!(!format!("{:?}", settings(1, SmtpTls::Implicit)).contains("canary"));
    assert!(!format!("{:?}", settings(1, SmtpTls::Implicit).login).contains("canary"));
}
