//! `recovery-desk-server serve` as it runs at somebody's: settings from a file, TLS, health, numbers, a log without
//! secrets, an orderly end.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use recovery_desk::clock::Clock;
use recovery_desk::database::Address;
use recovery_desk::keys::sealed_file::IfExists;
use recovery_desk::keys::unwrapped;
use reqwest::{Certificate, Client, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::command_line::Server;
use crate::harness::api::{ApiDesk, authority, certificate};
use crate::harness::{Engine, PASSWORD, World, on_both_databases};
use crate::window::free_port;

/// A server's process.
pub struct Running {
    child: Child,
    /// What it says on standard error, its log.
    log: Arc<Mutex<String>>,
    /// Where it is.
    pub url: url::Url,
    /// Where its numbers are.
    pub metrics: String,
}

impl Running {
    /// Starts one on the database of this world, by a settings file.
    pub fn start(world: &World, name: &str) -> Self {
        let port = free_port();
        Self::start_at(world, name, port, &format!("https://localhost:{port}/"))
    }

    /// Starts one at that port, which users and desks know by that address.
    pub fn start_at(world: &World, name: &str, port: u16, public_url: &str) -> Self {
        let metrics = free_port();
        let url: url::Url = format!("https://localhost:{port}/").parse().unwrap();
        let settings = settings_file(world, name, port, metrics, public_url);
        Self::by(&settings, url, metrics)
    }

    /// Starts one by a settings file, by which it is there.
    pub fn by(settings: &Path, url: url::Url, metrics: u16) -> Self {
        let mut child =
            Server::new(&["serve", "--log-format", "json"]).path("--settings", settings).start(&[]);
        let log = Arc::new(Mutex::new(String::new()));
        let (stderr, kept) = (child.stderr.take().unwrap(), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        Self { child, log, url, metrics: format!("http://127.0.0.1:{metrics}/metrics") }
    }

    /// Waits until it is ready.
    pub async fn ready(self) -> Self {
        let end = Instant::now() + Duration::from_secs(30);
        while !self.get("ready").await.is_ok_and(|response| response.status() == StatusCode::OK) {
            assert!(Instant::now() < end, "not ready: {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; how it ended, and what it printed.
    pub fn ended(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        let status = self.child.wait().unwrap();
        (status.code(), said)
    }

    /// Opens a page of it with a connection of its own, by the authority of the stories.
    pub async fn get(&self, path: &str) -> reqwest::Result<reqwest::Response> {
        http().get(self.url.join(path).unwrap()).send().await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn http() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let authority = Certificate::from_pem(&std::fs::read(authority()).unwrap()).unwrap();
    Client::builder().tls_certs_only([authority]).timeout(Duration::from_secs(5)).build().unwrap()
}

/// A settings file for a server of this world, with certificate and keys beside it.
pub fn settings_file(world: &World, name: &str, port: u16, metrics: u16, url: &str) -> PathBuf {
    let folder = world.folder.path().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    certificate(&folder);
    let chance = recovery_desk::chance::Chance::operating_system();
    unwrapped::write_file(&folder.join("keys"), &world.keys, IfExists::Replace, &chance).unwrap();
    let database = match &world.address {
        Address::Sqlite(path) => format!("sqlite = {path:?}"),
        Address::Postgres { url, .. } => {
            let file = folder.join("database-url");
            std::fs::write(&file, url.expose_secret()).unwrap();
            private(&file);
            "database_url_file = \"database-url\"".to_owned()
        }
    };
    let smtp = world.mail.as_ref().map(|mail| smtp(&folder, &mail.settings())).unwrap_or_default();
    let text = format!(
        "public_url = {url:?}\n\
         [organisation]\nname = \"Meridian\"\ndesk_phone = \"0113 496 0142\"\nopening_hours = \"every day\"\n\
         [server]\nlisten = \"127.0.0.1:{port}\"\nmetrics_listen = \"127.0.0.1:{metrics}\"\n\
         tls_certificate = \"tls.pem\"\ntls_key = \"tls.key\"\nkeys_unwrapped = \"keys\"\naudit_heads = {:?}\n{database}\n{smtp}",
        world.folder.path().join("audit-heads.jsonl"),
    );
    let path = folder.join("settings.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn smtp(folder: &Path, settings: &recovery_desk::smtp::SmtpSettings) -> String {
    let login = settings.login.as_ref().unwrap();
    std::fs::write(folder.join("smtp-password"), login.password.expose_secret()).unwrap();
    private(&folder.join("smtp-password"));
    format!(
        "[smtp]\nhost = \"localhost\"\nport = {}\ntls = \"start_tls\"\nfrom = \"desk@meridian.example\"\nuser = {:?}\n\
         password_file = \"smtp-password\"\nextra_root_certificate = {:?}\n",
        settings.port,
        login.user,
        settings.extra_root_certificate.as_ref().unwrap(),
    )
}

fn private(path: &Path) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

on_both_databases! {
    async fn a_server_of_one_settings_file_serves_tells_its_health_and_numbers_and_stops_in_order(engine: Engine) {
        let keys = recovery_desk::keys::DataKeys::fresh(&recovery_desk::chance::Chance::operating_system());
        let world = World::with(engine, keys, None, Clock::Database).await;
        let dana = world.agent("Dana Whitlock").await;
        let server = Running::start(&world, "server").ready().await;
        assert_eq!(server.get("health").await.unwrap().text().await.unwrap(), "alive\n");
        assert_eq!(server.get("sign-in?canary=Qx7Query").await.unwrap().status(), StatusCode::OK);
        let clear = server.url.as_str().replace("https:", "http:");
        assert!(http().get(clear).send().await.is_err(), "nothing is served in clear where there is TLS");

        let desk = ApiDesk::at(&server.url);
        // The code of this moment was used when the operator was made; the next one is accepted already.
        let code = dana.authenticator.code(world.desk.clock.machine() + recovery_rules::time::Span::seconds(30));
        let sign_in = json!({ "email": dana.email, "password": PASSWORD, "code": code });
        desk.ask("operator_sign_in", sign_in).await.unwrap();
        assert_eq!(desk.ask("open_call", json!({ "user_id": "none", "reference": null })).await.unwrap_err(), "not_found");

        let numbers = reqwest::get(&server.metrics).await.unwrap().text().await.unwrap();
        for line in [
            "recovery_desk_operations_total{operation=\"operator_sign_in\",outcome=\"done\"} 1",
            "recovery_desk_operations_total{operation=\"open_call\",outcome=\"not_found\"} 1",
            "recovery_desk_database_up 1",
            "# EOF",
        ] {
            assert!(numbers.contains(line), "{line} is not in\n{numbers}");
        }
        assert_eq!(server.get("metrics").await.unwrap().status(), StatusCode::NOT_FOUND, "not where strangers are");

        let mut stream = desk.listen(None).await.unwrap();
        server.signal("-TERM");
        while stream.next().await.is_ok() {}
        let log = Arc::clone(&server.log);
        let token = desk.token().unwrap();
        let (code, said) = server.ended();
        assert_eq!(code, Some(0), "{said}");
        let log = log.lock().unwrap().clone();
        let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told = |field: &str, value: &str| lines.iter().any(|line| line[field] == value);
        assert!(told("operation", "operator_sign_in") && told("outcome", "not_found"), "{log}");
        assert!(lines.iter().any(|line| line["span"]["id"].is_string() && line["ms"].is_number()), "{log}");
        for secret in [token.expose(), PASSWORD, "Qx7Query", &dana.email] {
            assert!(!log.contains(secret), "{secret} is in the log");
        }
    }

    async fn a_server_whose_database_is_newer_or_whose_keys_were_replaced_says_that_it_is_not_ready(engine: Engine) {
        let keys = recovery_desk::keys::DataKeys::fresh(&recovery_desk::chance::Chance::operating_system());
        let world = World::with(engine, keys, None, Clock::Database).await;
        let server = Running::start(&world, "server").ready().await;
        world.change("UPDATE meta SET value = $1 WHERE name = 'key_generation'", "7").await;
        let told = server.get("ready").await.unwrap();
        assert_eq!(told.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(told.text().await.unwrap(), "not ready: keys\n");
        assert_eq!(server.get("health").await.unwrap().status(), StatusCode::OK, "it lives all the same");
        world.change("UPDATE meta SET value = $1 WHERE name = 'key_generation'", "0").await;
        assert_eq!(server.get("ready").await.unwrap().status(), StatusCode::OK);
        let server = server;
        let mut tx = world.desk.database.begin().await.unwrap();
        recovery_desk::database::sql("UPDATE _sqlx_migrations SET version = 999 WHERE version = 2").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(server.get("ready").await.unwrap().text().await.unwrap(), "not ready: schema\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_said_with_where_they_come_from_and_without_secrets() {
    let world = World::with_mail(Engine::Postgres).await;
    let file = settings_file(&world, "server", 4443, 9464, "https://desk.example.org/");
    let shown =
        Server::new(&["settings", "--listen", "127.0.0.1:5555"]).path("--settings", &file).run(&[]).well();
    assert!(shown.out.contains("listen = \"127.0.0.1:5555\"  # command line or environment"), "{shown:?}");
    assert!(shown.out.contains("metrics_listen = \"127.0.0.1:9464\"  # file"), "{shown:?}");
    assert!(shown.out.contains("public_url = \"https://desk.example.org/\"  # file"), "{shown:?}");
    let password = world.mail.as_ref().unwrap().settings().login.unwrap().password.expose_secret().to_owned();
    for secret in [recovery_tests::cluster::DATABASE_PASSWORD, &password] {
        assert!(!shown.out.contains(secret), "{shown:?}");
    }
    let wrong = world.folder.path().join("wrong.toml");
    std::fs::write(&wrong, "[server]\nlisten = \"here\"\n").unwrap();
    Server::new(&["settings"]).path("--settings", &wrong).run(&[]).says(1, "wrong.toml can't be used");
    std::fs::write(&wrong, "[server]\nlitsen = \"127.0.0.1:1\"\n").unwrap();
    Server::new(&["settings"]).path("--settings", &wrong).run(&[]).says(1, "litsen");
    Server::new(&["settings", "--settings", "/nowhere.toml"]).run(&[]).says(1, "There is no settings file");
    // Half of TLS is none, and a key that others read is not used.
    let half = Server::new(&["serve", "--tls-certificate", "x.pem"]).path("--settings", &wrong);
    std::fs::write(&wrong, "").unwrap();
    half.run(&[]).says(1, "TLS needs both");
    let key = world.folder.path().join("server/tls.key");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    Server::new(&["serve", "--listen", "127.0.0.1:0"])
        .path("--settings", &file)
        .run(&[])
        .says(1, "other people can read it");
}
