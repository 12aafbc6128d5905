//! The process that is killed: a desk with its mailer and caretaker, and clients who play the main job. It is this
//! very test program, started again.

use std::path::PathBuf;
use std::time::Duration;

use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, sql};
use recovery_desk::desk::Desk;
use recovery_desk::keys::DataKeys;
use recovery_desk::mailer::Mailer;
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::history::{self, History};
use super::sink::Sink;
use crate::harness::agent::Authenticator;
use crate::harness::log;
use crate::harness::world::{PUBLIC_URL, open};
use crate::mail_server;

/// What a worker is told on its standard input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    /// The SQLite file.
    pub sqlite: Option<PathBuf>,
    /// Or the address of the database.
    pub postgres: Option<String>,
    /// The data keys.
    pub keys: String,
    /// Where signed heads and logs go.
    pub folder: PathBuf,
    /// The port of the mail server.
    pub mail_port: u16,
    /// The folder of its letters.
    pub letters: PathBuf,
    /// The history.
    pub history: PathBuf,
    /// The clock, UTC ms.
    pub clock: i64,
    /// The agents: address and secret of their authenticator.
    pub agents: Vec<(String, String)>,
    /// Which agents play; the others' turn is in another process.
    pub playing: Vec<usize>,
    /// A file with a later time than `clock`, as soon as there is one: the clock of all processes.
    pub time: PathBuf,
    /// How many rounds each client plays, the unfinished one included.
    pub rounds: usize,
}

impl Told {
    /// The database.
    pub fn address(&self) -> Address {
        match (&self.sqlite, &self.postgres) {
            (Some(path), _) => Address::Sqlite(path.clone()),
            (None, Some(url)) => Address::Postgres { url: url.clone().into(), certificate: None },
            (None, None) => panic!("no database"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a worker process; the stories beside it start it"]
async fn worker() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let told: Told = serde_json::from_str(&line).unwrap();
    log::into_file(&told.folder.join("worker.log"));
    let past = history::read(&told.history);
    let history = History::go_on(&told.history);
    history.write(history::Line::life(told.clock));
    let desk = desk(&told).await;
    let looking_after = tokio::spawn(look_after(desk.clone()));
    follow_time(told.time.clone(), desk.clock.clone());
    let sink = Sink::of(told.letters.clone());
    let mut clients = Vec::new();
    for (number, (email, secret)) in told.agents.iter().enumerate() {
        if !told.playing.contains(&number) {
            continue;
        }
        let own = past.iter().filter(|line| line.client == number).cloned().collect();
        let agent = (email.clone(), Authenticator::new(secret));
        let client = Client::new(number, desk.clone(), agent, history.clone(), own, sink.clone());
        clients.push(tokio::spawn(client.play(told.rounds)));
    }
    for client in clients {
        client.await.unwrap();
    }
    everything_sent(&desk).await;
    looking_after.abort();
    println!("\nfinished");
}

/// The desk of this process.
pub async fn desk(told: &Told) -> Desk {
    let keys = DataKeys::from_unwrapped(&told.keys.clone().into()).unwrap();
    let smtp = mail_server::settings_at(told.mail_port, recovery_desk::smtp::SmtpTls::StartTls);
    let clock = Clock::set_to(Moment(told.clock));
    open(&told.address(), &keys, Some(smtp), None, &PUBLIC_URL.parse().unwrap(), clock, &told.folder).await
}

/// Moves this clock on when another process finds that it is later.
fn follow_time(file: PathBuf, clock: Clock) {
    std::thread::spawn(move || {
        loop {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let ahead = text.parse::<i64>().unwrap_or(0) - clock.machine().0;
            if ahead > 0 {
                clock.advance(Span(ahead));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    });
}

/// What the caretaker does, with less rest between.
pub async fn look_after(desk: Desk) {
    let mailer = Mailer::new(desk.clone()).unwrap();
    let posting = async {
        loop {
            let _ = mailer.run_once().await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let holder = format!("process {}", std::process::id());
    let housekeeping = async {
        for round in 0_u32.. {
            let _ = recovery_desk::caretaker::look_round(&desk, &holder, round.is_multiple_of(10)).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::join!(posting, housekeeping);
}

/// Waits until no letter is on its way any more.
pub async fn everything_sent(desk: &Desk) {
    const ON_THEIR_WAY: &str =
        "SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending', 'deferred')";
    for look in 1..1_000 {
        let mut tx = desk.database.begin_read().await.unwrap();
        if sql(ON_THEIR_WAY).number(&mut tx).await.unwrap() == 0 {
            return;
        }
        drop(tx);
        tokio::time::sleep(Duration::from_millis(20)).await;
        if look % 50 == 0 {
            // A letter that a client's jump of the clock made too late to send waits for the end of its lease.
            desk.clock.advance(Span::seconds(125));
        }
    }
    panic!("letters are still on their way");
}
