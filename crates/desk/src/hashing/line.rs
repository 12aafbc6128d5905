//! The line in front of the cores: places are taken before a try is spent, all or none, and kept until the last
//! hash that was started on them has ended.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use recovery_rules::answers::CanonicalAnswer;
use recovery_rules::passwords::Password;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::cost::Cost;
use super::{Hasher, HashingError, Parts, phc};
use crate::keys::PepperUse;

/// Who waits. Strangers (sign-in, links) may fill three quarters of the line and no more, so that a flood of
/// passwords leaves the agents' checks a way through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Anybody on the internet.
    Stranger,
    /// Somebody with a session, or the system itself.
    SignedIn,
}

/// Places in the line, given back when this and every hash started on it have ended. As many hashes may run at
/// once as places were taken.
#[derive(Clone)]
pub struct InLine(Arc<Places>);

struct Places {
    parts: Arc<Parts>,
    places: usize,
}

impl Hasher {
    /// Takes places in the line, all or none: a check of four answers never gets stuck half way.
    ///
    /// # Errors
    /// [`HashingError::Busy`], at once: nobody waits for a place.
    pub fn line_up(&self, places: usize, whose: Whose) -> Result<InLine, HashingError> {
        let bound = match whose {
            Whose::Stranger => self.0.line_bound - self.0.line_bound / 4,
            Whose::SignedIn => self.0.line_bound,
        };
        let room = |taken: usize| taken.checked_add(places).filter(|taken| places == 0 || *taken <= bound);
        self.0
            .in_line
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, room)
            .map(|_| InLine(Arc::new(Places { parts: self.0.clone(), places })))
            .map_err(|_| HashingError::Busy)
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        self.parts.in_line.fetch_sub(self.places, Ordering::AcqRel);
    }
}

impl InLine {
    /// The PHC string to store for a password.
    ///
    /// # Errors
    /// [`HashingError::Stopped`].
    pub async fn hash_password(&self, password: &Password) -> Result<String, HashingError> {
        self.hash(password.expose(), PepperUse::Password, self.0.parts.cost.password).await
    }

    /// The PHC string to store for an answer.
    ///
    /// # Errors
    /// [`HashingError::Stopped`].
    pub async fn hash_answer(&self, answer: &CanonicalAnswer) -> Result<String, HashingError> {
        self.hash(answer.expose(), PepperUse::Answer, self.0.parts.cost.answer).await
    }

    /// Whether the password is the one of the stored PHC string, by that string's own parameters.
    ///
    /// # Errors
    /// Any [`HashingError`]; then nothing was judged.
    pub async fn verify_password(&self, password: &Password, stored: &str) -> Result<bool, HashingError> {
        finished(self.start_verifying(password.expose(), stored, PepperUse::Password).await?).await
    }

    /// Whether a stored password hash has today's cost and pepper.
    ///
    /// # Errors
    /// [`HashingError::NotAHash`].
    pub fn password_is_current(&self, stored: &str) -> Result<bool, HashingError> {
        Hasher(self.0.parts.clone()).password_is_current(stored)
    }

    /// Spends the time of a password check where there is no account, so that time doesn't tell which addresses
    /// have one.
    ///
    /// # Errors
    /// [`HashingError::Stopped`]: the same as with an account.
    pub async fn verify_against_nothing(&self, password: &Password) -> Result<(), HashingError> {
        self.hash_password(password).await.map(drop)
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
        for (answer, stored) in answers {
            jobs.push(self.start_verifying(answer.expose(), &stored, PepperUse::Answer).await?);
        }
        let mut verdicts = Vec::with_capacity(jobs.len());
        for job in jobs {
            verdicts.push(finished(job).await);
        }
        verdicts.into_iter().collect()
    }

    async fn start_verifying(
        &self,
        secret: &str,
        stored: &str,
        usage: PepperUse,
    ) -> Result<Job<bool>, HashingError> {
        let (secret, stored) = (secret_copy(secret), stored.to_owned());
        self.start(move |parts| phc::verify(&secret, &stored, &parts.keys, usage, &parts.workplaces)).await
    }

    async fn hash(&self, secret: &str, usage: PepperUse, cost: Cost) -> Result<String, HashingError> {
        let secret = secret_copy(secret);
        let job = self.start(move |parts| {
            phc::hash(&secret, &parts.chance.bytes(), cost, &parts.keys, usage, &parts.workplaces)
        });
        finished(job.await?).await
    }

    /// Waits for a core and starts `job` on a blocking thread. Once started it ends, even if nobody waits any more,
    /// and holds its core and its place until then.
    async fn start<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Parts) -> Result<T, HashingError> + Send + 'static,
    ) -> Result<Job<T>, HashingError> {
        let cores = self.0.parts.cores.clone();
        let core = cores.acquire_owned().await.map_err(|_| HashingError::Stopped)?;
        self.0.parts.begun.fetch_add(1, Ordering::Relaxed);
        let place = self.clone();
        Ok(tokio::task::spawn_blocking(move || {
            let result = job(&place.0.parts);
            drop((core, place));
            result
        }))
    }
}

type Job<T> = JoinHandle<Result<T, HashingError>>;

fn secret_copy(secret: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(secret.as_bytes().to_vec())
}

async fn finished<T>(job: Job<T>) -> Result<T, HashingError> {
    job.await.map_err(|_| HashingError::Stopped)?
}
