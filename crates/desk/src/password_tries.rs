//! What every sign-in with a password shares, of users and of operators: the one limiter, counted for unknown addresses
//! too and spent before anything is hashed, and the comparison.

use recovery_rules::counters::next_password_try;
use recovery_rules::passwords::Password;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::time::Span;

use crate::failure::Stop;
use crate::hashing::InLine;
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::work::Work;

/// Spends one try of this address or account, or says when the next is possible.
pub async fn spend(counter: Counter, about: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    let (keys, now) = (&work.desk.keys, work.now);
    let before = counters::spent(&mut work.tx, keys, counter, about).await?;
    let (free, a_day) =
        (work.policy.count(Number::WrongPasswordsFree), work.policy.count(Number::WrongPasswordsADay));
    next_password_try(before, free, a_day, now).map_err(|until| Refusal::SignInWait { until })?;
    counters::spend(&mut work.tx, keys, counter, about, Span::days(1), now).await?;
    Ok(())
}

/// What a comparison came to.
#[derive(Debug)]
pub enum Compared {
    /// Not the password.
    Wrong,
    /// The password.
    Right {
        /// Its hash of today, where the stored one has a former cost or pepper: a pepper that leaked is gone from every
        /// password that signs in.
        renewed: Option<String>,
    },
}

impl Compared {
    /// Whether it is the password.
    pub const fn right(&self) -> bool {
        matches!(self, Self::Right { .. })
    }
}

/// Compares what was typed with the password of this hash. An unknown address, which has none, costs the same time and is
/// wrong. Where nobody comes in whatever the password (`comes_in`), a right one takes no longer than a wrong one either:
/// nothing is hashed anew.
pub async fn compare(
    typed: &SecretText,
    hash: Option<&str>,
    comes_in: bool,
    hasher: &InLine,
) -> Result<Compared, Stop> {
    let password = Password::new(typed.expose().to_owned());
    let Some(hash) = hash else {
        hasher.verify_against_nothing(&password).await?;
        return Ok(Compared::Wrong);
    };
    if !hasher.verify_password(&password, hash).await? {
        return Ok(Compared::Wrong);
    }
    let outdated = comes_in && !hasher.password_is_current(hash)?;
    let renewed = if outdated { Some(hasher.hash_password(&password).await?) } else { None };
    Ok(Compared::Right { renewed })
}
