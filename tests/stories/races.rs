//! Many at once, with real connections: several desks on one database, each with a pool of its own.

use std::collections::BTreeMap;

use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_desk::operations::send_unlock::SendUnlock;
use recovery_desk::operations::take_over_call::TakeOverCall;
use recovery_desk::operations::team::{SignOffReview, StartReview};
use recovery_rules::roles::Door;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::agent::wrong;
use crate::harness::at_once::{at_once, counted};
use crate::harness::biller::{self, Biller};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::world::request_id;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

on_both_databases! {
    /// Also attack A2: three operators, one after the other taking the call over, never get more than five verdicts.
    async fn d9_7_fifty_checks_at_once_by_three_operators_give_five_verdicts_at_most(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let mut operators = Vec::new();
        for name in ["Dana Whitlock", "Tom Ito", "Ines Vogt"] {
            operators.push(world.agent(name).await.at(&world.another_desk().await));
        }
        let call = operators[0].open(&priya).await.unwrap().call_id;
        let tasks: Vec<_> = (0..50).map(|i| {
            let (operator, call, priya) = (operators[i % 3].clone(), call.clone(), priya.clone());
            async move {
                if i % 7 == 3 {
                    let _ = operator.ask(TakeOverCall { user_id: priya }).await;
                }
                match operator.check(&call, wrong()).await {
                    Ok(verdict) => { assert!(!verdict.verified); "verdict" }
                    Err(failure) => failure.code(),
                }
            }
        }).collect();
        let counts = counted(at_once(tasks).await);
        let verdicts = counts.get("verdict").copied().unwrap_or(0);
        // A take-over while one is judged costs that check its verdict, never the other way round.
        assert!(verdicts <= 3, "one call gives three: {counts:?}");
        assert!(!counts.contains_key("fault"), "{counts:?}");

        // The rest of the day's five, in calls of their own.
        let mut all = verdicts;
        for operator in operators.iter().cycle().take(9) {
            if let Some(open) = operator.current().await {
                operator.end(&open.call_id).await.unwrap();
            }
            let Ok(call) = operator.open(&priya).await else { continue };
            let tasks: Vec<_> = (0..10).map(|_| {
                let (operator, call) = (operator.clone(), call.call_id.clone());
                async move { operator.check(&call, wrong()).await.is_ok() }
            }).collect();
            all += at_once(tasks).await.into_iter().filter(|verdict| *verdict).count();
            operator.end(&call.call_id).await.unwrap();
        }
        let spent = world.audit().await.iter().filter(|row| row.operation == "check_answers" && row.result == "reserved").count();
        assert!((2..=5).contains(&all), "{all} verdicts");
        assert_eq!(spent, 5, "what was spent without a verdict stays spent");
    }

    async fn d1_6_and_d10_8_a_hundred_redemptions_of_one_link_succeed_once(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let desks = [world.desk.clone(), world.another_desk().await];
        let tasks: Vec<_> = (0..100).map(|i| {
            let (desk, link, code) = (desks[i % 2].clone(), link.clone(), code.clone());
            async move {
                match pages::redeem(&desk, &link, &code, NEW_PASSWORD).await {
                    Ok(Redeemed::Done { .. }) => "done",
                    Ok(Redeemed::SamePassword) => "same",
                    Ok(_) => "wrong",
                    Err(failure) => failure.code(),
                }
            }
        }).collect();
        let counts = counted(at_once(tasks).await);
        assert_eq!(counts.get("done"), Some(&1), "{counts:?}");
        assert!(!counts.contains_key("fault") && !counts.contains_key("wrong"), "{counts:?}");
        assert_eq!(world.audited("redeem_unlock", "done").await, 1);
        while world.post().await > 0 {}
        let notices = world.mail.as_ref().unwrap().arrived().len();
        assert_eq!(notices, 2, "the letter and one notice");
    }

    async fn d1_4_a_hundred_wrong_call_codes_at_once_are_five_tries(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let tasks: Vec<_> = (0..100).map(|i| {
            let (desk, link) = (world.desk.clone(), link.clone());
            let guess = format!("{:06}", (code.parse::<u32>().unwrap() + 1 + i) % 1_000_000);
            async move { pages::redeem(&desk, &link, &guess, NEW_PASSWORD).await.is_ok() }
        }).collect();
        assert_eq!(at_once(tasks).await.into_iter().filter(|judged| *judged).count(), 5);
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped");
    }

    async fn d1_6_one_sign_in_code_submitted_many_times_at_once_signs_in_once(engine: Engine) {
        let world = World::with_mail(engine).await;
        world.user(NewUser { two_step: TwoStep::ToBeSetUpAgain, ..NewUser::default() }).await;
        use recovery_desk::operations::enter_sign_in_code::CodeEntered;
        use recovery_desk::operations::user_sign_in::UserSignedIn;
        let UserSignedIn::CodeNeeded { challenge, .. } = pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap() else { panic!() };
        world.post().await;
        let code = world.mail.as_ref().unwrap().newest(PRIYA, "verification code").code();
        let tasks: Vec<_> = (0..20).map(|_| {
            let (desk, challenge, code) = (world.desk.clone(), challenge.clone(), code.clone());
            async move {
                match pages::enter_code(&desk, &challenge, &code).await {
                    Ok(CodeEntered::Done(_)) => "in",
                    Ok(CodeEntered::NotRight { .. }) => "not right",
                    Err(failure) => failure.code(),
                }
            }
        }).collect();
        let ended = counted(at_once(tasks).await);
        assert_eq!(ended.get("in"), Some(&1), "{ended:?}");
        // They wait for each other in one order: none is ended by the database because two stood in a circle.
        assert_eq!(ended.get("busy"), None, "{ended:?}");
        assert_eq!(world.count("SELECT COUNT(*) FROM sessions WHERE user_id IS NOT NULL").await, 1);
    }

    async fn d10_1_a_double_click_on_send_makes_one_letter(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let other = world.another_desk().await;
        let same = request_id();
        let tasks: Vec<_> = (0..20).map(|i| {
            let (desk, caller) = (if i % 2 == 0 { world.desk.clone() } else { other.clone() }, dana.caller.clone());
            let id = if i < 10 { same.clone() } else { request_id() };
            let request = SendUnlock { call_id: call.call_id.clone(), again: false };
            async move {
                match desk.perform(&caller, Door::Desk, Some(&id), request).await {
                    Ok(sent) if sent.call_code.is_some() => "code shown",
                    Ok(_) => "already done",
                    Err(failure) => failure.code(),
                }
            }
        }).collect();
        let counts = counted(at_once(tasks).await);
        assert_eq!(counts.get("code shown"), Some(&1), "{counts:?}");
        assert!(!counts.contains_key("fault"), "{counts:?}");
        let workers = [world.another_desk().await, world.another_desk().await, other];
        at_once(workers.map(|desk| async move {
            recovery_desk::mailer::Mailer::new(desk).unwrap().run_once().await.unwrap().handled
        })).await;
        assert_eq!(world.mail.as_ref().unwrap().arrived().len(), 1);
    }

    async fn d10_11_of_cancel_and_unlock_at_once_exactly_one_wins_and_nobody_stays_in(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;
        for round in 0..6 {
            let call = dana.verified_call(&priya).await;
            let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
            world.post().await;
            let (link, not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
            let (a, b) = (world.another_desk().await, world.another_desk().await);
            let password = format!("round {round} slow harbour lamps");
            let redeeming = tokio::spawn(async move { pages::redeem(&a, &link, &code, &password).await });
            let stopping = tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(round * 2)).await;
                pages::not_me(&b, &not_me).await
            });
            let (redeemed, stopped) = (redeeming.await.unwrap(), stopping.await.unwrap().unwrap());
            match redeemed {
                // If the unlock won, the cancel still locks.
                Ok(Redeemed::Done { .. }) => {
                    assert!(stopped.locked);
                }
                Ok(outcome) => panic!("{outcome:?}"),
                Err(failure) => {
                    assert_eq!((failure.code(), stopped.locked), ("link_stopped", false));
                }
            }
            let live = "SELECT COUNT(*) FROM links WHERE purpose = 'unlock' AND used_at IS NULL AND ended_at IS NULL";
            assert_eq!(world.count(live).await, 0);
            world.later(Span::hours(73));
            dana.sign_in().await.unwrap();
        }
    }

    async fn d12_3_of_two_who_sign_a_review_off_at_once_one_does(engine: Engine) {
        let (world, gateway) = biller::world(engine).await;
        world.user(biller::grace()).await;
        world.user(NewUser { given: "Bo", email: "bo@hartwell.example", ..biller::grace() }).await;
        let grace = biller::sign_in(&world, &gateway, biller::GRACE).await;
        let bo = biller::sign_in(&world, &gateway, "bo@hartwell.example").await;
        for round in 0..3 {
            let review = grace.ask(StartReview {}).await.unwrap();
            let there = world.another_desk().await;
            let tasks: Vec<_> = (0..10).map(|i| {
                let signer = if i % 2 == 0 { grace.clone() } else { Biller { desk: there.clone(), ..bo.clone() } };
                let request = SignOffReview {
                    review_id: review.review_id.clone(), digest: review.digest.clone(), note: format!("round {round}"),
                };
                async move { signer.ask(request).await.map_or_else(|failure| failure.code(), |_| "signed") }
            }).collect();
            let counts = counted(at_once(tasks).await);
            assert_eq!(counts, BTreeMap::from([("signed", 1), ("review_signed", 9)]), "round {round}");
        }
        assert_eq!(world.audited("sign_off_review", "done").await, 3);
        assert_eq!(world.count("SELECT COUNT(*) FROM team_reviews WHERE signed_at IS NOT NULL").await, 3);
    }

    async fn d9_3_of_agents_who_open_a_call_at_once_one_gets_it(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let mut agents = Vec::new();
        for name in ["Dana Whitlock", "Tom Ito", "Ines Vogt", "Ola Berg", "Kim Park"] {
            agents.push(world.agent(name).await.at(&world.another_desk().await));
        }
        let counts = counted(at_once(agents.into_iter().map(|agent| {
            let priya = priya.clone();
            async move { agent.open(&priya).await.map_or_else(|failure| failure.code(), |_| "got it") }
        })).await);
        assert_eq!(counts, BTreeMap::from([("got it", 1), ("busy_with_other", 4)]));
        assert_eq!((world.audited("open_call", "done").await, world.audited("open_call", "refused").await), (1, 4));
    }
}
