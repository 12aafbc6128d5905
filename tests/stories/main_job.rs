//! The main job, end to end: a caller who lost the phone is looked up, verified, sent a letter, and lets herself in.

use recovery_desk::caller::Caller;
use recovery_desk::operations::account::ReadAccount;
use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::enter_sign_in_code::CodeEntered;
use recovery_desk::operations::history::ReadHistory;
use recovery_desk::operations::put_off_set_up::PutOffSetUp;
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_desk::operations::user_sign_in::{SignedIn, UserSignedIn};
use recovery_rules::states::{MessageState, Outcome, TwoStep};
use recovery_rules::time::Span;

use crate::harness::agent::right;
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::{ANSWERS, Engine, PASSWORD, World, on_both_databases, refused, scan};

on_both_databases! {
    /// Also D0.2: afterwards no secret stands in any byte that was written, and no answer of the desk holds one.
    async fn d0_2_a_caller_who_lost_the_phone_is_let_back_in_and_no_secret_is_left_anywhere(engine: Engine) {
        let world = World::with_mail(engine).await;
        let mail = world.mail.as_ref().unwrap();
        world.priya().await;
        let boss = NewUser { given: "Bo", family: "Lind", email: "bo@hartwell.example", kind: "billing", ..NewUser::default() };
        world.user(boss).await;
        let dana = world.agent("Dana Whitlock").await;

        let found = dana.look_up("priya").await.unwrap();
        assert_eq!((found.users.len(), found.used_this_hour), (1, 1));
        assert_eq!(found.users[0].masked_email, "p••••••••••@hartwell.example");
        let call = dana.open(&found.users[0].user_id).await.unwrap();
        assert!(matches!(call.standing, StandingView::NotVerifiedYet));
        assert_eq!((call.questions.len(), call.user.address), (4, None));
        assert_eq!(refused(dana.send(&call.call_id).await), "not_verified");

        let verdict = dana.check(&call.call_id, right()).await.unwrap();
        assert!(verdict.verified && verdict.call.questions.is_empty());
        assert_eq!(verdict.call.user.address.as_deref(), Some(PRIYA));
        let sent = dana.send(&call.call_id).await.unwrap();
        let call_code = sent.call_code.expect("the code to read out");
        assert_eq!(sent.call.delivery.unwrap().state, MessageState::Waiting);
        world.post().await;
        let delivery = dana.view(&call.call_id).await.delivery.unwrap();
        assert_eq!((delivery.state, delivery.opened_at, delivery.used_at), (MessageState::Accepted, None, None));
        assert_eq!(delivery.server_reply.as_deref(), Some("250 2.0.0 kept as 0001.eml"));

        let letter = mail.newest(PRIYA, "Unlock your account at Meridian");
        let (link, not_me) = letter.links();
        assert!(!letter.raw.contains(&call_code), "the call code is spoken, never written");
        assert!(pages::read(&world.desk, &link).await.unwrap().call_code_asked);
        pages::press(&world.desk, &link).await.unwrap();
        assert!(dana.view(&call.call_id).await.delivery.unwrap().opened_at.is_some());
        let done = pages::redeem(&world.desk, &link, &call_code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true });
        assert_eq!(refused(pages::redeem(&world.desk, &link, &call_code, NEW_PASSWORD).await), "link_used");
        assert!(dana.view(&call.call_id).await.delivery.unwrap().used_at.is_some());
        assert_eq!(dana.end(&call.call_id).await.unwrap().outcome, Outcome::Unlocked);

        assert_eq!(refused(pages::sign_in(&world.desk, PRIYA, PASSWORD).await), "sign_in_not_right");
        let UserSignedIn::CodeNeeded { challenge } =
            pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await.unwrap()
        else { panic!("a mailed code is asked for") };
        world.post().await;
        let letter = mail.newest(PRIYA, "verification code");
        assert!(letter.text.contains("works until 10:10 UTC"), "{}", letter.text);
        let code = letter.code();
        let CodeEntered::Done(SignedIn { token, .. }) = pages::enter_code(&world.desk, &challenge, &code).await.unwrap()
        else { panic!("the code is right") };
        let session = token.expose().to_owned();
        let session_of_hers = Caller::Session(token);
        // Setting 2-step up again comes first; *Later* is possible for a week.
        assert_eq!(refused(world.ask(&session_of_hers, ReadAccount {}).await), "set_up_first");
        world.ask(&session_of_hers, PutOffSetUp {}).await.unwrap();
        let account = world.ask(&session_of_hers, ReadAccount {}).await.unwrap();
        assert_eq!(account.two_step, TwoStep::ToBeSetUpAgain);
        let page = world.ask(&session_of_hers, ReadHistory { before: None }).await.unwrap();
        let history: Vec<_> = page.events.iter().map(|event| event.operation.as_str()).collect();
        for event in ["open_call", "check_answers", "send_unlock", "redeem_unlock", "enter_sign_in_code"] {
            assert!(history.contains(&event), "{event} in {history:?}");
        }
        assert!(page.events.iter().all(|event| !event.by.contains("Dana")));

        assert!(mail.newest(PRIYA, "unlocked").text.contains("unlocked"));
        assert!(mail.newest("bo@hartwell.example", "unlocked").text.contains("Priya Raman"));
        let told = format!("{:?} {:?}", dana.view(&call.call_id).await, dana.look_up("priya").await.unwrap());
        for secret in [&link, &not_me, &call_code, &session] {
            assert!(!told.contains(secret.as_str()), "an answer of the desk holds a secret");
        }
        world.audit().await;
        let mut secrets = vec![PASSWORD, NEW_PASSWORD, &link, &not_me, &call_code, &session, &code];
        secrets.extend(ANSWERS);
        if engine == Engine::Postgres {
            secrets.push(recovery_tests::cluster::DATABASE_PASSWORD);
        }
        scan::assert_nowhere(&world, &secrets, PRIYA);
    }

    async fn a_link_is_too_old_at_its_hour_and_not_a_second_before(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        world.later(Span::seconds(3_599));
        assert!(pages::read(&world.desk, &link).await.is_ok());
        world.later(Span::seconds(1));
        assert_eq!(refused(pages::read(&world.desk, &link).await), "link_expired");
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_expired");
    }
}
