//! Looking somebody up while bad sign-ins arrive at twice the rate that the cores can hash.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use recovery_bench::{Goal, Ratio, Table, percentile};
use recovery_desk::caller::Caller;
use recovery_desk::database::sql;
use recovery_desk::desk::Desk;
use recovery_desk::hashing::HashingCost;
use recovery_desk::operations::look_up::LookUp;
use recovery_desk::operations::user_sign_in::{BrowserCookies, UserSignIn};
use recovery_rules::passwords::Password;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;

use crate::answers::Bare;
use crate::desks::{ENGINES, Wanted, open};
use crate::people::{person, write};
use crate::people_sessions::agent;

const ROUNDS: usize = 5;
/// People with an account.
const PEOPLE: usize = 20_000;
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
        write(&bench.desk, PEOPLE).await;
        give_passwords(&bench.desk).await;
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
        let [[wrong_strangers, busy_strangers], [wrong_known, busy_known]] = counts.told();
        let (wrong, busy) = (wrong_strangers + wrong_known, busy_strangers + busy_known);
        assert_eq!(counts.other.load(Ordering::Relaxed), 0, "a bad sign-in was told something else");
        // Refused alike: an address with an account is hashed and sent away as often as one without. They come in turn, so
        // only a difference of the product's own making makes more of it than chance.
        let share = |busy: usize, wrong: usize| busy as f64 / (busy + wrong) as f64;
        let apart = share(busy_known, wrong_known) - share(busy_strangers, wrong_strangers);
        assert!(busy > 0 && wrong > 0, "the flood was none: {wrong} hashed, {busy} sent away");
        assert!(
            apart.abs() < 0.1,
            "sent away: known {busy_known} beside {wrong_known} hashed, strangers {busy_strangers} beside {wrong_strangers}"
        );
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

/// What bad sign-ins were told, those of strangers and those of people with an account.
#[derive(Default)]
struct Counts {
    wrong: [AtomicUsize; 2],
    busy: [AtomicUsize; 2],
    other: AtomicUsize,
}

impl Counts {
    /// Of strangers and of known people: how many were hashed, how many sent away.
    fn told(&self) -> [[usize; 2]; 2] {
        [0, 1].map(|kind| [&self.wrong[kind], &self.busy[kind]].map(|count| count.load(Ordering::Relaxed)))
    }
}

/// Everybody gets a password, of the cost that is hashed here.
async fn give_passwords(desk: &Desk) {
    let password = Password::new("wandering teacup meridian 9".to_owned());
    let hash = desk.hasher.hash_password(&password).await.unwrap();
    let mut tx = desk.database.begin().await.unwrap();
    let given = sql("UPDATE users SET password_hash = $1").bind(hash).run(&mut tx).await.unwrap();
    assert_eq!(given, PEOPLE as u64);
    tx.commit().await.unwrap();
}

async fn look_ups(desk: &Desk, who: &Caller, search: usize) -> Vec<f64> {
    // More than an agent may look up in an hour: what is measured is the load, not the limit.
    let mut tx = desk.database.begin().await.unwrap();
    sql("DELETE FROM counters").run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let began = Instant::now();
    let mut times = Vec::new();
    let mut ticks = tokio::time::interval(KEYSTROKE);
    let typed = ["mar", "mart", "martin", "gar", "garcia", "anna r"];
    while began.elapsed() < HALF {
        ticks.tick().await;
        let query = typed[times.len() % typed.len()].to_owned();
        // Four keystrokes a search.
        let search_id = format!("search-{search}-{}", times.len() / 4);
        let request = LookUp { query, search_id };
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
        // Every second one names somebody, each once or seldom: nobody comes to the limit of wrong passwords.
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let (kind, email) = match n % 2 {
            0 => (0, format!("stranger-{n}@nowhere.example")),
            _ => (1, person(n / 2 % PEOPLE, PEOPLE).email),
        };
        running.spawn(async move {
            let request = UserSignIn {
                email,
                password: "not the password at all".to_owned().into(),
                browser: BrowserCookies::default(),
            };
            let refused = desk.perform(&Caller::Nobody, Door::Pages, None, request).await.err();
            let count = match refused.as_ref().and_then(|failure| failure.refusal()) {
                Some(Refusal::SignInNotRight) => &counts.wrong[kind],
                Some(Refusal::Busy) => &counts.busy[kind],
                _ => &counts.other,
            };
            count.fetch_add(1, Ordering::Relaxed);
        });
    }
    running.join_all().await;
}
