//! `keys`: rotated, exported, imported, and broken off in the middle, on both databases. D13.1: nothing of it ever
//! lies in clear unless somebody asks for that.

use std::fs;
use std::time::{Duration, Instant};

use recovery_desk::caller::Caller;
use recovery_desk::desk::{Desk, OpenError};
use recovery_desk::hashing::Whose;
use recovery_desk::keys::sealed_file::IfExists;
use recovery_desk::keys::{DataKeys, KeyKind};
use recovery_desk::operations::messages::{DueMessages, TakeMessage};
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_desk::store::users;
use recovery_rules::passwords::Password;
use recovery_rules::time::Span;

use super::{PASSPHRASE, Ran, Server, ended, opened, seal, sealed, state};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

fn rotate(world: &World, kind: &str) -> Ran {
    rotation(world, kind).run(&[PASSPHRASE])
}

fn rotation(world: &World, kind: &str) -> Server {
    Server::new(&["keys", "rotate", kind]).path("--keys", &world.folder.path().join("keys.sealed")).on(world)
}

/// A desk as it is after it was started again with the file's keys.
async fn started_again(world: &mut World) {
    world.keys = opened(&world.folder.path().join("keys.sealed"));
    world.desk = world.another_desk().await;
}

/// What somebody gets who opens the database with these keys.
async fn open_with(world: &World, keys: &DataKeys) -> Result<Desk, OpenError> {
    use recovery_desk::{
        chance::Chance, database::Database, desk::Parts, hashing::HashingCost, settings::Settings,
    };
    Desk::open(Parts {
        database: Database::connect(&world.address).await.unwrap(),
        keys: keys.clone(),
        settings: Settings::for_demo(world.public_url.clone()),
        clock: world.desk.clock.clone(),
        chance: Chance::operating_system(),
        hashing: HashingCost::cheap(),
        audit_heads: None,
    })
    .await
}

async fn password_still_verifies(desk: &Desk, user_id: &str) -> bool {
    let mut tx = desk.database.begin_read().await.unwrap();
    let hash = users::by_id(&mut tx, user_id).await.unwrap().unwrap().password_hash.unwrap();
    let place = desk.hasher.line_up(1, Whose::SignedIn).unwrap();
    place.verify_password(&Password::new(PASSWORD.to_owned()), &hash).await.unwrap()
}

/// The hashes of all passwords, by name.
async fn hashes(world: &World) -> std::collections::BTreeMap<String, String> {
    let text =
        "SELECT given_name, password_hash FROM users UNION ALL SELECT name, password_hash FROM operators";
    let mut tx = world.desk.database.begin_read().await.unwrap();
    let rows: Vec<(String, String)> = recovery_desk::database::sql(text).all(&mut tx).await.unwrap();
    rows.into_iter().collect()
}

on_both_databases! {
    async fn each_key_is_rotated_and_what_the_former_one_protected_stays_readable(engine: Engine) {
        let mut world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let mut dana = world.agent("Dana Whitlock").await;
        sealed(&world);
        // A letter whose secret is made and sealed, and which is not sent yet.
        let call = dana.verified_call(&priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        let mailer = Caller::System("mailer");
        for due in world.ask(&mailer, DueMessages::default()).await.unwrap().messages {
            world.ask(&mailer, TakeMessage { id: due.id }).await.unwrap().to_send.unwrap();
        }
        world.look_round().await;

        let before = world.keys.key_ids();
        for kind in ["pepper", "outbox", "audit"] {
            let said = rotate(&world, kind).well();
            assert!(said.out.contains(&format!("The {kind} key was replaced")), "{said:?}");
        }
        assert_eq!(refused(dana.look_up("priya").await), "keys_replaced", "a desk that was open stops");
        let outdated = open_with(&world, &world.keys).await.unwrap_err();
        assert!(matches!(outdated, OpenError::KeysOutOfDate), "{outdated}");

        started_again(&mut world).await;
        let after = world.keys.key_ids();
        assert_eq!((after.pepper == before.pepper, after.outbox == before.outbox, after.audit == before.audit), (false, false, false));
        assert_eq!(after.code, before.code, "sessions, links and limits live on");
        dana = dana.at(&world.desk);
        assert_eq!(dana.current().await.unwrap().call_id, call.call_id, "the session lives on");
        world.later(Span::minutes(3));
        while world.post().await > 0 {}
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let done = pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true }, "sealed under the former outbox key");
        dana.end(&call.call_id).await.unwrap();
        dana.sign_in().await.expect("password under the former pepper, authenticator under the former outbox key");
        dana.verified_call(&priya).await;

        assert_eq!(world.audited("adopt_keys", "done").await, 3);
        let heads = world.folder.path().join("audit-heads.jsonl");
        let checked = Server::new(&["audit", "check"]).on(&world).path("--heads", &heads);
        let checked = checked.path("--keys", &world.folder.path().join("keys.sealed")).run(&[PASSPHRASE]).well();
        assert!(checked.out.contains("2 signed heads fit"), "one under each audit key: {checked:?}");
    }

    async fn after_a_rotation_of_the_pepper_a_password_moves_to_the_new_one_when_its_owner_signs_in(engine: Engine) {
        let mut world = World::live(engine).await;
        world.priya().await;
        world.user(NewUser { given: "Cal", email: "cal@hartwell.example", account: "locked", locked_by: Some("owner"), ..NewUser::default() }).await;
        let mut dana = world.agent("Dana Whitlock").await;
        sealed(&world);
        let before = hashes(&world).await;
        rotate(&world, "pepper").well();
        started_again(&mut world).await;
        assert_eq!(hashes(&world).await, before);
        assert_eq!(refused(pages::sign_in(&world.desk, PRIYA, "not her password").await), "sign_in_not_right");
        assert_eq!(refused(pages::sign_in(&world.desk, "cal@hartwell.example", PASSWORD).await), "sign_in_not_right");
        assert_eq!(hashes(&world).await, before, "a wrong one and one that lets nobody in move nothing");
        pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap();
        world.later(Span::seconds(31));
        dana = dana.at(&world.desk);
        dana.sign_in().await.unwrap();
        let after = hashes(&world).await;
        for (name, moved) in [("Priya", true), ("Cal", false), ("Dana Whitlock", true)] {
            assert_eq!(after[name] != before[name], moved, "{name}");
            let current = world.desk.hasher.password_is_current(&after[name]).unwrap();
            assert_eq!(current, moved, "{name}");
        }
        pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap();
        assert_eq!(hashes(&world).await, after, "once");
    }

    async fn a_rotation_that_broke_off_before_the_database_was_told_locks_nobody_out(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let path = sealed(&world);
        // The file is there, the database knows nothing of it.
        let new = world.keys.replaced(KeyKind::Pepper, &world.desk.chance).replaced(KeyKind::Audit, &world.desk.chance);
        seal(&path, &new, IfExists::Replace);
        dana.look_up("priya").await.expect("whoever was open goes on");
        let old = open_with(&world, &world.keys).await.expect("the keyring's copy opens as before");
        assert!(password_still_verifies(&old, &priya).await);
        assert_eq!(world.audited("adopt_keys", "done").await, 0);

        let list = Server::new(&["operators", "list"]).path("--keys", &path).on(&world).run(&[PASSPHRASE]).well();
        assert!(list.out.contains("dana.whitlock@"), "{list:?}");
        let desk = open_with(&world, &new).await.unwrap();
        assert!(password_still_verifies(&desk, &priya).await);
        assert_eq!(refused(dana.look_up("priya").await), "keys_replaced");
        let told: i64 = world.count("SELECT COUNT(*) FROM audit WHERE operation = 'adopt_keys'").await;
        assert_eq!(told, 1, "taken over once, by the first who opened with the new file");
    }

    async fn a_rotation_killed_at_any_moment_leaves_keys_that_open(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let path = sealed(&world);
        let began = Instant::now();
        rotate(&world, "pepper").well();
        let whole = began.elapsed();
        for step in 1..=8 {
            let mut running = rotation(&world, "pepper").start(&[PASSPHRASE]);
            tokio::time::sleep(whole * step / 8 - Duration::from_millis(5)).await;
            let _ = running.kill();
            ended(running);
            let keys = opened(&path);
            let desk = open_with(&world, &keys).await.unwrap_or_else(|error| panic!("killed at {step}/8: {error}"));
            assert!(password_still_verifies(&desk, &priya).await, "killed at {step}/8");
            desk.database.close().await;
        }
        rotate(&world, "audit").well();
    }

    async fn rotations_of_one_file_at_the_same_time_lose_no_key(engine: Engine) {
        let world = World::live(engine).await;
        let path = sealed(&world);
        let running: Vec<_> = ["pepper", "outbox", "audit", "pepper"].map(|kind| rotation(&world, kind).start(&[PASSPHRASE])).into();
        let ended: Vec<_> = running.into_iter().map(ended).collect();
        let done = ended.iter().filter(|ran| ran.code == 0).count();
        assert!(done >= 1, "{ended:?}");
        for ran in ended.iter().filter(|ran| ran.code != 0) {
            assert!(ran.err.contains("are being rotated already"), "{ran:?}");
        }
        open_with(&world, &opened(&path)).await.expect("the file holds what the database uses");
    }

    async fn exported_keys_open_the_database_on_a_new_machine_and_others_change_nothing(engine: Engine) {
        let world = World::live(engine).await;
        world.agent("Dana Whitlock").await;
        let path = sealed(&world);
        let travelling = "five copper kettles sing";
        let export = world.folder.path().join("export.sealed");
        let new_machine = tempfile::tempdir().unwrap();
        let there = new_machine.path().join("keys.sealed");
        let take_out = |typed: &[&str]| Server::new(&["keys", "export"]).path("--keys", &path).path("--to", &export).run(typed);
        let import = |from: &std::path::Path, words: &[&str], typed: &str| {
            let words = [&["keys", "import"], words].concat();
            Server::new(&words).path("--from", from).path("--to", &there).on(&world).run(&[typed])
        };

        take_out(&["not the passphrase at all", travelling]).says(1, "does not open these keys");
        take_out(&[PASSPHRASE, "too short"]).says(1, "at least 15 characters");
        assert!(!export.exists());
        take_out(&[PASSPHRASE, travelling]).well();
        take_out(&[PASSPHRASE, travelling]).says(1, "exists already");

        let before = state(&world).await;
        import(&export, &[], PASSPHRASE).says(1, "does not open these keys");
        let foreign = new_machine.path().join("foreign.sealed");
        seal(&foreign, &DataKeys::fresh(&world.desk.chance), IfExists::Refuse);
        import(&foreign, &[], PASSPHRASE).says(1, "These keys belong to another database");
        assert!(!there.exists());
        import(&export, &[], travelling).well();
        let list = Server::new(&["operators", "list"]).path("--keys", &there).on(&world).run(&[travelling]).well();
        assert!(list.out.contains("dana.whitlock@"), "{list:?}");
        assert_eq!(state(&world).await, before);
        for file in [&path, &export, &there] {
            let text = fs::read_to_string(file).unwrap();
            assert!(!text.contains("rdk1;") && !text.contains(PASSPHRASE) && !text.contains(travelling));
        }

        // Rotated here, the machine there is out of date until it gets the new file.
        rotate(&world, "outbox").well();
        let list = || Server::new(&["operators", "list"]).path("--keys", &there).on(&world).run(&[travelling]);
        list().says(1, "These keys were replaced by newer ones");
        import(&export, &["--replace"], travelling).says(1, "These keys were replaced by newer ones");
        fs::remove_file(&export).unwrap();
        take_out(&[PASSPHRASE, travelling]).well();
        import(&export, &[], travelling).says(1, "exists already");
        import(&export, &["--replace"], travelling).well();
        list().well();
    }

    async fn a_server_that_starts_by_itself_gets_its_unwrapped_file_renewed_with_the_rotation(engine: Engine) {
        let world = World::live(engine).await;
        world.agent("Dana Whitlock").await;
        let path = sealed(&world);
        let clear = world.folder.path().join("keys.unwrapped");
        Server::new(&["keys", "unwrap"]).path("--keys", &path).path("--to", &clear).run(&[PASSPHRASE]).well();
        let list = || Server::new(&["operators", "list"]).path("--keys-unwrapped", &clear).on(&world).run(&[]);
        list().well();
        rotation(&world, "pepper").path("--keys-unwrapped", &clear).run(&[PASSPHRASE]).well();
        list().well();
        rotate(&world, "pepper").well();
        list().says(1, "These keys were replaced by newer ones");
        let renew = Server::new(&["keys", "unwrap", "--replace"]).path("--keys", &path).path("--to", &clear);
        renew.run(&[PASSPHRASE]).well();
        list().well();
    }
}
