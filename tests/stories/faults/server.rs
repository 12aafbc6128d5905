//! PostgreSQL restarts, gently and not, or loses single connections, while the main job is played. Clients ask again
//! by the same request id, and everything goes on within 30 seconds.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use recovery_desk::audit::check;
use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, sql};
use recovery_rules::time::Span;

use crate::crash::checker;
use crate::crash::client::Client;
use crate::crash::found::Found;
use crate::crash::history::{self, History};
use crate::crash::sink::Sink;
use crate::crash::worker::{everything_sent, look_after};
use crate::harness::log::tell;
use crate::harness::world::MORNING;
use crate::harness::{Engine, World};
use recovery_tests::cluster::Cluster;

type Faults<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Plays so many rounds with two clients, whose desks reach the database by `address`, while `faults` happen; checks
/// what came of it. Each fault that `happened` may have sent one letter twice.
pub async fn played(
    world: &World,
    address: &Address,
    rounds: usize,
    faults: Faults<'_>,
    happened: &AtomicUsize,
) {
    let own = tempfile::tempdir().unwrap();
    let history_file = own.path().join("history.jsonl");
    let history = History::go_on(&history_file);
    let sink = Sink::of(world.mail.as_ref().unwrap().folder().to_owned());
    let mut clients = Vec::new();
    for (number, name) in ["Dana Whitlock", "Tom Ito"].into_iter().enumerate() {
        let agent = world.agent(name).await;
        let desk = world.another_desk_by(address).await;
        let agent = (agent.email, agent.authenticator);
        clients.push(Client::new(number, desk, agent, history.clone(), Vec::new(), sink.clone()));
    }
    let looking_after = tokio::spawn(look_after(world.another_desk_by(address).await));
    // Twenty times as fast as the clock on the wall, so that a lease ends while somebody waits.
    let clock = world.desk.clock.clone();
    let time = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            clock.advance(Span::seconds(1));
        }
    });
    let playing: Vec<_> = clients.into_iter().map(|client| tokio::spawn(client.play(rounds))).collect();
    faults.await;
    for client in playing {
        client.await.unwrap();
    }
    everything_sent(&world.desk).await;
    time.abort();
    looking_after.abort();
    world.later(Span::minutes(5));
    let found = Found::read(world, &sink).await;
    let history = history::read(&history_file);
    let happened = happened.load(Ordering::SeqCst);
    let wrong = checker::check(&history, &found, happened);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let done = history.iter().filter(|line| line.facts["outcome"] == "done").count();
    assert!(done > rounds, "{done} of {} rounds came to their end", 2 * rounds);
    let unclear = history.iter().filter(|line| line.kind == history::Kind::Info).count();
    let audit = check::check(&world.desk, world.desk.audit_heads.as_slice(), |_, _| {}).await.unwrap();
    assert!(audit.findings.is_empty(), "{:?}", audit.findings);
    let letters = found.letters.len();
    tell(&format!("{happened} faults; {done} rounds done, {unclear} answers unclear, {letters} letters"));
}

/// A server of its own, with commits that last.
async fn own_server() -> (Cluster, World) {
    let cluster = Cluster::start("", &[]);
    cluster.run("postgres", "CREATE DATABASE story");
    let address = Address::Postgres { url: cluster.url("story").into(), certificate: None };
    let world = World::at(Engine::Postgres, address, Clock::set_to(MORNING)).await;
    (cluster, world)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgresql_restarted_and_its_connections_killed_loses_nothing_and_heals() {
    let (cluster, world) = own_server().await;
    let happened = AtomicUsize::new(0);
    let faults = async {
        let kill = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'recovery-desk'";
        for mode in ["kill", "fast", "kill", "immediate", "kill"] {
            tokio::time::sleep(Duration::from_millis(700)).await;
            happened.fetch_add(1, Ordering::SeqCst);
            match mode {
                "kill" => assert_ne!(cluster.run("story", kill), "0"),
                mode => cluster.restart(mode),
            }
        }
    };
    played(&world, &world.address, 6, Box::pin(faults), &happened).await;
}

/// I5 and I6.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_postgresql_is_away_nothing_is_answered_and_afterwards_everything_goes_on() {
    let (cluster, world) = own_server().await;
    let priya = world.priya().await;
    let dana = world.agent("Dana Whitlock").await;
    let call = dana.verified_call(&priya).await.call_id;
    cluster.stop("fast");
    for _ in 0..3 {
        let began = Instant::now();
        let failure = dana.send(&call).await.err().expect("nothing is answered without a database");
        assert!(["busy", "fault"].contains(&failure.code()), "{failure:?}");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        assert!(dana.look_up("priya").await.is_err());
    }
    cluster.start_again();
    let began = Instant::now();
    while dana.send(&call).await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(30), "did not heal");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(world.post().await, 1);
    let mut tx = world.desk.database.begin_read().await.unwrap();
    assert_eq!(sql("SELECT COUNT(*) FROM outbox WHERE letter = 'unlock'").number(&mut tx).await.unwrap(), 1);
}
