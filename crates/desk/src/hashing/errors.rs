//! Why a hash could not be made or checked. A wrong password is none of these: it is an answer.

/// Hashing failed; nothing was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashingError {
    /// Too many hashes wait already. Try again in a few seconds.
    #[error("too many passwords and answers are being checked; try again in a few seconds")]
    Busy,
    /// The stored text isn't an Argon2id hash of ours, or asks for an absurd amount of memory or time.
    #[error("the stored hash can't be read")]
    NotAHash,
    /// The stored hash was made with a pepper that these data keys don't hold: the wrong keys for this database.
    #[error("the stored hash was made with other data keys")]
    UnknownPepper,
    /// The process is stopping, or the hash's thread was lost.
    #[error("the hash was not finished")]
    Stopped,
}
