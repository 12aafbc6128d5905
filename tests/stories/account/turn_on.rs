//! D3: turning 2-step on, and changing the phone.

use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::fixtures::NewUser;
use crate::harness::person::{Person, another, text, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::sms_gateway::Habit;
use crate::harness::{Engine, PASSWORD, World, on_both_databases};

const PHONE: &str = "07700 900456";

/// Priya is signed in without 2-step, her questions answered.
async fn signed_in(world: &World) -> Person {
    world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
    let priya = Person::at(world);
    priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
    priya
}

async fn on(world: &World) -> i64 {
    world.count("SELECT COUNT(*) FROM two_step WHERE state = 'on'").await
}

on_both_databases! {
    async fn the_whole_way_from_off_to_on_and_in_again(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        priya.get("/account/two-step").await.says("2-step is off").says("two-factor or multi-factor");
        priya.get("/account/two-step/on").await.says("Add your phone").says("autocomplete=\"tel\"");
        let shown = priya.turns_on(&world, &gateway, PHONE).await;
        shown.says("Save your recovery code").says("We show it only this once").says("download=");
        assert_eq!(gateway.newest().to, "+447700900456");
        assert!(gateway.newest().body.contains("turning 2-step on"));
        let code = shown.recovery_code();
        assert_eq!(code.len(), 29);
        priya.finishes(&code).await.is_at("/account/two-step").says("2-step is on").says("56");
        while world.post().await > 0 {}
        assert!(world.mail.as_ref().unwrap().newest(PRIYA, "2-step is on").text.contains("recovery code"));
        for operation in ["start_turning_two_step_on", "turn_two_step_on", "acknowledge_recovery_code"] {
            assert_eq!(world.audited(operation, "done").await, 1, "{operation}");
        }
        let again = Person::at(&world);
        again.signs_in(&world, &gateway).await.is_at("/account").says("2-step");
    }

    async fn d3_1_refused_without_password_or_with_a_code_for_something_else(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        let wrong = priya.post("/account/two-step/on", &[("phone", PHONE), ("password", "not it at all")]).await;
        wrong.says("The password is not right").says(PHONE);
        assert_eq!(gateway.asked().len(), 0, "no text without the password");
        priya.post("/account/two-step/code", &[("code", "123456")]).await.is_at("/account/two-step");
        priya.post("/account/two-step/on", &[("phone", PHONE), ("password", PASSWORD)]).await.is_at("/account/two-step/code");
        let code = text(&world, &gateway).await;
        priya.post("/account/two-step/code", &[("code", another(&code))]).await.says("4 tries left");
        // D1.7: a code of another purpose opens nothing here, and this one opens nothing elsewhere.
        priya.post("/account/confirm", &[("code", &code)]).await;
        assert_eq!(on(&world).await, 0);
        priya.post("/account/two-step/code", &[("code", &code)]).await.says("Save your recovery code");
    }

    async fn d3_2_an_abandoned_number_is_gone_and_nothing_is_on(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        priya.post("/account/two-step/on", &[("phone", PHONE), ("password", PASSWORD)]).await;
        let code = text(&world, &gateway).await;
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE phone IS NOT NULL").await, 0);
        world.later(Span::minutes(21));
        world.look_round().await;
        assert_eq!(world.count("SELECT COUNT(*) FROM pending_phones").await, 0);
        priya.post("/account/two-step/code", &[("code", &code)]).await.is_at("/account/two-step");
        assert_eq!(on(&world).await, 0);
    }

    async fn d1_5_a_code_works_until_its_last_second(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        priya.post("/account/two-step/on", &[("phone", PHONE), ("password", PASSWORD)]).await;
        let code = text(&world, &gateway).await;
        world.later(Span::minutes(10));
        priya.post("/account/two-step/code", &[("code", &code)]).await.says("work any more");
        world.later(Span::minutes(1));
        priya.post("/account/two-step/on", &[("phone", PHONE), ("password", PASSWORD)]).await;
        let code = text(&world, &gateway).await;
        world.later(Span(Span::minutes(10).0 - 1_000));
        priya.post("/account/two-step/code", &[("code", &code)]).await.says("Save your recovery code");
    }

    async fn d3_3_numbers_are_read_as_people_write_them_and_bad_ones_refused(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        for (phone, reason) in [
            ("", "Enter a mobile phone number"),
            ("0800 FLOWERS", "Use digits only"),
            ("999", "This is no phone number"),
            ("0909 879 0001", "We can\u{2019}t send a code to this kind of number"),
            ("+999 1234567", "this country code"),
        ] {
            let page = priya.post("/account/two-step/on", &[("phone", phone), ("password", PASSWORD)]).await;
            page.says(reason).says("id=\"phone_problem\"");
        }
        for (typed, e164) in [("07700 900456", "+447700900456"), ("+44 (0) 7700 900-457", "+447700900457"), ("+353 85 012 3456", "+353850123456")] {
            priya.post("/account/two-step/on", &[("phone", typed), ("password", PASSWORD)]).await.is_at("/account/two-step/code");
            text(&world, &gateway).await;
            assert_eq!(gateway.newest().to, e164);
        }
    }

    async fn d3_4_a_number_may_be_shared_up_to_a_cap_that_tells_nothing(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        for i in 0..5 {
            let email = format!("other{i}@hartwell.example");
            world.user(NewUser { email: &email, ..NewUser::default() }).await;
            let page = priya.post("/account/two-step/on", &[("phone", "07700 900123"), ("password", PASSWORD)]).await;
            if i < 4 { page.is_at("/account/two-step/code"); } else {
                page.says("This number can\u{2019}t be used").never_says("account with").never_says("hartwell.example");
            }
        }
    }

    async fn d3_5_of_two_tabs_the_last_number_counts(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        priya.post("/account/two-step/on", &[("phone", PHONE), ("password", PASSWORD)]).await;
        let first = text(&world, &gateway).await;
        priya.post("/account/two-step/on", &[("phone", "07700 900789"), ("password", PASSWORD)]).await.says("89");
        let second = text(&world, &gateway).await;
        if first != second {
            priya.post("/account/two-step/code", &[("code", &first)]).await.says("not right");
        }
        priya.post("/account/two-step/code", &[("code", &second)]).await.says("Save your recovery code");
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE phone = '+447700900789'").await, 1);
    }

    async fn d3_6_a_code_nobody_acknowledged_is_void_and_the_next_sign_in_makes_another(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        let lost = priya.turns_on(&world, &gateway, PHONE).await.recovery_code();
        // The browser died here. Nothing leads on but a new code.
        let again = Person::at(&world);
        again.types_password(PRIYA, PASSWORD).await;
        again.post("/sign-in/recovery-code", &[("recovery_code", &lost)]).await.says("The recovery code is not right");
        let code = text(&world, &gateway).await;
        let page = again.post("/sign-in/code", &[("code", &code)]).await;
        page.is_at("/account/recovery-code").says("finish saving your recovery code");
        let new = again.post("/account/recovery-code", &[("password", PASSWORD)]).await.recovery_code();
        assert_ne!(new, lost);
        again.finishes(&new).await.says("2-step is on");
        again.get("/account").await.is_at("/account");
    }

    async fn d3_7_the_recovery_code_is_shown_once(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        priya.post("/account/two-step/on", &[("phone", PHONE), ("password", PASSWORD)]).await;
        let sms = text(&world, &gateway).await;
        let code = priya.post("/account/two-step/code", &[("code", &sms)]).await.recovery_code();
        // Reload sends the same form again; back and other tabs get the pages anew.
        for page in [
            priya.post("/account/two-step/code", &[("code", &sms)]).await,
            priya.get("/account/two-step/code").await,
            priya.get("/account/two-step").await,
            priya.get("/account/recovery-code").await,
            priya.post("/account/recovery-code/finish", &[("last_group", "0000")]).await,
            priya.post("/account/recovery-code/finish", &[("last_group", "K7")]).await,
        ] {
            page.never_says(&code).never_says(&code[..9]).never_says("data-code");
        }
        let group = code[code.len() - 4..].to_lowercase();
        priya.post("/account/recovery-code/finish", &[("last_group", &format!(" {group} "))]).await.says("2-step is on");
        crate::harness::scan::assert_nowhere(&world, &[&code, &code.replace('-', "")], PRIYA);
    }

    async fn d3_8_turning_on_ends_other_sessions(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        let other = Person::at(&world);
        other.types_password(PRIYA, PASSWORD).await.is_at("/account");
        let code = priya.turns_on(&world, &gateway, PHONE).await.recovery_code();
        other.get("/account").await.is_at("/sign-in");
        priya.finishes(&code).await.is_at("/account/two-step");
    }

    async fn d3_9_codes_are_read_with_spaces_and_hyphens_and_fields_are_labelled(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        priya.post("/account/two-step/on", &[("phone", PHONE), ("password", PASSWORD)]).await;
        let code = text(&world, &gateway).await;
        let form = priya.get("/account/two-step/code").await;
        form.says("autocomplete=\"one-time-code\"").says("inputmode=\"numeric\"").says("<label for=\"code\">");
        let reference = gateway.newest().body.split("(message ").nth(1).unwrap()[..2].to_owned();
        form.says(&format!("marked <b class=\"whole\">{reference}</b>"));
        let short = priya.post("/account/two-step/code", &[("code", &code[..5])]).await;
        short.says("Verification code must have 6 digits. You entered 5").says(&format!("value=\"{}\"", &code[..5]));
        let spoken = format!(" {} - {} ", &code[..3], &code[3..]);
        priya.post("/account/two-step/code", &[("code", &spoken)]).await.says("Save your recovery code");
    }

    async fn d3_10_changing_the_phone_asks_for_everything_and_tells_the_old_one(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in_remembered(&world, &gateway).await;
        let other = Person::at(&world);
        other.signs_in(&world, &gateway).await.is_at("/account");
        priya.get("/account/two-step/phone").await.says("Change the phone");
        priya.post("/account/two-step/phone", &[("phone", "07700 900123"), ("password", PASSWORD)]).await.says("on file already");
        priya.post("/account/two-step/phone", &[("phone", PHONE), ("password", PASSWORD)]).await.is_at("/account/two-step/code");
        let code = text(&world, &gateway).await;
        assert_eq!(gateway.newest().to, "+447700900456");
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE phone = '+447700900123'").await, 1, "until the code is right");
        priya.post("/account/two-step/code", &[("code", &code)]).await.is_at("/account/two-step").says("56");
        while world.post().await > 0 {}
        let told = gateway.newest();
        assert_eq!(told.to, "+447700900123");
        assert!(told.body.contains("another phone") && !told.body.contains("900456"), "{}", told.body);
        assert!(world.mail.as_ref().unwrap().newest(PRIYA, "phone for 2-step was changed").text.contains("no browser is remembered"));
        other.get("/account").await.is_at("/sign-in");
        assert_eq!(world.count("SELECT COUNT(*) FROM remembered_browsers").await, 0);
        // A second step proved it: nothing is frozen.
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE frozen_until IS NOT NULL").await, 0);
    }

    async fn a_gateway_that_fails_uses_no_try_and_a_new_code_waits_a_minute(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let priya = signed_in(&world).await;
        gateway.behaves(Habit::Refuses);
        priya.post("/account/two-step/on", &[("phone", PHONE), ("password", PASSWORD)]).await;
        world.post().await;
        gateway.behaves(Habit::Fine);
        priya.post("/account/two-step/code/again", &[]).await.says("sent a moment ago");
        world.later(Span::seconds(61));
        priya.post("/account/two-step/code/again", &[]).await.says("new text message");
        let code = text(&world, &gateway).await;
        priya.post("/account/two-step/code", &[("code", &code)]).await.says("Save your recovery code");
    }
}
