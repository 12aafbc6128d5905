//! D14.1 and D14.4: whoever changes the audit log behind the program's back is found out.

use recovery_desk::audit::chain;
use recovery_desk::caller::Caller;
use recovery_desk::operations::check_audit::{CheckAudit, CheckedAudit};
use recovery_desk::store::audit;

use crate::harness::{Engine, World, on_both_databases};

/// A log of a few dozen entries whose head was signed twice: after some of them, and at the end.
async fn told(engine: Engine) -> World {
    let world = World::live(engine).await;
    let priya = world.priya().await;
    let dana = world.agent("Dana Whitlock").await;
    let call = dana.verified_call(&priya).await;
    dana.end(&call.call_id).await.unwrap();
    world.look_round().await;
    for i in 0..10 {
        let agent = world.agent(&format!("Agent {i}")).await;
        agent.look_up("priya").await.unwrap();
    }
    world.look_round().await;
    let checked = check(&world).await;
    assert!(checked.broken.is_none(), "{:?}", checked.broken);
    assert_eq!((checked.entries > 20, checked.waiting, checked.heads), (true, 0, Some(2)));
    world
}

async fn check(world: &World) -> CheckedAudit {
    world.ask(&Caller::System("command line"), CheckAudit {}).await.unwrap()
}

async fn broken_at(world: &World) -> i64 {
    check(world).await.broken.expect("nothing was noticed").seq
}

on_both_databases! {
    async fn d14_1_an_edited_entry_is_found(engine: Engine) {
        let world = told(engine).await;
        world.change("UPDATE audit SET actor_id = $1 WHERE seq = 7", "somebody else").await;
        assert_eq!(broken_at(&world).await, 7);
    }

    async fn d14_1_an_edited_detail_is_found_and_d14_4_an_erased_one_is_allowed(engine: Engine) {
        let world = told(engine).await;
        world.change("UPDATE audit SET detail = NULL WHERE seq = 6 AND $1 = 'x'", "x").await;
        assert!(check(&world).await.broken.is_none(), "retention erases details; their hashes stay");
        world.change("UPDATE audit SET detail = $1 WHERE seq = 7", "{}").await;
        assert_eq!(broken_at(&world).await, 7);
    }

    async fn d14_1_a_missing_entry_in_the_middle_or_at_the_start_is_found(engine: Engine) {
        let world = told(engine).await;
        world.change("DELETE FROM audit WHERE seq = 9 AND $1 = 'x'", "x").await;
        assert_eq!(broken_at(&world).await, 9);
        world.change("DELETE FROM audit WHERE seq = 1 AND $1 = 'x'", "x").await;
        assert_eq!(broken_at(&world).await, 1);
    }

    async fn d14_1_missing_last_entries_are_found_by_the_signed_head(engine: Engine) {
        let world = told(engine).await;
        let entries = check(&world).await.entries;
        world.change("DELETE FROM audit WHERE seq > 12 AND $1 = 'x'", "x").await;
        let found = check(&world).await.broken.expect("nothing was noticed");
        assert_eq!(found.seq, 13);
        assert!(found.what.contains(&entries.to_string()), "{}", found.what);
    }

    async fn d14_1_a_chain_made_anew_is_found_by_the_signed_head(engine: Engine) {
        let world = told(engine).await;
        let rows = world.audit().await;
        let mut tx = world.desk.database.begin().await.unwrap();
        let mut head = None;
        for mut row in rows {
            if row.seq == Some(7) {
                row.actor_id = Some("somebody else".to_owned());
            }
            chain::link(&mut row, head.as_ref());
            head = row.seq.zip(row.hash.clone()).map(|(seq, hash)| audit::Head { seq, hash });
            let made_anew = recovery_desk::database::sql(
                "UPDATE audit SET actor_id = $2, previous_hash = $3, hash = $4 WHERE id = $1",
            );
            let made_anew = made_anew.bind(row.id).bind(row.actor_id).bind(row.previous_hash).bind(row.hash);
            made_anew.run(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        let found = check(&world).await.broken.expect("nothing was noticed");
        assert!(found.what.contains("signed head"), "{}", found.what);
    }

    async fn d14_1_heads_signed_by_somebody_else_do_not_count(engine: Engine) {
        let world = told(engine).await;
        let path = world.folder.path().join("audit-heads.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        let forged = text.replacen("\"seq\":", "\"seq\":1", 1);
        assert_ne!(text, forged);
        std::fs::write(&path, forged).unwrap();
        assert!(check(&world).await.broken.is_some());
        std::fs::remove_file(&path).unwrap();
        assert!(check(&world).await.broken.is_some(), "a file of heads that vanished is no all-clear");
    }
}
