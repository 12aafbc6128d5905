//! Hashing of passwords and answers (Argon2id with a pepper), bounded in processors, memory and waiting line.
//!
//! One hash a core at a time, memory reused, at most [`WAITING_BOUND`] waiting: a flood of sign-ins gets `Busy` and
//! leaves the rest of the server alone. A place in the line is taken before a try is spent ([`Hasher::line_up`]), so
//! that nobody pays for a hash that never ran. Codes and links are not hashed here: see `DataKeys::keyed_hash`.

mod cost;
mod errors;
mod line;
mod phc;
mod workplaces;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use recovery_rules::answers::CanonicalAnswer;
use recovery_rules::passwords::Password;
use tokio::sync::Semaphore;

use crate::chance::Chance;
use crate::keys::DataKeys;
pub use cost::HashingCost;
pub use errors::HashingError;
pub use line::{InLine, Whose};
use workplaces::Workplaces;

/// How many hashes may wait for a core. At 50 ms a hash and two cores the last one waits two seconds.
pub const WAITING_BOUND: usize = 64;

/// Makes and checks hashes. A handle: clones share the bound and the memory.
#[derive(Clone)]
pub struct Hasher(Arc<Parts>);

struct Parts {
    keys: DataKeys,
    cost: HashingCost,
    chance: Chance,
    cores: Arc<Semaphore>,
    in_line: AtomicUsize,
    line_bound: usize,
    begun: AtomicUsize,
    workplaces: Workplaces,
}

impl Hasher {
    /// A hasher with one permit a core of this machine.
    pub fn new(keys: DataKeys, cost: HashingCost, chance: Chance) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self::bounded(keys, cost, chance, cores, cores + WAITING_BOUND)
    }

    fn bounded(keys: DataKeys, cost: HashingCost, chance: Chance, cores: usize, line_bound: usize) -> Self {
        let cores = Arc::new(Semaphore::new(cores));
        let (in_line, begun, workplaces) = (AtomicUsize::new(0), AtomicUsize::new(0), Workplaces::default());
        Self(Arc::new(Parts { keys, cost, chance, cores, in_line, line_bound, begun, workplaces }))
    }

    /// Hashes that were begun since this hasher was made. That an address with an account costs as many as one without
    /// is shown with it.
    pub fn begun(&self) -> usize {
        self.0.begun.load(Ordering::Relaxed)
    }

    /// The PHC string to store for a password.
    ///
    /// # Errors
    /// [`HashingError::Busy`], [`HashingError::Stopped`].
    pub async fn hash_password(&self, password: &Password) -> Result<String, HashingError> {
        self.line_up(1, Whose::SignedIn)?.hash_password(password).await
    }

    /// Whether a stored password hash has today's cost and pepper. If not, hash the password anew at a sign-in that
    /// succeeded.
    ///
    /// # Errors
    /// [`HashingError::NotAHash`].
    pub fn password_is_current(&self, stored: &str) -> Result<bool, HashingError> {
        phc::is_current(stored, self.0.cost.password, self.0.keys.key_ids().pepper.as_str())
    }

    /// The PHC string to store for an answer.
    ///
    /// # Errors
    /// [`HashingError::Busy`], [`HashingError::Stopped`].
    pub async fn hash_answer(&self, answer: &CanonicalAnswer) -> Result<String, HashingError> {
        self.line_up(1, Whose::SignedIn)?.hash_answer(answer).await
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Hasher").field("cost", &self.0.cost).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
