//! Two server processes beside one PostgreSQL behind a balancer, and desks without a window that talk to them over TLS:
//! the races hold, and either server may be killed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use recovery_desk::audit::check;
use recovery_desk::clock::Clock;
use recovery_desk::database::sql;
use recovery_desk::smtp::SmtpTls;
use recovery_rules::time::Span;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Certificate, Client, StatusCode, redirect};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::harness::api::{ApiDesk, authority};
use crate::harness::fixtures::NewUser;
use crate::harness::log::tell;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::posted::PRIYA;
use crate::harness::world::request_id;
use crate::harness::{ANSWERS, Agent, Engine, PASSWORD, World};
use crate::mail_server::MailServer;
use crate::serving::Running;

/// Rounds of the main job of each desk while servers die.
const ROUNDS: usize = 4;
/// Healed within this (I6).
const HEALED: Duration = Duration::from_secs(30);

/// Two servers under one name.
struct Pair {
    world: World,
    url: Url,
    servers: [Option<Running>; 2],
    ports: [u16; 2],
}

impl Pair {
    async fn start() -> Self {
        let keys = recovery_desk::keys::DataKeys::fresh(&recovery_desk::chance::Chance::operating_system());
        let mail = MailServer::start(SmtpTls::StartTls);
        let world = World::with(Engine::Postgres, keys, Some(mail), Clock::Database).await;
        let ports = [crate::window::free_port(), crate::window::free_port()];
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url: Url =
            format!("https://localhost:{}/", listener.local_addr().unwrap().port()).parse().unwrap();
        tokio::spawn(balance(listener, ports));
        let mut pair = Self { world, url, servers: [None, None], ports };
        for which in 0..2 {
            pair.begin(which).await;
        }
        pair
    }

    async fn begin(&mut self, which: usize) {
        let name = format!("server-{which}");
        let server = Running::start_at(&self.world, &name, self.ports[which], self.url.as_str());
        self.servers[which] = Some(server.ready().await);
    }

    fn kill(&mut self, which: usize) {
        self.servers[which].take().unwrap().signal("-KILL");
    }

    /// An agent signed in at a desk of their own. The code of this moment was used when the operator was made; the next one
    /// is accepted already.
    async fn desk(&self, name: &str) -> ApiDesk {
        let agent: Agent = self.world.agent(name).await;
        let desk = ApiDesk::at(&self.url);
        let code = agent.authenticator.code(self.world.desk.clock.machine() + Span::seconds(30));
        let request = json!({ "email": agent.email, "password": PASSWORD, "code": code });
        desk.ask("operator_sign_in", request).await.unwrap();
        desk
    }
}

/// Each connection goes to the next server that answers, as a balancer in front of TLS does it.
async fn balance(listener: TcpListener, ports: [u16; 2]) {
    let next = Arc::new(AtomicUsize::new(0));
    while let Ok((mut client, _)) = listener.accept().await {
        let next = Arc::clone(&next);
        tokio::spawn(async move {
            for _ in 0..2 {
                let port = ports[next.fetch_add(1, Ordering::SeqCst) % 2];
                if let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await {
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
            }
        });
    }
}

fn user(i: usize) -> (String, String) {
    let family = format!("Raman{}", (b'a' + u8::try_from(i).unwrap()) as char);
    (family.clone(), format!("{}@hartwell.example", family.to_lowercase()))
}

async fn people(world: &World, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for i in 0..count {
        let (family, email) = user(i);
        ids.push(world.user(NewUser { family: &family, email: &email, ..NewUser::default() }).await);
    }
    ids
}

/// So many at once, each on a connection of its own, so that both servers get some.
async fn at_once(
    desk: &ApiDesk,
    url: &Url,
    times: usize,
    name: &'static str,
    body: Value,
) -> BTreeMap<String, usize> {
    let token = desk.token();
    let running: Vec<_> = (0..times)
        .map(|_| {
            let other = ApiDesk::with(url, desk.client.device().clone());
            let (token, body) = (token.clone(), body.clone());
            tokio::spawn(async move {
                other.hold(token);
                other.ask(name, body).await
            })
        })
        .collect();
    let mut counts = BTreeMap::new();
    for one in running {
        let code = one.await.unwrap().map_or_else(|code| code, |_| "done".to_owned());
        *counts.entry(code).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_races_hold_between_two_servers() {
    let pair = Pair::start().await;
    let ids = people(&pair.world, 1).await;
    let (dana, tom, noor) =
        (pair.desk("Dana Whitlock").await, pair.desk("Tom Ito").await, pair.desk("Noor Haddad").await);
    // Three agents, one user: one call.
    let open = json!({ "user_id": ids[0], "reference": null });
    let (a, b, c) = tokio::join!(
        dana.ask("open_call", open.clone()),
        tom.ask("open_call", open.clone()),
        noor.ask("open_call", open.clone())
    );
    let outcomes = [(&dana, a), (&tom, b), (&noor, c)];
    let won = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    assert_eq!(won, 1);
    for (_, outcome) in &outcomes {
        assert!(outcome.as_ref().err().is_none_or(|code| code == "busy_with_other"), "{outcome:?}");
    }
    let (desk, call) =
        outcomes.iter().find_map(|(desk, outcome)| Some((*desk, outcome.as_ref().ok()?))).unwrap();
    let call_id = call["call_id"].as_str().unwrap().to_owned();
    // Fifty checks: three verdicts a call.
    let wrong = json!({ "call_id": call_id, "answers": ["Ford", "Leeds", "Hill Primary", "Rex"] });
    let counts = at_once(desk, &pair.url, 50, "check_answers", wrong).await;
    assert_eq!(counts.get("done"), Some(&3), "{counts:?}");
    assert!(!counts.contains_key("fault"), "{counts:?}");
    desk.ask("end_call", json!({ "call_id": call_id, "notes": "" })).await.unwrap();
    pair.world.look_round().await;
    let checked =
        check::check(&pair.world.desk, pair.world.desk.audit_heads.as_slice(), |_, _| {}).await.unwrap();
    assert!(checked.findings.is_empty(), "{:?}", checked.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_redemptions_at_two_servers_succeed_once_and_a_stop_afterwards_still_locks() {
    let pair = Pair::start().await;
    let id = pair.world.priya().await;
    let dana = pair.desk("Dana Whitlock").await;
    let call = dana.ask("open_call", json!({ "user_id": id, "reference": null })).await.unwrap();
    let call_id = call["call_id"].as_str().unwrap().to_owned();
    let check = json!({ "call_id": call_id, "answers": ANSWERS });
    assert_eq!(dana.ask("check_answers", check).await.unwrap()["verified"], true);
    let sent = dana.ask("send_unlock", json!({ "call_id": call_id, "again": false })).await.unwrap();
    let code = sent["call_code"].as_str().unwrap().to_owned();
    let letter = newest(&pair, "Unlock").await;
    let word = |part: &str| letter.split_whitespace().find(|word| word.contains(part)).unwrap().to_owned();
    let (link, not_me) = (word("/unlock/"), word("/not-me/"));
    assert!(link.starts_with(pair.url.as_str()), "{link}");
    let cookies = arrive(&pair, &link).await;
    let fields = [("call_code", code.as_str()), ("new_password", NEW_PASSWORD)];
    post(&pair, "unlock/open", &cookies, &[]).await;
    let tries: Vec<_> = (0..100).map(|_| post(&pair, "unlock", &cookies, &fields)).collect();
    let mut done = 0;
    for (_, text) in futures_util::future::join_all(tries).await {
        done += usize::from(text.contains("Your account is unlocked"));
    }
    assert_eq!(done, 1);
    let redeemed =
        "SELECT COUNT(*) FROM audit WHERE operation = 'redeem_unlock' AND result = 'done' AND code IS NULL";
    assert!(pair.world.count(redeemed).await >= 1);
    let cookies = arrive(&pair, &not_me).await;
    let stops: Vec<_> = (0..10).map(|_| post(&pair, "not-me", &cookies, &[])).collect();
    futures_util::future::join_all(stops).await;
    assert_eq!(pair.world.count("SELECT COUNT(*) FROM users WHERE account = 'locked'").await, 1);
    assert_eq!(
        pair.world
            .count("SELECT COUNT(*) FROM links WHERE purpose = 'repudiate' AND used_at IS NOT NULL")
            .await,
        1
    );
    assert_eq!(
        pair.world.count("SELECT COUNT(*) FROM links WHERE purpose = 'unlock' AND used_at IS NOT NULL").await,
        1
    );
}

/// The newest letter about this, once it is there.
async fn newest(pair: &Pair, subject: &str) -> String {
    for _ in 0..200 {
        let arrived = pair.world.mail.as_ref().unwrap().arrived();
        let letter = arrived
            .iter()
            .rev()
            .find(|letter| letter.header("subject").contains(subject) && letter.header("to").contains(PRIYA));
        if let Some(letter) = letter {
            return letter.text.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no letter about {subject}");
}

fn browser() -> Client {
    let authority = Certificate::from_pem(&std::fs::read(authority()).unwrap()).unwrap();
    Client::builder().tls_certs_only([authority]).redirect(redirect::Policy::none()).build().unwrap()
}

async fn arrive(pair: &Pair, link: &str) -> String {
    let _ = pair;
    let arrived = browser().get(link).send().await.unwrap();
    let cookies = arrived.headers().get_all(SET_COOKIE).iter();
    let cookies = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
    cookies.collect::<Vec<_>>().join("; ")
}

async fn post(pair: &Pair, path: &str, cookies: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let origin = pair.url.as_str().trim_end_matches('/');
    let request = browser().post(pair.url.join(path).unwrap()).header(COOKIE, cookies).header(ORIGIN, origin);
    let answer = request.form(fields).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn either_server_killed_in_the_middle_loses_nothing_doubles_nothing_and_heals() {
    let mut pair = Pair::start().await;
    let ids = people(&pair.world, 3 * ROUNDS).await;
    let mut playing = Vec::new();
    for (i, name) in ["Dana Whitlock", "Tom Ito", "Noor Haddad"].into_iter().enumerate() {
        let desk = pair.desk(name).await;
        let mine = ids[i * ROUNDS..(i + 1) * ROUNDS].to_vec();
        playing.push(tokio::spawn(play(desk, mine)));
    }
    for which in [0, 1, 0] {
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        pair.kill(which);
        tokio::time::sleep(Duration::from_millis(600)).await;
        pair.begin(which).await;
    }
    let mut longest = Duration::ZERO;
    for one in playing {
        longest = longest.max(one.await.unwrap());
    }
    assert!(longest < HEALED, "one answer took {longest:?}");
    // Every letter leaves; one in the hand of a server that died waits for the end of its lease, so it is let run out.
    let mut tx = pair.world.desk.database.begin().await.unwrap();
    sql("UPDATE outbox SET lease_until = 0 WHERE state = 'sending'").run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let end = Instant::now() + HEALED;
    let waiting =
        "SELECT COUNT(*) FROM outbox WHERE letter = 'unlock' AND state NOT IN ('accepted', 'uncertain')";
    while pair.world.count(waiting).await > 0 {
        assert!(Instant::now() < end, "letters still wait");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let rounds = i64::try_from(ids.len()).unwrap();
    assert_eq!(
        pair.world.count("SELECT COUNT(*) FROM outbox WHERE letter = 'unlock'").await,
        rounds,
        "one letter a call"
    );
    assert_eq!(pair.world.count("SELECT COUNT(*) FROM calls WHERE outcome = 'mail_sent'").await, rounds);
    assert_eq!(pair.world.count("SELECT COUNT(*) FROM calls").await, rounds, "one call a round");
    // A check that was counted and broke off with its server is made again.
    let checks = pair.world.count("SELECT CAST(COALESCE(SUM(checks_used), 0) AS BIGINT) FROM calls").await;
    assert!((rounds..=rounds + 3).contains(&checks), "{checks} checks");
    let mut letters: BTreeMap<String, usize> = BTreeMap::new();
    for letter in pair.world.mail.as_ref().unwrap().arrived() {
        if letter.header("subject").contains("Unlock") {
            *letters.entry(letter.header("message-id").to_owned()).or_default() += 1;
        }
    }
    assert_eq!(letters.len(), ids.len());
    let doubled = letters.values().filter(|times| **times > 1).count();
    assert!(doubled <= 3, "at most one letter twice for each server that died: {letters:?}");
    pair.world.look_round().await;
    let checked =
        check::check(&pair.world.desk, pair.world.desk.audit_heads.as_slice(), |_, _| {}).await.unwrap();
    assert!(checked.findings.is_empty(), "{:?}", checked.findings);
    tell(&format!(
        "3 servers killed; {rounds} rounds done, {doubled} letters twice, the longest answer took {longest:?}"
    ));
}

/// The main job for each of these users, every step asked again by its request id until it is answered; how long the
/// slowest step took.
async fn play(desk: ApiDesk, users: Vec<String>) -> Duration {
    let mut longest = Duration::ZERO;
    for id in users {
        let call =
            certain(&desk, "open_call", json!({ "user_id": id, "reference": null }), &mut longest).await;
        let call_id = match call["call_id"].as_str() {
            Some(call_id) => call_id.to_owned(),
            None => panic!("{call}"),
        };
        certain(&desk, "check_answers", json!({ "call_id": call_id, "answers": ANSWERS }), &mut longest)
            .await;
        certain(&desk, "send_unlock", json!({ "call_id": call_id, "again": false }), &mut longest).await;
        certain(&desk, "end_call", json!({ "call_id": call_id, "notes": "" }), &mut longest).await;
    }
    longest
}

async fn certain(desk: &ApiDesk, name: &str, request: Value, longest: &mut Duration) -> Value {
    let (mut id, began) = (request_id(), Instant::now());
    loop {
        match desk.ask_by(&id, name, request.clone()).await {
            Ok(answer) => {
                *longest = (*longest).max(began.elapsed());
                return answer;
            }
            Err(failure) if ["fault", "busy", "still_judging"].contains(&failure.code.as_str()) => {
                assert!(began.elapsed() < HEALED, "{name}: {failure:?}");
                // Its server died while it compared: counted without a verdict, which is told after a minute. An agent who
                // doesn't wait checks again.
                if failure.code == "still_judging" && began.elapsed() > Duration::from_secs(3) {
                    id = request_id();
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(failure) => panic!("{name}: {failure:?}"),
        }
    }
}
