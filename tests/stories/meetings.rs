//! What happens when operations meet, break off, or are asked for again.

use std::future::Future;

use recovery_desk::caller::Caller;
use recovery_desk::operations::check_answers::CheckAnswers;
use recovery_desk::operations::end_call::AbandonCall;
use recovery_desk::operations::notes::SaveNotes;
use recovery_desk::operations::request_state::RequestState;
use recovery_desk::operations::take_over_call::TakeOverCall;
use recovery_rules::roles::Door;
use recovery_rules::time::Span;

use crate::harness::agent::{check, right, wrong};
use crate::harness::at_once::{at_once, counted};
use crate::harness::fixtures::NewUser;
use crate::harness::pages;
use crate::harness::posted::PRIYA;
use crate::harness::world::{ask, request_id};
use crate::harness::{Engine, World, on_both_databases, refused};

on_both_databases! {
    /// Locks are taken in one order, so that nobody hears a fault because two met.
    async fn checks_sends_take_overs_resends_and_stops_at_once_never_break(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let (dana, tom) = (world.agent("Dana Whitlock").await, world.agent("Tom Ito").await);
        let call = dana.verified_call(&priya).await;
        dana.send(&call.call_id).await.unwrap();
        world.post().await;
        let (_, not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        world.later(Span::seconds(61));
        let tasks: Vec<_> = (0..30).map(|i| {
            let (dana, tom, desk) = (dana.clone(), tom.clone(), world.desk.clone());
            let (call, priya, not_me) = (call.call_id.clone(), priya.clone(), not_me.clone());
            async move {
                let failed = match i % 6 {
                    0 => dana.send_again(&call).await.err(),
                    1 => tom.ask(TakeOverCall { user_id: priya }).await.err(),
                    2 => dana.check(&call, right()).await.err(),
                    3 => tom.check(&call, right()).await.err(),
                    4 if i > 20 => pages::not_me(&desk, &not_me).await.err(),
                    _ => recovery_desk::mailer::Mailer::new(desk).unwrap().run_once().await.err(),
                };
                failed.map_or("done", |failure| failure.code())
            }
        }).collect();
        let counts = counted(at_once(tasks).await);
        assert!(!counts.contains_key("fault"), "{counts:?}");
        world.audit().await;
    }

    async fn a_retry_with_the_same_request_id_returns_the_same_verdict_and_spends_no_check(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap();
        let tasks: Vec<_> = (0..8).map(|_| {
            let (desk, caller, request) = (world.desk.clone(), dana.caller.clone(), check(&call.call_id, right()));
            async move {
                match desk.perform(&caller, Door::Desk, Some("one-attempt"), request).await {
                    Ok(verdict) => { assert!(verdict.verified); "verified" }
                    Err(failure) => failure.code(),
                }
            }
        }).collect();
        let counts = counted(at_once(tasks).await);
        assert!(counts.keys().all(|code| ["verified", "still_judging"].contains(code)), "{counts:?}");
        let again = world.desk.perform(&dana.caller, Door::Desk, Some("one-attempt"), check(&call.call_id, right())).await.unwrap();
        assert!(again.verified);
        assert_eq!(again.call.checks.used, 1);
        let other = world.desk.perform(&dana.caller, Door::Desk, Some("one-attempt"), check(&call.call_id, wrong())).await;
        assert_eq!(refused(other), "request_id_reused");
    }

    /// The program dies while Argon2 works: here the future is dropped after ever longer times.
    async fn a10_a_check_that_broke_off_is_counted_and_gives_no_verdict(engine: Engine) {
        let world = World::live(engine).await;
        let mut broken_off = 0;
        for i in 0..20_u64 {
            let email = format!("user{i}@hartwell.example");
            let user = world.user(NewUser { email: &email, ..NewUser::default() }).await;
            let dana = world.agent(&format!("Agent {i}")).await;
            let call = dana.open(&user).await.unwrap();
            let id = request_id();
            let request: CheckAnswers = check(&call.call_id, right());
            let judging = world.desk.perform(&dana.caller, Door::Desk, Some(&id), request);
            let _ = tokio::time::timeout(std::time::Duration::from_micros(500 * i), judging).await;
            // What was dropped may be in the middle of its commit.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            dana.look_up("nobody").await.unwrap();
            let state = dana.ask(RequestState { request_id: id.clone() }).await.unwrap().state;
            let now = dana.view(&call.call_id).await;
            match state.as_str() {
                "unknown" => assert_eq!(now.checks.used, 0),
                "done" => assert_eq!(now.checks.used, 1),
                "judging" => {
                    broken_off += 1;
                    assert_eq!(now.checks.used, 1, "spent");
                    assert_eq!(refused(dana.send(&call.call_id).await), "not_verified");
                    let retry = || world.desk.perform(&dana.caller, Door::Desk, Some(&id), check(&call.call_id, right()));
                    assert_eq!(refused(retry().await), "still_judging");
                    world.later(Span::seconds(61));
                    assert_eq!(refused(retry().await), "counted_without_verdict");
                    let state = dana.ask(RequestState { request_id: id.clone() }).await.unwrap().state;
                    assert_eq!(state, "broken_off", "the window stops asking");
                    assert_eq!(dana.view(&call.call_id).await.checks.used, 1, "asking again costs nothing");
                }
                other => panic!("{other}"),
            }
        }
        assert!(broken_off > 0, "none broke off between reservation and verdict: the story tells nothing");
        world.audit().await;
    }

    async fn d14_2_two_sealers_and_many_writers_make_one_chain_without_gaps(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let desks = [world.another_desk().await, world.another_desk().await];
        let mut agents = Vec::new();
        for i in 0..4 {
            agents.push(world.agent(&format!("Agent {i}")).await.at(&desks[i % 2]));
        }
        let writers = agents.into_iter().map(|agent| {
            let priya = priya.clone();
            Box::pin(async move {
                for _ in 0..10 {
                    let _ = agent.look_up("priya").await;
                    let _ = agent.open(&priya).await;
                }
            }) as std::pin::Pin<Box<dyn Future<Output = ()> + Send>>
        });
        let sealers = desks.clone().into_iter().enumerate().map(|(i, desk)| {
            Box::pin(async move {
                for _ in 0..20 {
                    let holder = format!("sealer {i}");
                    for (job, failure) in recovery_desk::caretaker::look_round(&desk, &holder, false).await {
                        assert_ne!(failure.code(), "fault", "{job}");
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            }) as std::pin::Pin<Box<dyn Future<Output = ()> + Send>>
        });
        at_once(writers.chain(sealers).collect::<Vec<_>>()).await;
        world.later(Span::seconds(11));
        assert!(world.audit().await.len() >= 80);
    }

    async fn d9_11_an_agent_who_comes_back_at_the_last_moment_keeps_the_call_or_is_told_it_is_over(engine: Engine) {
        let world = World::live(engine).await;
        for i in 0..12_u64 {
            let email = format!("user{i}@hartwell.example");
            let user = world.user(NewUser { email: &email, ..NewUser::default() }).await;
            let dana = world.agent(&format!("Agent {i}")).await;
            let call_id = dana.open(&user).await.unwrap().call_id;
            world.later(Span::minutes(14));
            dana.look_up("priya").await.unwrap();
            world.later(Span::minutes(1));
            let (other, abandon) = (world.another_desk().await, AbandonCall { call_id: call_id.clone() });
            let abandoning = tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_micros(300 * i)).await;
                ask(&other, &Caller::System("caretaker"), abandon).await.is_ok()
            });
            let back = dana.ask(SaveNotes { call_id: call_id.clone(), notes: "I am back.".to_owned() }).await;
            let abandoned = abandoning.await.unwrap();
            assert_ne!(back.is_ok(), abandoned, "exactly one of them wins");
            assert_eq!(dana.current().await.is_some(), back.is_ok());
        }
    }
}
