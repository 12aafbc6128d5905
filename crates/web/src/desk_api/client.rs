//! The desk's side of the desk API, without a window: one operation, the stream of events, the envelope around both.
//! TLS is verified, always; plain HTTP is for a server on this very machine. It keeps nothing but the device key and
//! what the server's clock says.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::device::{DeviceKey, Request};
use recovery_desk::failure::{Failure, WireFailure};
use recovery_desk::news::DeskEvent;
use recovery_desk::operation::SessionChange;
use recovery_desk::secret::SecretText;
use recovery_desk::settings::file::encrypted_or_here;
use recovery_desk::{API_VERSION, OLDEST_API_VERSION};
use recovery_rules::refusal::Refusal;
use recovery_rules::time::Moment;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Certificate, Method, Response};
use serde_json::Value;
use url::Url;

use super::wire;

/// Connecting takes no longer, or the server counts as away.
const CONNECT: Duration = Duration::from_secs(5);
/// An answer takes no longer: the server itself gives up before.
const ANSWER: Duration = Duration::from_secs(20);
/// A stream without a sign of life for so long is broken.
const SILENCE: Duration = Duration::from_secs(3 * wire::HEARTBEAT_SECONDS);
/// The longest line of a stream: an event is ids.
const LONGEST_LINE: usize = 16 * 1024;

/// The code of a failure to reach the server. What became of a request that broke off is not known; its request id
/// finds out. It is the code of a fault, so that whoever knows how to go on after one does so here.
pub const UNREACHABLE: &str = "fault";

/// Why there can be no such client.
#[derive(Debug, thiserror::Error)]
pub enum ClientProblem {
    /// The address is none, or would send secrets in clear.
    #[error("The desk server's address must begin with https://, such as https://desk.example.org.")]
    Address,
    /// The file of the certificate authority can't be used.
    #[error("The certificate authority in {path} can't be used: {reason}")]
    Authority {
        /// Which file.
        path: std::path::PathBuf,
        /// Why.
        reason: String,
    },
    /// The system's TLS can't be set up.
    #[error("Connections can't be encrypted: {0}")]
    Tls(reqwest::Error),
}

/// The answer to an operation.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub answer: Value,
    /// What it does to the session.
    pub session: SessionChange,
}

/// A desk's way to its server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DeskClient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    http: reqwest::Client,
    base: Url,
    device: DeviceKey,
    chance: Chance,
    /// The server's clock less this machine's, ms.
    ahead: AtomicI64,
}

impl DeskClient {
    /// A client of the server at this address, with the device key of this desk. `authority`: a certificate authority
    /// of the own house, PEM, instead of the system's.
    ///
    /// # Errors
    /// [`ClientProblem`].
    pub fn new(base: &Url, authority: Option<&Path>, device: DeviceKey) -> Result<Self, ClientProblem> {
        if !encrypted_or_here(base) || base.cannot_be_a_base() || !base.username().is_empty() {
            return Err(ClientProblem::Address);
        }
        // Several parts of a program may want it; the first one sets it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .https_only(base.scheme() == "https")
            .user_agent(concat!("recovery-desk/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = authority {
            builder = builder.tls_certs_only(certificates(path)?);
        }
        let http = builder.build().map_err(ClientProblem::Tls)?;
        Ok(Self(Arc::new(Inner {
            http,
            base: base.clone(),
            device,
            chance: Chance::operating_system(),
            ahead: AtomicI64::new(0),
        })))
    }

    /// The device key, for the keyring.
    pub fn device(&self) -> &DeviceKey {
        &self.0.device
    }

    /// Where the server is.
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    /// Does what is asked, as whoever holds that token.
    ///
    /// # Errors
    /// The server's refusal, or [`UNREACHABLE`].
    pub async fn perform(
        &self,
        token: Option<&SecretText>,
        name: &str,
        request_id: Option<&str>,
        request: &Value,
    ) -> Result<Answered, WireFailure> {
        let body =
            serde_json::to_vec(request).map_err(|_| Failure::from(Refusal::MalformedRequest).wire())?;
        let asked = Request { operation: name, request_id, token, body: &body };
        let response = self.ask(Method::POST, &asked, None).await?;
        let session = session_of(response.headers());
        let answer = within(ANSWER, response.json::<Value>()).await?;
        Ok(Answered { answer, session })
    }

    /// Listens to what happens, from the last `id` heard if there is one.
    ///
    /// # Errors
    /// The server's refusal, or [`UNREACHABLE`].
    pub async fn events(
        &self,
        token: Option<&SecretText>,
        last: Option<&str>,
    ) -> Result<EventStream, WireFailure> {
        let asked = Request { operation: wire::EVENTS, request_id: None, token, body: b"" };
        let response = self.ask(Method::GET, &asked, last).await?;
        Ok(EventStream { response, text: Vec::new(), last: last.map(str::to_owned) })
    }

    /// Sends a request; one whose proof was of the wrong time goes again by the time the server told.
    async fn ask(
        &self,
        method: Method,
        asked: &Request<'_>,
        last: Option<&str>,
    ) -> Result<Response, WireFailure> {
        let first = self.send(method.clone(), asked, last).await;
        match first {
            Err(failure) if failure.code == Refusal::DeviceTime.code() => {
                self.send(method, asked, last).await
            }
            other => other,
        }
    }

    async fn send(
        &self,
        method: Method,
        asked: &Request<'_>,
        last: Option<&str>,
    ) -> Result<Response, WireFailure> {
        let inner = &*self.0;
        let now = Clock::Database.machine().0 + inner.ahead.load(Ordering::Relaxed);
        let proof = inner.device.prove(asked, Moment(now), &inner.chance);
        let url = inner
            .base
            .join(&format!("/desk/{}", asked.operation))
            .map_err(|_| Failure::from(Refusal::MalformedRequest).wire())?;
        let mut request = inner
            .http
            .request(method, url)
            .header(wire::API_VERSION, API_VERSION)
            .header(wire::PROOF, proof)
            .header(CONTENT_TYPE, "application/json")
            .body(asked.body.to_vec());
        if let Some(request_id) = asked.request_id {
            request = request.header(wire::REQUEST_ID, request_id);
        }
        if let Some(last) = last {
            request = request.header(wire::LAST_EVENT, last);
        }
        if let Some(token) = asked.token
            && let Ok(mut value) = HeaderValue::try_from(format!("Bearer {}", token.expose()))
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let response = within(ANSWER, request.send()).await?;
        self.understand(response).await
    }

    /// The envelope of an answer: the time, the version, a refusal.
    async fn understand(&self, response: Response) -> Result<Response, WireFailure> {
        let number = |name: &str| response.headers().get(name)?.to_str().ok()?.parse::<i64>().ok();
        let (version, time) = (number(wire::API_VERSION), number(wire::TIME));
        if let Some(time) = time {
            let ahead = time - Clock::Database.machine().0;
            self.0.ahead.store(ahead, Ordering::Relaxed);
        }
        match version {
            Some(OLDEST_API_VERSION..=API_VERSION) => {}
            // A newer server that still answers this desk says so by answering; what it refuses is told below.
            Some(newer) if newer > API_VERSION => {}
            Some(_) => return Err(Failure::from(Refusal::DeskTooNew).wire()),
            // Something else answers at that address: a proxy whose server is away, or another site.
            None => return Err(unreachable(&"what answers there is no desk server")),
        }
        if response.status().is_success() {
            return Ok(response);
        }
        Err(match within(ANSWER, response.json::<WireFailure>()).await {
            Ok(failure) => failure,
            Err(failure) => failure,
        })
    }
}

/// The stream of events.
#[derive(Debug)]
pub struct EventStream {
    response: Response,
    text: Vec<u8>,
    last: Option<String>,
}

impl EventStream {
    /// The next event; nothing for a sign of life.
    ///
    /// # Errors
    /// [`UNREACHABLE`]: the stream broke, or its server stopped.
    pub async fn next(&mut self) -> Result<Option<DeskEvent>, WireFailure> {
        loop {
            if let Some(end) = self.text.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.text.drain(..end + 2).collect();
                return Ok(self.read(&String::from_utf8_lossy(&block)));
            }
            if self.text.len() > LONGEST_LINE {
                return Err(unreachable(&"the stream of events is not one"));
            }
            match within(SILENCE, self.response.chunk()).await? {
                Some(chunk) => self.text.extend_from_slice(&chunk),
                None => return Err(unreachable(&"the stream of events ended")),
            }
        }
    }

    /// Where to go on after a break.
    pub fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    fn read(&mut self, block: &str) -> Option<DeskEvent> {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim_start);
        if let Some(id) = field("id:") {
            self.last = Some(id.to_owned());
        }
        serde_json::from_str(field("data:")?).ok()
    }
}

fn session_of(headers: &HeaderMap) -> SessionChange {
    let text = headers.get(wire::SESSION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match text.split_once(' ') {
        Some((wire::STARTED, token)) => SessionChange::Started(SecretText::new(token)),
        Some((wire::ARRIVING, token)) => SessionChange::Arriving(SecretText::new(token)),
        _ if text == wire::ENDED => SessionChange::Ended,
        _ => SessionChange::None,
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, ClientProblem> {
    let problem = |reason: String| ClientProblem::Authority { path: path.to_owned(), reason };
    let pem = std::fs::read(path).map_err(|error| problem(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| problem(error.to_string()))?;
    if found.is_empty() {
        return Err(problem("there is no certificate in it".to_owned()));
    }
    Ok(found)
}

async fn within<T>(
    bound: Duration,
    asking: impl Future<Output = Result<T, reqwest::Error>>,
) -> Result<T, WireFailure> {
    match tokio::time::timeout(bound, asking).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(unreachable(&deepest(&error))),
        Err(_) => Err(unreachable(&"no answer in time")),
    }
}

/// What lies under the library's general words: a name that doesn't resolve, a certificate that isn't trusted.
fn deepest(error: &reqwest::Error) -> String {
    let mut at: &dyn std::error::Error = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

fn unreachable(reason: &dyn std::fmt::Display) -> WireFailure {
    tracing::info!(%reason, "desk server");
    WireFailure {
        code: UNREACHABLE.to_owned(),
        message: format!(
            "The desk server can't be reached ({reason}). Nothing is done twice; it is tried again by itself."
        ),
        field: None,
        reference: None,
        until: None,
    }
}
