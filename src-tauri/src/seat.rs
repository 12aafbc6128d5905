//! Who sits at this desk: the token of the operator's session. The page never holds it. For a database opened directly
//! it lives in memory alone (the keyring holds data keys and the database's login); for a desk server the keyring keeps
//! it too, bound to this computer's device key, until it is ended.

use std::sync::{Mutex, MutexGuard, PoisonError};

use recovery_desk::caller::Caller;
use recovery_desk::secret::SecretText;

/// The one seat of the window.
#[derive(Debug, Default)]
pub struct Seat(Mutex<Sitting>);

#[derive(Debug, Default)]
struct Sitting {
    signed_in: Option<SignedIn>,
    /// Sessions locked here whose end the database did not hear of yet.
    locked_alone: Vec<SecretText>,
}

#[derive(Debug)]
struct SignedIn {
    token: SecretText,
    /// None between password and code: then nothing is heard and nobody is in.
    operator_id: Option<String>,
    billing: bool,
}

impl Seat {
    /// Somebody signed in.
    pub fn take(&self, token: SecretText, operator_id: String) {
        self.lock().signed_in = Some(SignedIn { token, operator_id: Some(operator_id), billing: false });
    }

    /// Whoever sits here acts in the role `billing`.
    pub fn is_billing(&self) {
        if let Some(signed_in) = &mut self.lock().signed_in {
            signed_in.billing = true;
        }
    }

    /// Whether a billing user sits here.
    pub fn billing(&self) -> bool {
        self.lock().signed_in.as_ref().is_some_and(|signed_in| signed_in.billing)
    }

    /// Somebody is on the way in: password right, code still to come.
    pub fn arrive(&self, token: SecretText) {
        self.lock().signed_in = Some(SignedIn { token, operator_id: None, billing: false });
    }

    /// Nobody is signed in any more.
    pub fn leave(&self) {
        self.lock().signed_in = None;
    }

    /// Locked while the database was out of reach: nobody is signed in here from now on, and the session is ended
    /// there as soon as it answers.
    pub fn leave_unheard(&self) {
        let mut sitting = self.lock();
        if let Some(signed_in) = sitting.signed_in.take() {
            sitting.locked_alone.push(signed_in.token);
        }
    }

    /// A session whose lock the database has still to hear of.
    pub fn locked_alone(&self) -> Option<SecretText> {
        self.lock().locked_alone.first().cloned()
    }

    /// The database heard of the first of them.
    pub fn lock_is_known(&self) {
        let mut sitting = self.lock();
        if !sitting.locked_alone.is_empty() {
            sitting.locked_alone.remove(0);
        }
    }

    /// The token of the session, for a desk server.
    pub fn token(&self) -> Option<SecretText> {
        self.lock().signed_in.as_ref().map(|signed_in| signed_in.token.clone())
    }

    /// The token of a session that is in: a sign-in on its half way hears no events and is not ended for that.
    pub fn session_token(&self) -> Option<SecretText> {
        let sitting = self.lock();
        let arrived = sitting.signed_in.as_ref().filter(|signed_in| signed_in.operator_id.is_some());
        arrived.map(|signed_in| signed_in.token.clone())
    }

    /// Who asks when the page asks.
    pub fn caller(&self) -> Caller {
        match &self.lock().signed_in {
            Some(signed_in) => Caller::Session(signed_in.token.clone()),
            None => Caller::Nobody,
        }
    }

    /// The operator who is signed in.
    pub fn operator_id(&self) -> Option<String> {
        self.lock().signed_in.as_ref().and_then(|signed_in| signed_in.operator_id.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Sitting> {
        // What is inside is replaced whole, so a panic elsewhere can't have left half of it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
