//! D5: turning 2-step off, losing the phone, locking the account.

use recovery_rules::states::TwoStep;

use crate::harness::biller::GRACE;
use crate::harness::contacts::{Sent, Strict};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::person::{Person, text, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

/// What 2-step may leave behind, and must not.
async fn artefacts(world: &World) -> i64 {
    world.count("SELECT COUNT(*) FROM two_step WHERE phone IS NOT NULL OR phone_last4 IS NOT NULL OR recovery_code_hash IS NOT NULL OR recovery_code_last_group IS NOT NULL").await
        + world.count("SELECT COUNT(*) FROM remembered_browsers").await
        + world.count("SELECT COUNT(*) FROM pending_phones").await
        + world.count("SELECT COUNT(*) FROM codes WHERE used_at IS NULL AND ended_at IS NULL").await
}

on_both_databases! {
    async fn d5_1_off_needs_password_and_a_second_step_the_recovery_code_counts(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let code = world.recovery_code(&user).await;
        let priya = Person::at(&world);
        priya.signs_in_remembered(&world, &gateway).await;
        priya.post("/sign-out", &[]).await;
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        priya.get("/account/two-step/off").await.is_at("/account/confirm");
        priya.post("/account/two-step/off", &[("password", PASSWORD)]).await.is_at("/account/confirm");
        // The phone is lost: the recovery code.
        let new = priya.post("/account/confirm/recovery-code", &[("to", "off"), ("recovery_code", &code)]).await.recovery_code();
        priya.finishes(&new).await;
        priya.get("/account/two-step/off").await.says("Signing in will ask for your password alone");
        priya.post("/account/two-step/off", &[("password", "not it, not it")]).await.says("The password is not right");
        priya.post("/account/two-step/off", &[("password", PASSWORD)]).await.is_at("/account/two-step").says("2-step is off").says("turned off on 24 November 2026");
        while world.post().await > 0 {}
        // D5.4: the owner's own doing, in audit log and letter.
        assert!(world.mail.as_ref().unwrap().newest(PRIYA, "2-step is off").text.contains("you turned 2-step off"));
        assert_eq!(world.audited("turn_two_step_off", "done").await, 1);
    }

    async fn d5_2_off_leaves_nothing_behind_and_the_next_sign_in_asks_for_no_code(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in_remembered(&world, &gateway).await;
        let other = Person::at(&world);
        other.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        let code = text(&world, &gateway).await;
        priya.post("/account/two-step/off", &[("password", PASSWORD)]).await.says("2-step is off");
        assert_eq!(artefacts(&world).await, 0);
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE state = 'off'").await, 1, "that it was on is remembered");
        // D5.3: a sign-in that began before starts anew.
        other.post("/sign-in/code", &[("code", &code)]).await.says("This sign-in is over");
        other.types_password(PRIYA, PASSWORD).await.is_at("/account");
    }

    async fn d5_3_turning_off_and_a_code_at_the_same_time_leave_no_half_state(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in(&world, &gateway).await;
        let other = Person::at(&world);
        other.types_password(PRIYA, PASSWORD).await;
        let code = text(&world, &gateway).await;
        let off = async { priya.post("/account/two-step/off", &[("password", PASSWORD)]).await };
        let form = [("code", code.as_str()), ("remember", "yes")];
        let enter = async { other.post("/sign-in/code", &form).await };
        let (off, _) = tokio::join!(off, enter);
        off.says("2-step is off");
        assert_eq!(artefacts(&world).await, 0);
        // Signed in before the change: signed out by it. After it: over.
        other.get("/account").await.is_at("/sign-in");
    }

    async fn d5_5_a_password_too_short_to_stand_alone_is_made_longer_first(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in(&world, &gateway).await;
        // Beside 2-step eight characters are enough.
        let short = "tqz8 vkw";
        let change = [("password", PASSWORD), ("new_password", short)];
        priya.post("/account/password", &change).await.says("Your password is changed");
        priya.post("/account/two-step/off", &[("password", short)]).await.is_at("/account/password").says("Choose a longer password first");
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE state = 'on'").await, 1);
        priya.post("/account/password", &[("first", "longer"), ("password", short), ("new_password", NEW_PASSWORD)]).await.says("Your password is changed");
        priya.post("/account/two-step/off", &[("password", NEW_PASSWORD)]).await.says("2-step is off");
        priya.post("/account/password", &[("password", NEW_PASSWORD), ("new_password", short)]).await.says("Use 15 characters or more");
    }

    async fn d5_6_turning_off_voids_a_live_unlock_link(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in(&world, &gateway).await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        priya.post("/account/two-step/off", &[("password", PASSWORD)]).await.says("2-step is off");
        let redeemed = crate::harness::pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await;
        assert_eq!(refused(redeemed), "link_stopped");
    }

    async fn d5_6_turning_off_voids_the_contact_code_with_its_link_and_d10_15_the_contacts_own_turning_off_too(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let strict = Strict::new(&world).await;
        let live = "SELECT COUNT(*) FROM codes WHERE purpose = 'contact' AND used_at IS NULL AND ended_at IS NULL";
        let redeem = async |sent: &Sent| {
            let codes = (sent.code.as_str(), sent.contact_code.as_str());
            refused(crate::harness::pages::redeem_with(&world.desk, &sent.link, codes, NEW_PASSWORD).await)
        };
        let priya = Person::at(&world);
        priya.signs_in(&world, &gateway).await;
        let sent = strict.sent(&world).await;
        assert_eq!(world.count(live).await, 1);
        priya.post("/account/two-step/off", &[("password", PASSWORD)]).await.says("2-step is off");
        assert_eq!(world.count(live).await, 0);
        assert_eq!(redeem(&sent).await, "link_stopped");
        strict.dana.end(&sent.call_id).await.unwrap();
        // The contact turns 2-step off: the code went to an account that protects less now.
        let grace = Person::at(&world);
        grace.types_password(GRACE, PASSWORD).await.is_at("/sign-in/code");
        let code = text(&world, &gateway).await;
        grace.post("/sign-in/code", &[("code", &code)]).await.is_at("/account");
        let sent = strict.sent(&world).await;
        assert!(crate::harness::pages::read(&world.desk, &sent.link).await.is_ok());
        grace.post("/account/two-step/off", &[("password", PASSWORD)]).await.says("2-step is off");
        assert_eq!(redeem(&sent).await, "link_stopped");
    }

    async fn a_lost_phone_stops_counting_at_once_and_a_new_one_is_set_up(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let code = world.recovery_code(&user).await;
        let finder = Person::at(&world);
        finder.signs_in_remembered(&world, &gateway).await.is_at("/account");
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await;
        let new = priya.post("/sign-in/recovery-code", &[("recovery_code", &code)]).await.recovery_code();
        priya.finishes(&new).await;
        priya.get("/account/two-step/lost").await.says("Your phone stops being a second step at once");
        priya.post("/account/two-step/lost", &[("password", PASSWORD)]).await.is_at("/account/two-step").says("is to be set up again");
        assert_eq!(artefacts(&world).await, 0);
        finder.get("/account").await.is_at("/sign-in");
        finder.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code").says("email");
        let texts = gateway.asked().len();
        while world.post().await > 0 {}
        assert_eq!(gateway.asked().len(), texts, "no text to a lost phone");
        assert!(world.mail.as_ref().unwrap().newest(PRIYA, "reported lost").text.contains("set 2-step up again"));
        // The second step of this session stands: she sets the new phone up at once.
        let code = priya.turns_on(&world, &gateway, "07700 900456").await.recovery_code();
        priya.finishes(&code).await.says("2-step is on");
    }

    async fn lock_my_account_shuts_everybody_out_until_the_unlock_link(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in(&world, &gateway).await;
        let other = Person::at(&world);
        other.signs_in(&world, &gateway).await.is_at("/account");
        priya.post("/account/lock", &[("password", "no, not this")]).await.says("The password is not right");
        priya.post("/account/lock", &[("password", PASSWORD)]).await.says("Your account is locked");
        for person in [&priya, &other] {
            person.get("/account").await.is_at("/sign-in");
            person.types_password(PRIYA, PASSWORD).await.says("Email or password is not right");
        }
        while world.post().await > 0 {}
        assert!(world.mail.as_ref().unwrap().newest(PRIYA, "account is locked").text.contains("Call us to get back in"));
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        crate::harness::pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        priya.types_password(PRIYA, NEW_PASSWORD).await.is_at("/sign-in/code");
    }

    async fn remembered_browsers_are_listed_and_forgotten(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let (home, work) = (Person::at(&world), Person::at(&world));
        for person in [&home, &work] {
            person.signs_in_remembered(&world, &gateway).await;
            person.post("/sign-out", &[]).await;
            person.types_password(PRIYA, PASSWORD).await.is_at("/account");
        }
        let page = home.get("/account/two-step").await;
        page.says("Firefox on Linux").says("Remembered until 24 December 2026");
        let id = page.text.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        // Somebody else's browser can't be named.
        world.user(NewUser { email: "zoe@hartwell.example", two_step: TwoStep::Never, ..NewUser::default() }).await;
        let zoe = Person::at(&world);
        zoe.types_password("zoe@hartwell.example", PASSWORD).await;
        zoe.post("/account/two-step/browsers", &[("id", &id)]).await;
        assert_eq!(world.count("SELECT COUNT(*) FROM remembered_browsers").await, 2);
        home.post("/account/two-step/browsers", &[("id", &id)]).await.is_at("/account/two-step");
        assert_eq!(world.count("SELECT COUNT(*) FROM remembered_browsers").await, 1);
        home.post("/account/two-step/browsers", &[]).await.says("Every sign-in asks for a code");
        work.post("/sign-out", &[]).await;
        work.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
    }
}
