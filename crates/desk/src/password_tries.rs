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

/// Whether it is the password of this hash. An unknown address, which has none, costs the same time and is wrong.
pub async fn is_right(typed: &SecretText, hash: Option<&str>, hasher: &InLine) -> Result<bool, Stop> {
    let password = Password::new(typed.expose().to_owned());
    match hash {
        Some(hash) => Ok(hasher.verify_password(&password, hash).await?),
        None => {
            hasher.verify_against_nothing(&password).await?;
            Ok(false)
        }
    }
}
