//! A look-up through the API of a real server, with TLS, the device's proof, the session, the limits, the audit entry and
//! the commit, against a handler that does nothing on a server of the same kind.

use std::time::Instant;

use recovery_bench::{Goal, Ratio, Table, percentile};
use serde_json::json;

use super::{ApiDesk, Running, forget_limits, http};
use crate::desks::{ENGINES, Engine};
use crate::filled::filled;
use crate::people::{Numbers, person};

const ROUNDS: usize = 9;
/// Requests of a round, one after the other.
const REQUESTS: usize = 200;
/// Among so many people.
const PEOPLE: usize = 100_000;
/// Desks that ask in turn, so that none comes to its ceiling of requests a second.
const DESKS: usize = 50;

/// Measures it on both databases, or on one.
pub async fn measure(table: &mut Table, only: Option<Engine>) {
    for engine in ENGINES.into_iter().filter(|engine| only.is_none_or(|only| *engine == only)) {
        let filled = filled(engine, PEOPLE, None).await;
        let (server, nothing) = (Running::on(&filled, None).await, Running::doing_nothing().await);
        let mut desks = Vec::new();
        for number in 0..DESKS {
            desks.push(server.desk(&filled.desk, number).await);
        }
        let http = http();
        let mut numbers = Numbers::new(4711);
        let (mut ours, mut rounds) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            forget_limits(&filled.desk).await;
            let (look_ups, empty) = if round % 2 == 0 {
                let look_ups = look_ups(&desks, &mut numbers, round).await;
                (look_ups, empty(&http, &nothing).await)
            } else {
                let empty = empty(&http, &nothing).await;
                (look_ups(&desks, &mut numbers, round).await, empty)
            };
            // The first round warms up.
            if round > 0 {
                ours.push(look_ups);
                rounds.push(look_ups / empty);
            }
        }
        table.add(Ratio {
            what: format!(
                "A look-up through the API, p50 ({:.1} ms), {}",
                percentile(&ours, 50.0) * 1_000.0,
                engine.name()
            ),
            against: "an empty axum handler behind the same TLS, p50".to_owned(),
            rounds,
            goal: Goal::AtMost(10.0),
        });
    }
}

async fn look_ups(desks: &[ApiDesk], numbers: &mut Numbers, round: usize) -> f64 {
    let mut times = Vec::new();
    for n in 0..REQUESTS {
        let desk = &desks[n % desks.len()];
        let query = person(numbers.below(PEOPLE), PEOPLE).family;
        // What each desk types in a round is one search.
        let request = json!({ "query": query, "search_id": format!("round-{round}") });
        let began = Instant::now();
        let found = desk.ask("look_up", request).await;
        times.push(began.elapsed().as_secs_f64());
        assert!(found["count"].as_u64().unwrap() > 0, "{query} finds nobody");
    }
    percentile(&times, 50.0)
}

async fn empty(http: &reqwest::Client, nothing: &Running) -> f64 {
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let body = json!({ "query": "raman", "search_id": "round-1" });
        let began = Instant::now();
        let answer = http.post(nothing.url.clone()).json(&body).send().await.unwrap();
        assert!(answer.status().is_success());
        answer.bytes().await.unwrap();
        times.push(began.elapsed().as_secs_f64());
    }
    percentile(&times, 50.0)
}
