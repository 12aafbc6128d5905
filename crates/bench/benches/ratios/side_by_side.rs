//! Measuring two things in turns.

use std::time::Instant;

/// Runs `one` and `other` once each a round, the one that begins changing with each round, and gives the ratio of their
/// times (or of whatever number they give) a round. A first round that warms up is not counted.
pub async fn ratios(
    rounds: usize,
    mut one: impl AsyncFnMut() -> f64,
    mut other: impl AsyncFnMut() -> f64,
) -> Vec<f64> {
    let mut ratios = Vec::with_capacity(rounds);
    for round in 0..=rounds {
        let (a, b) = if round % 2 == 0 {
            let a = one().await;
            (a, other().await)
        } else {
            let b = other().await;
            (one().await, b)
        };
        if round > 0 {
            ratios.push(a / b);
        }
    }
    ratios
}

/// Seconds that it takes.
pub async fn seconds<T>(work: impl Future<Output = T>) -> f64 {
    let began = Instant::now();
    std::hint::black_box(work.await);
    began.elapsed().as_secs_f64()
}
