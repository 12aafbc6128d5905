//! D1: signing in, and what is asked while 2-step is to be set up again.

use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::at_once::at_once;
use crate::harness::fixtures::NewUser;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::person::{Person, another, text, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::{Engine, PASSWORD, World, on_both_databases};

/// Priya after an unlock: 2-step is to be set up again, and the code comes by mail.
async fn mailed_code(world: &World) -> String {
    world.later(Span::seconds(1));
    while world.post().await > 0 {}
    world.mail.as_ref().unwrap().newest(PRIYA, "verification code").code()
}

async fn to_be_set_up_again(world: &World) -> Person {
    world.user(NewUser { two_step: TwoStep::ToBeSetUpAgain, ..NewUser::default() }).await;
    Person::at(world)
}

on_both_databases! {
    async fn d1_2_a_second_step_that_never_came_is_told_once(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let thief = Person::at(&world);
        for _ in 0..3 {
            thief.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        }
        let other = Person::at(&world);
        other.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        // Whoever finishes is not told of their own sign-in.
        Person::at(&world).signs_in(&world, &gateway).await.is_at("/account");
        world.look_round().await;
        assert_eq!(world.audited("tell_owner", "done").await, 0, "not before a few minutes");
        world.later(Span::minutes(6));
        for _ in 0..3 {
            world.look_round().await;
            world.later(Span::minutes(1));
        }
        while world.post().await > 0 {}
        assert_eq!(world.audited("tell_owner", "done").await, 1);
        let letter = world.mail.as_ref().unwrap().newest(PRIYA, "typed your password");
        assert!(letter.text.contains("somebody knows your password"));
    }

    async fn a_finished_sign_in_is_not_told(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        // The first text never came; the same browser began anew and finished.
        priya.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        priya.signs_in(&world, &gateway).await.is_at("/account");
        world.later(Span::minutes(10));
        world.look_round().await;
        assert_eq!(world.audited("tell_owner", "done").await, 0);
    }

    async fn d1_3_wrong_passwords_and_wrong_codes_are_counted_apart(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let recovery = world.recovery_code(&user).await;
        let thief = Person::at(&world);
        let mut wrong = 0;
        for _ in 0..4 {
            thief.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
            let code = text(&world, &gateway).await;
            for _ in 0..5 {
                thief.post("/sign-in/code", &[("code", another(&code))]).await;
                wrong += 1;
            }
        }
        assert_eq!(wrong, 20);
        // The right password again and again did not give new tries: the day's are used.
        thief.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        let code = text(&world, &gateway).await;
        thief.post("/sign-in/code", &[("code", &code)]).await.says("No more codes can be sent or tried").is_at("/sign-in/code");
        // Twenty wrong codes are no wrong password: the right one was given back each time, and a wrong one is the first.
        let wrong_passwords = "SELECT CAST(COALESCE(SUM(spent), 0) AS BIGINT) FROM counters WHERE name = 'user_password'";
        assert_eq!(world.count(wrong_passwords).await, 0);
        thief.types_password(PRIYA, "not her password").await.says("not right");
        assert_eq!(world.count(wrong_passwords).await, 1);
        // D1.9: the owner still gets in, with the recovery code.
        let owner = Person::at(&world);
        owner.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        owner.post("/sign-in/recovery-code", &[("recovery_code", &recovery)]).await.says("Save your recovery code");
    }

    async fn d1_4_a_hundred_wrong_codes_at_once_are_five_tries(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await;
        let code = text(&world, &gateway).await;
        let priya = std::sync::Arc::new(priya);
        let tasks: Vec<_> = (0..100).map(|_| {
            let (priya, wrong) = (priya.clone(), another(&code));
            async move { priya.post("/sign-in/code", &[("code", wrong)]).await.status }
        }).collect();
        at_once(tasks).await;
        let mut tx = world.desk.database.begin_read().await.unwrap();
        let tries = recovery_desk::database::sql("SELECT tries FROM codes WHERE purpose = 'sign_in'").number(&mut tx).await.unwrap();
        assert_eq!(tries, 5);
        drop(tx);
        priya.post("/sign-in/code", &[("code", &code)]).await.is_at("/sign-in/code").says("There is a problem");
    }

    async fn d1_7_a_code_for_one_thing_opens_nothing_else(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in_remembered(&world, &gateway).await;
        priya.post("/sign-out", &[]).await;
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        let other = Person::at(&world);
        other.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        let sign_in = text(&world, &gateway).await;
        priya.post("/account/confirm/send", &[("to", "off")]).await;
        let step_up = text(&world, &gateway).await;
        if sign_in != step_up {
            priya.post("/account/confirm", &[("to", "off"), ("code", &sign_in)]).await.says("not right");
            other.post("/sign-in/code", &[("code", &step_up)]).await.says("not right");
        }
        priya.post("/account/confirm", &[("to", "off"), ("code", &step_up)]).await.is_at("/account/two-step/off");
    }

    async fn d1_8_a_new_code_gives_no_new_tries_and_waits(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await;
        text(&world, &gateway).await;
        priya.post("/sign-in/code/again", &[]).await.says("sent a moment ago");
        let mut wrong = 0;
        for round in 0..5 {
            world.later(Span::seconds(61));
            priya.post("/sign-in/code/again", &[]).await.says("new text message");
            let code = text(&world, &gateway).await;
            for _ in 0..4 {
                let page = priya.post("/sign-in/code", &[("code", another(&code))]).await;
                wrong += i32::from(page.text.contains("is not right"));
            }
            assert!(round < 5);
        }
        assert_eq!(wrong, 20, "twenty a day over all codes");
        world.later(Span::seconds(61));
        priya.post("/sign-in/code/again", &[]).await.says("No more codes can be sent");
    }

    async fn d1_9_hammering_never_shuts_the_owner_out(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in_remembered(&world, &gateway).await.is_at("/account");
        priya.post("/sign-out", &[]).await;
        let stranger = Person::at(&world);
        for _ in 0..10 {
            stranger.types_password(PRIYA, "not her password at all").await;
        }
        stranger.types_password(PRIYA, PASSWORD).await.says("Too many tries");
        // Her own browser has a count of its own (C7), and is remembered.
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        // An unlock link works on, whatever the stranger does.
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        for _ in 0..10 {
            stranger.types_password(PRIYA, "not her password at all").await;
        }
        crate::harness::pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        // A mark made up, or one for somebody else, gives no count of its own.
        let request = stranger.client.post(format!("{}/sign-in", stranger.site)).header("Sec-Fetch-Site", "same-origin");
        let forged = request.header("Cookie", "known=abc.def").form(&[("email", PRIYA), ("password", NEW_PASSWORD)]);
        assert!(forged.send().await.unwrap().text().await.unwrap().contains("Too many tries"));
    }

    async fn d1_10_a_new_password_ends_other_sessions_at_their_next_request(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
        let (a, b) = (Person::at(&world), Person::at(&world));
        for person in [&a, &b] {
            person.types_password(PRIYA, PASSWORD).await.is_at("/account");
        }
        a.post("/account/password", &[("password", PASSWORD), ("new_password", PASSWORD)]).await.says("Choose another one");
        a.post("/account/password", &[("password", "wrong wrong wrong"), ("new_password", NEW_PASSWORD)]).await.says("The password is not right");
        a.post("/account/password", &[("password", PASSWORD), ("new_password", NEW_PASSWORD)]).await.says("Your password is changed");
        b.get("/account").await.is_at("/sign-in");
        a.get("/account").await.is_at("/account");
        while world.post().await > 0 {}
        world.mail.as_ref().unwrap().newest(PRIYA, "password was changed");
        b.types_password(PRIYA, NEW_PASSWORD).await.is_at("/account");
    }

    async fn d0_8_a_password_is_compared_exactly_with_its_spaces_its_end_and_its_four_byte_characters(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        // 97 characters, more than 300 bytes: longer than what some hashes read (72 bytes), with characters outside the first plane.
        let exact = format!("  Caf\u{e9} {} at the end ", "\u{1d49c}".repeat(78));
        assert!(exact.chars().count() == 97 && exact.len() > 300);
        priya.post("/account/password", &[("password", PASSWORD), ("new_password", &exact)]).await.says("Your password is changed");
        let shorter: String = exact.chars().take(96).collect();
        for other in [
            exact.trim().to_owned(),
            shorter,
            exact.replace('\u{e9}', "e\u{301}"),
            exact.to_lowercase(),
        ] {
            Person::at(&world).types_password(PRIYA, &other).await.says("Email or password is not right");
        }
        Person::at(&world).types_password(PRIYA, &exact).await.is_at("/account");
    }

    async fn a_remembered_browser_is_not_asked_for_thirty_days_and_still_needs_the_password(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in_remembered(&world, &gateway).await.is_at("/account");
        priya.post("/sign-out", &[]).await;
        priya.types_password(PRIYA, "something else entirely").await.says("not right");
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        world.later(Span::days(29));
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        world.later(Span::days(2));
        priya.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        // It is remembered for her alone.
        world.user(NewUser { email: "zoe@hartwell.example", ..NewUser::default() }).await;
        priya.signs_in_remembered(&world, &gateway).await.is_at("/account");
        priya.types_password("zoe@hartwell.example", PASSWORD).await.is_at("/sign-in/code");
    }

    async fn to_be_set_up_again_asks_for_a_mailed_code_and_leads_to_setting_up(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = to_be_set_up_again(&world).await;
        priya.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code").says("email").never_says("for 30 days");
        priya.get("/sign-in/recovery-code").await.is_at("/sign-in/code");
        let code = mailed_code(&world).await;
        priya.post("/sign-in/code", &[("code", &code)]).await.is_at("/account/two-step/again").says("Later");
        priya.get("/account").await.is_at("/account/two-step/again");
        let code = priya.turns_on(&world, &gateway, "07700 900456").await.recovery_code();
        priya.finishes(&code).await.says("2-step is on");
        priya.get("/account").await.is_at("/account").never_says("Set 2-step up again");
    }

    async fn later_is_possible_for_a_week_told_each_time_and_then_no_more(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let priya = to_be_set_up_again(&world).await;
        for day in 0..3 {
            priya.types_password(PRIYA, PASSWORD).await;
            let code = mailed_code(&world).await;
            priya.post("/sign-in/code", &[("code", &code)]).await.is_at("/account/two-step/again").says("until 1 December 2026");
            priya.post("/account/two-step/later", &[]).await.is_at("/account").says("Set 2-step up again");
            priya.get("/account").await.is_at("/account");
            while world.post().await > 0 {}
            let told = world.mail.as_ref().unwrap().letters().iter().filter(|letter| letter.contains("2-step is still to be set up again")).count();
            assert!(told > day, "told each time");
            priya.post("/sign-out", &[]).await;
            world.later(Span::days(2));
        }
        world.later(Span::days(2));
        priya.types_password(PRIYA, PASSWORD).await;
        let code = mailed_code(&world).await;
        priya.post("/sign-in/code", &[("code", &code)]).await.says("put it off any longer").never_says("two-step/later");
        priya.post("/account/two-step/later", &[]).await.is_at("/account/two-step/again");
        priya.get("/account").await.is_at("/account/two-step/again");
        // Turning it off is the explicit choice.
        priya.post("/account/two-step/off", &[("password", PASSWORD)]).await.says("2-step is off");
        priya.get("/account").await.is_at("/account");
    }
}
