//! The line in front of the hashing is full: everybody is told the same, and nobody pays for a check that never ran.

use recovery_desk::hashing::Whose;

use crate::harness::agent::right;
use crate::harness::pages;
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
}
