//! Whether a password may be set: the rules, and the installation's own file of breached passwords where there is one.

use recovery_rules::passwords::{Password, PasswordProblem, acceptable_password};

use crate::desk::Desk;
use crate::failure::Fault;

/// Judges a new password; `minimum` in characters, `context` the words that must not be in it. What is wrong with it is an
/// answer; a file of breached passwords that can't be read is a fault, because then nobody knows.
pub(crate) fn judge(
    desk: &Desk,
    password: &Password,
    minimum: usize,
    context: &[&str],
) -> Result<Result<(), PasswordProblem>, Fault> {
    let mut broken = None;
    let judged = acceptable_password(password, minimum, context, |password| {
        desk.settings.breached_passwords.contains(password).unwrap_or_else(|error| {
            broken = Some(Fault::Stored(format!("the file of breached passwords: {error}")));
            true
        })
    });
    broken.map_or(Ok(judged), Err)
}
