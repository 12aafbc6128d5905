//! Looking somebody up among very many, each way an agent types, against one SELECT by primary key in the same
//! transaction. p99 against p50: the slowest keystroke counts, and the typical bare query. Fragments of addresses, which are
//! looked for only where nothing begins so, have goals of their own.

use std::path::Path;
use std::time::Instant;

use recovery_bench::{Goal, Ratio, Table, percentile};
use recovery_desk::database::Tx;
use recovery_desk::look_up;
use recovery_desk::store::users;
use recovery_rules::look_up_query::Query;

use crate::desks::{ENGINES, Engine};
use crate::filled::{Filled, filled};
use crate::people::{Numbers, company_name, person};

const ROUNDS: usize = 7;
const QUERIES: usize = 200;

/// A way of looking somebody up: its name, and what is typed for a person.
type Kind = (&'static str, fn(&mut Numbers, usize) -> String);

const KINDS: [Kind; 9] = [
    ("family name, 3 letters", |numbers, of| letters(&person(numbers.below(of), of).family, 3)),
    ("family name, whole", |numbers, of| person(numbers.below(of), of).family),
    ("given and family name", |numbers, of| {
        let one = person(numbers.below(of), of);
        format!("{} {}", one.given, letters(&one.family, 4))
    }),
    ("address, first 8 characters", |numbers, of| letters(&person(numbers.below(of), of).email, 8)),
    ("address, whole", |numbers, of| person(numbers.below(of), of).email),
    ("whole company with its number and given name", |numbers, of| {
        let one = person(numbers.below(of), of);
        format!("{} {}", company_name(one.company), one.given)
    }),
    ("first word of the company and given name", |numbers, of| {
        let one = person(numbers.below(of), of);
        let company = company_name(one.company);
        format!("{} {}", company.split(' ').next().unwrap_or_default(), one.given)
    }),
    ("worst: the commonest 3 letters", |_, _| "mar".to_owned()),
    ("worst: two words of the commonest letters", |_, _| "ma ma".to_owned()),
];

/// From the middle of an address: three letters, and seven.
const FRAGMENTS: [Kind; 2] = [
    ("fragment of an address, 3 letters", |numbers, of| fragment(&person(numbers.below(of), of).email, 3)),
    ("fragment of an address, 7 letters", |numbers, of| fragment(&person(numbers.below(of), of).email, 7)),
];

/// Measures it on both databases, or on one; `keep`: where the filled databases are kept.
pub async fn measure(table: &mut Table, users: usize, only: Option<Engine>, keep: Option<&Path>) {
    for engine in ENGINES.into_iter().filter(|engine| only.is_none_or(|only| *engine == only)) {
        let filled = filled(engine, users, keep).await;
        for (name, typed) in KINDS {
            let rounds = rounds(&filled, users, typed, 99.0).await;
            table.add(Ratio {
                what: format!("Look-up p99 among {users}, {name}, {}", engine.name()),
                against: "SELECT by primary key, p50".to_owned(),
                rounds,
                goal: Goal::AtMost(if engine == Engine::Postgres { 8.0 } else { 20.0 }),
            });
        }
        let (percent, goal) = if engine == Engine::Postgres { (99.0, 1_000.0) } else { (50.0, 25.0) };
        for (name, typed) in FRAGMENTS {
            let rounds = rounds(&filled, users, typed, percent).await;
            table.add(Ratio {
                what: format!("Look-up p{percent} among {users}, {name}, {}", engine.name()),
                against: "SELECT by primary key, p50".to_owned(),
                rounds,
                goal: Goal::AtMost(goal),
            });
        }
    }
}

async fn rounds(
    filled: &Filled,
    users: usize,
    typed: fn(&mut Numbers, usize) -> String,
    percent: f64,
) -> Vec<f64> {
    let mut numbers = Numbers::new(4711);
    let mut rounds = Vec::new();
    let Filled { desk, ids, .. } = filled;
    let mut tx = desk.database.begin_read().await.unwrap();
    for round in 0..=ROUNDS {
        let (mut bare, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..QUERIES {
            let id = &ids[numbers.below(ids.len())];
            let began = Instant::now();
            assert!(users::by_id(&mut tx, id).await.unwrap().is_some());
            bare.push(began.elapsed().as_secs_f64());
            let query = Query::parse(&typed(&mut numbers, users));
            let began = Instant::now();
            let found = run(&mut tx, &query).await;
            ours.push(began.elapsed().as_secs_f64());
            assert!(found > 0, "{query:?} finds nobody");
        }
        if round > 0 {
            rounds.push(percentile(&ours, percent) / percentile(&bare, 50.0));
        }
    }
    rounds
}

/// What the operation does for a query of words or the beginning of an address.
async fn run(tx: &mut Tx, query: &Query) -> usize {
    match query {
        Query::EmailPrefix(prefix) => look_up::address(tx, prefix).await.unwrap().len(),
        query => look_up::words(tx, query).await.unwrap().0.len(),
    }
}

/// So many characters from the middle of an address: beginnings of nothing, mostly. Those of a few are letters alone, since
/// two letters and a full stop are a family name.
fn fragment(email: &str, count: usize) -> String {
    let (local, skipped) = match count {
        0..=3 => (email.split('.').nth(1).unwrap_or_default(), 1),
        _ => (email, 2),
    };
    local.chars().skip(skipped).take(count).collect()
}

fn letters(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}
