//! The operating system's keyring: the data keys of live databases and the login of PostgreSQL. Its calls block
//! and can hang for ever, so each runs on a thread of its own with a bound. Whatever it answers, the way on is to
//! ask for the recovery passphrase, never a file in clear.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use keyring_core::{CredentialStore, Error};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

/// The longest wait for the keyring. A locked one answers within milliseconds; a silent one never does.
const BOUND: Duration = Duration::from_secs(5);
/// The longest wait where only the state is wanted: the window is not shown before.
const GLANCE: Duration = Duration::from_secs(1);
const SERVICE: &str = "Recovery Desk";
/// An entry that never exists: reading it finds out how the keyring does.
const PROBE: &str = "probe";

/// How the keyring does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyringState {
    /// It keeps and gives.
    Ok,
    /// There is none.
    Absent,
    /// It is there, but locked.
    Locked,
    /// It did not answer in time.
    Silent,
}

type OpenStore = dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync;

/// A keyring.
#[derive(Clone)]
pub struct Keyring {
    open: Arc<OpenStore>,
    bound: Duration,
}

impl Keyring {
    /// The operating system's.
    pub fn of_the_system() -> Self {
        Self { open: Arc::new(system_store), bound: BOUND }
    }

    /// How it does just now.
    pub async fn state(&self) -> KeyringState {
        let glance = Self { open: Arc::clone(&self.open), bound: self.bound.min(GLANCE) };
        match glance.read(PROBE).await {
            Ok(_) => KeyringState::Ok,
            Err(state) => state,
        }
    }

    /// What is kept under `name`, if anything is.
    ///
    /// # Errors
    /// How the keyring does, if it can't say.
    pub async fn read(&self, name: &str) -> Result<Option<SecretString>, KeyringState> {
        let name = name.to_owned();
        self.bounded(move |store| match store.build(SERVICE, &name, None)?.get_password() {
            Ok(text) => Ok(Some(SecretString::from(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// Keeps `secret` under `name`.
    pub async fn write(&self, name: &str, secret: &SecretString) -> KeyringState {
        let (name, secret) = (name.to_owned(), secret.clone());
        let written = self
            .bounded(move |store| store.build(SERVICE, &name, None)?.set_password(secret.expose_secret()))
            .await;
        written.map_or_else(|state| state, |()| KeyringState::Ok)
    }

    /// Forgets what is kept under `name`.
    pub async fn forget(&self, name: &str) -> KeyringState {
        let name = name.to_owned();
        let forgotten = self
            .bounded(move |store| match store.build(SERVICE, &name, None)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(error),
            })
            .await;
        forgotten.map_or_else(|state| state, |()| KeyringState::Ok)
    }

    async fn bounded<T: Send + 'static>(
        &self,
        work: impl FnOnce(Arc<CredentialStore>) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, KeyringState> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let open = Arc::clone(&self.open);
        // Not one of the runtime's blocking threads: those are waited for at the end, this one may hang for ever.
        let started = thread::Builder::new().name("keyring".to_owned()).spawn(move || {
            let _ = tell.send(open().and_then(work));
        });
        if started.is_err() {
            return Err(KeyringState::Silent);
        }
        match tokio::time::timeout(self.bound, told).await {
            Ok(Ok(Ok(done))) => Ok(done),
            Ok(Ok(Err(error))) => Err(state_of(&error)),
            Ok(Err(_)) | Err(_) => Err(KeyringState::Silent),
        }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Keyring(..)")
    }
}

fn state_of(error: &Error) -> KeyringState {
    match error {
        Error::NoStorageAccess(_) => KeyringState::Locked,
        _ => KeyringState::Absent,
    }
}

/// Installs the platform's store once, then hands out whichever is the default.
fn system_store() -> keyring_core::Result<Arc<CredentialStore>> {
    if let Err(error) = keyring::Entry::store_status() {
        tracing::info!(%error, "no keyring");
    }
    keyring_core::get_default_store().ok_or(Error::NoDefaultStore)
}

#[cfg(test)]
pub mod tests {
    use keyring_core::api::CredentialStoreApi;
    use keyring_core::mock::{Cred, Store};

    use super::*;

    impl Keyring {
        /// Keeps everything in memory.
        pub fn in_memory() -> Self {
            let store = Store::new().unwrap();
            Self { open: Arc::new(move || Ok(store.clone())), bound: BOUND }
        }

        /// There is none.
        pub fn absent() -> Self {
            Self { open: Arc::new(|| Err(Error::NoDefaultStore)), bound: BOUND }
        }

        /// It is locked.
        pub fn locked() -> Self {
            Self { open: Arc::new(|| Err(Error::NoStorageAccess("locked".into()))), bound: BOUND }
        }

        /// It never answers.
        pub fn silent() -> Self {
            Self {
                open: Arc::new(|| {
                    loop {
                        thread::sleep(Duration::from_secs(3600));
                    }
                }),
                bound: Duration::from_millis(50),
            }
        }
    }

    fn cred(entry: &keyring_core::Entry) -> &Cred {
        entry.as_any().downcast_ref().unwrap()
    }

    #[tokio::test]
    async fn what_is_kept_comes_back_and_can_be_forgotten() {
        let keyring = Keyring::in_memory();
        assert_eq!(keyring.state().await, KeyringState::Ok);
        assert!(keyring.read("keys").await.unwrap().is_none());
        assert_eq!(keyring.write("keys", &"canary".into()).await, KeyringState::Ok);
        assert_eq!(keyring.read("keys").await.unwrap().unwrap().expose_secret(), "canary");
        assert_eq!(keyring.forget("keys").await, KeyringState::Ok);
        assert!(keyring.read("keys").await.unwrap().is_none());
        assert_eq!(keyring.forget("keys").await, KeyringState::Ok, "forgetting nothing is no error");
    }

    #[tokio::test]
    async fn d13_1_an_absent_keyring_is_said_to_be_absent() {
        assert_eq!(Keyring::absent().state().await, KeyringState::Absent);
        assert_eq!(Keyring::absent().write("keys", &"x".into()).await, KeyringState::Absent);
    }

    #[tokio::test]
    async fn d13_1_a_locked_keyring_is_said_to_be_locked() {
        let store = Store::new().unwrap();
        let entry = store.build(SERVICE, "keys", None).unwrap();
        cred(&entry).set_error(Error::NoStorageAccess("locked".into()));
        let shared = store.clone();
        let keyring = Keyring { open: Arc::new(move || Ok(shared.clone())), bound: BOUND };
        assert_eq!(keyring.read("keys").await.err(), Some(KeyringState::Locked));
    }

    #[tokio::test]
    async fn a_keyring_that_never_answers_is_given_up_after_its_bound() {
        let before = tokio::time::Instant::now();
        assert_eq!(Keyring::silent().state().await, KeyringState::Silent);
        assert!(before.elapsed() < Duration::from_secs(2));
    }
}
