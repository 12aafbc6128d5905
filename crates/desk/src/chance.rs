//! Chance, handed in: the only file that asks the operating system for random bytes.
//!
//! Whatever makes a secret, a salt, a nonce or an id takes a `&Chance`, so a test can be repeated byte for byte.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// A source of random bytes. Cloning is cheap; clones of a seeded source draw from the same sequence.
#[derive(Clone)]
pub struct Chance(Source);

#[derive(Clone)]
enum Source {
    OperatingSystem,
    Seeded { seed: u64, next_block: Arc<AtomicU64> },
}

impl Chance {
    /// The operating system's generator: the one for everything real.
    pub fn operating_system() -> Self {
        Self(Source::OperatingSystem)
    }

    /// A repeatable sequence (SHA-256 of seed and counter), for tests and demo data only: whoever knows the
    /// seed knows every "secret" made from it.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded { seed, next_block: Arc::new(AtomicU64::new(0)) })
    }

    /// Fills `buffer` with random bytes.
    ///
    /// # Panics
    /// When the operating system has no generator. Then no secret can be made, and going on with anything
    /// weaker would be worse than stopping.
    pub fn fill(&self, buffer: &mut [u8]) {
        match &self.0 {
            Source::OperatingSystem => fill_from_operating_system(buffer),
            Source::Seeded { seed, next_block } => {
                for part in buffer.chunks_mut(32) {
                    let block = next_block.fetch_add(1, Ordering::Relaxed);
                    let mut digest = Sha256::new();
                    digest.update(b"recovery-desk seeded chance");
                    digest.update(seed.to_le_bytes());
                    digest.update(block.to_le_bytes());
                    part.copy_from_slice(&digest.finalize()[..part.len()]);
                }
            }
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Source::OperatingSystem => "Chance(operating system)",
            Source::Seeded { .. } => "Chance(seeded)",
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that may ask the operating system")]
fn fill_from_operating_system(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system has no random generator");
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let first: [u8; 40] = Chance::seeded(7).bytes();
        assert_eq!(first, Chance::seeded(7).bytes());
        assert_ne!(first, Chance::seeded(8).bytes());
    }

    #[test]
    fn a_clone_goes_on_where_the_first_stopped() {
        let chance = Chance::seeded(7);
        let first: [u8; 16] = chance.bytes();
        let second: [u8; 16] = chance.clone().bytes();
        assert_ne!(first, second);
    }

    #[test]
    fn the_operating_system_fills_the_whole_buffer_and_never_twice_alike() {
        let chance = Chance::operating_system();
        let first: [u8; 64] = chance.bytes();
        assert_ne!(first, chance.bytes());
        assert!(first[32..].iter().any(|byte| *byte != 0));
    }
}
