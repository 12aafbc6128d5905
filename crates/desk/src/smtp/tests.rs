//! Sending, against a scripted mail server: how far did each letter come, and what went over the wire?

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use recovery_rules::email::Email;
use recovery_rules::time::Moment;

use super::test_server::{Habit, Server};
use super::{HowFar, Letter, MOST_LETTERS, SendProblem, SmtpLogin, SmtpSettings, SmtpTls, SmtpTransport};

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
        extra_root_certificate: Some(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src/smtp/test_certificate/authority.pem"),
        ),
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
        assert_eq!(server.connections(), connections);
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
    for tls in [SmtpTls::Implicit, SmtpTls::StartTls] {
        let server = Server::start_at(Ipv4Addr::new(127, 0, 0, 2), tls, Habit::Good).await;
        let mut other_name = settings(server.port, tls);
        other_name.host = "127.0.0.2".to_owned();
        let transport = SmtpTransport::new(other_name).unwrap();
        assert_deferred(&transport.send(&letter()).await.unwrap_err(), "certificate is not trusted");
        assert!(!server.heard().join("\n").contains("AUTH"));
    }
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
        (Habit::HangsUp("greeting"), ""),
        (Habit::HangsUp("AUTH"), ""),
        (Habit::HangsUp("MAIL"), ""),
        (Habit::HangsUp("DATA"), ""),
        (Habit::StrangeCertificate, "certificate is not trusted"),
    ];
    for (habit, words) in cases {
        let (problem, heard) = problem_with(habit).await;
        assert_deferred(&problem, words);
        let text_gone = matches!(habit, Habit::Says(".", _));
        let SendProblem::Deferred { how_far, .. } = problem else { unreachable!() };
        assert_eq!(how_far == HowFar::AfterTheText, text_gone, "{habit:?}");
        assert_eq!(heard.join("\n").contains("canary-link"), text_gone, "{habit:?}");
    }
}

#[tokio::test]
async fn nothing_listening_leaves_the_letter_waiting() {
    let server = Server::start(SmtpTls::Implicit, Habit::Good).await;
    server.goes_down().await;
    let transport = transport(&server, SmtpTls::Implicit);
    assert_deferred(&transport.send(&letter()).await.unwrap_err(), "can't be reached");
    server.comes_back().await;
    transport.send(&letter()).await.unwrap();
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
async fn after_the_text_the_server_may_think_longer_than_for_any_other_step() {
    let server = Server::start(SmtpTls::Implicit, Habit::ThinksAboutIt(900)).await;
    transport(&server, SmtpTls::Implicit).send(&letter()).await.unwrap();
    assert_eq!(server.letters().len(), 1);
}

#[tokio::test]
async fn silence_after_the_text_is_uncertain() {
    for habit in [Habit::HangsUp("."), Habit::Silent("."), Habit::LosesItsAnswer] {
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
async fn a_refused_letter_leaves_the_connection_to_the_next_one() {
    let server = Server::start(SmtpTls::Implicit, Habit::Good).await;
    let transport = transport(&server, SmtpTls::Implicit);
    for (at, reply) in [
        ("MAIL", "451 later"),
        ("RCPT", "550 nobody"),
        ("DATA", "452 full"),
        (".", "554 spam"),
        (".", "451 later"),
    ] {
        server.behaves(Habit::Says(at, reply));
        transport.send(&letter()).await.unwrap_err();
        server.behaves(Habit::Good);
        transport.send(&letter()).await.unwrap();
    }
    assert_eq!((server.connections(), server.letters().len()), (1, 5));
    server.behaves(Habit::Says("MAIL", "421 closing"));
    assert_deferred(&transport.send(&letter()).await.unwrap_err(), "421 closing");
    server.behaves(Habit::Good);
    transport.send(&letter()).await.unwrap();
    assert_eq!(server.connections(), 3, "421 ends a connection: one more for that letter, one for the next");
}

#[tokio::test]
async fn a_connection_carries_a_hundred_letters_and_then_makes_room_for_a_new_one() {
    let server = Server::start(SmtpTls::StartTls, Habit::Good).await;
    let transport = transport(&server, SmtpTls::StartTls);
    for _ in 0..MOST_LETTERS {
        transport.send(&letter()).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
    transport.send(&letter()).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_is_made_ready_before_there_is_a_letter() {
    let server = Server::start(SmtpTls::Implicit, Habit::Says("AUTH", "535 no")).await;
    let transport = transport(&server, SmtpTls::Implicit);
    assert!(transport.ready().await.unwrap_err().contains("refused our sign-in: 535"));
    server.behaves(Habit::Good);
    transport.ready().await.unwrap();
    transport.ready().await.unwrap();
    transport.send(&letter()).await.unwrap();
    assert_eq!(server.connections(), 2);
    let heard = server.heard().join("\n");
    assert!(heard.ends_with("tls: ."), "the letter took the connection that was ready: {heard}");
}

#[tokio::test]
async fn a_server_that_is_slow_with_every_answer_does_not_hold_a_letter_for_ever() {
    // Each answer comes within the 400 ms of a step; all steps together may take four times as long.
    let (problem, heard) = problem_with(Habit::Slow(350)).await;
    assert_deferred(&problem, "did not answer in time");
    assert!(!heard.join("\n").contains("canary-link"));
}

#[tokio::test]
async fn answers_put_in_before_the_encryption_count_for_nothing() {
    for more in ["535 no\r\n550 no\r\n550 no", "250-evil\r\n250 AUTH PLAIN\r\n235 ok\r\n550 gone for ever"] {
        let server = Server::start(SmtpTls::StartTls, Habit::Injects(more)).await;
        let sent = transport(&server, SmtpTls::StartTls).send(&letter()).await;
        // Either the handshake stumbles over them or they are forgotten; they are never taken for the server's.
        match sent {
            Ok(accepted) => assert_eq!(accepted.server_reply, "250 2.0.0 queued as 4711"),
            Err(problem) => assert_deferred(&problem, "Nothing was sent"),
        }
    }
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
