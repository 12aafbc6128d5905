//! The process dies at every named point once, then goes on; the long sweep has it die at later passings too, and at
//! 200 random moments.

use std::time::Duration;

use recovery_desk::chance::Chance;

use super::parent::{End, Lives};
use crate::harness::log::tell;
use crate::harness::{Engine, on_both_databases};

/// Every point that the main job passes, in its order.
const POINTS: &str = include_str!("points.txt");

fn points(engine: Engine) -> impl Iterator<Item = &'static str> {
    let points = POINTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    // SQLite chains each entry of the audit log in the entry's own transaction.
    points.filter(move |point| engine == Engine::Postgres || !point.starts_with("seal_audit"))
}

fn long() -> bool {
    std::env::var_os("RECOVERY_DESK_FULL").is_some()
}

on_both_databases! {
    /// Also D0.1, D0.3, D10.1, D10.5, D14.2 (killing the sealer) and D9.10.
    async fn d0_1_d0_3_d10_5_killed_at_every_point_the_main_job_loses_nothing_and_doubles_nothing(engine: Engine) {
        let mut lives = Lives::new(engine).await;
        let passed = lives.told.history.with_file_name("passed.txt");
        let worker = lives.start(2, &[("RECOVERY_DESK_PASSED", passed.to_str().unwrap())]);
        assert_eq!(lives.end(worker), End::Finished);
        let passed = std::fs::read_to_string(&passed).unwrap();
        let unknown: Vec<_> = passed.lines().filter(|passed| !points(engine).any(|point| point == *passed)).collect();
        assert!(unknown.is_empty(), "add to tests/stories/crash/points.txt, in this order: {unknown:#?}");
        for point in points(engine) {
            lives.die_at(point);
        }
        if long() {
            for passing in [2, 3, 5] {
                for point in points(engine) {
                    lives.die_at(&format!("{point}:{passing}"));
                }
            }
        }
        let found = lives.finish_and_check().await;
        tell(&format!("{engine:?}, every point: {}", lives.figures(&found)));
    }

    async fn d0_3_d14_2_killed_at_random_moments_the_main_job_loses_nothing_and_doubles_nothing(engine: Engine) {
        let mut lives = Lives::new(engine).await;
        let seed = std::env::var("RECOVERY_DESK_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::from_be_bytes(Chance::operating_system().bytes()));
        tell(&format!("seed {seed}: set RECOVERY_DESK_SEED to repeat it"));
        let chance = Chance::seeded(seed);
        for _ in 0..if long() { 200 } else { 3 } {
            let [a, b] = chance.bytes::<2>();
            lives.kill_after(Duration::from_millis(150 + u64::from(u16::from_be_bytes([a, b]) % 1_500)));
        }
        let found = lives.finish_and_check().await;
        tell(&format!("{engine:?}, at random: {}", lives.figures(&found)));
    }
}
