//! Named places where a test kills or stops this process: before and after each commit and each sending. They exist
//! in test builds only (the feature `fail-points`, which the tests turn on); elsewhere `pass` is empty.
//!
//! `RECOVERY_DESK_FAIL_AT=name[:n]` aborts the process at the n-th passing (the first, if no n is given),
//! `RECOVERY_DESK_STOP_AT=name[:n]` stops it there until it gets SIGCONT, and `RECOVERY_DESK_PASSED=file` writes
//! down each name when it is passed for the first time, so that a sweep knows all of them.
//! A name is its parts with dots between: `send_unlock.done.before_commit`, `mailer.after_send`.

#[cfg(all(feature = "fail-points", not(debug_assertions)))]
compile_error!("fail points kill the process: never build a release with the feature `fail-points`");

/// Passes a named place.
#[cfg(not(feature = "fail-points"))]
pub(crate) const fn pass(_name: [&str; 3]) {}

#[cfg(feature = "fail-points")]
pub(crate) use armed::pass;

#[cfg(feature = "fail-points")]
mod armed {
    use std::collections::BTreeMap;
    use std::io::Write;
    use std::process::Command;
    use std::sync::{LazyLock, Mutex, PoisonError};
    use std::time::Duration;

    /// What the environment asks for; read once.
    struct Asked {
        fail: Option<(String, u64)>,
        stop: Option<(String, u64)>,
        passed: Option<std::ffi::OsString>,
        seen: Mutex<BTreeMap<String, u64>>,
    }

    static ASKED: LazyLock<Asked> = LazyLock::new(|| Asked {
        fail: place("RECOVERY_DESK_FAIL_AT"),
        stop: place("RECOVERY_DESK_STOP_AT"),
        passed: std::env::var_os("RECOVERY_DESK_PASSED"),
        seen: Mutex::default(),
    });

    fn place(variable: &str) -> Option<(String, u64)> {
        let text = std::env::var(variable).ok()?;
        match text.split_once(':') {
            Some((name, passing)) => Some((name.to_owned(), passing.parse().ok()?)),
            None => Some((text, 1)),
        }
    }

    /// Passes a named place.
    pub(crate) fn pass(name: [&str; 3]) {
        let asked = &*ASKED;
        if asked.fail.is_none() && asked.stop.is_none() && asked.passed.is_none() {
            return;
        }
        let name = name.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        let passing = {
            let mut seen = asked.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let passing = seen.entry(name.clone()).or_default();
            *passing += 1;
            *passing
        };
        if let (1, Some(file)) = (passing, &asked.passed) {
            let open = std::fs::OpenOptions::new().create(true).append(true).open(file);
            let _ = open.and_then(|mut file| file.write_all(format!("{name}\n").as_bytes()));
        }
        let now = Some((name, passing));
        if now == asked.fail {
            std::process::abort();
        }
        if now == asked.stop {
            // Blocks this thread of the process and, with the signal, all others, until SIGCONT.
            let _ = Command::new("kill").args(["-STOP", &std::process::id().to_string()]).status();
            // Whoever woke the process may want it to see the new time first.
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}
