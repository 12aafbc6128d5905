//! Who sits at this desk: the token of the operator's session, in memory alone. The page never holds it, and it is
//! not kept for the next start: whoever opens the window signs in. (What the keyring holds for a database opened
//! directly are the data keys and the database's login, not a session.)

use std::sync::{Mutex, MutexGuard, PoisonError};

use recovery_desk::caller::Caller;
use recovery_desk::secret::SecretText;

/// The one seat of the window.
#[derive(Debug, Default)]
pub struct Seat(Mutex<Option<SignedIn>>);

#[derive(Debug)]
struct SignedIn {
    token: SecretText,
    operator_id: String,
}

impl Seat {
    /// Somebody signed in.
    pub fn take(&self, token: SecretText, operator_id: String) {
        *self.lock() = Some(SignedIn { token, operator_id });
    }

    /// Nobody is signed in any more.
    pub fn leave(&self) {
        *self.lock() = None;
    }

    /// Who asks when the page asks.
    pub fn caller(&self) -> Caller {
        match &*self.lock() {
            Some(signed_in) => Caller::Session(signed_in.token.clone()),
            None => Caller::Nobody,
        }
    }

    /// The operator who is signed in.
    pub fn operator_id(&self) -> Option<String> {
        self.lock().as_ref().map(|signed_in| signed_in.operator_id.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<SignedIn>> {
        // What is inside is replaced whole, so a panic elsewhere can't have left half of it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
