//! Starts workers, kills them or lets them die at a named point, and has everything checked in the end.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use recovery_desk::audit::check;
use recovery_desk::database::{Address, sql};
use recovery_rules::time::{Moment, Span};
use secrecy::ExposeSecret;

use super::checker;
use super::found::Found;
use super::history::{self, Kind, Line};
use super::sink::Sink;
use super::worker::Told;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::{ANSWERS, Engine, PASSWORD, World, scan};

/// A worker that takes longer than this hangs.
const AT_MOST: Duration = Duration::from_secs(120);
/// A dead process's leases have run out by then: two minutes for a letter.
const UNTIL_THE_NEXT: Span = Span::seconds(125);

/// A worker's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It played its rounds.
    Finished,
    /// It died at its fail point.
    AtThePoint,
    /// It was killed from outside.
    Killed,
}

/// One database, one history, many lives.
pub struct Lives {
    pub world: World,
    pub told: Told,
    pub kills: usize,
    pub sink: Sink,
    // Not in the folder that is searched for secrets: the clients know them.
    _own: tempfile::TempDir,
}

impl Lives {
    /// A world with two agents.
    pub async fn new(engine: Engine) -> Self {
        let world = World::with_mail(engine).await;
        let own = tempfile::tempdir().unwrap();
        let mut agents = Vec::new();
        for name in ["Dana Whitlock", "Tom Ito"] {
            let agent = world.agent(name).await;
            agents.push((agent.email, agent.authenticator.secret().to_owned()));
        }
        let mut tx = world.desk.database.begin().await.unwrap();
        sql("INSERT INTO policy (name, value, changed_by, changed_at) VALUES ('open_calls_an_hour', 100, 'story', 0),
                    ('call_abandoned_after', 3600000, 'story', 0)")
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mail = world.mail.as_ref().unwrap();
        let (sqlite, postgres) = match &world.address {
            Address::Sqlite(path) => (Some(path.clone()), None),
            Address::Postgres { url, .. } => (None, Some(url.expose_secret().to_owned())),
        };
        let told = Told {
            sqlite,
            postgres,
            keys: world.keys.to_unwrapped().expose_secret().to_owned(),
            folder: world.folder.path().to_owned(),
            mail_port: mail.port(),
            letters: mail.folder().to_owned(),
            history: own.path().join("history.jsonl"),
            clock: world.desk.clock.machine().0,
            playing: (0..agents.len()).collect(),
            agents,
            time: own.path().join("time"),
            rounds: 1,
        };
        let sink = Sink::of(told.letters.clone());
        Self { world, told, kills: 0, sink, _own: own }
    }

    /// Everything the clients wrote down.
    pub fn history(&self) -> Vec<Line> {
        history::read(&self.told.history)
    }

    /// A process that plays so many rounds a client.
    pub fn start(&mut self, rounds: usize, environment: &[(&str, &str)]) -> Child {
        let latest = self.history().iter().map(|line| line.clock).max().unwrap_or(self.told.clock);
        self.told.clock = (Moment(latest) + UNTIL_THE_NEXT).0;
        self.told.rounds = rounds;
        std::fs::write(&self.told.time, self.told.clock.to_string()).unwrap();
        let output = std::fs::File::options().create(true).append(true).open(self.output()).unwrap();
        let mut worker = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::worker::worker", "--ignored", "--nocapture"])
            .env("RUST_BACKTRACE", "0")
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        writeln!(worker.stdin.as_mut().unwrap(), "{}", serde_json::to_string(&self.told).unwrap()).unwrap();
        worker
    }

    /// What workers printed.
    pub fn output(&self) -> PathBuf {
        self.told.folder.join("workers.out")
    }

    /// Waits for the end of a worker.
    pub fn end(&mut self, mut worker: Child) -> End {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = worker.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > AT_MOST {
                worker.kill().unwrap();
                worker.wait().unwrap();
                panic!("a worker hangs: {}", self.last_words());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        match status.signal() {
            None if status.success() => End::Finished,
            // SIGABRT and SIGKILL.
            Some(6) => {
                self.kills += 1;
                End::AtThePoint
            }
            Some(9) => {
                self.kills += 1;
                End::Killed
            }
            _ => panic!("{status}: {}", self.last_words()),
        }
    }

    /// A life that should die at this point.
    pub fn die_at(&mut self, point: &str) {
        let worker = self.start(3, &[("RECOVERY_DESK_FAIL_AT", point)]);
        let end = self.end(worker);
        assert_eq!(end, End::AtThePoint, "{point} was not passed");
    }

    /// A life that is killed after a while.
    pub fn kill_after(&mut self, while_: Duration) {
        let mut worker = self.start(1_000, &[]);
        std::thread::sleep(while_);
        let _ = worker.kill();
        assert_eq!(self.end(worker), End::Killed);
    }

    /// Only this agent plays in the lives that follow.
    pub fn only_agent(&mut self, number: usize) {
        self.told.playing = vec![number];
    }

    /// All of them play again.
    pub fn all_agents(&mut self) {
        self.told.playing = (0..self.told.agents.len()).collect();
    }

    /// The last life: unfinished rounds are finished and the post is sent. Then everything is checked.
    pub async fn finish_and_check(&mut self) -> Found {
        self.finish_and_check_with(0).await
    }

    /// The same where other things than kills may have sent so many letters twice.
    pub async fn finish_and_check_with(&mut self, twice: usize) -> Found {
        let worker = self.start(1, &[]);
        assert_eq!(self.end(worker), End::Finished);
        let later = self.told.clock - self.world.desk.clock.machine().0 + Span::hours(1).0;
        self.world.desk.clock.advance(Span(later));
        let found = Found::read(&self.world, &self.sink).await;
        let history = self.history();
        let wrong = checker::check(&history, &found, self.kills + twice);
        if !wrong.is_empty() {
            panic!("after {} kills ({}):\n{}", self.kills, self.kept(), wrong.join("\n"));
        }
        let desk = &self.world.desk;
        let audit = check::check(desk, desk.audit_heads.as_slice(), |_, _| {}).await.unwrap();
        assert!(audit.findings.is_empty(), "I4: {:?}", audit.findings);
        assert!(audit.heads.is_some_and(|heads| heads > 0), "I4: no signed head");
        self.no_secret_was_written(&history, &found);
        found
    }

    /// Keeps history, database and logs for whoever looks into a failure; says where.
    fn kept(&self) -> String {
        let place =
            std::env::temp_dir().join(format!("recovery-crash-{}", crate::harness::world::request_id()));
        let history = self.told.history.parent().unwrap();
        let mut copied = Command::new("cp");
        copied.arg("-r").arg(&self.told.folder).arg(history).arg(&place);
        let _ = std::fs::create_dir_all(&place).and_then(|()| copied.status());
        place.display().to_string()
    }

    /// I7.
    fn no_secret_was_written(&self, history: &[Line], found: &Found) {
        let mut secrets = vec![PASSWORD.to_owned(), NEW_PASSWORD.to_owned()];
        secrets.extend(ANSWERS.map(str::to_owned));
        // Codes of six digits stand by chance in a long log; of those that were made, some are enough.
        let facts = |name: &'static str| {
            history.iter().filter_map(move |line| line.facts[name].as_str().map(str::to_owned))
        };
        for name in ["link", "not_me", "token", "challenge"] {
            secrets.extend(facts(name));
        }
        assert!(!found.letters.is_empty());
        let secrets: Vec<_> = secrets.iter().map(String::as_str).collect();
        scan::assert_nowhere(&self.world, &secrets, "@hartwell.example");
    }

    /// A line for people: what the run came to.
    pub fn figures(&self, found: &Found) -> String {
        let history = self.history();
        let rounds = history.iter().filter(|line| line.kind == Kind::Over);
        let (done, given_up): (Vec<_>, Vec<_>) = rounds.partition(|line| line.facts["outcome"] == "done");
        let mut arrived: Vec<_> = found.letters.iter().map(|letter| &letter.message_id).collect();
        let all = arrived.len();
        arrived.sort();
        arrived.dedup();
        format!(
            "{} kills; {} rounds done, {} ended without (checks or time used up by kills); {} operations answered, \
             {} asked again; {all} letters, {} of them twice; {} audit entries; slowest healing {} ms",
            self.kills,
            done.len(),
            given_up.len(),
            history.iter().filter(|line| line.kind == Kind::Ok).count(),
            asked_again(&history),
            all - arrived.len(),
            found.audit.len(),
            checker::slowest_healing(&history),
        )
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.output()).unwrap_or_default();
        text.chars().rev().take(2_000).collect::<Vec<_>>().into_iter().rev().collect()
    }
}

/// Steps that were asked more than once.
fn asked_again(history: &[Line]) -> usize {
    let mut times = std::collections::BTreeMap::<_, usize>::new();
    for line in history.iter().filter(|line| line.kind == Kind::Invoke && line.step != "user") {
        *times.entry((line.client, line.round, &line.step)).or_default() += 1;
    }
    times.values().filter(|times| **times > 1).count()
}
