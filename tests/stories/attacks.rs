//! What a review with an attacker's eyes found, and what keeps it closed.

use recovery_desk::operations::enter_sign_in_code::CodeEntered;
use recovery_desk::operations::look_up::LookUp;
use recovery_desk::operations::user_sign_in::UserSignedIn;
use recovery_rules::time::Span;

use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

const PRIYA: &str = "priya.raman@hartwell.example";

on_both_databases! {
    async fn a_search_id_is_free_for_a_minute_and_no_longer(engine: Engine) {
        let world = World::live(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        let look_up = |query: &str| LookUp { query: query.to_owned(), search_id: "the-same".to_owned() };
        assert_eq!(dana.ask(look_up("pri")).await.unwrap().used_this_hour, 1);
        assert_eq!(dana.ask(look_up("priya")).await.unwrap().used_this_hour, 1);
        world.later(Span::seconds(60));
        assert_eq!(dana.ask(look_up("anita")).await.unwrap().used_this_hour, 2);
    }

    async fn a_stop_ends_the_verdict_of_a_later_call_too(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let first = dana.verified_call(&priya).await;
        dana.send(&first.call_id).await.unwrap();
        world.post().await;
        let (_, not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        dana.end(&first.call_id).await.unwrap();
        world.later(Span::minutes(2));
        let second = dana.verified_call(&priya).await;
        pages::not_me(&world.desk, &not_me).await.unwrap();
        assert_eq!(refused(dana.send(&second.call_id).await), "not_verified");
    }

    async fn an_older_letter_locks_after_a_newer_link_was_used(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let first = dana.verified_call(&priya).await;
        dana.send(&first.call_id).await.unwrap();
        world.post().await;
        let (_, older_not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        dana.end(&first.call_id).await.unwrap();
        world.later(Span::minutes(2));
        let second = dana.verified_call(&priya).await;
        let code = dana.send(&second.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert!(pages::not_me(&world.desk, &older_not_me).await.unwrap().locked);
        assert_eq!(refused(pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await), "sign_in_not_right");
    }

    async fn an_operator_is_known_by_the_address_of_the_account_too(engine: Engine) {
        let world = World::live(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        let tom = world.agent("Tom Ito").await;
        let own = NewUser { given: "Dana", family: "Whitlock", email: &dana.email, ..NewUser::default() };
        let id = world.user(own).await;
        assert_eq!(refused(dana.open(&id).await), "own_account");
        assert_eq!(refused(tom.open(&id).await), "operator_account");
    }

    async fn wrong_sign_in_codes_count_over_all_codes_of_a_user(engine: Engine) {
        let world = World::live(engine).await;
        world.priya().await;
        let mut wrong = 0;
        for _ in 0..6 {
            let UserSignedIn::CodeNeeded { challenge, .. } =
                pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap()
            else { panic!("2-step is on") };
            for _ in 0..5 {
                match pages::enter_code(&world.desk, &challenge, "000000").await {
                    Ok(CodeEntered::NotRight { .. }) => wrong += 1,
                    Ok(CodeEntered::Done(_)) => panic!("nobody knows this code"),
                    Err(failure) => assert_eq!(failure.code(), if wrong < 20 { "code_dead" } else { "codes_used" }),
                }
            }
        }
        assert_eq!(wrong, 20);
    }
}
