//! What a hundred desks cost a server, idle and busy, against the same server with one desk, in the same minutes on one
//! PostgreSQL. CPU is the server's own process, without PostgreSQL's.

use std::time::Duration;

use recovery_bench::{Goal, Ratio, Table, cpu_seconds, percentile, resident_bytes};
use recovery_desk::database::sql;
use recovery_desk::hashing::{Hasher, HashingCost};
use recovery_desk::store::security_answers::{self, AnswerRow};
use recovery_rules::answers::{AnswerRule, CanonicalAnswer};
use serde_json::json;

use super::{ApiDesk, Running, forget_limits};
use crate::desks::Engine;
use crate::filled::{Filled, filled};
use crate::mail::sink::Sink;

const ROUNDS: usize = 3;
const MINUTE: Duration = Duration::from_secs(60);
const DESKS: usize = 100;
/// A call each five minutes at each of a hundred desks.
const CALLS_A_MINUTE: usize = 20;
const PEOPLE: usize = 20_000;
const QUESTIONS: [&str; 4] = ["first_car_make", "parents_met_town", "first_school_name", "first_pet_name"];
const ANSWER: &str = "Quibblecar";
/// Between two keystrokes of a search.
const KEYSTROKE: Duration = Duration::from_millis(200);

/// A server, its desks, and the people who call.
struct Site {
    filled: Filled,
    server: Running,
    desks: Vec<ApiDesk>,
    /// Ids and family names.
    callers: Vec<(String, String)>,
}

/// What a server used in a minute.
struct Used {
    cpu: f64,
    memory: f64,
}

/// Measures it; Linux alone tells what a process uses.
pub async fn measure(table: &mut Table) {
    if cpu_seconds("self").is_none() {
        return;
    }
    let mail = Sink::start(true).await;
    let (many, one) = (Site::new(DESKS, mail.port).await, Site::new(1, mail.port).await);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(tokio::join!(many.idle(), one.idle()));
    }
    told(table, "100 idle desks", "one idle desk", &rounds);
    rounds.clear();
    for round in 0..ROUNDS {
        rounds.push(tokio::join!(many.busy(round), one.busy(round)));
    }
    let what = format!("100 desks that take {CALLS_A_MINUTE} calls a minute");
    told(table, &what, "one desk that takes as many", &rounds);
}

fn told(table: &mut Table, many: &str, one: &str, rounds: &[(Used, Used)]) {
    let median =
        |of: &dyn Fn(&(Used, Used)) -> f64| percentile(&rounds.iter().map(of).collect::<Vec<_>>(), 50.0);
    table.add(Ratio {
        what: format!("CPU of a server with {many} ({:.2} s a minute)", median(&|(many, _)| many.cpu)),
        against: format!("with {one} ({:.2} s)", median(&|(_, one)| one.cpu)),
        rounds: rounds.iter().map(|(many, one)| many.cpu / one.cpu).collect(),
        goal: Goal::Told,
    });
    table.add(Ratio {
        what: format!("Memory of a server with {many} ({:.0} MB)", median(&|(many, _)| many.memory / 1e6)),
        against: format!("with {one} ({:.0} MB)", median(&|(_, one)| one.memory / 1e6)),
        rounds: rounds.iter().map(|(many, one)| many.memory / one.memory).collect(),
        goal: Goal::Told,
    });
}

impl Site {
    async fn new(desks: usize, mail: u16) -> Self {
        let filled = filled(Engine::Postgres, PEOPLE, None).await;
        let callers = callers(&filled).await;
        let server = Running::on(&filled, Some(mail)).await;
        let mut site = Self { filled, server, desks: Vec::new(), callers };
        for number in 0..desks {
            let desk = site.server.desk(&site.filled.desk, number).await;
            let mut stream = desk.listen().await;
            tokio::spawn(async move { while stream.next().await.is_ok() {} });
            site.desks.push(desk);
        }
        site
    }

    async fn idle(&self) -> Used {
        self.used(tokio::time::sleep(MINUTE)).await
    }

    /// A minute with its calls, one each three seconds, each at the next desk with the next caller.
    async fn busy(&self, round: usize) -> Used {
        forget_limits(&self.filled.desk).await;
        self.used(async {
            let mut ticks = tokio::time::interval(MINUTE / CALLS_A_MINUTE as u32);
            let mut running = tokio::task::JoinSet::new();
            for n in round * CALLS_A_MINUTE..(round + 1) * CALLS_A_MINUTE {
                ticks.tick().await;
                // One desk takes one call after the other.
                if self.desks.len() == 1 {
                    while let Some(ended) = running.join_next().await {
                        ended.unwrap();
                    }
                }
                let desk = self.desks[n % self.desks.len()].clone();
                running.spawn(call(desk, n, self.callers[n].clone()));
            }
            running.join_all().await;
            ticks.tick().await;
        })
        .await
    }

    async fn used(&self, work: impl Future<Output = ()>) -> Used {
        let process = self.server.process();
        let (began, cpu) = (std::time::Instant::now(), cpu_seconds(&process).unwrap());
        work.await;
        let minutes = began.elapsed().as_secs_f64() / 60.0;
        let cpu = (cpu_seconds(&process).unwrap() - cpu) / minutes;
        Used { cpu, memory: resident_bytes(&process).unwrap() }
    }
}

/// A call as it mostly goes: searched, opened, four answers checked, the unlock letter sent, ended.
async fn call(desk: ApiDesk, n: usize, (user, family): (String, String)) {
    for letters in 3..=family.chars().count() {
        let typed: String = family.chars().take(letters).collect();
        desk.ask("look_up", json!({ "query": typed, "search_id": format!("call-{n}") })).await;
        tokio::time::sleep(KEYSTROKE).await;
    }
    let call = desk.ask("open_call", json!({ "user_id": user, "reference": null })).await;
    let id = call["call_id"].as_str().unwrap();
    let said = json!({ "call_id": id, "answers": [ANSWER, ANSWER, ANSWER, ANSWER] });
    let verdict = desk.ask("check_answers", said).await;
    assert_eq!(verdict["verified"], true);
    desk.ask("send_unlock", json!({ "call_id": id, "again": false })).await;
    desk.ask("end_call", json!({ "call_id": id, "notes": "Lost the phone." })).await;
}

/// People who can be verified, with answers of the real cost.
async fn callers(filled: &Filled) -> Vec<(String, String)> {
    let desk = &filled.desk;
    let hasher = Hasher::new(desk.keys.clone(), HashingCost::standard(), desk.chance.clone());
    let answer = CanonicalAnswer::new(AnswerRule::CURRENT, ANSWER);
    let hash = hasher.hash_answer(&answer).await.unwrap();
    let mut tx = desk.database.begin().await.unwrap();
    let callers: Vec<(String, String)> = sql("SELECT id, family_name FROM users ORDER BY id LIMIT $1")
        .bind((ROUNDS * CALLS_A_MINUTE) as i64)
        .all(&mut tx)
        .await
        .unwrap();
    for (id, _) in &callers {
        for (slot, question) in (1..).zip(QUESTIONS) {
            let row = AnswerRow {
                slot,
                question_id: question.to_owned(),
                rule_version: AnswerRule::CURRENT.version(),
                answer_hash: hash.clone(),
            };
            security_answers::insert(&mut tx, id, &row, desk.clock.machine()).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    callers
}
