//! What the program logs, kept to be looked through: the log of a whole run, most detailed level.

use std::io::Write;
use std::sync::{Mutex, Once};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::statements::Listener;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap_or_else(|broken| broken.into_inner()).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Keeps everything from now on.
pub fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::registry()
            // What isn't the program's: the cookie jar of the stories' own browser, and the driver that types for them.
            .with(EnvFilter::new("trace,cookie_store=off,thirtyfour=off"))
            .with(tracing_subscriber::fmt::layer().with_ansi(false).without_time().with_writer(|| Kept))
            .with(Listener)
            .init();
    });
}

/// Everything so far.
pub fn so_far() -> Vec<u8> {
    LOG.lock().unwrap_or_else(|broken| broken.into_inner()).clone()
}

/// Writes the log of a worker process to the end of a file: ours in full detail, what others say from `info` on.
pub fn into_file(path: &std::path::Path) {
    let file = std::fs::File::options().create(true).append(true).open(path).unwrap();
    tracing_subscriber::fmt()
        .with_env_filter("info,recovery_desk=trace")
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .init();
}

/// Says what a run came to, for whoever reads its figures.
#[expect(clippy::print_stdout, reason = "figures are for the reader of a test's output")]
pub fn tell(figures: &str) {
    println!("{figures}");
}
