//! What pages share whose change is confirmed with the current password: the field, and what is wrong with it.

use recovery_desk::failure::Failure;
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Pages, Problem};
use crate::words;

/// A form with the current password alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Password {
    password: Option<SecretText>,
}

impl Password {
    /// What was typed; nothing counts as nothing.
    pub fn secret(self) -> SecretText {
        self.password.unwrap_or_else(|| SecretText::new(""))
    }
}

/// What is wrong with the current password, if that is what is wrong.
pub fn problem(pages: &Pages, failure: &Failure) -> Option<Problem> {
    match failure.refusal()? {
        Refusal::PasswordNotRight
        | Refusal::SignInWait { .. }
        | Refusal::BadField { field: "password", .. } => {
            Some(Problem::at(&["password"], words::of_failure(failure, pages.times())))
        }
        _ => None,
    }
}
