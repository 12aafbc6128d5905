//! Sending, against a scripted mail server on loopback: real sockets, real TLS, every way a server can misbehave.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use recovery_rules::email::Email;
use recovery_rules::time::Moment;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{Letter, SendProblem, SmtpLogin, SmtpSettings, SmtpTls, SmtpTransport};

/// What the server does differently from a good one.
#[derive(Clone, Copy, PartialEq)]
enum Habit {
    Good,
    NoStartTls,
    /// Says this instead of the usual reply to the command.
    Says(&'static str, &'static str),
    /// Never answers the command.
    Silent(&'static str),
    /// Hangs up instead of answering the command. `"."` is the end of the letter's text.
    HangsUp(&'static str),
    /// Answers the greeting, then hangs up after each letter, as servers do that have waited too long.
    HangsUpAfterLetter,
}

struct Server {
    port: u16,
    /// Every line that came, marked with how it came.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(tls: SmtpTls, habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        let acceptor = acceptor();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, ears) = (acceptor.clone(), ears.clone());
                tokio::spawn(async move {
                    ears.lock().unwrap().push("connected".to_owned());
                    if tls == SmtpTls::Implicit {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            talk(BufReader::new(stream), true, true, habit, &ears).await;
                        }
                        return;
                    }
                    if let Some(plain) = talk(BufReader::new(stream), false, true, habit, &ears).await
                        && let Ok(stream) = acceptor.accept(plain.into_inner()).await
                    {
                        talk(BufReader::new(stream), true, false, habit, &ears).await;
                    }
                });
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn transport(&self, tls: SmtpTls) -> SmtpTransport {
        SmtpTransport::new(settings(self.port, tls)).unwrap()
    }
}

/// One conversation; gives the stream back when the client asked for STARTTLS.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufReader<S>,
    encrypted: bool,
    greet: bool,
    habit: Habit,
    ears: &Mutex<Vec<String>>,
) -> Option<BufReader<S>> {
    let how = if encrypted { "tls" } else { "plain" };
    let mut in_text = false;
    let mut command = if greet { "greeting".to_owned() } else { String::new() };
    loop {
        if !command.is_empty() {
            let verb = command.split_whitespace().next().unwrap_or(".").to_ascii_uppercase();
            let verb = if command == "greeting" { "greeting".to_owned() } else { verb };
            let usual = match verb.as_str() {
                "greeting" => "220 test server",
                "EHLO" if encrypted => "250-test\r\n250 AUTH PLAIN LOGIN",
                "EHLO" if habit == Habit::NoStartTls => "250-test\r\n250 AUTH PLAIN LOGIN",
                "EHLO" => "250-test\r\n250 STARTTLS",
                "STARTTLS" => "220 go ahead",
                "AUTH" => "235 welcome",
                "DATA" => "354 go ahead",
                "." => "250 2.0.0 queued as 4711",
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            let reply = match habit {
                Habit::Says(at, reply) if at == verb => reply,
                Habit::Silent(at) if at == verb => {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    return None;
                }
                Habit::HangsUp(at) if at == verb => return None,
                _ => usual,
            };
            stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
            in_text = reply.starts_with("354");
            match verb.as_str() {
                "STARTTLS" if reply.starts_with("220") => return Some(stream),
                "." if habit == Habit::HangsUpAfterLetter => return None,
                "QUIT" => return None,
                _ => {}
            }
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        ears.lock().unwrap().push(format!("{how}: {}", line.trim_end()));
        command = match (in_text, line.trim_end()) {
            (true, ".") | (false, _) => line.trim_end().to_owned(),
            (true, _) => String::new(),
        };
    }
}

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/smtp/test_certificate").join(name)
}

fn acceptor() -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(certificate("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(certificate("server.key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
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
    let problem = server.transport(SmtpTls::Implicit).send(&letter()).await.unwrap_err();
    (problem, server.heard())
}

fn assert_deferred(problem: &SendProblem, words: &str) {
    assert!(matches!(problem, SendProblem::Deferred { reply } if reply.contains(words)), "{problem:?}");
}

#[tokio::test]
async fn a_letter_goes_out_encrypted_either_way_and_the_servers_words_come_back() {
    for tls in [SmtpTls::Implicit, SmtpTls::StartTls] {
        let server = Server::start(tls, Habit::Good).await;
        let accepted = server.transport(tls).send(&letter()).await.unwrap();
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
        let transport = server.transport(SmtpTls::Implicit);
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
    let problem = server.transport(SmtpTls::StartTls).send(&letter()).await.unwrap_err();
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
    let transport = server.transport(SmtpTls::Implicit);
    let mut poisoned = letter();
    poisoned.message_id = "x\r\nBcc: thief@evil.example".to_owned();
    assert!(matches!(transport.send(&poisoned).await, Err(SendProblem::Failed { .. })));
    assert!(server.heard().is_empty(), "not even a connection");
    assert!(transport.send(&letter()).await.is_ok());
}

#[tokio::test]
async fn sending_can_be_left_to_a_task() {
    let server = Server::start(SmtpTls::Implicit, Habit::Good).await;
    let transport = Arc::new(server.transport(SmtpTls::Implicit));
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
