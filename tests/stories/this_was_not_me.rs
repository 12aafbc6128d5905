//! D10.10 and D10.16: "This wasn't me" stops a recovery, and the ways back.

use recovery_desk::caller::Caller;
use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::end_what_was_restored::EndWhatWasRestored;
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_desk::operations::repudiate::ReadRepudiation;
use recovery_desk::secret::SecretText;
use recovery_rules::roles::Door;
use recovery_rules::time::Span;

use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::person::Person;
use crate::harness::posted::{Letter, PRIYA, letter};
use crate::harness::sms_gateway::SmsGateway;
use crate::harness::world::ask;
use crate::harness::{Engine, World, on_both_databases, refused};

on_both_databases! {
    async fn d10_10_this_was_not_me_stops_the_recovery_for_three_days(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { mut dana, user, call_id, link, not_me, code } = letter(&world).await;
        assert_eq!(refused(pages::not_me(&world.desk, &link).await), "link_unknown", "the unlock link can't repudiate");
        assert_eq!(refused(pages::redeem(&world.desk, &not_me, &code, NEW_PASSWORD).await), "link_unknown", "nor this one unlock");
        // As a change of address leaves it for a week.
        world.change("UPDATE users SET former_email = 'p.raman@hartwell.example', former_email_until = 9000000000000 WHERE id = $1", &user).await;
        let stopped = pages::not_me(&world.desk, &not_me).await.unwrap();
        assert!(!stopped.locked);
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped");
        assert!(matches!(dana.view(&call_id).await.standing, StandingView::Repudiated { .. }));
        assert_eq!(world.count("SELECT COUNT(*) FROM events WHERE kind = 'repudiated'").await, 1);
        assert_eq!(pages::not_me(&world.desk, &not_me).await.unwrap().stopped_until, stopped.stopped_until, "twice is once");
        world.post().await;
        for to in [PRIYA, "p.raman@hartwell.example"] {
            assert!(!world.mail.as_ref().unwrap().newest(to, "stopped").text.is_empty(), "{to}");
        }
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

    async fn d10_10_a_link_that_was_ended_says_so_and_never_that_it_was_pressed_before(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { not_me, .. } = letter(&world).await;
        // A backup was restored: every link of before is ended, and nobody pressed this one.
        let restored = Caller::System("restore");
        world.desk.perform(&restored, Door::System, None, EndWhatWasRestored {}).await.unwrap();
        assert_eq!(refused(pages::not_me(&world.desk, &not_me).await), "link_stopped");
        let read = ReadRepudiation { link: SecretText::new(&not_me) };
        assert_eq!(refused(ask(&world.desk, &Caller::Nobody, read).await), "link_stopped");
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE stopped_until IS NOT NULL").await, 0, "nothing was stopped");
        assert_eq!(world.audited("repudiate", "refused").await, 1);

        // The page says that nothing was stopped, and what to do.
        let served = World::served_with_texts(engine, SmsGateway::start().await.json()).await;
        let person = Person::at(&served);
        let Letter { not_me, .. } = letter(&served).await;
        served.desk.perform(&restored, Door::System, None, EndWhatWasRestored {}).await.unwrap();
        let page = person.get(&format!("/not-me/{not_me}")).await;
        page.says("Nothing was stopped with it").says("call us at once").never_says("pressed before");
        person.post("/not-me", &[]).await.says("Nothing was stopped with it").never_says("pressed before");
    }
}
