//! Looking somebody up while bad sign-ins arrive at twice the rate that the cores can hash.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use recovery_bench::{Goal, Ratio, Table, percentile};
use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::hashing::HashingCost;
use recovery_desk::operations::look_up::LookUp;
use recovery_desk::operations::user_sign_in::{BrowserCookies, UserSignIn};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;

use crate::answers::Bare;
use crate::desks::{ENGINES, Wanted, open};
use crate::people::write;
use crate::people_sessions::agent;

const ROUNDS: usize = 5;
/// How long each half of a round takes.
const HALF: Duration = Duration::from_secs(4);
/// Between two keystrokes of an agent who types fast.
const KEYSTROKE: Duration = Duration::from_millis(20);

/// Measures it on both databases.
pub async fn measure(table: &mut Table) {
    let cost = HashingCost::standard();
    let bare = Bare::new(cost.password.memory_kib, cost.password.passes, cost.password.lanes);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for engine in ENGINES {
        let bench = open(Wanted { engine, hashing: cost }).await;
        write(&bench.desk, 20_000).await;
        let who = agent(&bench.desk).await;
        let between = Duration::from_secs_f64(bare.seconds() / cores as f64 / 2.0);
        let counts = Arc::new(Counts::default());
        let mut rounds = Vec::new();
        for round in 0..=ROUNDS {
            let quiet = look_ups(&bench.desk, &who, round * 2).await;
            let flood = tokio::spawn(flood(bench.desk.clone(), between, counts.clone()));
            let busy = look_ups(&bench.desk, &who, round * 2 + 1).await;
            flood.await.unwrap();
            if round > 0 {
                rounds.push(percentile(&busy, 99.0) / percentile(&quiet, 99.0));
            }
        }
        let (wrong, busy) = (counts.wrong.load(Ordering::Relaxed), counts.busy.load(Ordering::Relaxed));
        assert_eq!(counts.other.load(Ordering::Relaxed), 0, "a bad sign-in was told something else");
        table.add(Ratio {
            what: format!(
                "Look-up p99 among bad sign-ins at twice the cores' hashes, {} ({wrong} hashed, {busy} sent away)",
                engine.name()
            ),
            against: "the same when it is quiet".to_owned(),
            rounds,
            goal: Goal::AtMost(5.0),
        });
    }
}

#[derive(Default)]
struct Counts {
    wrong: AtomicUsize,
    busy: AtomicUsize,
    other: AtomicUsize,
}

async fn look_ups(desk: &Desk, who: &Caller, search: usize) -> Vec<f64> {
    let began = Instant::now();
    let mut times = Vec::new();
    let mut ticks = tokio::time::interval(KEYSTROKE);
    let typed = ["mar", "mart", "martin", "gar", "garcia", "anna r"];
    while began.elapsed() < HALF {
        ticks.tick().await;
        let query = typed[times.len() % typed.len()].to_owned();
        let request = LookUp { query, search_id: format!("search-{search}") };
        let asked = Instant::now();
        desk.perform(who, Door::Desk, None, request).await.unwrap();
        times.push(asked.elapsed().as_secs_f64());
    }
    times
}

/// Sends sign-ins at that pace, whether or not the earlier ones are answered.
async fn flood(desk: Desk, between: Duration, counts: Arc<Counts>) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let began = Instant::now();
    let mut ticks = tokio::time::interval(between);
    let mut running = tokio::task::JoinSet::new();
    while began.elapsed() < HALF {
        ticks.tick().await;
        let (desk, counts) = (desk.clone(), counts.clone());
        running.spawn(async move {
            let request = UserSignIn {
                email: format!("stranger-{}@nowhere.example", NEXT.fetch_add(1, Ordering::Relaxed)),
                password: "not the password at all".to_owned().into(),
                browser: BrowserCookies::default(),
            };
            let refused = desk.perform(&Caller::Nobody, Door::Pages, None, request).await.err();
            let count = match refused.as_ref().and_then(|failure| failure.refusal()) {
                Some(Refusal::SignInNotRight) => &counts.wrong,
                Some(Refusal::Busy) => &counts.busy,
                _ => &counts.other,
            };
            count.fetch_add(1, Ordering::Relaxed);
        });
    }
    running.join_all().await;
}
