//! The recovery code: made, shown once, acknowledged, tried. Only keyed hashes bound to the user are kept. Which
//! limits and consequences a use has stands in the operations.

use recovery_rules::codes::CodeKind;
use recovery_rules::policy::Number;
use recovery_rules::recovery_code::RecoveryCode;
use recovery_rules::refusal::Refusal;
use recovery_rules::time::Span;

use crate::failure::Stop;
use crate::keys::{DataKeys, same_hash};
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::two_step::{self, StoredRecoveryCode, TwoStepRow};
use crate::store::users;
use crate::work::Work;

/// A new code: what is shown once, and what is stored. Void until its owner has typed the last group.
pub fn make(user_id: &str, work: &Work<'_>) -> (SecretText, StoredRecoveryCode) {
    let code = RecoveryCode::from_random(&work.desk.chance.bytes());
    let keys = &work.desk.keys;
    let stored = StoredRecoveryCode {
        hash: hash(keys, user_id, code.expose()),
        last_group: last_group_hash(keys, user_id, last_group(code.expose())),
    };
    (SecretText::new(code.expose_grouped().as_str()), stored)
}

/// The keyed hash of a code: bound to its user.
pub fn hash(keys: &DataKeys, user_id: &str, code: &str) -> [u8; 32] {
    keys.keyed_hash("recovery_code", &[user_id.as_bytes(), code.as_bytes()])
}

/// The keyed hash of a code's last group.
pub fn last_group_hash(keys: &DataKeys, user_id: &str, group: &str) -> [u8; 32] {
    keys.keyed_hash("recovery_code_last_group", &[user_id.as_bytes(), group.as_bytes()])
}

fn last_group(code: &str) -> &str {
    &code[code.len() - 4..]
}

/// A recovery code that was typed, its try spent.
#[derive(Debug)]
pub struct Tried {
    /// Whether it is the one on file. A code that nobody acknowledged is void.
    pub right: bool,
    /// Tries left in this hour.
    pub tries_left: i64,
    /// What it was compared with: it must still be there when it is used.
    pub stored: Vec<u8>,
}

/// Spends a try of the user's hour. What is wrong in form, the check character too, costs none (D4.5).
pub async fn spend_try(
    user: &users::User,
    two_step: &TwoStepRow,
    typed: &SecretText,
    work: &mut Work<'_>,
) -> Result<Tried, Stop> {
    let code = RecoveryCode::parse(typed.expose())
        .map_err(|problem| Refusal::of_code("recovery_code", CodeKind::Recovery, problem))?;
    let (keys, hour, now) = (&work.desk.keys, Span::hours(1), work.now);
    let limit = work.policy.count(Number::RecoveryCodeTries);
    let spent =
        counters::spend_within(&mut work.tx, keys, Counter::RecoveryCodeTries, &user.id, limit, hour, now)
            .await?
            .map_err(|until| Refusal::RecoveryCodeWait { until })?;
    let typed = hash(keys, &user.id, code.expose());
    let stored = two_step.recovery_code_hash.clone().unwrap_or_default();
    let right = same_hash(&stored, &typed) && !two_step.pending_acknowledgement();
    Ok(Tried { right, tries_left: limit - spent.spent, stored })
}

/// Uses a code that was right: it is dead, and a new one is made in the same statement (D4.2). Of two uses at once,
/// or of a use and a replacement, one wins (D4.3, D4.4).
pub async fn use_up(tried: &Tried, user: &users::User, work: &mut Work<'_>) -> Result<SecretText, Stop> {
    let (shown, stored) = make(&user.id, work);
    let won = two_step::replace_recovery_code(&mut work.tx, &user.id, Some(&tried.stored), stored, work.now)
        .await?;
    if !won {
        return Err(Refusal::RecoveryCodeNotRight { tries_left: tried.tries_left }.into());
    }
    counters::clear(&mut work.tx, &work.desk.keys, Counter::RecoveryCodeTries, &user.id).await?;
    Ok(shown)
}
