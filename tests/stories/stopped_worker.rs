//! Attack D12: a worker process is stopped (SIGSTOP) while its letter is out, longer than its lease, and goes on when
//! another has sent the same letter. The worker is this very test program, started again.

use std::process::{Child, Command, Stdio};

use recovery_desk::mailer::Mailer;
use recovery_rules::states::MessageState;
use recovery_rules::time::Span;
use serde_json::json;

use crate::harness::mail_faults::{arrived, settings, until, world_and_server};
use crate::harness::posted::PRIYA;
use crate::harness::scripted_mail_server::Habit;
use crate::harness::worker_process::{self, Told};
use crate::harness::{Engine, on_both_databases};

fn signal(worker: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &worker.id().to_string()]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a worker process; the stories beside it start it"]
async fn worker() {
    let told = Told::read();
    let smtp = settings(u16::try_from(told.task()["port"].as_u64().unwrap()).unwrap());
    let desk = told.desk(Some(smtp)).await;
    Mailer::new(desk).unwrap().run_once().await.unwrap();
}

on_both_databases! {
    async fn d10_5_a_worker_stopped_past_its_lease_comes_back_too_late_to_change_anything(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        dana.send(&call.call_id).await.unwrap();
        server.behaves(Habit::ThinksAboutIt(1_000));
        let task = json!({ "port": server.port });
        let mut worker = worker_process::start(&world, "stopped_worker::worker", &task, Stdio::null());
        drop(worker.stdin.take());
        until("the worker hands the letter over", || server.letters().len() == 1).await;
        signal(&worker, "-STOP");
        server.behaves(Habit::Good);
        assert_eq!(world.post().await, 0, "the lease holds");
        world.later(Span::seconds(121));
        assert_eq!(world.post().await, 1);
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Accepted);
        signal(&worker, "-CONT");
        assert!(worker.wait().unwrap().success());
        let delivery = dana.view(&call.call_id).await.delivery.unwrap();
        assert_eq!((delivery.state, delivery.code_live), (MessageState::Accepted, true));
        let [first, second] = <[_; 2]>::try_from(arrived(&server, PRIYA)).unwrap();
        assert_eq!(first.header("message-id"), second.header("message-id"));
        assert_eq!(first.links(), second.links());
        let marks: Vec<_> = world.audit().await.into_iter().filter(|row| row.operation == "settle_message").collect();
        let late = marks.iter().filter(|row| row.detail.as_deref().is_some_and(|detail| detail.contains("\"marked\":false")));
        assert_eq!((marks.len(), late.count()), (2, 1), "the log has the late mark, and that it did not count");
    }
}
