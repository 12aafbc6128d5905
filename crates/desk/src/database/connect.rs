//! Connecting: a SQLite file with the settings that lose nothing, or PostgreSQL over verified TLS.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, SqliteConnection};

use super::Database;

/// Where the auth database is.
#[derive(Clone, Debug)]
pub enum Address {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres {
        /// `postgres://user:password@host/database`.
        url: secrecy::SecretString,
        /// A certificate authority of the own house, in PEM, instead of the public ones.
        certificate: Option<PathBuf>,
    },
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is not one.
    #[error("That is not a database address. Write postgres://user@host/database, or choose a SQLite file.")]
    NotAnAddress,
    /// The server asks for a connection that is not verified.
    #[error(
        "The connection to PostgreSQL must be encrypted and verified. Remove sslmode from the address, or set it to verify-full."
    )]
    NotVerified,
    /// The folder of the file can't be written.
    #[error("The folder {0} can't be used: {1}. Choose another one, or change its permissions.")]
    Folder(PathBuf, std::io::Error),
    /// The name or the password is not right.
    #[error("The database refused this name or password. Check both, or ask whoever runs the database.")]
    Login,
    /// The file is none of SQLite's.
    #[error("{} is not a SQLite database. Choose another file.", .0.display())]
    NotSqlite(PathBuf),
    /// The database belongs to another program.
    #[error("This database belongs to another program. Choose an empty one, or one made by Recovery Desk.")]
    AnotherProgram,
    /// The database did not answer or refused.
    #[error("The database can't be opened: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for ConnectError {
    fn from(error: sqlx::Error) -> Self {
        // PostgreSQL's class 28: invalid authorisation. Its own words name a line of its configuration.
        match error.as_database_error().and_then(|error| error.code()) {
            Some(code) if code.starts_with("28") => Self::Login,
            _ => Self::Database(error),
        }
    }
}

/// Readers beside the one writer; more than the machine's cores would only wait for each other.
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long an operation waits for a connection, and SQLite's writer for another program, before it is refused:
/// whoever waits on the phone is told to try again within three seconds.
pub(super) const PATIENCE: Duration = Duration::from_millis(2_500);
/// One try to become SQLite's writer; between tries the next of our own gets a turn.
const ONE_TRY: Duration = Duration::from_millis(250);
/// How long a connection to a server may take to be made the first time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// What every connection to PostgreSQL asks of it. No wait for a row lasts longer than a person's patience, and a
/// process that was stopped inside a transaction loses it, so that it can't hold up the others. A statement is planned
/// once: each finds its rows by an index whatever is bound, and a look-up's half-open ranges, whose estimates differ,
/// would be planned anew each time, which takes longer than running them.
const POSTGRES_SETTINGS: [(&str, &str); 3] = [
    ("lock_timeout", "2s"),
    ("idle_in_transaction_session_timeout", "15s"),
    ("plan_cache_mode", "force_generic_plan"),
];

/// A server set to answer before a commit is on its disk would give spent tries back after a crash.
const NEVER_LOSE_A_COMMIT: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

impl Database {
    /// Opens the database at that address. A missing SQLite file is made, readable by its owner alone.
    pub async fn connect(address: &Address) -> Result<Self, ConnectError> {
        match address {
            Address::Sqlite(path) => Self::connect_sqlite(path).await,
            Address::Postgres { url, certificate } => {
                use secrecy::ExposeSecret;
                Self::connect_postgres(url.expose_secret(), certificate.as_deref()).await
            }
        }
    }

    async fn connect_sqlite(path: &Path) -> Result<Self, ConnectError> {
        make_private_file(path).map_err(|e| ConnectError::Folder(path.to_owned(), e))?;
        not_anothers(path).await?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL may lose the last commits at a power cut: a spent try would come back.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(ONE_TRY);
        // A full disk makes SQLite itself end the transaction, and sqlx's own rollback then fails: a connection that
        // still counts one is thrown away, or it would refuse every transaction until the program is started anew.
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(PATIENCE)
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
        let writer = pool.clone().max_connections(1).connect_with(options.clone()).await?;
        let readers =
            pool.max_connections(SQLITE_READERS).connect_with(options.pragma("query_only", "1")).await?;
        Ok(Self::Sqlite { writer, readers })
    }

    async fn connect_postgres(url: &str, certificate: Option<&Path>) -> Result<Self, ConnectError> {
        let asked = PgConnectOptions::from_str(url).map_err(|_| ConnectError::NotAnAddress)?;
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(ConnectError::NotAnAddress);
        }
        let mut options = match (on_this_machine(&asked), asked.get_ssl_mode()) {
            // On the machine itself there is no network to listen on; a certificate is used where one is given.
            (true, _) if certificate.is_none() => asked,
            (_, PgSslMode::Disable | PgSslMode::Allow) => return Err(ConnectError::NotVerified),
            _ => asked.ssl_mode(PgSslMode::VerifyFull),
        };
        if let Some(certificate) = certificate {
            options = options.ssl_root_cert(certificate);
        }
        let options = options.application_name("recovery-desk").options(POSTGRES_SETTINGS);
        // Once by hand, with more time, so that a wrong name, password or certificate is told as what it is.
        let first = tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&options));
        first.await.map_err(|_| sqlx::Error::PoolTimedOut)??.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::query(NEVER_LOSE_A_COMMIT).execute(connection).await?;
                    Ok(())
                })
            })
            .connect_lazy_with(options);
        Ok(Self::Postgres(pool))
    }
}

/// Refuses a file of another program before anything is written to it: to ask for the write-ahead log changes a file.
async fn not_anothers(path: &Path) -> Result<(), ConnectError> {
    if std::fs::metadata(path).map_err(|e| ConnectError::Folder(path.to_owned(), e))?.len() == 0 {
        return Ok(());
    }
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(3));
    let not_a_database = |error: sqlx::Error| match error.as_database_error().and_then(|error| error.code()) {
        // SQLITE_NOTADB
        Some(code) if code == "26" => ConnectError::NotSqlite(path.to_owned()),
        _ => ConnectError::Database(error),
    };
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(not_a_database)?;
    let tables: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name <> '_sqlx_migrations'",
    )
    .fetch_one(&mut connection)
    .await
    .map_err(not_a_database)?;
    let ours: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('_sqlx_migrations', 'audit', 'meta')",
    )
    .fetch_one(&mut connection)
    .await
    .map_err(not_a_database)?;
    connection.close().await?;
    if tables > 0 && ours < 3 { Err(ConnectError::AnotherProgram) } else { Ok(()) }
}

fn on_this_machine(options: &PgConnectOptions) -> bool {
    options.get_socket().is_some()
        || options.get_host().starts_with('/')
        || matches!(options.get_host(), "localhost" | "127.0.0.1" | "::1")
}

/// Makes the file, if it is missing, so that only its owner can read it. One that is there is not opened: to close a
/// file ends all locks this process has on it (POSIX), those of another desk's connections too, and the next process
/// that leaves the database would then take the write-ahead log away under them.
fn make_private_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn d13_4_a_plain_connection_to_another_machine_is_refused_before_anything_is_sent() {
        for mode in ["disable", "allow"] {
            let url = format!("postgres://desk:secret@db.example/auth?sslmode={mode}");
            let address = Address::Postgres { url: url.into(), certificate: None };
            assert!(matches!(Database::connect(&address).await, Err(ConnectError::NotVerified)));
        }
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_said_so() {
        let address = Address::Postgres { url: "mysql://x".to_owned().into(), certificate: None };
        assert!(matches!(Database::connect(&address).await, Err(ConnectError::NotAnAddress)));
    }

    #[tokio::test]
    async fn sqlite_is_the_version_that_loses_no_commit() {
        // A WAL-reset bug loses commits up to 3.51.2.
        let folder = tempfile::tempdir().unwrap();
        let db = Database::connect(&Address::Sqlite(folder.path().join("auth.db"))).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let (version,): (String,) = super::super::sql("SELECT sqlite_version()").one(&mut tx).await.unwrap();
        let parts: Vec<u32> = version.split('.').map(|p| p.parse().unwrap()).collect();
        assert!(parts >= vec![3, 51, 3], "{version}");
    }
}
