//! Which database and which keys a command is about, and how a desk is opened for it.

use std::path::PathBuf;

use clap::Args;
use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, Database};
use recovery_desk::desk::{Desk, Parts};
use recovery_desk::hashing::HashingCost;
use recovery_desk::keys::{DataKeys, unwrapped};
use recovery_desk::settings::Settings;
use url::Url;

use super::CommandError;
use super::asking::ask_passphrase;

/// Where the database is.
#[derive(Args, Clone)]
#[group(id = "database", required = true, multiple = false)]
pub struct Place {
    /// A SQLite file.
    #[arg(long)]
    sqlite: Option<PathBuf>,
    /// postgres://user@host/database; better in the environment than here, where other programs can read it.
    #[arg(long, env = "RECOVERY_DESK_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// The keys.
#[derive(Args, Clone)]
pub struct KeysPlace {
    /// `keys.sealed`; its recovery passphrase is asked.
    #[arg(long, required_unless_present_any = ["keys_unwrapped", "demo"])]
    keys: Option<PathBuf>,
    /// A file with the unwrapped keys, readable by its owner alone.
    #[arg(long, conflicts_with = "keys")]
    keys_unwrapped: Option<PathBuf>,
    /// The database is a demo: its keys are the published ones.
    #[arg(long, conflicts_with_all = ["keys", "keys_unwrapped"])]
    demo: bool,
}

/// A database and its keys.
#[derive(Args, Clone)]
pub struct Opened {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    keys: KeysPlace,
    /// A certificate authority of the own house for PostgreSQL, in PEM.
    #[arg(long)]
    certificate: Option<PathBuf>,
}

impl Place {
    /// Its address; a SQLite file must be there already.
    pub fn address(&self) -> Result<Address, CommandError> {
        self.address_with(None)
    }

    /// Its address, PostgreSQL's certificate checked by this authority.
    pub fn address_with(&self, certificate: Option<PathBuf>) -> Result<Address, CommandError> {
        match (&self.sqlite, &self.database_url) {
            (Some(path), _) if !path.exists() => {
                Err(format!("There is no file {}. Check the path.", path.display()).into())
            }
            (Some(path), _) => Ok(Address::Sqlite(path.clone())),
            (None, Some(url)) => Ok(Address::Postgres { url: url.clone().into(), certificate }),
            (None, None) => Err("Say which database: --sqlite or --database-url.".into()),
        }
    }
}

impl Place {
    /// A place that was found out elsewhere.
    pub const fn of(sqlite: Option<PathBuf>, database_url: Option<String>) -> Self {
        Self { sqlite, database_url }
    }
}

impl Opened {
    /// A database and keys that were found out elsewhere.
    pub const fn of(place: Place, keys: KeysPlace, certificate: Option<PathBuf>) -> Self {
        Self { place, keys, certificate }
    }
}

impl KeysPlace {
    /// Keys that were found out elsewhere.
    pub const fn of(keys: Option<PathBuf>, keys_unwrapped: Option<PathBuf>, demo: bool) -> Self {
        Self { keys, keys_unwrapped, demo }
    }

    /// Opens them; a sealed file's passphrase is asked.
    pub fn open(&self) -> Result<DataKeys, CommandError> {
        match (&self.keys_unwrapped, &self.keys) {
            _ if self.demo => Ok(DataKeys::published_demo()),
            (Some(path), _) => Ok(unwrapped::read_file(path)?),
            (None, Some(path)) => Ok(ask_passphrase("Recovery passphrase: ")?.open(path)?),
            (None, None) => Err("Say where the keys are: --keys, --keys-unwrapped or --demo.".into()),
        }
    }
}

impl Opened {
    /// Whether a passphrase has to be asked.
    pub const fn asks_passphrase(&self) -> bool {
        self.keys.keys.is_some()
    }

    /// Opens a desk, for a command that sends no letters and shows no pages.
    pub async fn desk(self) -> Result<Desk, CommandError> {
        let settings = Settings::for_commands(Url::parse("http://localhost")?);
        self.desk_with(settings, None).await
    }

    /// Opens a desk with these settings, which signs heads of the audit log into that file.
    pub async fn desk_with(
        self,
        settings: Settings,
        audit_heads: Option<PathBuf>,
    ) -> Result<Desk, CommandError> {
        let keys = self.keys.open()?;
        open(&self.place.address_with(self.certificate)?, keys, settings, audit_heads).await
    }
}

/// Opens a desk on a database with keys that are open already.
pub async fn open_quietly(address: &Address, keys: DataKeys) -> Result<Desk, CommandError> {
    open(address, keys, Settings::for_commands(Url::parse("http://localhost")?), None).await
}

async fn open(
    address: &Address,
    keys: DataKeys,
    settings: Settings,
    audit_heads: Option<PathBuf>,
) -> Result<Desk, CommandError> {
    Ok(Desk::open(Parts { settings, audit_heads, ..parts_of(address, keys).await? }).await?)
}

/// The parts of a desk for commands, with its database connected.
pub async fn parts_of(address: &Address, keys: DataKeys) -> Result<Parts, CommandError> {
    Ok(Parts {
        database: Database::connect(address).await?,
        keys,
        settings: Settings::for_commands(Url::parse("http://localhost")?),
        clock: Clock::Database,
        chance: Chance::operating_system(),
        hashing: HashingCost::standard(),
        audit_heads: None,
    })
}
