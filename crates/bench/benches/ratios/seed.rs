//! Fills an empty database with very many people, as fast as inserts go that leave every index and trigger as it is: what
//! is measured then is what those inserts left. Nothing is safe at a power cut meanwhile, and memory is bounded: people
//! are made on a thread ahead, a few batches of them, and each engine has its cache.

use std::path::Path;
use std::time::Instant;

use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, Database, Tx};
use recovery_desk::id::new_id;
use recovery_desk::store::companies::{self, Company};
use recovery_desk::store::imported_users::{self, NewUser};
use recovery_rules::fold::search_fold;
use recovery_rules::time::Moment;
use secrecy::ExposeSecret;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection, SqlitePool};
use tokio::sync::mpsc::{Receiver, channel};

use crate::people::{companies_of, company_name, row};

/// People that are handed over at once.
const BATCH: usize = 10_000;
/// Batches that wait.
const AHEAD: usize = 4;
/// People in a transaction of SQLite. A commit also writes what the index of fragments has gathered.
const IN_A_TRANSACTION: usize = 1_000_000;
/// KiB of SQLite's page cache while it fills.
const CACHE_KIB: &str = "-1048576";

/// What makes the index of fragments gather 64 MiB before it writes, and what it does by itself (FTS5, 4.6 and 6.9).
const GATHER: &str = "INSERT INTO fragments (fragments, rank) VALUES ('hashsize', 67108864)";
const GATHER_AS_USUAL: &str = "INSERT INTO fragments (fragments, rank) VALUES ('hashsize', 1048576)";

/// No wait for the disk at a commit, no look at what foreign keys lead to (they are made right here), and an index of
/// fragments that gathers before it sorts in.
const POSTGRES_FILLS: [&str; 5] = [
    "SET synchronous_commit = off",
    "SET session_replication_role = replica",
    "SET work_mem = '512MB'",
    "SET gin_pending_list_limit = '256MB'",
    "ALTER TABLE users SET (autovacuum_enabled = off)",
];

/// A row of 2-step that was never on, for everybody.
const WITHOUT_TWO_STEP: &str =
    "INSERT INTO two_step (user_id, state, changed_at) SELECT id, 'never', created_at FROM users";

/// Writes so many people into an empty database that nobody has open. Gives every thousandth id.
pub async fn seed(address: &Address, count: usize) -> Vec<String> {
    let database = Database::connect(address).await.unwrap();
    database.migrate().await.unwrap();
    database.close().await;
    let began = Instant::now();
    let now = Clock::Database.machine();
    let (companies, people) = make(count, now);
    let told = Told { began, count };
    match address {
        Address::Sqlite(path) => sqlite(path, companies, people, &told).await,
        Address::Postgres { url, .. } => postgres(url.expose_secret(), companies, people, &told).await,
    }
}

/// A company and when it came.
type NewCompany = (Company, Moment);
/// A person and when they came.
type Came = (NewUser, Moment);

/// Companies, and their people on a thread ahead. Everybody came a millisecond after the one before, the last one now:
/// ids are ordered by time, as they are where people came over the years.
fn make(count: usize, now: Moment) -> (Vec<NewCompany>, Receiver<Vec<Came>>) {
    let chance = Chance::operating_system();
    let came = move |n: usize| Moment(now.0 - (count - n) as i64);
    let companies: Vec<NewCompany> = (0..companies_of(count))
        .map(|number| (Company::new(new_id(came(0), &chance), company_name(number)), came(0)))
        .collect();
    let ids: Vec<String> = companies.iter().map(|(company, _)| company.id.clone()).collect();
    let (sender, receiver) = channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        for begin in (0..count).step_by(BATCH) {
            let batch = (begin..count.min(begin + BATCH))
                .map(|n| (row(new_id(came(n), &chance), n, count, &ids), came(n)))
                .collect();
            if sender.blocking_send(batch).is_err() {
                return;
            }
        }
    });
    (companies, receiver)
}

async fn sqlite(
    path: &Path,
    companies: Vec<NewCompany>,
    mut people: Receiver<Vec<Came>>,
    told: &Told,
) -> Vec<String> {
    // Without a journal a page is written once. The desk's own connections set the write-ahead log again.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false)
        .pragma("cache_size", CACHE_KIB);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    sqlx::query(GATHER).execute(&pool).await.unwrap();
    let mut tx = begin(&pool).await;
    for (company, at) in companies {
        companies::insert(&mut tx, &company, &search_fold(&company.name), at).await.unwrap();
    }
    let (mut written, mut sample) = (0, Vec::new());
    while let Some(batch) = people.recv().await {
        let mut rows = batch.into_iter().peekable();
        while let Some(at) = rows.peek().map(|(_, at)| *at) {
            let some: Vec<_> =
                rows.by_ref().map(|(user, _)| user).take(imported_users::BATCH_SQLITE).collect();
            for user in &some {
                told.keep(&user.id, written, &mut sample);
                written += 1;
            }
            imported_users::insert(&mut tx, some, at).await.unwrap();
        }
        if written % IN_A_TRANSACTION == 0 {
            tx.commit().await.unwrap();
            tx = begin(&pool).await;
        }
    }
    tx.commit().await.unwrap();
    sqlx::query(WITHOUT_TWO_STEP).execute(&pool).await.unwrap();
    sqlx::query(GATHER_AS_USUAL).execute(&pool).await.unwrap();
    pool.close().await;
    std::fs::File::open(path).unwrap().sync_all().unwrap();
    assert_eq!(written, told.count);
    sample
}

async fn begin(pool: &SqlitePool) -> Tx {
    Tx::Sqlite(pool.begin().await.unwrap())
}

async fn postgres(
    url: &str,
    companies: Vec<NewCompany>,
    mut people: Receiver<Vec<Came>>,
    told: &Told,
) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    for statement in POSTGRES_FILLS {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    let mut copy =
        connection.copy_in_raw("COPY companies (id, name, name_fold, created_at) FROM STDIN").await.unwrap();
    for some in companies.chunks(BATCH) {
        let mut text = String::new();
        for (company, at) in some {
            line(&mut text, &[&company.id, &company.name, &search_fold(&company.name), &at.0.to_string()]);
        }
        copy.send(text.into_bytes()).await.unwrap();
    }
    copy.finish().await.unwrap();
    let mut copy = connection
        .copy_in_raw(
            "COPY users (id, company_id, kind, given_name, family_name, given_fold, family_fold, email, email_fold,
                         offered_phone, created_at, account) FROM STDIN",
        )
        .await
        .unwrap();
    let (mut written, mut sample) = (0, Vec::new());
    while let Some(batch) = people.recv().await {
        let mut text = String::new();
        for (user, at) in &batch {
            told.keep(&user.id, written, &mut sample);
            written += 1;
            line(&mut text, &fields(user, &at.0.to_string()));
        }
        copy.send(text.into_bytes()).await.unwrap();
    }
    assert_eq!(copy.finish().await.unwrap(), told.count as u64);
    sqlx::query(WITHOUT_TWO_STEP).execute(&mut connection).await.unwrap();
    sqlx::query("ALTER TABLE users RESET (autovacuum_enabled)").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    sample
}

fn fields<'a>(user: &'a NewUser, at: &'a str) -> [&'a str; 12] {
    [
        &user.id,
        &user.company_id,
        user.kind,
        &user.given_name,
        &user.family_name,
        &user.given_fold,
        &user.family_fold,
        &user.email,
        &user.email_fold,
        user.offered_phone.as_deref().unwrap_or("\\N"),
        at,
        "active",
    ]
}

/// A line of COPY's text format. Invented people have neither tabs nor backslashes in them.
fn line(text: &mut String, fields: &[&str]) {
    text.push_str(&fields.join("\t"));
    text.push('\n');
}

/// What is told while it fills, and what is kept of it.
struct Told {
    began: Instant,
    count: usize,
}

impl Told {
    #[expect(clippy::print_stderr, reason = "progress of a program for the command line")]
    fn keep(&self, id: &str, written: usize, sample: &mut Vec<String>) {
        if written.is_multiple_of(1_000) {
            sample.push(id.to_owned());
        }
        if written > 0 && written.is_multiple_of(IN_A_TRANSACTION) {
            let Self { began, count } = self;
            eprintln!("{written} of {count} people after {} s", began.elapsed().as_secs());
        }
    }
}
