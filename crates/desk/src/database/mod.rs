//! The auth database: SQLite (one writer, several readers) or PostgreSQL (verified TLS), behind one enum.
//! Statements are written once, in `store`; this folder knows how to connect, begin and run them.

mod connect;
mod migrate;
mod rows;
mod sql;
mod trouble;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

pub use connect::{Address, ConnectError};
pub use migrate::{MigrateError, latest_version};
pub use rows::Rows;
pub(crate) use rows::rows_text;
pub use sql::{Bind, Row, Sql, sql};
pub use trouble::{Trouble, trouble};

use connect::PATIENCE;

/// An open auth database.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file on this machine. SQLite has one writer: its pool holds one connection, so that writers queue
    /// here and not inside SQLite; readers see the last commit and never wait.
    Sqlite {
        /// The one writer.
        writer: SqlitePool,
        /// Several readers.
        readers: SqlitePool,
    },
    /// A shared server.
    Postgres(PgPool),
}

/// A transaction on either engine.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite, begun `IMMEDIATE` where it writes: a deferred one that upgrades fails without retry.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL, read committed: rows that decide something are locked by the UPDATE that reads them.
    Postgres(Transaction<'static, Postgres>),
}

impl Database {
    /// Begins a transaction that may write. Waits for its turn, but not for ever: a database that somebody else
    /// holds fails within three seconds, and nothing was done.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        match self {
            Self::Sqlite { writer, .. } => {
                let trying = async {
                    loop {
                        // Back into the line of our own writers after each try, so that none of them waits for all.
                        match writer.begin_with("BEGIN IMMEDIATE").await {
                            Err(error) if trouble(&error) == Trouble::Busy => {}
                            begun => return begun.map(Tx::Sqlite),
                        }
                    }
                };
                // Given up in the middle of a BEGIN, sqlx rolls that back.
                tokio::time::timeout(PATIENCE, trying).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
            }
            Self::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
        }
    }

    /// Begins a transaction that only reads.
    pub async fn begin_read(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?)
            }
        })
    }

    /// Closes all connections; what is under way ends first.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Whether this is PostgreSQL: its clock is the clock, and a sealer chains its audit log.
    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

impl Tx {
    /// Makes what was done lasting.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// Undoes everything.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await,
            Self::Postgres(tx) => tx.rollback().await,
        }
    }

    /// Whether this transaction is on PostgreSQL.
    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}
