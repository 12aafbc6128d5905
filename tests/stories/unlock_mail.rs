//! D10.1 to D10.7 and D14.6: sending the unlock e-mail, once, to the address on file, and what it says.

use recovery_desk::caller::Caller;
use recovery_desk::operations::messages::{DueMessages, TakeMessage};
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_desk::operations::send_unlock::SendUnlock;
use recovery_rules::roles::Door;
use recovery_rules::states::MessageState;
use recovery_rules::time::Span;

use crate::harness::agent::right;
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::{Letter, PRIYA, letter};
use crate::harness::world::ask;
use crate::harness::{ANSWERS, Engine, PASSWORD, World, on_both_databases, refused};

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
        let due = ask(&world.desk, &system, DueMessages::default()).await.unwrap().messages;
        let taken = ask(&world.desk, &system, TakeMessage { id: due[0].id.clone() }).await.unwrap().to_send.unwrap();
        world.later(Span::seconds(119));
        assert_eq!(world.post().await, 0, "the lease holds");
        world.later(Span::seconds(1));
        assert_eq!(world.post().await, 1);
        let arrived = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock");
        assert_eq!(arrived.links().0, taken.secrets[0].as_str());
        assert_eq!(arrived.header("message-id"), format!("<{}>", taken.message.message_id));
        let done = pages::redeem(&world.desk, &arrived.links().0, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true });
    }

    async fn d10_5_a_lost_answer_is_uncertain_and_repeated_once_as_the_same_letter(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        let mail = world.mail.as_ref().unwrap();
        mail.set("lose-answer");
        world.post().await;
        let state = async || dana.view(&call.call_id).await.delivery.unwrap().state;
        assert_eq!(state().await, MessageState::Uncertain);
        assert_eq!(world.post().await, 0, "the person may see it first");
        world.later(Span::minutes(2));
        assert_eq!(world.post().await, 1);
        assert_eq!(state().await, MessageState::Uncertain, "lost again");
        world.later(Span::minutes(5));
        assert_eq!(world.post().await, 0, "a third would be one too many");
        let [first, second] = <[_; 2]>::try_from(mail.arrived()).unwrap();
        assert_eq!(first.header("message-id"), second.header("message-id"));
        assert_eq!(first.links(), second.links());
        let done = pages::redeem(&world.desk, &first.links().0, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true });
        mail.unset("lose-answer");
        world.later(Span::minutes(60));
        world.post().await;
        let after = "SELECT COUNT(*) FROM outbox WHERE letter = 'unlock' AND state = 'accepted' AND sealed_secret IS NULL";
        assert_eq!(world.count(after).await, 1, "its link was used, so it had arrived");
    }

    async fn d10_5_a_repetition_that_is_accepted_settles_the_doubt(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        dana.send(&call.call_id).await.unwrap();
        let mail = world.mail.as_ref().unwrap();
        mail.set("lose-answer");
        world.post().await;
        mail.unset("lose-answer");
        world.later(Span::minutes(2));
        world.post().await;
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Accepted);
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE sealed_secret IS NOT NULL").await, 0);
        world.later(Span::hours(5));
        assert_eq!(world.post().await, 0);
        assert_eq!(mail.arrived().len(), 2);
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

    async fn d14_6_a_letter_put_off_for_two_hours_leaves_with_a_new_link_and_its_full_hour(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let mail = world.mail.as_ref().unwrap();
        mail.set("put-off");
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let delivery = dana.view(&call.call_id).await.delivery.unwrap();
        assert_eq!((delivery.state, delivery.server_reply.as_deref()), (MessageState::Deferred, Some("451 4.3.2 not now")));
        assert!(delivery.deferred_until.is_some() && delivery.link_expires_at.is_none());
        for _ in 0..8 {
            world.later(Span::minutes(15));
            world.post().await;
            assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE sealed_secret IS NOT NULL").await, 0);
            assert_eq!(world.count("SELECT COUNT(*) FROM links WHERE secret_hash IS NOT NULL").await, 0);
        }
        mail.unset("put-off");
        world.later(Span::minutes(15));
        world.post().await;
        dana.sign_in().await.unwrap();
        let delivery = dana.view(&call.call_id).await.delivery.unwrap();
        assert_eq!(delivery.state, MessageState::Accepted);
        let now = world.desk.clock.machine();
        assert_eq!(delivery.link_expires_at, Some((now + Span::hours(1)).0), "its hour begins when it leaves");
        world.later(Span::minutes(59));
        let (link, _) = mail.newest(PRIYA, "Unlock").links();
        let done = pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true }, "the code heard on the phone still opens it");
        assert_eq!(mail.arrived().len(), 1, "nothing left twice");
    }

    async fn d14_6_a_letter_put_off_for_four_hours_expires_visibly_and_a_new_one_can_be_sent(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let mail = world.mail.as_ref().unwrap();
        mail.set("put-off");
        dana.send(&call.call_id).await.unwrap();
        for _ in 0..15 {
            world.post().await;
            world.later(Span::minutes(15));
        }
        dana.sign_in().await.unwrap();
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Deferred);
        world.post().await;
        world.later(Span::minutes(15));
        world.post().await;
        mail.unset("put-off");
        world.later(Span::minutes(15));
        world.post().await;
        dana.sign_in().await.unwrap();
        let delivery = dana.view(&call.call_id).await.delivery.unwrap();
        assert_eq!((delivery.state, delivery.code_live), (MessageState::Expired, false));
        assert!(mail.arrived().is_empty(), "nothing was sent dead");
        assert_eq!(world.count("SELECT COUNT(*) FROM links WHERE ended_because = 'not_sent'").await, 1);
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE sealed_secret IS NOT NULL").await, 0);
        dana.end(&call.call_id).await.unwrap();
        let call = dana.verified_call(&priya).await;
        dana.send(&call.call_id).await.unwrap();
        world.post().await;
        assert_eq!(mail.arrived().len(), 1);
    }
}
