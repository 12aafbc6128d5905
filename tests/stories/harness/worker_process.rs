//! A desk in another process: this very test program, started again with one ignored test, and told by a line on its
//! standard input where everything is.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use recovery_desk::clock::Clock;
use recovery_desk::database::Address;
use recovery_desk::desk::Desk;
use recovery_desk::keys::DataKeys;
use recovery_desk::smtp::SmtpSettings;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::world::{MORNING, PUBLIC_URL, World, open};

/// Starts the ignored test of that name on the database and keys of `world`, with its task. Its standard input stays
/// open as long as the child holds it.
pub fn start(world: &World, test: &str, task: &Value, stdout: Stdio) -> Child {
    let address = match &world.address {
        Address::Sqlite(path) => json!({ "sqlite": path }),
        Address::Postgres { url, .. } => json!({ "postgres": url.expose_secret() }),
    };
    let keys = world.keys.to_unwrapped();
    let folder = world.folder.path();
    let told = json!({ "address": address, "keys": keys.expose_secret(), "folder": folder, "task": task });
    let mut worker = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(stdout)
        .spawn()
        .unwrap();
    writeln!(worker.stdin.as_mut().unwrap(), "{told}").unwrap();
    worker
}

/// What the line says: where the desk is, and what to do.
pub struct Told(Value);

impl Told {
    /// Reads the line.
    pub fn read() -> Self {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap();
        Self(serde_json::from_str(&line).unwrap())
    }

    /// What to do.
    pub fn task(&self) -> &Value {
        &self.0["task"]
    }

    /// Opens the desk, with this mail server if there is one.
    pub async fn desk(&self, smtp: Option<SmtpSettings>) -> Desk {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let address = match self.0["address"].get("sqlite") {
            Some(path) => Address::Sqlite(PathBuf::from(text(path))),
            None => Address::Postgres { url: text(&self.0["address"]["postgres"]).into(), certificate: None },
        };
        let keys = DataKeys::from_unwrapped(&text(&self.0["keys"]).into()).unwrap();
        let (url, folder) = (PUBLIC_URL.parse().unwrap(), PathBuf::from(text(&self.0["folder"])));
        open(&address, &keys, smtp, None, &url, Clock::set_to(MORNING), &folder).await
    }
}
