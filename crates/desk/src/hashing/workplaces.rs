//! Where hashes are computed: memory that is used again and a thread of its own. Fresh memory for each hash makes the
//! process grow past a gigabyte under load; and where all hashes share the cores' threads, two of them wait for each
//! other at each of Argon2's synchronisation points. These threads give way to all others.

use std::sync::Mutex;

use argon2::Block;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Idle workplaces, never more than there are permits to hash.
#[derive(Default)]
pub(super) struct Workplaces {
    idle: Mutex<Vec<Workplace>>,
}

/// A buffer keeps the size of the largest hash it served (64 MiB for an answer) and the last hash's working state, which
/// says no more than the hash itself.
struct Workplace {
    memory: Vec<Block>,
    /// One thread, on which all lanes of a hash run one after the other. None if the system gave none: then the hash
    /// runs where it was asked for.
    thread: Option<ThreadPool>,
}

impl Workplaces {
    /// Runs `hash` with a buffer of at least `blocks` blocks (1 KiB each).
    pub(super) fn with<T: Send>(&self, blocks: usize, hash: impl FnOnce(&mut [Block]) -> T + Send) -> T {
        let mut workplace = self.lock().pop().unwrap_or_else(Workplace::new);
        if workplace.memory.len() < blocks {
            // Dropped first: growing in place would copy, and hold both for a moment.
            workplace.memory = Vec::new();
            workplace.memory.resize(blocks, Block::new());
        }
        let Workplace { memory, thread } = &mut workplace;
        let memory = &mut memory[..blocks];
        let result = match thread {
            Some(thread) => thread.install(|| hash(memory)),
            None => hash(memory),
        };
        self.lock().push(workplace);
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Workplace>> {
        // A panic between pop and push loses a workplace, never breaks the list.
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Workplace {
    fn new() -> Self {
        let thread = ThreadPoolBuilder::new().num_threads(1).start_handler(|_| give_way());
        Self { memory: Vec::new(), thread: thread.build().ok() }
    }
}

/// How much lower a hashing thread stands than the rest of the process, in steps of nice(2). At ten it has a ninth of the
/// weight of a thread that answers: that one runs as soon as it wakes, and a core nobody else wants is the hash's as before.
/// Not lower, so that work of others on the same machine can't keep everybody from signing in.
#[cfg(target_os = "linux")]
const LOWER: i32 = 10;

/// Lets this thread give way to the ones that answer: a hash computes for a tenth of a second and more, a look-up for a
/// thousandth. On Linux a thread has a niceness of its own, counted from that of the process; elsewhere it would be the whole
/// process's. If the system refuses, the hash runs like everything else.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(LOWER) {
        tracing::debug!(%error, "a hashing thread keeps the priority of the process");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_hash_gives_way_and_nothing_else_does() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let before = niceness();
        let hashing = Workplaces::default().with(1, |_| niceness());
        assert_eq!(hashing, (before + LOWER).min(19));
        assert_eq!(niceness(), before);
    }
}
