//! Ceilings on how fast requests come in, an outer shield: kept in this process, spent before anything is read. What
//! counts for good (look-ups and calls of an hour, checks, tries) is counted in the database, for all servers.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use recovery_desk::secret::SecretText;
use sha2::{Digest, Sha256};

/// A person at a desk, typing into a look-up: twenty requests a second for as long as they like, a hundred at once.
const SIGNED_IN: (u32, u32) = (20, 100);
/// Without a session there is signing in and accepting an invitation: a house full of desks in the morning.
const NOBODY: (u32, u32) = (10, 100);
/// Requests between two clean-ups of what is remembered.
const CLEAN_EVERY: u32 = 10_000;
/// Sessions remembered; past it all are forgotten, and found again with their next requests.
const REMEMBERED: usize = 100_000;

/// The ceilings of one server.
pub struct Ceilings {
    sessions: DefaultKeyedRateLimiter<[u8; 32]>,
    sources: DefaultKeyedRateLimiter<String>,
    /// Tokens that were seen to be a session's, hashed. Any other is what somebody wrote into a header: counted by it, each
    /// made-up token would have a ceiling of its own.
    found: Mutex<HashSet<[u8; 32]>>,
    asked: AtomicU32,
}

impl Default for Ceilings {
    fn default() -> Self {
        Self {
            sessions: RateLimiter::keyed(quota(SIGNED_IN)),
            sources: RateLimiter::keyed(quota(NOBODY)),
            found: Mutex::default(),
            asked: AtomicU32::new(0),
        }
    }
}

impl Ceilings {
    /// Whether this request still fits.
    pub fn allow(&self, source: &str, token: Option<&SecretText>) -> bool {
        if self.asked.fetch_add(1, Ordering::Relaxed) % CLEAN_EVERY == CLEAN_EVERY - 1 {
            self.sessions.retain_recent();
            self.sources.retain_recent();
        }
        match token.map(hashed).filter(|token| self.tokens().contains(token)) {
            Some(token) => self.sessions.check_key(&token).is_ok(),
            None => self.sources.check_key(&source.to_owned()).is_ok(),
        }
    }

    /// This token is a session's: it is counted by itself from now on.
    pub fn found(&self, token: &SecretText) {
        let mut tokens = self.tokens();
        if tokens.len() >= REMEMBERED {
            tokens.clear();
        }
        tokens.insert(hashed(token));
    }

    /// This token is none, or no longer one.
    pub fn lost(&self, token: &SecretText) {
        self.tokens().remove(&hashed(token));
    }

    fn tokens(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hashed(token: &SecretText) -> [u8; 32] {
    Sha256::digest(token.expose().as_bytes()).into()
}

fn quota((a_second, at_once): (u32, u32)) -> Quota {
    let positive = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(positive(a_second)).allow_burst(positive(at_once))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_too_fast_is_sent_away_and_nobody_else() {
        let ceilings = Ceilings::default();
        let (dana, tom) = (SecretText::new("dana"), SecretText::new("tom"));
        ceilings.found(&dana);
        ceilings.found(&tom);
        let allowed = (0..1_000).filter(|_| ceilings.allow("here", Some(&dana))).count();
        assert!((100..200).contains(&allowed), "{allowed}");
        assert!(ceilings.allow("here", Some(&tom)));
        assert!(ceilings.allow("here", None));
        let allowed = (0..1_000).filter(|_| ceilings.allow("there", None)).count();
        assert!((100..200).contains(&allowed), "{allowed}");
    }

    #[test]
    fn made_up_tokens_are_counted_by_where_they_come_from() {
        let ceilings = Ceilings::default();
        let made_up = |i: usize| SecretText::new(format!("made up {i}"));
        let allowed = (0..1_000).filter(|i| ceilings.allow("here", Some(&made_up(*i)))).count();
        assert!((100..200).contains(&allowed), "{allowed}");
        let dana = SecretText::new("dana");
        ceilings.found(&dana);
        assert!(ceilings.allow("here", Some(&dana)), "whoever sits in the same house goes on");
        ceilings.lost(&dana);
        assert!(!ceilings.allow("here", Some(&dana)), "a session that ended is nobody's");
    }
}
