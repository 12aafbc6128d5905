//! D10: the unlock e-mail, its link, and "This wasn't me".

use recovery_desk::caller::Caller;
use recovery_desk::operations::account::ReadAccount;
use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::messages::{DueMessages, TakeMessage};
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_desk::operations::send_unlock::SendUnlock;
use recovery_desk::operations::user_sign_in::UserSignedIn;
use recovery_rules::roles::Door;
use recovery_rules::states::{MessageState, Outcome, TwoStep};
use recovery_rules::time::Span;

use crate::harness::agent::right;
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::world::ask;
use crate::harness::{ANSWERS, Agent, Engine, PASSWORD, World, on_both_databases, refused};

const PRIYA: &str = "priya.raman@hartwell.example";

/// A verified call whose letter has arrived.
struct Letter {
    dana: Agent,
    user: String,
    call_id: String,
    link: String,
    not_me: String,
    code: String,
}

async fn letter_of(world: &World, new: NewUser<'_>) -> Letter {
    let user = world.user(new).await;
    let dana = world.agent("Dana Whitlock").await;
    let call = dana.verified_call(&user).await;
    let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
    world.post().await;
    let (link, not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
    Letter { dana, user, call_id: call.call_id, link, not_me, code }
}

async fn letter(world: &World) -> Letter {
    letter_of(world, NewUser::default()).await
}

on_both_databases! {
    async fn d10_1_one_press_of_send_makes_one_letter_however_often_it_is_repeated(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let press = || SendUnlock { call_id: call.call_id.clone(), again: false };
        let first = world.desk.perform(&dana.caller, Door::Desk, Some("one"), press()).await.unwrap();
        assert!(first.call_code.is_some() && !first.already_done);
        let retry = world.desk.perform(&dana.caller, Door::Desk, Some("one"), press()).await.unwrap();
        assert!(retry.call_code.is_none() && retry.already_done, "a code is shown once");
        assert_eq!(refused(world.desk.perform(&dana.caller, Door::Desk, Some("two"), press()).await), "already_sent");
        let other = SendUnlock { call_id: call.call_id.clone(), again: true };
        assert_eq!(refused(world.desk.perform(&dana.caller, Door::Desk, Some("one"), other).await), "request_id_reused");
        while world.post().await > 0 {}
        assert_eq!(world.mail.as_ref().unwrap().arrived().len(), 1);
    }

    async fn d10_2_and_d10_6_a_resend_waits_a_minute_replaces_the_former_link_and_three_a_day_are_all(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { dana, call_id, link, code, .. } = letter(&world).await;
        assert_eq!(refused(dana.send_again(&call_id).await), "resend_wait");
        world.later(Span::seconds(60));
        assert_eq!(refused(dana.send(&call_id).await), "already_sent");
        let second = dana.send_again(&call_id).await.unwrap();
        assert_ne!(second.call_code.as_ref(), Some(&code));
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_replaced");
        world.later(Span::seconds(60));
        let third = dana.send_again(&call_id).await.unwrap();
        assert_eq!(third.call.delivery.unwrap().resends_left, 0);
        world.later(Span::seconds(60));
        assert_eq!(refused(dana.send_again(&call_id).await), "unlock_mail_limit");
        world.post().await;
        let live = "SELECT COUNT(*) FROM links WHERE purpose = 'unlock' AND used_at IS NULL AND ended_at IS NULL";
        assert_eq!(world.count(live).await, 1, "D0.4");
        let codes = "SELECT COUNT(*) FROM codes WHERE purpose = 'call' AND used_at IS NULL AND ended_at IS NULL";
        assert_eq!(world.count(codes).await, 1, "D0.4");
        assert_eq!(world.mail.as_ref().unwrap().arrived().len(), 2, "the second was never sent: it was replaced");
        let (newest, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let done = pages::redeem(&world.desk, &newest, &third.call_code.unwrap(), NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true });
    }

    async fn d10_3_a_changed_address_voids_the_letter_before_and_the_link_after(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        world.change("UPDATE users SET email = 'other@hartwell.example' WHERE id = $1", &priya).await;
        assert_eq!(refused(dana.send(&call.call_id).await), "account_changed");
        world.change("UPDATE users SET email = 'priya.raman@hartwell.example' WHERE id = $1", &priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        world.change("UPDATE users SET email = 'other@hartwell.example' WHERE id = $1", &priya).await;
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped");
    }

    async fn d0_5_a_link_is_dead_when_anything_of_the_account_changed(engine: Engine) {
        let world = World::with_mail(engine).await;
        let letter = letter(&world).await;
        world.change("UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1", &letter.user).await;
        assert_eq!(refused(pages::read(&world.desk, &letter.link).await), "link_stopped");
        assert_eq!(refused(pages::redeem(&world.desk, &letter.link, &letter.code, NEW_PASSWORD).await), "link_stopped");
    }

    async fn d10_4_a_refused_letter_shows_what_the_other_server_said(engine: Engine) {
        let world = World::with_mail(engine).await;
        let nowhere = NewUser { email: "refused-550@hartwell.example", ..NewUser::default() };
        let user = world.user(nowhere).await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        dana.send(&call.call_id).await.unwrap();
        world.post().await;
        let delivery = dana.view(&call.call_id).await.delivery.unwrap();
        assert_eq!(delivery.state, MessageState::Failed);
        assert_eq!(delivery.server_reply.as_deref(), Some("550 5.1.1 as you wished"));
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE sealed_secret IS NOT NULL").await, 0);
    }

    async fn d10_5_a_worker_that_died_holding_a_letter_leaves_it_to_the_next_with_the_same_link(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        let system = Caller::System("a worker that dies");
        let due = ask(&world.desk, &system, DueMessages {}).await.unwrap().ids;
        let taken = ask(&world.desk, &system, TakeMessage { id: due[0].clone() }).await.unwrap().to_send.unwrap();
        assert_eq!(world.post().await, 0, "the lease holds");
        world.later(Span::seconds(60));
        assert_eq!(world.post().await, 1);
        let arrived = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock");
        assert_eq!(arrived.links().0, taken.secrets[0].as_str());
        assert_eq!(arrived.header("message-id"), format!("<{}>", taken.message.message_id));
        let done = pages::redeem(&world.desk, &arrived.links().0, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true });
    }

    async fn d10_5_a_lost_answer_of_the_mail_server_is_uncertain_and_nothing_is_sent_twice(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        dana.send(&call.call_id).await.unwrap();
        world.mail.as_ref().unwrap().set("lose-answer");
        world.post().await;
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Uncertain);
        world.later(Span::minutes(5));
        assert_eq!(world.post().await, 0);
        assert_eq!(world.mail.as_ref().unwrap().arrived().len(), 1);
    }

    async fn d10_7_the_letter_says_when_who_to_call_and_how_to_stop_it_and_no_more(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let reference = world.call_reference(&priya).await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open_by(&priya, &reference).await.unwrap();
        dana.check(&call.call_id, right()).await.unwrap();
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let letter = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock");
        let phone = &world.desk.settings.organisation.desk_phone;
        for said in ["10:00 UTC", "works until 11:00 UTC", reference.as_str(), phone, "This wasn't me"] {
            assert!(letter.text.replace("\u{a0}", " ").contains(said), "{said} in {:?}", letter.text);
        }
        let whole = format!("{}{}{}", letter.raw, letter.text, letter.html);
        for kept in ["Dana", "Whitlock", "900123", code.as_str(), PASSWORD].iter().chain(&ANSWERS) {
            assert!(!whole.contains(kept), "{kept} stands in the letter");
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
        assert_eq!(refused(pages::redeem(&world.desk, &link, "12 34", NEW_PASSWORD).await), "call_code_digits");
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
        let UserSignedIn::Done { token } = pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap() else { panic!() };
        let session = Caller::Session(token);
        world.ask(&session, ReadAccount {}).await.unwrap();
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, PASSWORD).await), "password_same_as_before");
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(refused(world.ask(&session, ReadAccount {}).await), "signed_out");
        let again = pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await.unwrap();
        assert!(matches!(again, UserSignedIn::CodeNeeded { by_mail: true, .. }));
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE recovery_code_hash IS NOT NULL").await, 0);
    }

    async fn d10_10_this_was_not_me_stops_the_recovery_for_three_days(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { mut dana, user, call_id, link, not_me, code } = letter(&world).await;
        assert_eq!(refused(pages::not_me(&world.desk, &link).await), "link_unknown", "the unlock link can't repudiate");
        assert_eq!(refused(pages::redeem(&world.desk, &not_me, &code, NEW_PASSWORD).await), "link_unknown", "nor this one unlock");
        let stopped = pages::not_me(&world.desk, &not_me).await.unwrap();
        assert!(!stopped.locked);
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped");
        assert!(matches!(dana.view(&call_id).await.standing, StandingView::Repudiated { .. }));
        assert_eq!(world.count("SELECT COUNT(*) FROM events WHERE kind = 'repudiated'").await, 1);
        assert_eq!(pages::not_me(&world.desk, &not_me).await.unwrap().stopped_until, stopped.stopped_until, "twice is once");
        world.post().await;
        assert!(!world.mail.as_ref().unwrap().newest(PRIYA, "stopped").text.is_empty());
        let call = dana.open(&user).await.unwrap();
        assert!(matches!(call.standing, StandingView::CannotBeVerified { .. }));
        dana.end(&call.call_id).await.unwrap();
        world.later(Span::hours(72));
        dana.sign_in().await.unwrap();
        dana.verified_call(&user).await;
    }

    async fn d10_10_its_link_lives_seventy_two_hours(engine: Engine) {
        let world = World::with_mail(engine).await;
        let letter = letter(&world).await;
        world.later(Span::hours(72));
        assert_eq!(refused(pages::not_me(&world.desk, &letter.not_me).await), "link_expired");
    }

    async fn d10_10_after_the_unlock_it_locks_the_account_and_d10_16_a_later_unlock_reopens_it(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { mut dana, user, link, not_me, code, call_id } = letter(&world).await;
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert!(pages::not_me(&world.desk, &not_me).await.unwrap().locked);
        assert!(matches!(dana.view(&call_id).await.standing, StandingView::Repudiated { .. }));
        assert_eq!(refused(pages::sign_in(&world.desk, PRIYA, NEW_PASSWORD).await), "sign_in_not_right");
        world.later(Span::hours(72));
        dana.sign_in().await.unwrap();
        let call = dana.verified_call(&user).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let done = pages::redeem(&world.desk, &link, &code, "nine quiet copper kettles").await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true });
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
        assert!(!dana.view(&call_id).await.delivery.unwrap().code_live);
    }

    async fn d14_6_a_letter_put_off_for_two_hours_expires_visibly_and_is_never_sent_dead(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let mail = world.mail.as_ref().unwrap();
        mail.set("put-off");
        dana.send(&call.call_id).await.unwrap();
        world.post().await;
        let delivery = dana.view(&call.call_id).await.delivery.unwrap();
        assert_eq!((delivery.state, delivery.server_reply.as_deref()), (MessageState::Deferred, Some("451 4.3.2 not now")));
        assert!(delivery.deferred_until.is_some());
        for _ in 0..8 {
            world.later(Span::minutes(15));
            world.post().await;
        }
        mail.unset("put-off");
        world.later(Span::minutes(15));
        world.post().await;
        dana.sign_in().await.unwrap();
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Expired);
        assert!(mail.arrived().is_empty());
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE sealed_secret IS NOT NULL").await, 0);
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
