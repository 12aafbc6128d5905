//! Two processes on one database, one of them stopped for longer than its lease: what it holds in its hand when it wakes
//! is another's by now. Also attack D12.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::crash::parent::{End, Lives};
use crate::harness::{Engine, on_both_databases};

/// Waits until the process has stopped itself.
fn stopped(process: &Child) {
    let began = Instant::now();
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap_or_default();
        if stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T')) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the point was not passed");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn wake(process: &Child) {
    Command::new("kill").args(["-CONT", &process.id().to_string()]).status().unwrap();
}

on_both_databases! {
    async fn a_mailer_that_slept_before_sending_sends_nothing_and_one_that_slept_after_it_marks_nothing(engine: Engine) {
        for point in ["mailer.before_send", "mailer.after_send"] {
            let mut lives = Lives::new(engine).await;
            // The first agent's process stops with the unlock letter in its hand.
            lives.only_agent(0);
            let asleep = lives.start(1, &[("RECOVERY_DESK_STOP_AT", point)]);
            stopped(&asleep);
            // Two minutes later another process takes the letter and sends it.
            lives.only_agent(1);
            let other = lives.start(1, &[]);
            assert_eq!(lives.end(other), End::Finished);
            wake(&asleep);
            assert_eq!(lives.end(asleep), End::Finished);
            lives.all_agents();
            let twice = usize::from(point == "mailer.after_send");
            let found = lives.finish_and_check_with(twice).await;
            let marks = found.audit.iter().filter(|row| row.operation == "settle_message");
            let late = marks.filter(|row| row.detail.as_deref().is_some_and(|detail| detail.contains("\"marked\":false")));
            assert_eq!(late.count(), 1, "{point}: a mark without the lease doesn't count");
        }
    }
}
