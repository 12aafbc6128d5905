//! Known and unknown addresses in time: interleaved tries, one an address, compared by rank (Mann-Whitney). The figures are
//! told; only a gross difference fails, because a shared machine is no laboratory. What must be equal to the last bit stands
//! in `work.rs` (hashes and statements) and `bytes.rs` (pages and headers). Four hundred tries a comparison in `./test --full`.

use std::time::Instant;

use recovery_desk::caller::Caller;
use recovery_desk::operations::request_reset::RequestReset;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::fixtures::NewUser;
use crate::harness::log::tell;
use crate::harness::reset::Forgot;
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

/// The 5th, 25th, 50th, 75th and 95th of a hundred, in milliseconds.
fn spread(times: &[f64]) -> String {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let of_hundred = |n: usize| format!("{:.2}", times[(times.len() - 1) * n / 100]);
    [5, 25, 50, 75, 95].map(of_hundred).join(" ")
}

fn judge(what: &str, known: &[f64], unknown: &[f64]) {
    let (above, deviations) = ranked(known, unknown);
    tell(&format!(
        "{what}: known [{}] ms, unknown [{}] ms (5 25 50 75 95 of 100, {} tries), P(known slower) {above:.3}, z {deviations:.2}",
        spread(known),
        spread(unknown),
        known.len() + unknown.len()
    ));
    assert!(
        (0.25..=0.75).contains(&above),
        "{what}: known and unknown addresses are told apart by time: {above:.3}"
    );
}

/// Tries of both kinds in turn. Which one comes first changes, so that neither has the warmer caches.
async fn in_turn(what: &str, mut once: impl AsyncFnMut(usize, usize)) {
    let mut times = [Vec::new(), Vec::new()];
    for i in 0..tries() {
        for kind in if i % 2 == 0 { [0, 1] } else { [1, 0] } {
            let begun = Instant::now();
            once(i, kind).await;
            times[kind].push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    judge(what, &times[0], &times[1]);
}

/// An address with an account, or one without.
fn address(kind: usize, i: usize) -> String {
    format!("{}{i}@hartwell.example", ["known", "stranger"][kind])
}

on_both_databases! {
    async fn d1_1_d6_1_known_and_unknown_addresses_take_the_same_time(engine: Engine) {
        let world = World::live(engine).await;
        for i in 0..tries() {
            let email = address(0, i);
            world.user(NewUser { email: &email, two_step: TwoStep::Never, answers: 0, ..NewUser::default() }).await;
        }
        let wrong = async |email: String| refused(pages::sign_in(&world.desk, &email, "not her password").await);
        let forgot = async |email: String, source: String| {
            ask(&world.desk, &Caller::Nobody, RequestReset { email, source }).await.unwrap();
        };
        let source = |i: usize, kind: usize| format!("198.51.{}.{kind}", i % 250);
        in_turn(&format!("{engine:?}, sign-in"), async |i, kind| {
            assert_eq!(wrong(address(kind, i)).await, "sign_in_not_right");
        })
        .await;
        in_turn(&format!("{engine:?}, forgot password"), async |i, kind| {
            forgot(address(kind, i), source(i, kind)).await;
        })
        .await;
        in_turn(&format!("{engine:?}, the link again at once"), async |i, kind| {
            forgot(address(kind, i), source(i, kind)).await;
        })
        .await;

        // At the limits: the same address until it has to wait, and until no further request counts.
        for kind in [0, 1] {
            while wrong(address(kind, 0)).await != "sign_in_wait" {}
            for n in 0..6 {
                forgot(address(kind, 0), format!("203.0.113.{n}")).await;
            }
        }
        let counted = "SELECT COUNT(*) FROM reset_requests WHERE counts";
        let before = world.count(counted).await;
        in_turn(&format!("{engine:?}, sign-in at its limit"), async |_, kind| {
            assert_eq!(wrong(address(kind, 0)).await, "sign_in_wait");
        })
        .await;
        in_turn(&format!("{engine:?}, forgot password at its limit"), async |i, kind| {
            forgot(address(kind, 0), source(i, 2 + kind)).await;
        })
        .await;
        assert_eq!(world.count(counted).await, before, "the limit was reached");
    }

    async fn a_reset_code_at_its_limit_takes_the_same_time_by_text_and_by_email(engine: Engine) {
        // Databases differ among themselves by more than the ways do, so each way has six, asked in turn.
        let mut ways = [Vec::new(), Vec::new()];
        for _ in 0..6 {
            for (way, state) in [TwoStep::On, TwoStep::Off].into_iter().enumerate() {
                let forgot = Forgot::new(engine, state).await;
                let link = forgot.staged().await;
                for _ in 0..5 {
                    forgot.later(Span::seconds(61));
                    forgot.again(&link).await.unwrap();
                }
                forgot.later(Span::seconds(61));
                ways[way].push((forgot, link));
            }
        }
        in_turn(&format!("{engine:?}, a reset code again at its limit, text as known, e-mail as unknown"), async |i, way| {
            let (forgot, link) = &ways[way][i / 2 % 6];
            assert_eq!(refused(forgot.again(link).await), "codes_used");
        })
        .await;
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
