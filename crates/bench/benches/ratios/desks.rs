//! A live desk on a fresh database that writes each commit to the disk, with what hashing costs in earnest.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, Database};
use recovery_desk::desk::{Desk, Parts};
use recovery_desk::hashing::HashingCost;
use recovery_desk::keys::DataKeys;
use recovery_desk::letters::ShownTimes;
use recovery_desk::settings::{Organisation, Settings};
use recovery_tests::cluster::Cluster;

/// On which database it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// Both.
pub const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

impl Engine {
    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A desk and where its things lie.
pub struct Bench {
    /// The desk.
    pub desk: Desk,
    /// Held, so that the folder of its file and its heads is there as long as this is.
    _folder: tempfile::TempDir,
}

/// What one more desk needs.
#[derive(Clone, Copy)]
pub struct Wanted {
    /// On which database.
    pub engine: Engine,
    /// What hashes cost.
    pub hashing: HashingCost,
}

/// Settings of a PostgreSQL something is measured on.
pub const MEASURED: &str = "max_wal_size = '4GB'";

/// The PostgreSQL of this run.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start_lasting(MEASURED))
}

/// The address of an empty database.
pub fn empty(engine: Engine, folder: &std::path::Path) -> Address {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    match engine {
        Engine::Sqlite => Address::Sqlite(folder.join(format!("auth-{number}.db"))),
        Engine::Postgres => {
            let name = format!("bench_{number}");
            cluster().run("postgres", &format!("CREATE DATABASE {name}"));
            Address::Postgres { url: cluster().url(&name).into(), certificate: None }
        }
    }
}

/// Opens a desk on an empty database.
pub async fn open(wanted: Wanted) -> Bench {
    open_at(wanted, "https://accounts.meridian.example/").await
}

/// The same with its account pages at that address.
pub async fn open_at(wanted: Wanted, public_url: &str) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let address = empty(wanted.engine, folder.path());
    let keys = DataKeys::fresh(&Chance::operating_system());
    let desk = desk_on(&address, keys, wanted.hashing, public_url, folder.path()).await;
    Bench { desk, _folder: folder }
}

/// A desk on that database, whose signed heads go into that folder.
pub async fn desk_on(
    address: &Address,
    keys: DataKeys,
    hashing: HashingCost,
    public_url: &str,
    folder: &Path,
) -> Desk {
    Desk::open(Parts {
        database: Database::connect(address).await.unwrap(),
        keys,
        settings: Settings {
            organisation: Organisation::of_the_demo(),
            public_url: public_url.parse().unwrap(),
            times: ShownTimes::utc(),
            smtp: None,
            sms: None,
            default_region: Default::default(),
            trusted_proxies: Default::default(),
            breached_passwords: Default::default(),
        },
        clock: Clock::Database,
        chance: Chance::operating_system(),
        hashing,
        audit_heads: Some(folder.join("audit-heads.jsonl")),
    })
    .await
    .unwrap()
}
