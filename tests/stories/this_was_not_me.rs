//! D10.10 and D10.16: "This wasn't me" stops a recovery, and the ways back.

use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_rules::time::Span;

use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::{Letter, PRIYA, letter};
use crate::harness::{Engine, World, on_both_databases, refused};

on_both_databases! {
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
}
