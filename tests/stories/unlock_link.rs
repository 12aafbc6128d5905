//! D10.8, D10.9, D10.14 and what else decides whether a link works.

use recovery_desk::caller::Caller;
use recovery_desk::operations::account::ReadAccount;
use recovery_desk::operations::administration::LockAccount;
use recovery_desk::operations::change_password::ChangePassword;
use recovery_desk::operations::lock_my_account::LockMyAccount;
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_desk::operations::user_sign_in::{SignedIn, UserSignedIn};
use recovery_rules::roles::Role;
use recovery_rules::states::{Outcome, TwoStep};
use recovery_rules::time::Span;

use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::{Letter, PRIYA, letter, letter_of};
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

on_both_databases! {
    async fn d0_5_a_link_is_dead_when_anything_of_the_account_changed(engine: Engine) {
        // The new address stands in account/address.rs (D10.3), the administrator's reset in administrators.rs (D10.13).
        for change in ["password", "lock_by_owner", "lock_by_desk"] {
            let world = World::with_mail(engine).await;
            let without = NewUser { two_step: TwoStep::Never, ..NewUser::default() };
            let user = world.user(without).await;
            let UserSignedIn::Done(SignedIn { token, .. }) = pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap() else { panic!() };
            let session = Caller::Session(token);
            let dana = world.agent("Dana Whitlock").await;
            let call = dana.verified_call(&user).await;
            let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
            world.post().await;
            let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
            pages::read(&world.desk, &link).await.unwrap();
            let password = || PASSWORD.to_owned().into();
            match change {
                "password" => {
                    let new_password = "nine quiet copper kettles".to_owned().into();
                    world.ask(&session, ChangePassword { password: password(), new_password }).await.unwrap();
                }
                "lock_by_owner" => drop(world.ask(&session, LockMyAccount { password: password() }).await.unwrap()),
                _ => {
                    let ines = world.operator(Role::Administrator, "Ines Vogt").await;
                    let lock = LockAccount { user_id: user.clone(), reason: "Seen at two places at once".to_owned() };
                    ines.ask(lock).await.unwrap();
                }
            }
            assert_eq!(refused(pages::read(&world.desk, &link).await), "link_stopped", "{change}");
            assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped", "{change}");
        }
    }

    async fn d10_8_looking_and_pressing_change_nothing_and_five_wrong_call_codes_kill_the_link(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { dana, call_id, link, code, .. } = letter(&world).await;
        for _ in 0..3 {
            pages::read(&world.desk, &link).await.unwrap();
        }
        assert!(dana.view(&call_id).await.delivery.unwrap().opened_at.is_none());
        pages::press(&world.desk, &link).await.unwrap();
        pages::press(&world.desk, &link).await.unwrap();
        assert_eq!(refused(pages::redeem(&world.desk, &link, "12 34", NEW_PASSWORD).await), "code_length");
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, "short").await), "password_too_short");
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for left in (0..5).rev() {
            let outcome = pages::redeem(&world.desk, &link, wrong, NEW_PASSWORD).await.unwrap();
            assert_eq!(outcome, Redeemed::CallCodeNotRight { tries_left: left });
        }
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped");
        assert!(!dana.view(&call_id).await.delivery.unwrap().code_live);
        assert_eq!(refused(pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await), "sign_in_not_right");
    }

    async fn d10_9_afterwards_old_sessions_are_dead_and_two_step_is_to_be_set_up_again(engine: Engine) {
        let world = World::with_mail(engine).await;
        let without = NewUser { two_step: TwoStep::Never, ..NewUser::default() };
        let user = world.user(without).await;
        let UserSignedIn::Done(SignedIn { token, .. }) = pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap() else { panic!() };
        let session = Caller::Session(token);
        world.ask(&session, ReadAccount {}).await.unwrap();
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        // The code is right, so the former password is no guess at it: no try is spent, however often.
        for _ in 0..6 {
            let same = pages::redeem(&world.desk, &link, &code, PASSWORD).await.unwrap();
            assert_eq!(same, Redeemed::SamePassword);
        }
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(refused(world.ask(&session, ReadAccount {}).await), "signed_out");
        let again = pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await.unwrap();
        assert!(matches!(again, UserSignedIn::CodeNeeded { .. }));
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE recovery_code_hash IS NOT NULL").await, 0);
    }

    async fn d10_9_every_address_and_the_billing_user_are_told_and_two_step_that_was_on_is_set_up_again(engine: Engine) {
        let world = World::with_mail(engine).await;
        let grace = NewUser { given: "Grace", family: "Obi", email: "grace.obi@hartwell.example", kind: "billing", two_step: TwoStep::Never, ..NewUser::default() };
        world.user(grace).await;
        let Letter { user, link, code, .. } = letter(&world).await;
        world.recovery_code(&user).await;
        // As a change of address leaves it for a week.
        world.change("UPDATE users SET former_email = 'p.raman@hartwell.example', former_email_until = 9000000000000 WHERE id = $1", &user).await;
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        while world.post().await > 0 {}
        let letters = world.mail.as_ref().unwrap();
        for to in [PRIYA, "p.raman@hartwell.example"] {
            assert!(letters.newest(to, "Your account was unlocked").text.contains("a new password was set"), "{to}");
        }
        assert!(letters.newest("grace.obi", "A colleague's account was unlocked").text.contains("Priya Raman"));
        let left = "SELECT COUNT(*) FROM two_step WHERE state = 'to_be_set_up_again' AND recovery_code_hash IS NULL AND phone IS NULL";
        assert_eq!(world.count(left).await, 1);
        assert!(matches!(pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await.unwrap(), UserSignedIn::CodeNeeded { .. }));
    }

    async fn d10_16_an_administrators_lock_stays(engine: Engine) {
        let world = World::with_mail(engine).await;
        let locked = NewUser { account: "locked", locked_by: Some("administrator"), ..NewUser::default() };
        let Letter { dana, link, code, call_id, .. } = letter_of(&world, locked).await;
        let done = pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: false });
        assert_eq!(refused(pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await), "sign_in_not_right");
        assert_eq!(dana.end(&call_id).await.unwrap().outcome, Outcome::Unlocked);
    }

    async fn d10_14_who_signs_in_without_it_needs_no_link_any_more(engine: Engine) {
        let world = World::with_mail(engine).await;
        let without = NewUser { two_step: TwoStep::Never, ..NewUser::default() };
        let Letter { dana, link, code, call_id, .. } = letter_of(&world, without).await;
        pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap();
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped");
        assert!(!dana.view(&call_id).await.delivery.unwrap().code_live, "the call screen shows that the link is over");
        // That the sign-in ended it stands with the sign-in, and the desk of the call hears that it changed.
        let noted = "SELECT COUNT(*) FROM audit WHERE operation = 'user_sign_in' AND detail LIKE '%\"unlock_link_ended\":true%'";
        assert_eq!(world.count(noted).await, 1);
        assert!(world.count("SELECT COUNT(*) FROM events WHERE kind = 'message_changed'").await >= 2);
        assert_eq!(dana.end(&call_id).await.unwrap().outcome, Outcome::MailSent);
    }

    async fn d0_6_a_clock_set_back_more_than_two_minutes_refuses_links_and_codes(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { link, code, .. } = letter(&world).await;
        world.later(Span::minutes(5));
        world.look_round().await;
        world.later(Span::seconds(-100));
        pages::read(&world.desk, &link).await.unwrap();
        world.later(Span::minutes(-1));
        assert_eq!(refused(pages::read(&world.desk, &link).await), "clock_stepped_back");
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "clock_stepped_back");
        world.later(Span::minutes(1));
        let done = pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true });
    }
}
