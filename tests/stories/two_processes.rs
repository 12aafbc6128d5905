//! Two processes on one database: limits hold across servers, because they are in the database. The workers are
//! this very test program, started again.

use std::collections::BTreeMap;
use std::process::Stdio;

use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_rules::roles::Door;
use serde_json::{Value, json};

use crate::harness::agent::{check, wrong};
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::worker_process::{self, Told};
use crate::harness::world::request_id;
use crate::harness::{Engine, World, on_both_databases};

/// Starts two workers, lets both go at the same moment, and counts how their attempts ended.
async fn two_at_once(world: &World, task: Value) -> BTreeMap<String, u64> {
    let start = || worker_process::start(world, "two_processes::worker", &task, Stdio::piped());
    let mut workers = [start(), start()];
    // They wait for their input to end, with the database already open.
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    for worker in &mut workers {
        drop(worker.stdin.take());
    }
    let mut counts = BTreeMap::new();
    for worker in workers {
        let output = worker.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}");
        for code in text.lines().filter_map(|line| line.strip_prefix("ended: ")) {
            *counts.entry(code.to_owned()).or_default() += 1;
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a worker process; the stories beside it start it"]
async fn worker() {
    let told = Told::read();
    let desk = told.desk(None).await;
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let task = told.task().clone();
    let running: Vec<_> = (0..task["times"].as_u64().unwrap())
        .map(|_| tokio::spawn(attempt(desk.clone(), task.clone())))
        .collect();
    for attempt in running {
        println!("\nended: {}", attempt.await.unwrap());
    }
}

async fn attempt(desk: Desk, task: Value) -> String {
    let text = |name: &str| task[name].as_str().unwrap().to_owned();
    if task["link"].is_string() {
        return match pages::redeem(&desk, &text("link"), &text("code"), NEW_PASSWORD).await {
            Ok(Redeemed::Done { .. }) => "done".to_owned(),
            Ok(Redeemed::SamePassword) => "same".to_owned(),
            Ok(_) => "wrong".to_owned(),
            Err(failure) => failure.code().to_owned(),
        };
    }
    let caller = Caller::Session(text("session").into());
    let request = check(&text("call"), wrong());
    match desk.perform(&caller, Door::Desk, Some(&request_id()), request).await {
        Ok(_) => "verdict".to_owned(),
        Err(failure) => failure.code().to_owned(),
    }
}

on_both_databases! {
    async fn fifty_checks_by_two_processes_give_the_budgets_verdicts(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let Caller::Session(session) = &dana.caller else { panic!("signed in") };
        let mut verdicts = Vec::new();
        for _ in 0..2 {
            let call = dana.open(&priya).await.unwrap();
            let task = json!({ "times": 25, "session": session.expose(), "call": call.call_id });
            let counts = two_at_once(&world, task).await;
            assert_eq!(counts.values().sum::<u64>(), 50, "{counts:?}");
            assert!(!counts.contains_key("fault"), "{counts:?}");
            verdicts.push(counts.get("verdict").copied().unwrap_or(0));
            dana.end(&call.call_id).await.unwrap();
        }
        assert_eq!(verdicts, [3, 2], "three a call, five a day");
        world.audit().await;
    }

    async fn a_hundred_redemptions_by_two_processes_succeed_once(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let counts = two_at_once(&world, json!({ "times": 50, "link": link, "code": code })).await;
        assert_eq!(counts.get("done"), Some(&1), "{counts:?}");
        assert_eq!(counts.values().sum::<u64>(), 100, "{counts:?}");
        assert!(!counts.contains_key("fault") && !counts.contains_key("wrong"), "{counts:?}");
        assert_eq!(world.audited("redeem_unlock", "done").await, 1);
    }
}
