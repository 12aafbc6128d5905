//! `recovery-desk-server` as a person or a script meets it: what it prints, how it ends, what it leaves behind. The
//! program under test is the one that `cargo build` made.

mod audit;
mod backup;
mod import;
mod keys;
mod sentences;
mod user;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use recovery_desk::chance::Chance;
use recovery_desk::database::Address;
use recovery_desk::keys::sealed_file::{self, IfExists};
use recovery_desk::keys::{DataKeys, Passphrase};
use secrecy::ExposeSecret;

use crate::harness::World;

/// The recovery passphrase of every keys.sealed here.
pub const PASSPHRASE: &str = "eleven quiet lamps on the quay";

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// It did what was asked.
    #[track_caller]
    pub fn well(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// It did not, and says this.
    #[track_caller]
    pub fn says(self, code: i32, sentence: &str) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(sentence), "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        self
    }
}

/// A command that is not started yet.
pub struct Server(Command);

impl Server {
    /// `recovery-desk-server` with these words.
    pub fn new(words: &[&str]) -> Self {
        let mut command = Command::new(program());
        command.args(words).env_remove("RECOVERY_DESK_DATABASE_URL").env_remove("RUST_LOG");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command)
    }

    /// On the database of this story.
    pub fn on(self, world: &World) -> Self {
        self.at(&world.address)
    }

    /// On that database.
    pub fn at(mut self, address: &Address) -> Self {
        match address {
            Address::Sqlite(path) => self.0.arg("--sqlite").arg(path),
            Address::Postgres { url, .. } => self.0.env("RECOVERY_DESK_DATABASE_URL", url.expose_secret()),
        };
        self
    }

    /// With a path by itself.
    pub fn path_alone(mut self, path: &Path) -> Self {
        self.0.arg(path);
        self
    }

    /// With a path as an option.
    pub fn path(mut self, option: &str, path: &Path) -> Self {
        self.0.arg(option).arg(path);
        self
    }

    /// On a machine in that time zone.
    pub fn zone(mut self, name: &str) -> Self {
        self.0.env("TZ", name);
        self
    }

    /// Starts it and types these lines.
    pub fn start(mut self, typed: &[&str]) -> Child {
        let mut child = self.0.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        for line in typed {
            // A program that ended before it asked is a story's business, not the pipe's.
            let _ = writeln!(stdin, "{line}");
        }
        child
    }

    /// Runs it to its end.
    pub fn run(self, typed: &[&str]) -> Ran {
        ended(self.start(typed))
    }
}

/// Waits for a command.
pub fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Writes the keys of a story into `keys.sealed`.
pub fn sealed(world: &World) -> PathBuf {
    let path = world.folder.path().join("keys.sealed");
    seal(&path, &world.keys, IfExists::Refuse);
    path
}

/// Writes keys under the passphrase.
pub fn seal(path: &Path, keys: &DataKeys, if_exists: IfExists) {
    sealed_file::seal_to_file(path, keys, &passphrase(), if_exists, &Chance::operating_system()).unwrap();
}

/// Opens keys with the passphrase.
pub fn opened(path: &Path) -> DataKeys {
    sealed_file::open_file(path, &passphrase()).unwrap()
}

fn passphrase() -> Passphrase {
    Passphrase::parse(&PASSPHRASE.into()).unwrap()
}

/// Everything in the database that a command of these stories could change, as one text to compare.
pub async fn state(world: &World) -> String {
    let mut state = String::new();
    for (name, statement) in [
        ("audit", "SELECT COUNT(*) FROM audit"),
        ("users", "SELECT COUNT(*) FROM users"),
        ("companies", "SELECT COUNT(*) FROM companies"),
        ("2-step", "SELECT COUNT(*) FROM two_step"),
        ("meta", "SELECT COUNT(*) FROM meta"),
        ("generation", "SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'key_generation'"),
        ("names", "SELECT COALESCE(SUM(LENGTH(given_name) + LENGTH(family_name)), 0) FROM users"),
        ("phones", "SELECT COUNT(offered_phone) FROM users"),
    ] {
        state.push_str(&format!("{name} {}; ", world.count(statement).await));
    }
    state
}

fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.ancestors().nth(2).unwrap().join("recovery-desk-server");
    assert!(
        program.exists(),
        "{} is missing: cargo build --workspace --all-targets, or run ./test",
        program.display()
    );
    program
}
