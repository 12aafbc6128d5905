//! A desk server of this process over TLS, and desks without a window that talk to it.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use recovery_desk::chance::Chance;
use recovery_desk::device::DeviceKey;
use recovery_desk::failure::WireFailure;
use recovery_desk::news::DeskEvent;
use recovery_desk::operation::SessionChange;
use recovery_desk::secret::SecretText;
use recovery_rules::time::Span;
use recovery_web::desk_api::client::{DeskClient, EventStream};
use recovery_web::server::Server;
use recovery_web::server::listen::Listener;
use recovery_web::server::tls::TlsFiles;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

use super::world::request_id;
use super::{Agent, Engine, PASSWORD, World};

/// A desk server over TLS.
pub struct Served {
    /// Where it is.
    pub url: Url,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// A desk at a server.
pub struct ApiDesk {
    /// Its way there.
    pub client: DeskClient,
    token: Mutex<Option<SecretText>>,
}

/// A world whose account pages and desks are served over TLS at `localhost`.
pub async fn served(engine: Engine) -> (World, Served) {
    let (listener, url) = place();
    let world = World::with_pages(engine, url.as_str()).await;
    let served = Served::start(&world, world.desk.clone(), listener, url);
    (world, served)
}

/// A free place to serve.
pub fn place() -> (TcpListener, Url) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    (listener, url.parse().unwrap())
}

/// The published certificate of the stories, with a key nobody else can read.
pub fn certificate(folder: &Path) -> TlsFiles {
    let (certificate, key) = (folder.join("tls.pem"), folder.join("tls.key"));
    std::fs::copy(certificates().join("server.pem"), &certificate).unwrap();
    std::fs::copy(certificates().join("server.key.pem"), &key).unwrap();
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
    TlsFiles { certificate, key }
}

/// The authority that signed it.
pub fn authority() -> PathBuf {
    certificates().join("authority.pem")
}

fn certificates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/desk/src/smtp/test_certificate")
}

impl Served {
    /// Serves a desk on the database of this world.
    pub fn start(world: &World, desk: recovery_desk::desk::Desk, listener: TcpListener, url: Url) -> Self {
        let server = Server::new(desk);
        let listener = Listener::new(listener, Some(certificate(world.folder.path()))).unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn({
            async move {
                let until = async move {
                    let _ = stopped.await;
                };
                listener.serve(&server, until).await
            }
        });
        Self { url, stop: Some(stop), serving }
    }

    /// Stops it, letting what is under way finish.
    pub async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }

    /// A desk nobody is signed in at.
    pub fn desk(&self) -> ApiDesk {
        ApiDesk::at(&self.url)
    }

    /// A desk where this operator signs in, by a code of half a minute later.
    pub async fn sign_in(&self, world: &World, agent: &Agent) -> ApiDesk {
        let desk = self.desk();
        world.later(Span::seconds(30));
        desk.sign_in(world, agent).await.unwrap();
        desk
    }
}

impl ApiDesk {
    /// A desk with a new device key.
    pub fn at(url: &Url) -> Self {
        Self::with(url, DeviceKey::fresh(&Chance::operating_system()))
    }

    /// A desk with that device key.
    pub fn with(url: &Url, device: DeviceKey) -> Self {
        let client = DeskClient::new(url, Some(&authority()), device).unwrap();
        Self { client, token: Mutex::default() }
    }

    /// The token of whoever is signed in.
    pub fn token(&self) -> Option<SecretText> {
        self.token.lock().unwrap().clone()
    }

    /// Holds that token, wherever it comes from.
    pub fn hold(&self, token: Option<SecretText>) {
        *self.token.lock().unwrap() = token;
    }

    /// Signs in with password and the code of the moment.
    pub async fn sign_in(&self, world: &World, agent: &Agent) -> Result<Value, String> {
        let code = agent.authenticator.code(world.desk.clock.machine());
        self.ask("operator_sign_in", json!({ "email": agent.email, "password": PASSWORD, "code": code }))
            .await
    }

    /// Asks, with a new request id; the code of what went wrong.
    pub async fn ask(&self, name: &str, request: Value) -> Result<Value, String> {
        self.ask_by(&request_id(), name, request).await.map_err(|failure| failure.code)
    }

    /// Asks by that request id.
    pub async fn ask_by(&self, id: &str, name: &str, request: Value) -> Result<Value, WireFailure> {
        let answered = self.client.perform(self.token().as_ref(), name, Some(id), &request).await?;
        match answered.session {
            SessionChange::None => {}
            SessionChange::Started(token) | SessionChange::Arriving(token) => self.hold(Some(token)),
            SessionChange::Ended => self.hold(None),
        }
        Ok(answered.answer)
    }

    /// Listens.
    pub async fn listen(&self, last: Option<&str>) -> Result<EventStream, String> {
        self.client.events(self.token().as_ref(), last).await.map_err(|failure| failure.code)
    }
}

/// The next event of one of these kinds, within a few seconds.
pub async fn hears(stream: &mut EventStream, kinds: &[&str]) -> DeskEvent {
    let waiting = async {
        loop {
            let event = stream.next().await.expect("the stream goes on");
            if let Some(event) = event.filter(|event| kinds.contains(&event.kind.as_str())) {
                return event;
            }
        }
    };
    let heard = tokio::time::timeout(Duration::from_secs(8), waiting).await;
    heard.unwrap_or_else(|_| panic!("none of {kinds:?} within eight seconds"))
}
