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
        match self.schema_version().await? {
            Some(found) if found > known => return Err(MigrateError::Newer { found, known }),
            None if self.has_tables().await? => return Err(MigrateError::AnotherProgram),
            _ => {}
        }
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
        sql("UPDATE _sqlx_migrations SET version = 999").run(&mut tx).await.unwrap();
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
