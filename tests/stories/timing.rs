//! Known and unknown addresses in time: interleaved tries, one an address, compared by rank (Mann-Whitney). The figures are
//! told; only a gross difference fails, because a shared machine is no laboratory. That texts, statuses and headers are the
//! same is in `pages_over_http.rs` (D1.1) and `forgot_password.rs` (D6.1).

use std::time::Instant;

use recovery_desk::caller::Caller;
use recovery_desk::operations::request_reset::RequestReset;
use recovery_rules::states::TwoStep;

use crate::harness::fixtures::NewUser;
use crate::harness::log::tell;
use crate::harness::world::ask;
use crate::harness::{Engine, World, on_both_databases, pages, refused};

/// Tries of each kind.
fn tries() -> usize {
    if std::env::var_os("RECOVERY_DESK_FULL").is_some() { 200 } else { 50 }
}

/// How often a value of the first is above one of the second (0.5 if nothing tells them apart), and how many standard
/// deviations that is from 0.5 [Mann and Whitney 1947; normal approximation, ties counted half].
fn ranked(first: &[f64], second: &[f64]) -> (f64, f64) {
    let (n, m) = (first.len() as f64, second.len() as f64);
    let above: f64 = first
        .iter()
        .flat_map(|a| {
            second.iter().map(move |b| {
                if a > b {
                    1.0
                } else if a < b {
                    0.0
                } else {
                    0.5
                }
            })
        })
        .sum();
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    (above / (n * m), (above - n * m / 2.0) / deviation)
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn judge(what: &str, known: &[f64], unknown: &[f64]) {
    let (above, deviations) = ranked(known, unknown);
    tell(&format!(
        "{what}: known {:.2} ms, unknown {:.2} ms (medians of {}), P(known slower) {above:.3}, z {deviations:.2}",
        median(known),
        median(unknown),
        known.len()
    ));
    assert!(
        (0.1..=0.9).contains(&above),
        "{what}: known and unknown addresses are told apart by time: {above:.3}"
    );
}

on_both_databases! {
    async fn d1_1_d6_1_known_and_unknown_addresses_take_the_same_time(engine: Engine) {
        let world = World::live(engine).await;
        for i in 0..tries() {
            let email = format!("known{i}@hartwell.example");
            world.user(NewUser { email: &email, two_step: TwoStep::Never, answers: 0, ..NewUser::default() }).await;
        }
        let (mut sign_in, mut forgot) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for i in 0..tries() {
            // Which kind comes first changes, so that neither has the warmer caches.
            for kind in if i % 2 == 0 { [0, 1] } else { [1, 0] } {
                let email = format!("{}{i}@hartwell.example", ["known", "stranger"][kind]);
                let begun = Instant::now();
                let answer = pages::sign_in(&world.desk, &email, "not her password").await;
                sign_in[kind].push(begun.elapsed().as_secs_f64() * 1_000.0);
                assert_eq!(refused(answer), "sign_in_not_right");
                let request = RequestReset { email, source: format!("198.51.{}.{kind}", i % 250) };
                let begun = Instant::now();
                ask(&world.desk, &Caller::Nobody, request).await.unwrap();
                forgot[kind].push(begun.elapsed().as_secs_f64() * 1_000.0);
            }
        }
        judge(&format!("{engine:?}, sign-in"), &sign_in[0], &sign_in[1]);
        judge(&format!("{engine:?}, forgot password"), &forgot[0], &forgot[1]);

        // At the limit: the same address until it has to wait.
        let mut waits = [Vec::new(), Vec::new()];
        for email in ["known0@hartwell.example", "stranger0@hartwell.example"] {
            for _ in 0..12 {
                let _ = pages::sign_in(&world.desk, email, "not her password").await;
            }
        }
        for i in 0..tries() {
            for kind in if i % 2 == 0 { [0, 1] } else { [1, 0] } {
                let email = ["known0@hartwell.example", "stranger0@hartwell.example"][kind];
                let begun = Instant::now();
                let answer = pages::sign_in(&world.desk, email, "not her password").await;
                waits[kind].push(begun.elapsed().as_secs_f64() * 1_000.0);
                assert_eq!(refused(answer), "sign_in_wait");
            }
        }
        judge(&format!("{engine:?}, sign-in at its limit"), &waits[0], &waits[1]);
    }
}

#[test]
fn the_rank_test_sees_a_shift_and_none_where_there_is_none() {
    let even: Vec<f64> = (0..100).map(f64::from).collect();
    let shifted: Vec<f64> = even.iter().map(|value| value + 80.0).collect();
    assert_eq!(ranked(&even, &even), (0.5, 0.0));
    let (above, deviations) = ranked(&shifted, &even);
    assert!(above > 0.97 && deviations > 11.0, "{above} {deviations}");
}
