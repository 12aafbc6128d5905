//! A fresh, migrated database for one story: a SQLite file of its own, or a copy of a migrated template in the
//! run's PostgreSQL.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use recovery_desk::database::{Address, Database};
use tokio::sync::OnceCell;

use recovery_tests::cluster::Cluster;

/// On which database a story runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The address of a fresh database, and on PostgreSQL its name.
pub async fn fresh(engine: Engine, folder: &Path) -> Address {
    match engine {
        Engine::Sqlite => Address::Sqlite(folder.join("auth.db")),
        Engine::Postgres => {
            static TEMPLATE: OnceCell<()> = OnceCell::const_new();
            TEMPLATE.get_or_init(make_template).await;
            Address::Postgres { url: cluster().url(&copy_of("template_migrated")).into(), certificate: None }
        }
    }
}

/// The PostgreSQL of this run.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start("", &[]))
}

/// An empty database on the server, without our schema.
pub fn empty() -> Address {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("empty_{}", MADE.fetch_add(1, Ordering::Relaxed));
    cluster().run("postgres", &format!("CREATE DATABASE {name}"));
    Address::Postgres { url: cluster().url(&name).into(), certificate: None }
}

async fn make_template() {
    cluster().run("postgres", "CREATE DATABASE template_migrated");
    let url = cluster().url("template_migrated").into();
    let database = Database::connect(&Address::Postgres { url, certificate: None }).await.unwrap();
    database.migrate().await.unwrap();
    database.close().await;
}

fn copy_of(template: &str) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("story_{}", MADE.fetch_add(1, Ordering::Relaxed));
    // Reading the template while another copy is made is allowed; being connected to it is not.
    cluster().run("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"));
    name
}
