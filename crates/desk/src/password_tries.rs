//! The one limiter in front of every password, of users and of operators: counted for unknown addresses too, and
//! spent before anything is hashed.

use recovery_rules::counters::next_password_try;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::time::Span;

use crate::failure::Stop;
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
