//! Changing the e-mail address over HTTP: the link in the new mailbox, *This wasn't me* in the old one, and what dies.

use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::person::{Person, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

const NEW: &str = "priya.shah@hartwell.example";
const GRACE: &str = "grace.obi@hartwell.example";
const TO_CONFIRM: &str = "Confirm your email address";
const TO_STOP: &str = "is to be changed";

async fn post(world: &World) {
    while world.post().await > 0 {}
}

/// The address a letter leads to, without the host.
fn link(world: &World, to: &str, subject: &str) -> String {
    let letter = world.mail.as_ref().unwrap().newest(to, subject);
    let site = world.public_url.as_str().trim_end_matches('/').to_owned();
    let found =
        letter.text.split_whitespace().find(|word| word.starts_with(&site) && word.contains("/link/"));
    found.unwrap_or_else(|| panic!("no link in {}", letter.text)).replace(&site, "")
}

fn letters(world: &World, to: &str, subject: &str) -> usize {
    let arrived = world.mail.as_ref().unwrap().arrived();
    arrived.iter().filter(|a| a.header("to").contains(to) && a.header("subject").contains(subject)).count()
}

/// Priya without 2-step, signed in, asks for the new address.
async fn asked(world: &World) -> (String, Person) {
    let user = world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
    let priya = Person::at(world);
    priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
    priya
        .post("/account/email", &[("password", PASSWORD), ("new_email", NEW)])
        .await
        .says("Check your new mailbox");
    post(world).await;
    (user, priya)
}

on_both_databases! {
    async fn the_new_mailbox_confirms_and_everything_older_is_dead(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in_remembered(&world, &gateway).await.says("href=\"/account/email\"");
        priya.post("/sign-out", &[]).await;
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        // A remembered browser did no second step: it comes first, and leads back here.
        priya.get("/account/email").await.is_at("/account/confirm");
        let code = world.recovery_code(&user).await;
        let new = priya.post("/account/confirm/recovery-code", &[("to", "email"), ("recovery_code", &code)]).await.recovery_code();
        priya.finishes(&new).await;
        priya.get("/account/email").await.is_at("/account/email").says("hartwell.example");
        priya.post("/account/email", &[("password", "not it, not it"), ("new_email", NEW)]).await.says("The password is not right").says(NEW);
        priya.post("/account/email", &[("password", PASSWORD), ("new_email", "priya at home")]).await.says("There is a problem");
        priya.post("/account/email", &[("password", PASSWORD), ("new_email", " PRIYA.RAMAN@Hartwell.example ")]).await.says("There is a problem");
        assert_eq!(world.audited("change_email", "done").await, 0);
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        let call_code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        post(&world).await;
        let (unlock, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        priya.post("/account/email", &[("password", PASSWORD), ("new_email", NEW)]).await.says("Check your new mailbox");
        post(&world).await;
        // Nothing has changed yet, and looking changes nothing.
        let other = Person::at(&world);
        other.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        other.types_password(NEW, PASSWORD).await.says("Email or password is not right");
        let confirm = link(&world, NEW, TO_CONFIRM);
        let reader = Person::at(&world);
        for _ in 0..3 {
            reader.get(&confirm).await.is_at("/confirm-address").says("Confirm your email address");
        }
        assert_eq!(world.audited("confirm_address", "done").await, 0);
        let done = reader.post("/confirm-address", &[]).await;
        done.says("Your email address is changed").never_says("an administrator must approve");
        reader.get(&confirm).await.says("This link was used");
        // Sessions, remembered browsers and the live unlock link are over; the call is with the address it was opened with.
        priya.get("/account").await.is_at("/sign-in");
        priya.types_password(PRIYA, PASSWORD).await.says("Email or password is not right");
        priya.types_password(NEW, PASSWORD).await.is_at("/sign-in/code");
        let redeemed = crate::harness::pages::redeem(&world.desk, &unlock, &call_code, "seven slow harbour lamps 4").await;
        assert_eq!(refused(redeemed), "link_stopped");
        assert!(dana.send(&call.call_id).await.is_err(), "nothing goes to an address that was on file no more");
        post(&world).await;
        for to in [PRIYA, NEW] {
            assert_eq!(letters(&world, to, "Your email address was changed"), 1, "{to}");
        }
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE frozen_until IS NOT NULL").await, 0, "a second step proved it");
    }

    async fn d10_3_a_changed_address_voids_the_letter_before_and_the_link_after(engine: Engine) {
        for sent in [false, true] {
            let (world, _) = world_with_texts(engine).await;
            let (user, _) = asked(&world).await;
            let dana = world.agent("Dana Whitlock").await;
            let call = dana.verified_call(&user).await;
            let mut unlock = None;
            if sent {
                let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
                post(&world).await;
                let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
                pages::read(&world.desk, &link).await.unwrap();
                unlock = Some((link, code));
            }
            let reader = Person::at(&world);
            reader.get(&link(&world, NEW, TO_CONFIRM)).await;
            reader.post("/confirm-address", &[]).await.says("Your email address is changed");
            world.later(Span::minutes(1));
            if let Some((link, code)) = unlock {
                assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped");
                assert_eq!(refused(dana.send_again(&call.call_id).await), "account_changed");
            } else {
                assert_eq!(refused(dana.send(&call.call_id).await), "account_changed");
            }
            post(&world).await;
            assert_eq!(letters(&world, NEW, "Unlock"), 0, "nothing of a call goes to the new address");
        }
    }

    async fn d6_8_a_new_address_stops_a_request_and_is_told_nothing_of_it(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        asked(&world).await;
        let confirm = link(&world, NEW, TO_CONFIRM);
        // The request names the old address; what it belongs to is looked up later.
        let stranger = Person::at(&world);
        stranger.post("/forgot", &[("email", PRIYA)]).await.says("Check your email");
        let reader = Person::at(&world);
        reader.get(&confirm).await;
        reader.post("/confirm-address", &[]).await.says("Your email address is changed");
        post(&world).await;
        for address in [PRIYA, NEW] {
            assert_eq!(letters(&world, address, "Set a new password"), 0, "{address}");
        }
    }

    async fn d6_5_d6_8_a_reset_link_to_the_old_address_is_dead_after_the_change(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (_, priya) = asked(&world).await;
        priya.post("/forgot", &[("email", PRIYA)]).await.says("Check your email");
        post(&world).await;
        let reset = link(&world, PRIYA, "Set a new password");
        priya.get(&reset).await.says("Choose a new password");
        let reader = Person::at(&world);
        reader.get(&link(&world, NEW, TO_CONFIRM)).await;
        reader.post("/confirm-address", &[]).await.says("Your email address is changed");
        priya.get(&reset).await.says("Ask for a new link").never_says("hartwell");
    }

    async fn a_change_proved_by_the_password_alone_freezes_contacts_for_a_week(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (user, _) = asked(&world).await;
        let reader = Person::at(&world);
        reader.get(&link(&world, NEW, TO_CONFIRM)).await;
        reader.post("/confirm-address", &[]).await.says("an administrator must approve").says("1 December 2026");
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        assert_eq!(refused(dana.send(&call.call_id).await), "needs_approval");
        // For seven days the old address hears of changes too, then no more.
        let priya = Person::at(&world);
        priya.types_password(NEW, PASSWORD).await.is_at("/account");
        priya.post("/account/password", &[("password", PASSWORD), ("new_password", "seven slow harbour lamps 4")]).await.says("is changed");
        post(&world).await;
        assert_eq!(letters(&world, PRIYA, "Your password was changed"), 1);
        world.later(Span::days(7));
        priya.types_password(NEW, "seven slow harbour lamps 4").await.is_at("/account");
        priya.post("/account/password", &[("password", "seven slow harbour lamps 4"), ("new_password", PASSWORD)]).await.says("is changed");
        post(&world).await;
        assert_eq!((letters(&world, PRIYA, "Your password was changed"), letters(&world, NEW, "Your password was changed")), (1, 2));
    }

    async fn this_was_not_me_before_the_change_stops_it_and_ends_sessions(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (_, thief) = asked(&world).await;
        let owner = Person::at(&world);
        let stop = link(&world, PRIYA, TO_STOP);
        owner.get(&stop).await.is_at("/stop-change").says("Stop this change").never_says(NEW);
        thief.get("/account").await.is_at("/account");
        owner.post("/stop-change", &[]).await.says("The change is stopped").says("knows your password");
        thief.get("/account").await.is_at("/sign-in");
        let reader = Person::at(&world);
        reader.get(&link(&world, NEW, TO_CONFIRM)).await.says("doesn\u{2019}t work");
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE email = 'priya.raman@hartwell.example' AND account = 'active'").await, 1);
        post(&world).await;
        assert_eq!(letters(&world, PRIYA, "change of your email address was stopped"), 1);
        owner.get(&stop).await.says("stopped already");
    }

    async fn this_was_not_me_after_the_change_takes_it_back_and_locks(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (user, _) = asked(&world).await;
        let thief = Person::at(&world);
        thief.get(&link(&world, NEW, TO_CONFIRM)).await;
        thief.post("/confirm-address", &[]).await.says("Your email address is changed");
        thief.types_password(NEW, PASSWORD).await.is_at("/account");
        world.later(Span::hours(71));
        let owner = Person::at(&world);
        owner.get(&link(&world, PRIYA, TO_STOP)).await.says("It is changed by now");
        owner.post("/stop-change", &[]).await.says("it is locked");
        thief.get("/account").await.is_at("/sign-in");
        for address in [PRIYA, NEW] {
            Person::at(&world).types_password(address, PASSWORD).await.says("Email or password is not right");
        }
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE email = 'priya.raman@hartwell.example' AND locked_by = 'owner' AND stopped_until IS NOT NULL AND former_email IS NULL").await, 1);
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&user).await.unwrap();
        assert!(call.questions.is_empty(), "phone recovery is stopped: {:?}", call.standing);
    }

    async fn this_was_not_me_locks_also_where_the_old_address_has_another_account_by_now(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (user, _) = asked(&world).await;
        let thief = Person::at(&world);
        thief.get(&link(&world, NEW, TO_CONFIRM)).await;
        thief.post("/confirm-address", &[]).await.says("Your email address is changed");
        thief.types_password(NEW, PASSWORD).await.is_at("/account");
        // No door makes such an account any more; one of before is there.
        world.user(NewUser { given: "Pria", two_step: TwoStep::Never, ..NewUser::default() }).await;
        let owner = Person::at(&world);
        owner.get(&link(&world, PRIYA, TO_STOP)).await.says("It is changed by now");
        owner.post("/stop-change", &[]).await.says("Your account is locked").says("another account has it");
        thief.get("/account").await.is_at("/sign-in");
        thief.types_password(NEW, PASSWORD).await.says("Email or password is not right");
        post(&world).await;
        assert_eq!((letters(&world, PRIYA, "Your account is locked"), letters(&world, NEW, "locked")), (1, 0));
        let dana = world.agent("Dana Whitlock").await;
        assert!(dana.open(&user).await.unwrap().questions.is_empty(), "phone recovery is stopped");
        Person::at(&world).types_password(PRIYA, PASSWORD).await.is_at("/account");
    }

    async fn a_former_address_is_nobody_elses_while_it_can_be_taken_back(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let boss = NewUser { given: "Grace", family: "Obi", email: GRACE, kind: "billing", two_step: TwoStep::Never, ..NewUser::default() };
        world.user(boss).await;
        let (_, _) = asked(&world).await;
        let reader = Person::at(&world);
        reader.get(&link(&world, NEW, TO_CONFIRM)).await;
        reader.post("/confirm-address", &[]).await.says("Your email address is changed");
        let grace = Person::at(&world);
        grace.types_password(GRACE, PASSWORD).await.is_at("/account");
        let invite = [("given_name", "Pria"), ("family_name", "Raman"), ("email", " Priya.Raman@hartwell.example")];
        grace.post("/account/colleague", &invite).await;
        grace.post("/account/email", &[("password", PASSWORD), ("new_email", PRIYA)]).await.says("Check your new mailbox");
        post(&world).await;
        assert_eq!(letters(&world, PRIYA, TO_CONFIRM), 0);
        assert_eq!(world.count("SELECT COUNT(*) FROM users").await, 2);
        world.later(Span::hours(72));
        grace.types_password(GRACE, PASSWORD).await.is_at("/account");
        grace.post("/account/colleague", &invite).await;
        assert_eq!(world.count("SELECT COUNT(*) FROM users").await, 3, "then the address is free");
    }

    async fn an_address_that_belongs_to_somebody_gets_no_letter_and_the_page_does_not_tell(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        world.user(NewUser { email: NEW, two_step: TwoStep::Never, ..NewUser::default() }).await;
        let (_, _) = asked(&world).await;
        assert_eq!(letters(&world, NEW, TO_CONFIRM), 0);
        assert_eq!(letters(&world, PRIYA, TO_STOP), 1, "the owner hears of the try all the same");
    }

    async fn a_newer_request_replaces_the_link_and_three_a_day_are_enough(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (_, priya) = asked(&world).await;
        let first = link(&world, NEW, TO_CONFIRM);
        for i in 2..=4 {
            world.later(Span::minutes(1));
            let page = priya.post("/account/email", &[("password", PASSWORD), ("new_email", &format!("priya{i}@hartwell.example"))]).await;
            page.says(if i < 4 { "Check your new mailbox" } else { "Too many tries" });
        }
        let reader = Person::at(&world);
        reader.get(&first).await.says("There is a newer link");
        post(&world).await;
        world.later(Span::hours(1));
        reader.get(&link(&world, "priya3@hartwell.example", TO_CONFIRM)).await.says("too old");
    }
}
