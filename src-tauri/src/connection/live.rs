//! A live database: its data keys come from the keyring, else from `keys.sealed` and the recovery passphrase. A new
//! database gets new keys once a passphrase is set and confirmed.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use recovery_desk::chance::Chance;
use recovery_desk::database::Database;
use recovery_desk::desk::{OpenError, known_keys};
use recovery_desk::keys::sealed_file::{self, IfExists};
use recovery_desk::keys::{DataKeys, KeysError, Passphrase};
use recovery_desk::store::meta;
use secrecy::{ExposeSecret, SecretString};

use super::Around;
use super::chosen::Chosen;
use super::open::Open;
use crate::home::make_private_folder;
use crate::keyring::KeyringState;
use crate::problem::Problem;

/// A connected database whose keys are not open yet.
#[derive(Debug)]
pub struct Waiting {
    /// What was chosen.
    pub chosen: Chosen,
    first_run: AtomicBool,
    database: Database,
}

/// What became of a connection.
#[derive(Debug)]
pub enum Reached {
    /// It is open.
    Open(Open),
    /// The passphrase is needed.
    Waiting(Waiting),
}

/// Connects, and opens if the keyring has the keys.
///
/// # Errors
/// No connection; a demo database; the keys are nowhere.
pub async fn connect(
    chosen: &Chosen,
    password: Option<SecretString>,
    around: &Around,
) -> Result<(Reached, KeyringState), Problem> {
    let database = connect_database(chosen, password, around).await?;
    let kept = around.keyring.read(&chosen.keys_entry()).await;
    let keyring = kept.as_ref().map_or_else(|state| *state, |_| KeyringState::Ok);
    let kind = kind_of(&database).await;
    if kind.as_deref() == Some("demo") {
        database.close().await;
        return Err(OpenError::DemoMixed.into());
    }
    let kept = kept.ok().flatten().and_then(|text| DataKeys::from_unwrapped(&text).ok());
    let keys_file = chosen.keys_file(&around.home);
    if let (Some(keys), Some(_)) = (kept, &kind) {
        match Open::start(chosen, database.clone(), keys, around).await {
            Ok(open) => return Ok((Reached::Open(open), keyring)),
            // The keyring's copy is out of date; the sealed file decides.
            Err(Problem::Open(OpenError::OtherKeys | OpenError::KeysOutOfDate)) => {}
            Err(problem) => {
                database.close().await;
                return Err(problem);
            }
        }
    }
    let sealed = keys_file.exists();
    if kind.is_some() && !sealed {
        database.close().await;
        return Err(Problem::KeysMissing(keys_file));
    }
    if sealed && was_replaced(&database, &keys_file).await {
        database.close().await;
        return Err(Problem::KeysFileOutOfDate(keys_file));
    }
    let waiting = Waiting { chosen: chosen.clone(), first_run: AtomicBool::new(!sealed), database };
    Ok((Reached::Waiting(waiting), keyring))
}

impl Waiting {
    /// Whether the passphrase is to be set, not asked.
    pub fn first_run(&self) -> bool {
        self.first_run.load(Ordering::Relaxed)
    }

    /// First run: new keys under this passphrase, then the desk.
    ///
    /// # Errors
    /// The passphrases differ or are too short, the disk, the database.
    pub async fn set_passphrase(
        &self,
        passphrase: &SecretString,
        confirmation: &SecretString,
        around: &Around,
    ) -> Result<(Open, KeyringState), Problem> {
        if !self.first_run() {
            return Err(Problem::NotAsked);
        }
        let words = Passphrase::parse(passphrase)?;
        if passphrase.expose_secret().trim() != confirmation.expose_secret().trim() {
            return Err(Problem::PassphrasesDiffer);
        }
        let chance = Chance::operating_system();
        let keys = DataKeys::fresh(&chance);
        let path = self.chosen.keys_file(&around.home);
        if let Some(folder) = path.parent() {
            make_private_folder(folder).map_err(Problem::disk(folder))?;
        }
        let (sealed_keys, sealed_path) = (keys.clone(), path.clone());
        // Sealed before the database takes the keys as its own: a crash in between loses nothing.
        off_thread(move || {
            sealed_file::seal_to_file(&sealed_path, &sealed_keys, &words, IfExists::Refuse, &chance)
        })
        .await??;
        match Open::start(&self.chosen, self.database.clone(), keys.clone(), around).await {
            Ok(open) => Ok((open, self.keep(&keys, around).await)),
            Err(problem) => {
                // What fails may come after the database took these keys as its own (settings of the post that can't
                // work): then this file is all that opens it, and the passphrase is asked from now on. Otherwise nothing
                // was made under them; left there, they would pass for the database's own.
                if took_no_keys(&self.database).await {
                    let _ = std::fs::remove_file(&path);
                } else {
                    self.first_run.store(false, Ordering::Relaxed);
                }
                Err(problem)
            }
        }
    }

    /// Later starts without a keyring: opens the sealed keys.
    ///
    /// # Errors
    /// The passphrase is wrong, the keys are another database's.
    pub async fn open_with(
        &self,
        passphrase: &SecretString,
        around: &Around,
    ) -> Result<(Open, KeyringState), Problem> {
        if self.first_run() {
            return Err(Problem::NotAsked);
        }
        // Too short can't be right, and is no other answer than a wrong one.
        let passphrase = Passphrase::parse(passphrase).map_err(|_| KeysError::WrongPassphrase)?;
        let path = self.chosen.keys_file(&around.home);
        let keys = off_thread(move || sealed_file::open_file(&path, &passphrase)).await??;
        let open = Open::start(&self.chosen, self.database.clone(), keys.clone(), around).await?;
        Ok((open, self.keep(&keys, around).await))
    }

    /// Closes the database unopened.
    pub async fn close(self) {
        self.database.close().await;
    }

    async fn keep(&self, keys: &DataKeys, around: &Around) -> KeyringState {
        around.keyring.write(&self.chosen.keys_entry(), &keys.to_unwrapped()).await
    }
}

/// Connects with the login just typed, else with the one the keyring has.
async fn connect_database(
    chosen: &Chosen,
    password: Option<SecretString>,
    around: &Around,
) -> Result<Database, Problem> {
    let typed = password.is_some();
    let password = match (password, chosen) {
        (None, Chosen::Postgres { .. }) => around.keyring.read(&chosen.login_entry()).await.ok().flatten(),
        (password, _) => password,
    };
    let database = Database::connect(&chosen.address(&around.home, password.as_ref())?).await?;
    if let (true, Some(password)) = (typed, password) {
        // Without a keyring it is typed again at the next start; it is never kept anywhere else.
        around.keyring.write(&chosen.login_entry(), &password).await;
    }
    Ok(database)
}

/// `live`, `demo`, or nothing for a database that is still empty.
async fn kind_of(database: &Database) -> Option<String> {
    let mut tx = database.begin_read().await.ok()?;
    meta::get(&mut tx, "kind").await.ok().flatten()
}

/// Whether a database surely knows no keys yet. One that doesn't answer may.
async fn took_no_keys(database: &Database) -> bool {
    let Ok(mut tx) = database.begin_read().await else { return false };
    matches!(meta::get(&mut tx, "kind").await, Ok(None))
        && matches!(known_keys(&mut tx, false).await, Ok(None))
}

/// Whether the sealed file was written before a rotation that the database knows of: its passphrase would open nothing.
async fn was_replaced(database: &Database, keys_file: &Path) -> bool {
    let Ok(ids) = sealed_file::key_ids_in_file(keys_file) else { return false };
    let Ok(mut tx) = database.begin_read().await else { return false };
    known_keys(&mut tx, false).await.ok().flatten().is_some_and(|known| known.history.has_replaced(&ids))
}

/// Argon2 over 64 MiB takes its time: not on a thread that answers the page.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Problem::Keys(KeysError::Disk { path: "keys.sealed".into(), source: error.into() }))
}
