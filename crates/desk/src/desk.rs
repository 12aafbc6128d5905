//! The desk: everything that is handed in, opened once, cheap to clone. Its one method that does anything is
//! `perform` (in `perform.rs`).

use std::path::PathBuf;
use std::sync::Arc;

use crate::chance::Chance;
use crate::clock::Clock;
use crate::database::{ConnectError, Database, MigrateError};
use crate::hashing::{Hasher, HashingCost};
use crate::keys::DataKeys;
use crate::settings::Settings;
use crate::store::meta;

/// What a desk is made of.
#[derive(Debug)]
pub struct Parts {
    /// The auth database, connected.
    pub database: Database,
    /// The data keys, unwrapped.
    pub keys: DataKeys,
    /// Organisation, addresses, mail server.
    pub settings: Settings,
    /// The clock.
    pub clock: Clock,
    /// The source of chance.
    pub chance: Chance,
    /// What a hash costs.
    pub hashing: HashingCost,
    /// Where signed heads of the audit log are kept: another path than the database's.
    pub audit_heads: Option<PathBuf>,
}

/// An open desk.
#[derive(Clone, Debug)]
pub struct Desk {
    inner: Arc<Inner>,
}

/// The parts of an open desk.
#[derive(Debug)]
pub struct Inner {
    /// The auth database.
    pub database: Database,
    /// The data keys.
    pub keys: DataKeys,
    /// Organisation, addresses, mail server.
    pub settings: Settings,
    /// The clock.
    pub clock: Clock,
    /// The source of chance.
    pub chance: Chance,
    /// Argon2 on a bounded pool.
    pub hasher: Hasher,
    /// Where signed heads of the audit log are kept.
    pub audit_heads: Option<PathBuf>,
    /// Whether the database is marked as demo data.
    pub demo: bool,
}

impl std::ops::Deref for Desk {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.inner
    }
}

/// Why a desk can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema can't be used.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The keys are those of another database.
    #[error("These keys belong to another database. Open the keys.sealed file that lies beside this one.")]
    OtherKeys,
    /// A demo database refuses real post, and published keys refuse real people.
    #[error("A demo database and a real one can't be mixed. Choose another file.")]
    DemoMixed,
    /// The database did not answer or refused.
    #[error("The database can't be read: {0}")]
    Database(#[from] sqlx::Error),
}

impl Desk {
    /// Opens a desk: the schema is brought up to date, and keys and database must belong together. An empty
    /// database takes these keys as its own, and is marked as demo data if the keys are the published ones.
    pub async fn open(parts: Parts) -> Result<Self, OpenError> {
        parts.database.migrate().await?;
        let published = parts.keys.key_ids() == DataKeys::published_demo().key_ids();
        let ids = ids(&parts.keys);
        let mut tx = parts.database.begin().await?;
        let demo = match meta::get(&mut tx, "kind").await? {
            None => {
                let kind = if published { "demo" } else { "live" };
                meta::set(&mut tx, "kind", kind).await?;
                meta::set(&mut tx, "key_ids", &ids).await?;
                published
            }
            Some(kind) => {
                if (kind == "demo") != published {
                    return Err(OpenError::DemoMixed);
                }
                if meta::get(&mut tx, "key_ids").await?.as_deref() != Some(&ids) {
                    return Err(OpenError::OtherKeys);
                }
                kind == "demo"
            }
        };
        tx.commit().await?;
        if demo && (parts.settings.smtp.is_some() || parts.settings.sms.is_some()) {
            return Err(OpenError::DemoMixed);
        }
        let hasher = Hasher::new(parts.keys.clone(), parts.hashing, parts.chance.clone());
        Ok(Self {
            inner: Arc::new(Inner {
                database: parts.database,
                keys: parts.keys,
                settings: parts.settings,
                clock: parts.clock,
                chance: parts.chance,
                hasher,
                audit_heads: parts.audit_heads,
                demo,
            }),
        })
    }
}

/// The ids of keys as the database remembers them; they say nothing of the keys.
fn ids(keys: &DataKeys) -> String {
    let ids = keys.key_ids();
    [ids.pepper, ids.code, ids.outbox, ids.audit].each_ref().map(|id| id.as_str()).join(",")
}
