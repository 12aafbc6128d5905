//! Another program holds the database: whoever asks is told to try again, within three seconds, and nothing is half
//! done. Afterwards everything goes on by itself.

use std::time::{Duration, Instant};

use recovery_desk::database::Address;
use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::harness::agent::{right, wrong};
use crate::harness::at_once::{at_once, counted};
use crate::harness::{Engine, World, refused};

const IN_TIME: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_held_by_another_program_turns_writers_away_and_lets_readers_read() {
    let world = World::live(Engine::Sqlite).await;
    let priya = world.priya().await;
    let dana = world.agent("Dana Whitlock").await;
    let call = dana.open(&priya).await.unwrap().call_id;
    let entries = world.audit().await.len();
    let Address::Sqlite(path) = &world.address else { panic!() };
    let mut hog = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut hog).await.unwrap();

    let tries = (0..8).map(|_| {
        let (dana, call) = (dana.clone(), call.clone());
        async move {
            let began = Instant::now();
            let code = dana.check(&call, right()).await.map_or_else(|failure| failure.code(), |_| "verdict");
            assert!(began.elapsed() < IN_TIME, "{:?}", began.elapsed());
            code
        }
    });
    let began = Instant::now();
    let reading = tokio::spawn({
        let dana = dana.clone();
        async move { dana.current().await }
    });
    let counts = counted(at_once(tries).await);
    assert_eq!(counts.get("busy"), Some(&8), "{counts:?}");
    assert!(reading.await.unwrap().is_some(), "reading goes on");
    assert!(began.elapsed() < IN_TIME + Duration::from_secs(1));
    sqlx::query("ROLLBACK").execute(&mut hog).await.unwrap();

    assert_eq!(dana.view(&call).await.checks.left, 3, "no check was spent");
    assert_eq!(world.audit().await.len(), entries, "nothing was written");
    assert!(dana.check(&call, right()).await.unwrap().verified, "and it goes on by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hostage_row_on_postgresql_turns_away_those_who_need_it_and_nobody_else() {
    let world = World::live(Engine::Postgres).await;
    let priya = world.priya().await;
    let rita = world
        .user(crate::harness::fixtures::NewUser { email: "rita@hartwell.example", ..Default::default() })
        .await;
    let dana = world.agent("Dana Whitlock").await;
    let tom = world.agent("Tom Ito").await;
    let call = dana.open(&priya).await.unwrap().call_id;
    let Address::Postgres { url, .. } = &world.address else { panic!() };
    let mut hostage = PgConnection::connect(url.expose_secret()).await.unwrap();
    sqlx::query("BEGIN").execute(&mut hostage).await.unwrap();
    sqlx::query("SELECT id FROM users WHERE id = $1 FOR UPDATE")
        .bind(&priya)
        .execute(&mut hostage)
        .await
        .unwrap();

    let began = Instant::now();
    assert_eq!(refused(dana.check(&call, right()).await), "busy");
    assert!(began.elapsed() < IN_TIME, "{:?}", began.elapsed());
    let other = tom.open(&rita).await.unwrap().call_id;
    assert!(!tom.check(&other, wrong()).await.unwrap().verified, "others are not held up");
    sqlx::query("ROLLBACK").execute(&mut hostage).await.unwrap();

    assert_eq!(dana.view(&call).await.checks.left, 3, "no check was spent");
    assert!(dana.check(&call, right()).await.unwrap().verified);
}

/// Also D14 of the attacks: a process that was stopped inside a transaction loses it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_transaction_left_lying_is_ended_by_postgresql_itself() {
    let world = World::live(Engine::Postgres).await;
    let mut tx = world.desk.database.begin().await.unwrap();
    let shown =
        "SELECT CAST(setting AS BIGINT) FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'";
    let milliseconds = recovery_desk::database::sql(shown).number(&mut tx).await.unwrap();
    assert_eq!(milliseconds, 15_000);
    let (commits,): (String,) =
        recovery_desk::database::sql("SHOW synchronous_commit").one(&mut tx).await.unwrap();
    assert_eq!(commits, "on", "although this server is set to 'off'");
}
