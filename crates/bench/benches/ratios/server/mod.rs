//! `recovery-desk-server serve` as a process of its own, desks that talk to it over TLS, and a server of the same kind that
//! does nothing. Both servers are this very program, started again: built alike, with the same code as the real one.

mod api;
mod events;
mod hundred_desks;
mod nothing;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use recovery_desk::chance::Chance;
use recovery_desk::database::{Address, sql};
use recovery_desk::desk::Desk;
use recovery_desk::device::DeviceKey;
use recovery_desk::keys::unwrapped::{self, IfExists};
use recovery_desk::secret::SecretText;
use recovery_tests::ports::free_port;
use recovery_web::desk_api::client::{DeskClient, EventStream};
use recovery_web::server::tls::TlsFiles;
use secrecy::ExposeSecret;
use serde_json::Value;
use url::Url;

use crate::filled::Filled;
use crate::mail::sink::certificates;
use crate::people_sessions::agent_at;

pub use api::measure as measure_api;
pub use events::measure as measure_events;
pub use hundred_desks::measure as measure_desks;
pub use nothing::serve as serve_nothing;

/// With this first word this program is the server that does nothing.
pub const NOTHING: &str = "serve-nothing";

/// A server's process; it ends with this.
struct Running {
    child: Child,
    url: Url,
    // Held: its settings, certificate and keys.
    _folder: tempfile::TempDir,
}

impl Running {
    /// A real one on this database, which sends letters to a mail server on that port if there is one.
    async fn on(filled: &Filled, mail: Option<u16>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let settings = settings_file(filled, folder.path(), port, mail);
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["serve", "--settings"]).arg(settings).env_remove("RECOVERY_DESK_DATABASE_URL");
        Self::started(command, port, folder).await
    }

    /// One that does nothing.
    async fn doing_nothing() -> Self {
        let folder = tempfile::tempdir().unwrap();
        certificate(folder.path());
        let port = free_port();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([NOTHING, &port.to_string()]).arg(folder.path());
        Self::started(command, port, folder).await
    }

    async fn started(mut command: Command, port: u16, folder: tempfile::TempDir) -> Self {
        let log = folder.path().join("log");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(&log).unwrap());
        let url: Url = format!("https://localhost:{port}/").parse().unwrap();
        let running = Self { child: command.spawn().unwrap(), url, _folder: folder };
        let (http, end) = (http(), Instant::now() + Duration::from_secs(30));
        let ready = running.url.join("ready").unwrap();
        while !http.get(ready.clone()).send().await.is_ok_and(|answer| answer.status().is_success()) {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(Instant::now() < end, "the server is not ready: {said}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        running
    }

    /// Its process, as `/proc` names it.
    fn process(&self) -> String {
        self.child.id().to_string()
    }

    /// A desk there where a new agent is signed in.
    async fn desk(&self, desk: &Desk, number: usize) -> ApiDesk {
        let device = DeviceKey::fresh(&desk.chance);
        let token = agent_at(desk, &format!("agent-{number}@meridian.example"), &device).await;
        let authority = certificates().join("authority.pem");
        ApiDesk { client: DeskClient::new(&self.url, Some(&authority), device).unwrap(), token }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A desk at a server.
#[derive(Clone)]
struct ApiDesk {
    client: DeskClient,
    token: SecretText,
}

impl ApiDesk {
    /// Asks, with a new request id.
    async fn ask(&self, name: &str, request: Value) -> Value {
        let id = format!("{:032x}", u128::from_be_bytes(Chance::operating_system().bytes()));
        let answered = self.client.perform(Some(&self.token), name, Some(&id), &request).await;
        answered.unwrap_or_else(|failure| panic!("{name}: {failure:?}")).answer
    }

    /// Listens.
    async fn listen(&self) -> EventStream {
        self.client.events(Some(&self.token), None).await.unwrap()
    }
}

/// A client that trusts the same authority.
fn http() -> reqwest::Client {
    let pem = std::fs::read(certificates().join("authority.pem")).unwrap();
    let authority = reqwest::Certificate::from_pem(&pem).unwrap();
    reqwest::Client::builder().tls_certs_only([authority]).build().unwrap()
}

/// More than an operator may do in an hour: what is measured is the work, not the limit.
async fn forget_limits(desk: &Desk) {
    let mut tx = desk.database.begin().await.unwrap();
    sql("DELETE FROM counters").run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// The published certificate of the tests, with a key nobody else can read.
fn certificate(folder: &Path) -> TlsFiles {
    let (certificate, key) = (folder.join("tls.pem"), folder.join("tls.key"));
    std::fs::copy(certificates().join("server.pem"), &certificate).unwrap();
    std::fs::copy(certificates().join("server.key.pem"), &key).unwrap();
    private(&key);
    TlsFiles { certificate, key }
}

fn private(path: &Path) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

fn settings_file(filled: &Filled, folder: &Path, port: u16, mail: Option<u16>) -> std::path::PathBuf {
    certificate(folder);
    unwrapped::write_file(&folder.join("keys"), &filled.desk.keys, IfExists::Replace, &filled.desk.chance)
        .unwrap();
    let database = match &filled.address {
        Address::Sqlite(path) => format!("sqlite = {path:?}"),
        Address::Postgres { url, .. } => {
            let file = folder.join("database-url");
            std::fs::write(&file, url.expose_secret()).unwrap();
            private(&file);
            "database_url_file = \"database-url\"".to_owned()
        }
    };
    let smtp = mail.map(|mail| {
        format!(
            "[smtp]\nhost = \"localhost\"\nport = {mail}\ntls = \"implicit\"\nfrom = \"desk@meridian.example\"\n\
             extra_root_certificate = {:?}\n",
            certificates().join("authority.pem").canonicalize().unwrap()
        )
    });
    let text = format!(
        "public_url = \"https://localhost:{port}/\"\n\
         [organisation]\nname = \"Meridian\"\ndesk_phone = \"0113 496 0142\"\nopening_hours = \"every day\"\n\
         [server]\nlisten = \"127.0.0.1:{port}\"\ntls_certificate = \"tls.pem\"\ntls_key = \"tls.key\"\n\
         keys_unwrapped = \"keys\"\naudit_heads = \"audit-heads.jsonl\"\n{database}\n{}",
        smtp.unwrap_or_default()
    );
    let path = folder.join("settings.toml");
    std::fs::write(&path, text).unwrap();
    path
}
