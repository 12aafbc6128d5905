//! What one Argon2id hash costs: the numbers, where they come from, and the bounds for stored ones.

use argon2::{KeyId as PhcKeyId, Params, ParamsBuilder};

use super::errors::HashingError;

/// Bytes of a hash's result (RFC 9106, section 4: 256 bit).
pub(super) const OUTPUT_LENGTH: usize = 32;
/// Bytes of salt (RFC 9106, section 4: 128 bit).
pub(super) const SALT_LENGTH: usize = 16;

/// Bounds of what a stored hash may ask for: well over today's numbers, well under what would let one row of a
/// damaged database stop the server.
const MEMORY_KIB_BOUND: u32 = 256 * 1024;
const PASSES_BOUND: u32 = 10;
const LANES_BOUND: u32 = 8;

/// The cost of one Argon2id hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory (`t`).
    pub passes: u32,
    /// Lanes that may be filled at the same time (`p`).
    pub lanes: u32,
}

/// The cost of passwords and that of answers. Answers are short and guessable, so theirs is the higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashingCost {
    /// For passwords.
    pub password: Cost,
    /// For answers to security questions.
    pub answer: Cost,
}

impl HashingCost {
    /// Passwords: 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet). Answers: 64 MiB, 3 passes, 4 lanes
    /// (RFC 9106, section 4, second recommended option).
    pub const fn standard() -> Self {
        Self {
            password: Cost { memory_kib: 19 * 1024, passes: 2, lanes: 1 },
            answer: Cost { memory_kib: 64 * 1024, passes: 3, lanes: 4 },
        }
    }

    /// Next to nothing, so that a demo database with thousands of users is made in a second and tests don't crawl.
    /// FOR DEMO DATA AND TESTS ONLY: such hashes are guessed as fast as a plain BLAKE2.
    pub const fn cheap() -> Self {
        let cost = Cost { memory_kib: 32, passes: 1, lanes: 1 };
        Self { password: cost, answer: cost }
    }
}

impl Cost {
    /// Argon2's parameters of this cost, with the pepper's id to be written into the PHC string.
    pub(super) fn params(self, key_id: &str) -> Result<Params, HashingError> {
        let key_id = PhcKeyId::new(key_id.as_bytes()).map_err(|_| HashingError::NotAHash)?;
        ParamsBuilder::new()
            .m_cost(self.memory_kib)
            .t_cost(self.passes)
            .p_cost(self.lanes)
            .output_len(OUTPUT_LENGTH)
            .keyid(key_id)
            .build()
            .map_err(|_| HashingError::NotAHash)
    }

    /// The cost that a stored hash's parameters ask for, if it is within bounds.
    pub(super) fn of_stored(params: &Params) -> Result<Self, HashingError> {
        let cost = Self { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
        let within =
            cost.memory_kib <= MEMORY_KIB_BOUND && cost.passes <= PASSES_BOUND && cost.lanes <= LANES_BOUND;
        if within { Ok(cost) } else { Err(HashingError::NotAHash) }
    }
}
