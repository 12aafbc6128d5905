//! `audit`: D14.1 as a person at a terminal sees it.

use super::{PASSPHRASE, Server, sealed};
use crate::harness::{Engine, World, on_both_databases};

on_both_databases! {
    async fn d14_1_audit_check_says_what_is_wrong_and_ends_with_three(engine: Engine) {
        let world = World::live(engine).await;
        for name in ["Dana Whitlock", "Tom Ito", "Ines Vogt"] {
            world.agent(name).await.look_up("priya").await.unwrap();
        }
        // What a story looks up is chained and signed as by a desk's own caretaker.
        world.look_round().await;
        let keys = sealed(&world);
        let heads = world.folder.path().join("audit-heads.jsonl");
        let check = || Server::new(&["audit", "check"]).on(&world).path("--keys", &keys);
        let whole = check().path("--heads", &heads).run(&[PASSPHRASE]).well();
        assert!(whole.out.starts_with("The audit log is whole: "), "{whole:?}");
        assert!(whole.out.contains("1 signed heads fit"), "{whole:?}");
        let unwitnessed = check().run(&[PASSPHRASE]).well();
        assert!(unwitnessed.out.contains("missing last entries would not be seen"), "{unwitnessed:?}");

        world.change("UPDATE audit SET operation = $1 WHERE seq = 2", "something_else").await;
        let found = check().path("--heads", &heads).run(&[PASSPHRASE]).says(3, "Entry 2 was edited.");
        assert!(found.err.contains("The audit log is NOT whole"), "{found:?}");
        check().path("--heads", &heads).run(&["another long passphrase"]).says(1, "does not open these keys");
        let lost = world.folder.path().join("lost.jsonl");
        check().path("--heads", &lost).run(&[PASSPHRASE]).says(3, "can't be read");
    }
}
