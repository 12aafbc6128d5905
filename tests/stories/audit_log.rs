//! D14.1 and D14.4: whoever changes the audit log behind the program's back is found out, and what was done is named.
//! A checker that somebody else wrote by the document alone (`tests/support/check_audit.py`) comes to the same.

use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use recovery_desk::audit::check::{self, Checked, Finding};
use recovery_desk::audit::{chain, heads};
use recovery_desk::database::{Address, sql};
use recovery_desk::keys::KeyKind;
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
    let checked = found(&world).await;
    assert!(checked.findings.is_empty(), "{:?}", checked.findings);
    assert_eq!((checked.entries > 20, checked.waiting, checked.heads), (true, 0, Some(2)));
    assert_eq!(by_somebody_else(&world).await, Vec::<String>::new());
    world
}

async fn found(world: &World) -> Checked {
    check::check(&world.desk, world.desk.audit_heads.as_slice(), |_, _| {}).await.unwrap()
}

/// What the check says, and that the other checker finds something at the same place.
async fn said(world: &World) -> Vec<String> {
    let checked = found(world).await;
    let theirs = by_somebody_else(world).await;
    if world.engine == Engine::Sqlite {
        assert_eq!(theirs.is_empty(), checked.findings.is_empty(), "{theirs:?} {:?}", checked.findings);
        let first = checked.findings.iter().find_map(Finding::seq);
        if let (Some(first), Some(said)) = (first, theirs.first()) {
            assert!(said.starts_with(&format!("entry {first}:")), "ours is at {first}, theirs says {said}");
        }
    }
    checked.findings.iter().map(ToString::to_string).collect()
}

/// What the checker says that knows the document and nothing else; it reads SQLite only.
async fn by_somebody_else(world: &World) -> Vec<String> {
    let Address::Sqlite(path) = &world.address else { return Vec::new() };
    let keys = world.desk.keys.head_keys();
    let keys: Vec<_> =
        keys.iter().map(|key| format!("{} {}\n", key.id, BASE64_STANDARD.encode(key.public))).collect();
    let public = world.folder.path().join("public-keys");
    std::fs::write(&public, keys.concat()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/support/check_audit.py");
    let heads = world.folder.path().join("audit-heads.jsonl");
    let output = Command::new("python3").arg(script).arg(path).arg(heads).arg(public).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code() {
        Some(0) => assert!(text.starts_with("whole:"), "{text}"),
        Some(3) => return text.lines().map(str::to_owned).collect(),
        _ => panic!("{text}{}", String::from_utf8_lossy(&output.stderr)),
    }
    Vec::new()
}

on_both_databases! {
    async fn d14_1_edited_fields_are_found_each_where_it_is(engine: Engine) {
        let world = told(engine).await;
        world.change("UPDATE audit SET actor_id = $1 WHERE seq = 7", "somebody else").await;
        world.change("UPDATE audit SET at = at + 1 WHERE seq = 11 AND $1 = 'x'", "x").await;
        assert_eq!(said(&world).await, ["Entry 7 was edited.", "Entry 11 was edited."]);
    }

    async fn d14_1_an_edited_detail_is_found_and_d14_4_an_erased_one_is_allowed(engine: Engine) {
        let world = told(engine).await;
        world.change("UPDATE audit SET detail = NULL WHERE $1 = 'x'", "x").await;
        assert!(said(&world).await.is_empty(), "retention erases details; their hashes stay");
        world.change("UPDATE audit SET detail = $1 WHERE seq = 7", "{}").await;
        assert_eq!(said(&world).await, ["The detail of entry 7 was edited."]);
    }

    async fn d14_1_swapped_rows_are_found_and_named_with_their_places(engine: Engine) {
        let world = told(engine).await;
        for swap in [
            "UPDATE audit SET seq = -1 WHERE seq = 5 AND $1 = 'x'",
            "UPDATE audit SET seq = 5 WHERE seq = 8 AND $1 = 'x'",
            "UPDATE audit SET seq = 8 WHERE seq = -1 AND $1 = 'x'",
        ] {
            world.change(swap, "x").await;
        }
        let said = said(&world).await;
        assert!(said[0].starts_with("The entry at place 5 belongs at 8:"), "{said:?}");
        assert!(said.iter().any(|line| line.starts_with("The entry at place 8 belongs at 5:")), "{said:?}");
    }

    async fn d14_1_a_missing_middle_is_found_numbered_anew_or_not(engine: Engine) {
        let world = told(engine).await;
        world.change("DELETE FROM audit WHERE seq IN (9, 10) AND $1 = 'x'", "x").await;
        assert_eq!(said(&world).await, ["Entries 9 to 10 are missing."]);
        // Down to a place below all others first: the numbers are unique at every moment.
        world.change("UPDATE audit SET seq = -seq WHERE seq > 10 AND $1 = 'x'", "x").await;
        world.change("UPDATE audit SET seq = -seq - 2 WHERE seq < 0 AND $1 = 'x'", "x").await;
        let said = said(&world).await;
        assert!(said[0].starts_with("The entry at place 9 belongs at 11:"), "{said:?}");
        assert!(said.last().unwrap().starts_with("The last entries are missing"), "{said:?}");
    }

    async fn d14_1_missing_first_entries_are_found(engine: Engine) {
        let world = told(engine).await;
        world.change("DELETE FROM audit WHERE seq <= 3 AND $1 = 'x'", "x").await;
        assert_eq!(said(&world).await, ["The first entries are missing, 1 to 3."]);
    }

    async fn d14_1_missing_last_entries_are_found_by_the_signed_head(engine: Engine) {
        let world = told(engine).await;
        let entries = found(&world).await.entries;
        world.change("DELETE FROM audit WHERE seq > 12 AND $1 = 'x'", "x").await;
        let expected = format!("The last entries are missing, from 13 on: entry {entries} was signed.");
        assert_eq!(said(&world).await, [expected]);
        // The log grows past the old head again: that head is still there to contradict.
        let mut agent = 0;
        while found(&world).await.entries <= entries {
            world.agent(&format!("Later {agent}")).await.look_up("priya").await.unwrap();
            world.look_round().await;
            agent += 1;
        }
        let expected = format!("The chain was made anew: at entry {entries} a signed head says otherwise.");
        assert_eq!(said(&world).await, [expected]);
    }

    async fn d14_1_a_tail_made_anew_is_found_by_the_signed_head(engine: Engine) {
        let world = told(engine).await;
        let rows = world.audit().await;
        let last = rows.len();
        let mut tx = world.desk.database.begin().await.unwrap();
        let mut head = None;
        for mut row in rows {
            if row.seq == Some(7) {
                row.actor_id = Some("somebody else".to_owned());
            }
            chain::link(&mut row, head.as_ref());
            head = row.seq.zip(row.hash.clone()).map(|(seq, hash)| audit::Head { seq, hash });
            let made_anew = sql("UPDATE audit SET actor_id = $2, previous_hash = $3, hash = $4 WHERE id = $1");
            let made_anew = made_anew.bind(row.id).bind(row.actor_id).bind(row.previous_hash).bind(row.hash);
            made_anew.run(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        let said = said(&world).await;
        assert!(said.iter().all(|line| line.contains("made anew")), "{said:?}");
        assert!(said.last().unwrap().contains(&format!("at entry {last} ")), "{said:?}");
        // Without the heads it is whole in itself: that is why they lie elsewhere.
        assert!(check::check(&world.desk, &[], |_, _| {}).await.unwrap().findings.is_empty());
    }

    async fn d14_1_an_entry_taken_out_of_the_chain_is_found(engine: Engine) {
        let world = told(engine).await;
        world.change(
            "UPDATE audit SET seq = NULL, previous_hash = NULL, hash = NULL WHERE seq = 9 AND $1 = 'x'",
            "x",
        )
        .await;
        let said = said(&world).await;
        assert_eq!(said[0], "Entry 9 is missing.");
        // PostgreSQL's entries may wait for the sealer; SQLite has none that wait.
        assert_eq!(said.len(), if engine == Engine::Sqlite { 2 } else { 1 }, "{said:?}");
    }

    async fn d14_1_heads_signed_by_somebody_else_do_not_count(engine: Engine) {
        let world = told(engine).await;
        let path = world.folder.path().join("audit-heads.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        let forged = text.replacen("\"seq\":", "\"seq\":1", 1);
        assert_ne!(text, forged);
        std::fs::write(&path, forged).unwrap();
        assert!(said(&world).await[0].contains("is not signed by these keys"));
        std::fs::remove_file(&path).unwrap();
        let vanished = found(&world).await;
        assert!(!vanished.findings.is_empty(), "a file of heads that vanished is no all-clear");
    }

    async fn heads_of_before_a_new_audit_key_still_count_and_the_old_key_signs_nothing_new(engine: Engine) {
        let mut world = told(engine).await;
        let old = world.keys.clone();
        world.keys = old.replaced(KeyKind::Audit, &world.desk.chance);
        world.desk = world.another_desk().await;
        world.look_round().await;
        let checked = found(&world).await;
        assert_eq!((checked.findings.len(), checked.heads), (0, Some(3)), "{:?}", checked.findings);
        assert!(said(&world).await.is_empty());
        let head = audit::Head { seq: 3, hash: vec![9; 32] };
        heads::append(&world.folder.path().join("audit-heads.jsonl"), &old, &head).unwrap();
        assert!(said(&world).await[0].contains("signed with an audit key that was replaced before"));
    }

    async fn a_check_reads_page_after_page_and_says_how_far_it_is(engine: Engine) {
        let world = told(engine).await;
        let mut tx = world.desk.database.begin().await.unwrap();
        let mut head = audit::head(&mut tx).await.unwrap();
        let pattern = audit::after(&mut tx, 6, 1).await.unwrap().remove(0);
        for i in 0..4_500 {
            let mut row = audit::AuditRow { id: format!("more {i}"), ..pattern.clone() };
            chain::link(&mut row, head.as_ref());
            head = row.seq.zip(row.hash.clone()).map(|(seq, hash)| audit::Head { seq, hash });
            audit::insert(&mut tx, row).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut heard = Vec::new();
        let checked =
            check::check(&world.desk, &[], |done, all| heard.push((done, all))).await.unwrap();
        assert!(checked.findings.is_empty() && checked.entries > 4_500, "{checked:?}");
        assert_eq!(heard.len(), 3, "{heard:?}");
        assert!(heard.iter().all(|(_, all)| *all == checked.entries) && heard[2].0 == checked.entries, "{heard:?}");
        world.change("UPDATE audit SET code = $1 WHERE seq = 4321", "x").await;
        assert_eq!(said(&world).await, ["Entry 4321 was edited."], "beyond the first page");
    }
}
