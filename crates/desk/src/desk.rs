//! The desk: everything that is handed in, opened once, cheap to clone. Its one method that does anything is
//! `perform` (in `perform.rs`).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;

use crate::caller::Caller;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::database::{ConnectError, Database, MigrateError, Tx};
use crate::device::ReadNonces;
use crate::failure::Failure;
use crate::hashing::{Hasher, HashingCost};
use crate::keys::{DataKeys, KeyHistory, Standing};
use crate::operations::adopt_keys::{AdoptKeys, KeysAdopted};
use crate::operations::end_what_was_restored::UNFINISHED;
use crate::settings::Settings;
use crate::store::meta;
use crate::store::policy::KEY_GENERATION;

/// In `meta`: the ids of the keys.
const KEY_IDS: &str = "key_ids";

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
    /// Nonces of devices' reads.
    pub(crate) read_nonces: ReadNonces,
    key_generation: AtomicI64,
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
    /// The keys were rotated since.
    #[error(
        "These keys were replaced by newer ones. Open the newest keys.sealed: where the keys were rotated, or in the newest export."
    )]
    KeysOutOfDate,
    /// A backup was restored into it, and not everything that could let somebody in has ended yet.
    #[error(
        "This database was restored from a backup, and the restore broke off. Restore it again into a new one: recovery-desk-server restore."
    )]
    RestoreUnfinished,
    /// The database could not be told of the new keys.
    #[error("The database could not take over the new keys: {0} They are kept; open it with them once more.")]
    NotAdopted(Failure),
    /// A demo database refuses real post, and published keys refuse real people.
    #[error("A demo database and a real one can't be mixed. Choose another file.")]
    DemoMixed,
    /// The database did not answer or refused.
    #[error("The database can't be read: {0}")]
    Database(#[from] sqlx::Error),
}

impl Desk {
    /// Opens a desk: the schema is brought up to date, and keys and database must belong together. An empty
    /// database takes these keys as its own, and is marked as demo data if the keys are the published ones; one that
    /// knows only the former ones of rotated keys takes the new ones over, once.
    ///
    /// # Errors
    /// [`OpenError`]; then nothing was changed but the schema.
    pub async fn open(parts: Parts) -> Result<Self, OpenError> {
        Self::open_any(parts, false).await
    }

    /// Opens a database a backup was just restored into, for the one operation that ends what must not live again.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_restored(parts: Parts) -> Result<Self, OpenError> {
        Self::open_any(parts, true).await
    }

    async fn open_any(parts: Parts, restored: bool) -> Result<Self, OpenError> {
        parts.database.migrate().await?;
        let published = parts.keys.key_ids() == DataKeys::published_demo().key_ids();
        let ours = KeyHistory::of(&parts.keys);
        let mut tx = parts.database.begin().await?;
        if !restored && meta::get(&mut tx, UNFINISHED).await?.is_some() {
            return Err(OpenError::RestoreUnfinished);
        }
        let kind = meta::get(&mut tx, "kind").await?;
        let demo = kind.as_deref().map_or(published, |kind| kind == "demo");
        if demo != published || (demo && (parts.settings.smtp.is_some() || parts.settings.sms.is_some())) {
            return Err(OpenError::DemoMixed);
        }
        let (generation, newer) = match known_keys(&mut tx, false).await? {
            None if kind.is_some() => return Err(OpenError::OtherKeys),
            None => {
                meta::set(&mut tx, "kind", if published { "demo" } else { "live" }).await?;
                remember_keys(&mut tx, &ours, 0).await?;
                (0, false)
            }
            Some(known) => match known.history.standing_of(&ours) {
                Standing::Current => (known.generation, false),
                Standing::Newer => (known.generation, true),
                Standing::OutOfDate => return Err(OpenError::KeysOutOfDate),
                Standing::Foreign => return Err(OpenError::OtherKeys),
            },
        };
        tx.commit().await?;
        let hasher = Hasher::new(parts.keys.clone(), parts.hashing, parts.chance.clone());
        let desk = Self {
            inner: Arc::new(Inner {
                database: parts.database,
                keys: parts.keys,
                settings: parts.settings,
                clock: parts.clock,
                chance: parts.chance,
                hasher,
                audit_heads: parts.audit_heads,
                demo,
                read_nonces: ReadNonces::default(),
                key_generation: AtomicI64::new(generation),
            }),
        };
        if newer {
            desk.adopt_keys().await?;
        }
        Ok(desk)
    }

    /// Has the database take this desk's newer keys as its own. Another desk may do the same at the same moment: then
    /// it is done.
    async fn adopt_keys(&self) -> Result<(), OpenError> {
        let adopted = self.perform(&Caller::System("desk"), Door::System, None, AdoptKeys {}).await;
        let generation = match adopted {
            Ok(KeysAdopted { generation }) => generation,
            Err(failure) => {
                let mut tx = self.database.begin_read().await?;
                match known_keys(&mut tx, false).await? {
                    Some(known)
                        if known.history.standing_of(&KeyHistory::of(&self.keys)) == Standing::Current =>
                    {
                        known.generation
                    }
                    _ if failure.refusal() == Some(&Refusal::KeysReplaced) => {
                        return Err(OpenError::KeysOutOfDate);
                    }
                    _ => return Err(OpenError::NotAdopted(failure)),
                }
            }
        };
        self.inner.key_generation.store(generation, Ordering::Release);
        Ok(())
    }
}

impl Inner {
    /// How often the data keys had been replaced when this desk was opened.
    pub fn key_generation(&self) -> i64 {
        self.key_generation.load(Ordering::Acquire)
    }
}

/// What a database knows of its keys.
#[derive(Debug)]
pub struct KnownKeys {
    /// Their ids.
    pub history: KeyHistory,
    /// How often they were replaced.
    pub generation: i64,
}

/// What this database knows of its keys, locked until the transaction ends if asked for.
pub async fn known_keys(tx: &mut Tx, locked: bool) -> Result<Option<KnownKeys>, sqlx::Error> {
    let text = if locked { meta::lock(tx, KEY_IDS).await? } else { meta::get(tx, KEY_IDS).await? };
    let Some(history) = text.and_then(|text| serde_json::from_str(&text).ok()) else { return Ok(None) };
    let generation = meta::get(tx, KEY_GENERATION).await?.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(Some(KnownKeys { history, generation }))
}

/// Writes down which keys this database uses.
pub(crate) async fn remember_keys(
    tx: &mut Tx,
    history: &KeyHistory,
    generation: i64,
) -> Result<(), sqlx::Error> {
    let text = serde_json::to_string(history).map_err(|error| sqlx::Error::Encode(error.into()))?;
    meta::set(tx, KEY_IDS, &text).await?;
    meta::set(tx, KEY_GENERATION, &generation.to_string()).await
}
