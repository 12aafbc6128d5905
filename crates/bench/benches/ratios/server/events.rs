//! From an operation at one server to the desk that hears of it at another server of the same PostgreSQL. Servers read events
//! once a second, so that is most of it; it is held against a bare LISTEN/NOTIFY, which is what that choice costs in delay.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use recovery_bench::{Goal, Ratio, Table, percentile};
use recovery_desk::database::Address;
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::postgres::PgListener;
use sqlx::{Connection, PgConnection};

use super::{ApiDesk, Running, forget_limits};
use crate::desks::Engine;
use crate::filled::{Filled, filled};
use crate::people::Numbers;

const ROUNDS: usize = 5;
/// Agents at the first server.
const AGENTS: usize = 10;
/// Calls each of them opens and ends in a round: two events each.
const CALLS: usize = 10;
/// Every thousandth id is known, and each agent needs a caller.
const PEOPLE: usize = AGENTS * 1_000;
/// Between two operations of an agent at most, in ms: a second, so that they fall anywhere between two looks.
const PAUSE: usize = 1_000;
/// How often a server looks (`EVERY` in `crates/web/src/desk_api/events.rs`), in seconds.
const LOOKS: f64 = 1.0;
/// An event that takes longer is lost.
const PATIENCE: Duration = Duration::from_secs(15);

/// When each call was heard of, in order.
type Heard = Arc<Mutex<HashMap<String, Vec<Instant>>>>;

/// Measures it.
pub async fn measure(table: &mut Table) {
    let filled = filled(Engine::Postgres, PEOPLE, None).await;
    let (first, second) = (Running::on(&filled, None).await, Running::on(&filled, None).await);
    let mut agents = Vec::new();
    for number in 0..AGENTS {
        agents.push(first.desk(&filled.desk, number).await);
    }
    let heard = listen(second.desk(&filled.desk, AGENTS).await).await;
    let (mut p50, mut p99) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        forget_limits(&filled.desk).await;
        let bare = notified(&filled).await;
        let ours = round_of_calls(&agents, &filled, &heard, round).await;
        // The first round warms up.
        if round > 0 {
            p50.push((percentile(&ours, 50.0), percentile(&bare, 50.0)));
            p99.push((percentile(&ours, 99.0), percentile(&bare, 99.0)));
        }
    }
    for (name, rounds) in [("p50", p50), ("p99", p99)] {
        let ms: Vec<f64> = rounds.iter().map(|(ours, _)| ours * 1_000.0).collect();
        let what = format!(
            "From an operation to a desk at another server, {name} ({:.0} ms)",
            percentile(&ms, 50.0)
        );
        table.add(Ratio {
            what: what.clone(),
            against: "the second between two looks".to_owned(),
            rounds: rounds.iter().map(|(ours, _)| ours / LOOKS).collect(),
            goal: Goal::Told,
        });
        table.add(Ratio {
            what,
            against: format!("a bare LISTEN/NOTIFY, {name}"),
            rounds: rounds.iter().map(|(ours, bare)| ours / bare).collect(),
            goal: Goal::Told,
        });
    }
}

/// A desk that listens, and writes down when it hears of which call.
async fn listen(desk: ApiDesk) -> Heard {
    let heard = Heard::default();
    let (mut stream, kept) = (desk.listen().await, Arc::clone(&heard));
    tokio::spawn(async move {
        while let Ok(event) = stream.next().await {
            let at = Instant::now();
            if let Some(call) = event.filter(|event| event.kind == "call_changed").and_then(|e| e.call_id) {
                kept.lock().unwrap().entry(call).or_default().push(at);
            }
        }
    });
    heard
}

/// Seconds from the request of each operation to the arrival of its event: the operation itself, its commit and the answer's
/// way are in it, so it is a little more than from the commit.
async fn round_of_calls(agents: &[ApiDesk], filled: &Filled, heard: &Heard, round: usize) -> Vec<f64> {
    let tasks = agents.iter().enumerate().map(|(n, agent)| {
        let (agent, user) = (agent.clone(), filled.ids[n].clone());
        tokio::spawn(calls(agent, user, Numbers::new((round * AGENTS + n) as u64)))
    });
    let mut asked = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        asked.extend(task.await.unwrap());
    }
    let end = Instant::now() + PATIENCE;
    let mut times = Vec::new();
    for (call, sent) in asked {
        let arrived = loop {
            let arrived = heard.lock().unwrap().get(&call).cloned().unwrap_or_default();
            if arrived.len() >= sent.len() {
                break arrived;
            }
            assert!(Instant::now() < end, "of {} events of a call {} arrived", sent.len(), arrived.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        times.extend(sent.iter().zip(arrived).map(|(sent, at)| (at - *sent).as_secs_f64()));
    }
    times
}

/// One agent's calls: the id of each, and when it was asked to be opened and ended.
async fn calls(agent: ApiDesk, user: String, mut numbers: Numbers) -> Vec<(String, [Instant; 2])> {
    let mut asked = Vec::new();
    for _ in 0..CALLS {
        tokio::time::sleep(Duration::from_millis(numbers.below(PAUSE) as u64)).await;
        let opening = Instant::now();
        let call = agent.ask("open_call", json!({ "user_id": user, "reference": null })).await;
        let id = call["call_id"].as_str().unwrap().to_owned();
        tokio::time::sleep(Duration::from_millis(numbers.below(PAUSE) as u64)).await;
        let ending = Instant::now();
        agent.ask("end_call", json!({ "call_id": id, "notes": "" })).await;
        asked.push((id, [opening, ending]));
    }
    asked
}

/// Seconds from a bare NOTIFY to its arrival at another connection, as many as there are events.
async fn notified(filled: &Filled) -> Vec<f64> {
    let Address::Postgres { url, .. } = &filled.address else { return Vec::new() };
    let mut listener = PgListener::connect(url.expose_secret()).await.unwrap();
    listener.listen("bench").await.unwrap();
    let mut connection = PgConnection::connect(url.expose_secret()).await.unwrap();
    let mut times = Vec::new();
    for _ in 0..AGENTS * CALLS * 2 {
        let began = Instant::now();
        let notify = sqlx::query("NOTIFY bench").execute(&mut connection);
        let (sent, _) = tokio::join!(notify, listener.recv());
        sent.unwrap();
        times.push(began.elapsed().as_secs_f64());
    }
    times
}
