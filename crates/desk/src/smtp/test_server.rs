//! A scripted mail server on loopback, for tests: real sockets, real TLS, every way a server can misbehave. Its habit can
//! change while it runs. The stories include this very file (`tests/stories/harness/mod.rs`).

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::SmtpTls;

/// What the server does differently from a good one. Commands are named as they come: `"EHLO"`, `"AUTH"`, `"MAIL"`,
/// `"RCPT"`, `"DATA"`; `"greeting"` comes before all, `"."` is the end of the letter's text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Habit {
    Good,
    NoStartTls,
    /// Says this instead of the usual reply to the command.
    Says(&'static str, &'static str),
    /// Never answers the command.
    Silent(&'static str),
    /// Answers everything, but each time only after so many milliseconds.
    Slow(u64),
    /// Hangs up instead of answering the command; of a letter nothing is kept.
    HangsUp(&'static str),
    /// Keeps the letter, but hangs up before it says so.
    LosesItsAnswer,
    /// Keeps the letter, and says so after so many milliseconds.
    ThinksAboutIt(u64),
    /// Hangs up after each letter, as servers do that have waited too long.
    HangsUpAfterLetter,
    /// Shows a certificate that nobody vouches for.
    StrangeCertificate,
    /// Somebody on the way puts answers behind the one to STARTTLS, in clear.
    Injects(&'static str),
}

pub(crate) struct Server {
    pub(crate) port: u16,
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    tls: SmtpTls,
    habit: Mutex<Habit>,
    heard: Mutex<Vec<String>>,
    letters: Mutex<Vec<String>>,
}

impl Server {
    pub(crate) async fn start(tls: SmtpTls, habit: Habit) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST, tls, habit).await
    }

    /// At another address of this machine, for which its certificate is not.
    pub(crate) async fn start_at(address: Ipv4Addr, tls: SmtpTls, habit: Habit) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (habit, heard, letters) = (Mutex::new(habit), Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { tls, habit, heard, letters });
        let listening = Mutex::new(Some(listen(listener, shared.clone())));
        Self { port: address.port(), address, shared, listening }
    }

    /// From the next reply on.
    pub(crate) fn behaves(&self, habit: Habit) {
        *self.shared.habit.lock().unwrap() = habit;
    }

    /// Stops listening: connections are refused.
    pub(crate) async fn goes_down(&self) {
        let listening = self.listening.lock().unwrap().take();
        if let Some(task) = listening {
            task.abort();
            let _ = task.await;
        }
    }

    /// Listens again, on the same port.
    pub(crate) async fn comes_back(&self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        *self.listening.lock().unwrap() = Some(listen(listener, self.shared.clone()));
    }

    /// Every line that came, marked with how it came.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.shared.heard.lock().unwrap().clone()
    }

    /// How often somebody connected.
    pub(crate) fn connections(&self) -> usize {
        self.heard().iter().filter(|line| *line == "connected").count()
    }

    /// The letters it kept, in order.
    pub(crate) fn letters(&self) -> Vec<String> {
        self.shared.letters.lock().unwrap().clone()
    }
}

fn listen(listener: TcpListener, shared: Arc<Shared>) -> JoinHandle<()> {
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(shared.clone().converse(stream));
        }
    })
}

impl Shared {
    async fn converse(self: Arc<Self>, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        self.hears("connected".to_owned());
        if self.tls == SmtpTls::Implicit {
            if let Ok(stream) = self.acceptor().accept(stream).await {
                self.talk(BufReader::new(stream), true, true).await;
            }
            return;
        }
        if let Some(plain) = self.talk(BufReader::new(stream), false, true).await
            && let Ok(stream) = self.acceptor().accept(plain.into_inner()).await
        {
            self.talk(BufReader::new(stream), true, false).await;
        }
    }

    /// One conversation; gives the stream back when the client asked for STARTTLS.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: BufReader<S>,
        encrypted: bool,
        greet: bool,
    ) -> Option<BufReader<S>> {
        let how = if encrypted { "tls" } else { "plain" };
        let (mut in_text, mut text) = (false, String::new());
        let mut command = if greet { "greeting".to_owned() } else { String::new() };
        loop {
            if !command.is_empty() {
                let verb = command.split_whitespace().next().unwrap_or(".");
                let verb = if verb == "greeting" { verb.to_owned() } else { verb.to_ascii_uppercase() };
                let reply = self.reply(&verb, encrypted, &mut text).await?;
                stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
                in_text = reply.starts_with("354");
                match verb.as_str() {
                    "STARTTLS" if reply.starts_with("220") => return Some(stream),
                    "." if self.habit() == Habit::HangsUpAfterLetter => return None,
                    "QUIT" => return None,
                    _ => {}
                }
            }
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            self.hears(format!("{how}: {}", line.trim_end()));
            command = match (in_text, line.trim_end()) {
                (true, ".") | (false, _) => line.trim_end().to_owned(),
                (true, _) => {
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    String::new()
                }
            };
        }
    }

    /// What it says; nothing if it hangs up instead.
    async fn reply(&self, verb: &str, encrypted: bool, text: &mut String) -> Option<String> {
        let habit = self.habit();
        let usual = match verb {
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
        let letter = (verb == ".").then(|| std::mem::take(text));
        let keep = || self.letters.lock().unwrap().extend(letter);
        let milliseconds = |n| tokio::time::sleep(Duration::from_millis(n));
        match habit {
            Habit::Says(at, reply) if at == verb => return Some(reply.to_owned()),
            Habit::Silent(at) if at == verb => {
                milliseconds(60_000).await;
                return None;
            }
            Habit::Slow(n) => milliseconds(n).await,
            Habit::HangsUp(at) if at == verb => return None,
            Habit::LosesItsAnswer if verb == "." => {
                keep();
                return None;
            }
            Habit::ThinksAboutIt(n) if verb == "." => {
                keep();
                milliseconds(n).await;
                return Some(usual.to_owned());
            }
            Habit::Injects(more) if verb == "STARTTLS" => return Some(format!("{usual}\r\n{more}")),
            _ => {}
        }
        keep();
        Some(usual.to_owned())
    }

    fn habit(&self) -> Habit {
        *self.habit.lock().unwrap()
    }

    fn hears(&self, line: String) {
        self.heard.lock().unwrap().push(line);
    }

    fn acceptor(&self) -> TlsAcceptor {
        if self.habit() == Habit::StrangeCertificate {
            return acceptor(
                include_bytes!("test_certificate/stranger.pem"),
                include_bytes!("test_certificate/stranger.key.pem"),
            );
        }
        acceptor(
            include_bytes!("test_certificate/server.pem"),
            include_bytes!("test_certificate/server.key.pem"),
        )
    }
}

fn acceptor(chain: &[u8], key: &[u8]) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(chain).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
