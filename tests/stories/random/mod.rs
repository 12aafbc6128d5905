//! Random sequences of everything a user can do, with faults, doubled and broken-off requests and a clock that jumps: the
//! invariants D0.1 and D0.3 to D0.6 hold after each step. A failing run says its seed and its last steps;
//! `RECOVERY_DESK_SEED` repeats one (secrets differ each time, what is done with them does not).

mod acts;
mod life;
mod looked;

use std::collections::BTreeMap;

use recovery_desk::chance::Chance;

use crate::harness::log::tell;
use crate::harness::{Engine, on_both_databases};
use life::Life;

/// How many lives, and steps in each.
fn how_long() -> (usize, usize) {
    if std::env::var_os("RECOVERY_DESK_FULL").is_some() { (25, 400) } else { (2, 60) }
}

/// What has to have happened in the lives together, or the run saw too little to say anything.
const SEEN: [&str; 9] = [
    "user_sign_in",
    "enter_sign_in_code",
    "start_turning_two_step_on",
    "turn_two_step_on",
    "acknowledge_recovery_code",
    "save_questions",
    "request_reset",
    "stage_password",
    "turn_two_step_off",
];

on_both_databases! {
    async fn d0_1_d0_3_d0_4_d0_5_d0_6_hold_through_random_lives(engine: Engine) {
        let seed = std::env::var("RECOVERY_DESK_SEED").ok().and_then(|seed| seed.parse().ok());
        let first = seed.unwrap_or_else(|| u64::from_be_bytes(Chance::operating_system().bytes()) >> 16);
        let (lives, steps) = how_long();
        let mut done = BTreeMap::<String, (usize, usize)>::new();
        for seed in first..first + lives as u64 {
            let mut life = Life::begin(engine, seed).await;
            life.starts_well().await;
            for _ in 0..steps {
                life.step().await;
            }
            for (name, (ok, refused)) in life.end().await {
                let sum = done.entry(name).or_default();
                *sum = (sum.0 + ok, sum.1 + refused);
            }
        }
        let figures: Vec<_> = done.iter().map(|(name, (ok, refused))| format!("{name} {ok}/{refused}")).collect();
        tell(&format!("{engine:?}, seeds from {first}, done/refused: {}", figures.join(", ")));
        for name in SEEN {
            assert!(done.get(name).is_some_and(|counts| counts.0 > 0), "{name} was never done");
        }
    }
}
