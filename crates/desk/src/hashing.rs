//! Hashing of passwords and answers (Argon2id with a pepper), bounded in processors, memory and waiting line.
//!
//! One hash a core at a time, memory reused, at most [`WAITING_BOUND`] waiting: a flood of sign-ins gets `Busy` and
//! leaves the rest of the server alone. Codes and links are not hashed here: see `DataKeys::keyed_hash`.

mod cost;
mod errors;
mod memory;
mod phc;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use recovery_rules::answers::CanonicalAnswer;
use recovery_rules::passwords::Password;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::chance::Chance;
use crate::keys::{DataKeys, PepperUse};
pub use cost::{Cost, HashingCost};
pub use errors::HashingError;
use memory::MemoryPool;

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
    memory: MemoryPool,
}

impl Hasher {
    /// A hasher with one permit a core of this machine.
    pub fn new(keys: DataKeys, cost: HashingCost, chance: Chance) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self::bounded(keys, cost, chance, cores, cores + WAITING_BOUND)
    }

    fn bounded(keys: DataKeys, cost: HashingCost, chance: Chance, cores: usize, line_bound: usize) -> Self {
        let cores = Arc::new(Semaphore::new(cores));
        let (in_line, memory) = (AtomicUsize::new(0), MemoryPool::default());
        Self(Arc::new(Parts { keys, cost, chance, cores, in_line, line_bound, memory }))
    }

    /// The PHC string to store for a password.
    ///
    /// # Errors
    /// [`HashingError::Busy`], [`HashingError::Stopped`].
    pub async fn hash_password(&self, password: &Password) -> Result<String, HashingError> {
        self.hash(password.expose(), PepperUse::Password, self.0.cost.password).await
    }

    /// Whether the password is the one of the stored PHC string, by that string's own parameters.
    ///
    /// # Errors
    /// Any [`HashingError`]; then nothing was judged.
    pub async fn verify_password(&self, password: &Password, stored: &str) -> Result<bool, HashingError> {
        let (secret, stored) = (secret_copy(password.expose()), stored.to_owned());
        let line = self.enter(1)?;
        let job = self.start(line, move |parts| {
            phc::verify(&secret, &stored, &parts.keys, PepperUse::Password, &parts.memory)
        });
        finished(job.await?).await
    }

    /// Spends the time of a password check where there is no account, so that time doesn't tell which addresses
    /// have one.
    ///
    /// # Errors
    /// [`HashingError::Busy`], [`HashingError::Stopped`]: the same as with an account.
    pub async fn verify_against_nothing(&self, password: &Password) -> Result<(), HashingError> {
        self.hash(password.expose(), PepperUse::Password, self.0.cost.password).await.map(drop)
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
        self.hash(answer.expose(), PepperUse::Answer, self.0.cost.answer).await
    }

    /// Which answers are those of their stored PHC strings, in the order given. All are computed, whatever the
    /// first ones give: the time says nothing.
    ///
    /// # Errors
    /// Any [`HashingError`]; then nothing was judged, not even those that were computed.
    pub async fn verify_answers(
        &self,
        answers: Vec<(CanonicalAnswer, String)>,
    ) -> Result<Vec<bool>, HashingError> {
        let mut jobs = Vec::with_capacity(answers.len());
        let mut line = self.enter(answers.len())?;
        for (answer, stored) in answers {
            let secret = secret_copy(answer.expose());
            let place = line.split_one();
            jobs.push(
                self.start(place, move |parts| {
                    phc::verify(&secret, &stored, &parts.keys, PepperUse::Answer, &parts.memory)
                })
                .await?,
            );
        }
        let mut verdicts = Vec::with_capacity(jobs.len());
        for job in jobs {
            verdicts.push(finished(job).await);
        }
        verdicts.into_iter().collect()
    }

    async fn hash(&self, secret: &str, usage: PepperUse, cost: Cost) -> Result<String, HashingError> {
        let secret = secret_copy(secret);
        let line = self.enter(1)?;
        let job = self.start(line, move |parts| {
            phc::hash(&secret, &parts.chance.bytes(), cost, &parts.keys, usage, &parts.memory)
        });
        finished(job.await?).await
    }

    /// Takes places in the line, all or none: a check of four answers never gets stuck half way.
    fn enter(&self, places: usize) -> Result<PlacesInLine, HashingError> {
        let bound = self.0.line_bound;
        let room = |taken: usize| taken.checked_add(places).filter(|taken| *taken <= bound);
        self.0
            .in_line
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, room)
            .map(|_| PlacesInLine { parts: self.0.clone(), places })
            .map_err(|_| HashingError::Busy)
    }

    /// Waits for a core and starts `job` on a blocking thread. Once started it ends, even if nobody waits any more,
    /// and holds its core and its place until then.
    async fn start<T: Send + 'static>(
        &self,
        place: PlacesInLine,
        job: impl FnOnce(&Parts) -> Result<T, HashingError> + Send + 'static,
    ) -> Result<JoinHandle<Result<T, HashingError>>, HashingError> {
        let core = self.0.cores.clone().acquire_owned().await.map_err(|_| HashingError::Stopped)?;
        Ok(tokio::task::spawn_blocking(move || {
            let result = job(&place.parts);
            drop((core, place));
            result
        }))
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Hasher").field("cost", &self.0.cost).finish_non_exhaustive()
    }
}

/// Places in the line, given back when dropped.
struct PlacesInLine {
    parts: Arc<Parts>,
    places: usize,
}

impl PlacesInLine {
    fn split_one(&mut self) -> Self {
        self.places -= 1;
        Self { parts: self.parts.clone(), places: 1 }
    }
}

impl Drop for PlacesInLine {
    fn drop(&mut self) {
        self.parts.in_line.fetch_sub(self.places, Ordering::AcqRel);
    }
}

fn secret_copy(secret: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(secret.as_bytes().to_vec())
}

async fn finished<T>(job: JoinHandle<Result<T, HashingError>>) -> Result<T, HashingError> {
    job.await.map_err(|_| HashingError::Stopped)?
}

#[cfg(test)]
mod tests;
