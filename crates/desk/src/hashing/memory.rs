//! Memory for Argon2, reused: fresh memory for each hash makes the process grow past a gigabyte under load.

use std::sync::Mutex;

use argon2::Block;

/// Idle buffers, never more than there are permits to hash. A buffer keeps the size of the largest hash it served
/// (64 MiB for an answer) and the last hash's working state, which says no more than the hash itself.
#[derive(Default)]
pub(super) struct MemoryPool {
    idle: Mutex<Vec<Vec<Block>>>,
}

impl MemoryPool {
    /// Runs `hash` with a buffer of at least `blocks` blocks (1 KiB each).
    pub(super) fn with<T>(&self, blocks: usize, hash: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut buffer = self.lock().pop().unwrap_or_default();
        if buffer.len() < blocks {
            // Dropped first: growing in place would copy, and hold both for a moment.
            buffer = Vec::new();
            buffer.resize(blocks, Block::new());
        }
        let result = hash(&mut buffer[..blocks]);
        self.lock().push(buffer);
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
        // A panic between pop and push loses a buffer, never breaks the list.
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
