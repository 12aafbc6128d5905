//! The schema: migrations are only added, run in one transaction each, and a newer schema is refused before
//! any write.

use sqlx::migrate::Migrator;

use super::Database;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Why the schema can't be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database belongs to another program.
    #[error("This database belongs to another program. Choose an empty one, or one made by Recovery Desk.")]
    AnotherProgram,
    /// The database was made by a newer version.
    #[error(
        "This database was made by a newer Recovery Desk (schema {found}, known here {known}). Update this program."
    )]
    Newer {
        /// What the database has.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// The schema is older, and this login may not change it.
    #[error(
        "This database has schema {found} and this program needs {known}, but its login may not change it. Run `recovery-desk-server migrate` with the owner's login, then postgresql-roles.sql."
    )]
    NotTheOwner {
        /// What the database has; 0: nothing yet.
        found: i64,
        /// What this program needs.
        known: i64,
    },
    /// The database did not answer or refused.
    #[error("The database can't be prepared: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration failed; nothing of it stayed.
    #[error("The database can't be prepared: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// The newest schema this program knows.
pub fn latest_version() -> i64 {
    SQLITE.iter().map(|m| m.version).max().unwrap_or(0)
}

impl Database {
    /// Brings the schema up to date. Refuses a database of another program and a newer schema, unchanged.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let known = latest_version();
        let found = self.schema_version().await?;
        match found {
            Some(found) if found > known => return Err(MigrateError::Newer { found, known }),
            None if self.has_tables().await? => return Err(MigrateError::AnotherProgram),
            _ => {}
        }
        // A server's own login owns nothing: it may not even look into making the table of migrations.
        if !self.may_migrate().await? {
            return if found == Some(known) {
                Ok(())
            } else {
                Err(MigrateError::NotTheOwner { found: found.unwrap_or(0), known })
            };
        }
        // On PostgreSQL under an advisory lock: of several servers that start at once, one migrates.
        match self {
            Self::Sqlite { writer, .. } => SQLITE.run(writer).await?,
            Self::Postgres(pool) => POSTGRES.run(pool).await?,
        }
        Ok(())
    }

    /// The schema version of this database, or nothing where there is none of ours.
    pub async fn schema_version(&self) -> Result<Option<i64>, sqlx::Error> {
        let mut tx = self.begin_read().await?;
        if !has(&mut tx, "_sqlx_migrations").await? || !has(&mut tx, "audit").await? {
            return Ok(None);
        }
        super::sql("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations").number(&mut tx).await.map(Some)
    }

    async fn may_migrate(&self) -> Result<bool, sqlx::Error> {
        if !self.is_postgres() {
            return Ok(true);
        }
        let mut tx = self.begin_read().await?;
        let text = "SELECT CAST(has_schema_privilege(current_schema(), 'CREATE') AS INT)::BIGINT";
        Ok(super::sql(text).number(&mut tx).await? == 1)
    }

    /// Whether there is nothing in it, neither ours nor another program's.
    pub async fn is_empty(&self) -> Result<bool, sqlx::Error> {
        Ok(self.schema_version().await?.is_none() && !self.has_tables().await?)
    }

    /// A whole copy of a SQLite database, made by SQLite itself while others read and write.
    pub async fn copy_sqlite_to(&self, file: &std::path::Path) -> Result<(), sqlx::Error> {
        let Self::Sqlite { writer, .. } = self else {
            return Err(sqlx::Error::Configuration("this is not a SQLite database".into()));
        };
        sqlx::query("VACUUM INTO $1").bind(file.display().to_string()).execute(writer).await?;
        Ok(())
    }

    async fn has_tables(&self) -> Result<bool, sqlx::Error> {
        let mut tx = self.begin_read().await?;
        let text = if self.is_postgres() {
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name <> '_sqlx_migrations'"
        } else {
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name <> '_sqlx_migrations'"
        };
        Ok(super::sql(text).number(&mut tx).await? > 0)
    }
}

async fn has(tx: &mut super::Tx, table: &str) -> Result<bool, sqlx::Error> {
    let text = if tx.is_postgres() {
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1"
    } else {
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1"
    };
    Ok(super::sql(text).bind(table).number(tx).await? > 0)
}

#[cfg(test)]
mod tests {
    use super::super::{Address, Database, sql};
    use super::*;

    async fn database(folder: &tempfile::TempDir) -> Database {
        Database::connect(&Address::Sqlite(folder.path().join("auth.db"))).await.unwrap()
    }

    #[test]
    fn both_engines_have_the_same_statements() {
        for (lite, pg) in SQLITE.iter().zip(POSTGRES.iter()) {
            assert_eq!(lite.version, pg.version);
            // Fragments of addresses: FTS5 here, pg_trgm there.
            if lite.version == 3 {
                continue;
            }
            let mapped = lite.sql.as_str().replace("BLOB", "BYTEA");
            assert_eq!(mapped, pg.sql.as_str().replace(" COLLATE \"C\"", ""), "migration {}", lite.version);
        }
        assert_eq!(SQLITE.iter().count(), POSTGRES.iter().count());
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder).await;
        db.migrate().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        sql("UPDATE _sqlx_migrations SET version = 999 WHERE version = 2").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(db.migrate().await, Err(MigrateError::Newer { found: 999, .. })));
    }

    #[tokio::test]
    async fn the_database_of_another_program_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder).await;
        let mut tx = db.begin().await.unwrap();
        sql("CREATE TABLE recipes (id TEXT)").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(db.migrate().await, Err(MigrateError::AnotherProgram)));
    }
}
