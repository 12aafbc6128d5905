//! A scripted mail server on loopback, for tests: real sockets, real TLS, every way a server can misbehave.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::SmtpTls;

/// What the server does differently from a good one.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Habit {
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

pub(super) struct Server {
    pub(super) port: u16,
    /// Every line that came, marked with how it came.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(tls: SmtpTls, habit: Habit) -> Self {
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

    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
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

pub(super) fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/smtp/test_certificate").join(name)
}

pub(super) fn acceptor() -> TlsAcceptor {
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
