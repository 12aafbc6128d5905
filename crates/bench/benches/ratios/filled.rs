//! A database filled with very many people, thrown away at the end or kept in a folder: filling one with ten million takes
//! long and may be done beside other work, what is measured in it may not.

use std::path::{Path, PathBuf};

use recovery_desk::chance::Chance;
use recovery_desk::database::{Address, sql};
use recovery_desk::desk::Desk;
use recovery_desk::hashing::HashingCost;
use recovery_desk::keys::DataKeys;
use recovery_tests::cluster::Cluster;

use crate::desks::{Engine, MEASURED, cluster, desk_on, empty};
use crate::seed::seed;

/// The database of the people in a kept PostgreSQL.
const NAME: &str = "people";
/// Settings of a kept PostgreSQL while it fills: room for what is sorted in, few checkpoints, nothing beside it.
const FILLS: &str = "shared_buffers = 1GB\nmax_wal_size = '4GB'\ncheckpoint_timeout = '1h'\nautovacuum = off\n\
                     wal_level = minimal\nmax_wal_senders = 0";
/// Where links lead; none is opened.
const PUBLIC_URL: &str = "https://accounts.meridian.example/";

/// A desk among many people.
pub struct Filled {
    /// The desk.
    pub desk: Desk,
    /// Where its database is.
    pub address: Address,
    /// Every thousandth id.
    pub ids: Vec<String>,
    // Held: the folder of its heads (and of a file thrown away), and its own PostgreSQL.
    _folder: tempfile::TempDir,
    _cluster: Option<Cluster>,
}

/// A database with so many people. `keep`: the folder where it is kept; if it is there already, it is used.
pub async fn filled(engine: Engine, users: usize, keep: Option<&Path>) -> Filled {
    let folder = tempfile::tempdir().unwrap();
    let (address, ids, cluster) = match (keep, engine) {
        (None, _) => {
            let address = empty(engine, folder.path());
            let ids = seed(&address, users).await;
            if engine == Engine::Postgres {
                cluster().run(database_of(&address), ANALYSE);
            }
            (address, ids, None)
        }
        (Some(keep), Engine::Sqlite) => {
            let (address, ids) = kept_sqlite(keep, users).await;
            (address, ids, None)
        }
        (Some(keep), Engine::Postgres) => {
            let (cluster, ids) = kept_postgres(keep, users).await;
            (address_in(&cluster), ids, Some(cluster))
        }
    };
    // The same keys in every run: a database knows its own.
    let keys = DataKeys::fresh(&Chance::seeded(1));
    let desk = desk_on(&address, keys, HashingCost::cheap(), PUBLIC_URL, folder.path()).await;
    if engine == Engine::Sqlite {
        let mut tx = desk.database.begin().await.unwrap();
        sql("PRAGMA optimize").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    }
    Filled { desk, address, ids, _folder: folder, _cluster: cluster }
}

/// PostgreSQL does this by itself, a minute after a table grew.
const ANALYSE: &str = "VACUUM ANALYZE";

async fn kept_sqlite(keep: &Path, users: usize) -> (Address, Vec<String>) {
    std::fs::create_dir_all(keep).unwrap();
    let (path, list) = places(keep, "sqlite", users);
    let path = path.with_extension("db");
    let address = Address::Sqlite(path.clone());
    if let Some(ids) = listed(&list) {
        return (address, ids);
    }
    // Of a run that was broken off.
    for of in ["db", "db-wal", "db-shm"] {
        let _ = std::fs::remove_file(path.with_extension(of));
    }
    let ids = seed(&address, users).await;
    std::fs::write(&list, ids.join("\n")).unwrap();
    (address, ids)
}

async fn kept_postgres(keep: &Path, users: usize) -> (Cluster, Vec<String>) {
    let (folder, list) = places(keep, "postgres", users);
    let ids = match listed(&list) {
        Some(ids) => ids,
        None => {
            let _ = std::fs::remove_dir_all(&folder);
            let cluster = Cluster::start_kept(&folder, FILLS, false);
            cluster.run("postgres", &format!("CREATE DATABASE {NAME}"));
            let ids = seed(&address_in(&cluster), users).await;
            cluster.run(NAME, ANALYSE);
            cluster.end();
            std::fs::write(&list, ids.join("\n")).unwrap();
            ids
        }
    };
    (Cluster::start_kept(&folder, MEASURED, true), ids)
}

/// Where it lies, and where its ids are listed: written last, so that a list says that everything is there.
fn places(keep: &Path, engine: &str, users: usize) -> (PathBuf, PathBuf) {
    let path = keep.join(format!("{engine}-{users}"));
    let list = path.with_extension("ids");
    (path, list)
}

fn listed(list: &Path) -> Option<Vec<String>> {
    Some(std::fs::read_to_string(list).ok()?.lines().map(str::to_owned).collect())
}

fn address_in(cluster: &Cluster) -> Address {
    Address::Postgres { url: cluster.url(NAME).into(), certificate: None }
}

fn database_of(address: &Address) -> &str {
    use secrecy::ExposeSecret;
    match address {
        Address::Postgres { url, .. } => url.expose_secret().rsplit('/').next().unwrap_or_default(),
        Address::Sqlite(_) => "",
    }
}
