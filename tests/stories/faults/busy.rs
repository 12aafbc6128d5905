//! The line in front of the hashing is full: everybody is told the same, and nobody pays for a check that never ran.

use recovery_desk::caller::Caller;
use recovery_desk::hashing::Whose;
use recovery_desk::secret::SecretText;
use recovery_rules::time::Span;

use crate::harness::agent::{check, right};
use crate::harness::pages;
use crate::harness::world::ask;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

on_both_databases! {
    async fn a_full_line_spends_no_check_and_no_password(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap().call_id;
        let hasher = &world.desk.hasher;
        let strangers: Vec<_> = std::iter::from_fn(|| hasher.line_up(1, Whose::Stranger).ok()).collect();
        assert!(strangers.len() >= 40, "{}", strangers.len());
        // The same for a known address and an unknown one, and before anything is counted.
        for address in ["priya.raman@hartwell.example", "nobody@hartwell.example"] {
            for _ in 0..60 {
                assert_eq!(refused(pages::sign_in(&world.desk, address, "wrong").await), "busy");
            }
        }
        // A flood of strangers leaves the desk its part.
        let last: Vec<_> = std::iter::from_fn(|| hasher.line_up(1, Whose::SignedIn).ok()).collect();
        assert!(last.len() >= 16, "{}", last.len());
        for _ in 0..5 {
            assert_eq!(refused(dana.check(&call, right()).await), "busy");
        }
        drop(last);
        assert_eq!(dana.view(&call).await.checks.left, 3);
        assert!(dana.check(&call, right()).await.unwrap().verified, "while strangers still wait");
        drop(strangers);
        assert!(pages::sign_in(&world.desk, "priya.raman@hartwell.example", PASSWORD).await.is_ok());
        assert_eq!(world.audited("user_sign_in", "reserved").await, 1, "120 tries cost nobody anything");
    }

    async fn a_made_up_session_takes_no_place_of_the_desks_and_writes_no_line(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&priya).await.unwrap().call_id;
        let made_up = Caller::Session(SecretText::new("not a session of anybody"));
        for _ in 0..3 {
            assert_eq!(refused(ask(&world.desk, &made_up, check(&call, right())).await), "signed_out");
            assert_eq!(refused(ask(&world.desk, &Caller::Nobody, check(&call, right())).await), "signed_out");
        }
        assert_eq!(world.audited("check_answers", "refused").await, 0);
        let hasher = &world.desk.hasher;
        let strangers: Vec<_> = std::iter::from_fn(|| hasher.line_up(1, Whose::Stranger).ok()).collect();
        assert_eq!(refused(ask(&world.desk, &made_up, check(&call, right())).await), "busy");
        assert!(dana.check(&call, right()).await.unwrap().verified, "whoever is signed in has the rest");
        drop(strangers);
        // A session that was one is somebody's: that it is tried again stands in the log (D0.7).
        let over = dana.caller.clone();
        world.later(Span::hours(13));
        dana.sign_in().await.unwrap();
        assert_eq!(refused(ask(&world.desk, &over, check(&call, right())).await), "signed_out");
        assert_eq!(world.audited("check_answers", "refused").await, 1);
    }
}
