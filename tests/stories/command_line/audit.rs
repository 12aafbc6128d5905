//! `audit`: D14.1, D14.3 and D14.5 as a person at a terminal, and a log collector, see it.

use std::io::{BufRead, BufReader};
use std::path::Path;

use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::keys::DataKeys;
use recovery_rules::time::{Moment, Span};
use serde_json::Value;

use super::{PASSPHRASE, Ran, Server, ended, sealed};
use crate::harness::{Engine, World, on_both_databases};

/// 25 October 2026, 00:00 UTC: 01:00 in London, where the hour from 01:00 to 02:00 comes twice that night.
const LONDON_TURNS_BACK: Moment = Moment(1_792_886_400_000);

fn export(world: &World, keys: &Path, words: &[&str]) -> Ran {
    let words = [&["audit", "export"], words].concat();
    Server::new(&words).on(world).path("--keys", keys).run(&[PASSPHRASE])
}

fn entries(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

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

    async fn d14_5_an_export_is_ordered_goes_on_where_it_ended_and_repeats_when_asked(engine: Engine) {
        let world = World::live(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        for name in ["priya", "a=b|c", "x"] {
            let _ = dana.look_up(name).await;
        }
        let stored = world.audit().await;
        let keys = sealed(&world);
        let all = export(&world, &keys, &[]).well();
        let numbers: Vec<_> = entries(&all).iter().map(|entry| entry["seq"].as_i64().unwrap()).collect();
        assert!(numbers.len() >= stored.len());
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
        for (entry, row) in entries(&all).iter().zip(&stored) {
            assert_eq!((entry["operation"].as_str(), entry["at"].as_i64()), (Some(row.operation.as_str()), Some(row.at)));
        }
        let last = numbers.len();
        assert!(all.err.contains(&format!("{last} entries written. Go on with --since {last}.")), "{all:?}");

        let rest = export(&world, &keys, &["--since", "2"]).well();
        assert_eq!(rest.out, all.out.split_inclusive('\n').skip(2).collect::<String>(), "asked again, the same lines");
        let none = export(&world, &keys, &["--since", &last.to_string()]).well();
        assert_eq!((none.out.as_str(), none.err.contains(&format!("No entries behind {last}."))), ("", true), "{none:?}");
        dana.look_up("tom").await.unwrap();
        world.look_round().await;
        let next = export(&world, &keys, &["--since", &last.to_string()]).well();
        assert_eq!(entries(&next)[0]["seq"].as_i64(), Some(last as i64 + 1), "nothing is left out between two exports");

        export(&world, &keys, &["--since", "9000"]).says(1, "there is no entry 9000 to go on from");
        let cef = export(&world, &keys, &["--format", "cef"]).well();
        assert_eq!(cef.out.lines().count(), entries(&export(&world, &keys, &[])).len());
        assert!(cef.out.lines().all(|line| line.starts_with("CEF:0|Recovery Desk|recovery-desk-server|")));
        world.change("DELETE FROM audit WHERE seq = 2 AND $1 = 'x'", "x").await;
        let gap = export(&world, &keys, &[]).says(3, "Entries 2 to 2 are missing");
        assert_eq!(entries(&gap)[1]["seq"], 3, "the others are written all the same");
    }

    async fn d14_5_hostile_text_makes_no_line_of_its_own(engine: Engine) {
        let world = World::live(engine).await;
        let hostile = "x\nCEF:0|Evil|\u{1b}[2J=\u{2028}{\"seq\":1}";
        world.agent("Dana Whitlock").await.look_up("priya").await.unwrap();
        world.look_round().await;
        for statement in [
            "UPDATE audit SET operation = $1 WHERE seq = 1",
            "UPDATE audit SET actor_id = $1 WHERE seq = 1",
            "UPDATE audit SET code = $1 WHERE seq = 1",
            "UPDATE audit SET detail = $1 WHERE seq = 1",
        ] {
            world.change(statement, hostile).await;
        }
        let keys = sealed(&world);
        let json = export(&world, &keys, &[]).well();
        assert_eq!((&entries(&json)[0]["operation"], &entries(&json)[0]["detail"]), (&hostile.into(), &hostile.into()));
        let cef = export(&world, &keys, &["--format", "cef"]).well();
        assert_eq!(cef.out.matches('\n').count(), json.out.matches('\n').count());
        for text in [&json.out, &cef.out] {
            assert!(!text.contains(['\u{1b}', '\u{2028}', '\r']));
            assert!(!text.lines().any(|line| line.starts_with("CEF:0|Evil")));
        }
    }

    async fn d14_5_a_collector_that_went_away_is_told_by_the_exit_code_and_gets_the_rest_later(engine: Engine) {
        let world = World::live(engine).await;
        let dana = world.agent("Dana Whitlock").await;
        for _ in 0..40 {
            dana.look_up("priya").await.unwrap();
        }
        world.look_round().await;
        // More than a pipe holds, so that the command can't end before the reader is gone.
        world.change("UPDATE audit SET detail = $1 WHERE seq > 1", &format!("\"{}\"", "x".repeat(10_000))).await;
        let keys = sealed(&world);
        let mut running = Server::new(&["audit", "export"]).on(&world).path("--keys", &keys).start(&[PASSPHRASE]);
        let mut first = String::new();
        BufReader::with_capacity(64, running.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let broken_off = ended(running).says(1, "can't be written");
        assert!(broken_off.err.contains("Go on later from the last number that arrived."));
        let seq = serde_json::from_str::<Value>(&first).unwrap()["seq"].to_string();
        let rest = export(&world, &keys, &["--since", &seq]).well();
        assert_eq!(entries(&rest)[0]["seq"], 2);
    }

    /// UTC is stored, by whatever zone a machine goes.
    async fn d14_3_the_night_the_clocks_turn_back_has_one_order_and_one_time_for_everybody(engine: Engine) {
        let keys = DataKeys::fresh(&Chance::operating_system());
        let world = World::with(engine, keys, None, Clock::set_to(LONDON_TURNS_BACK)).await;
        let mut dana = world.agent("Dana Whitlock").await;
        let before = world.audit().await.len();
        let mut asked = Vec::new();
        for _ in 0..6 {
            world.later(Span::minutes(30));
            asked.push(world.desk.clock.machine().0);
            dana.sign_in().await.unwrap();
            dana.look_up("priya").await.unwrap();
        }
        // A leap second, as clocks tell it that step back by one: the order stays that of what happened. (On PostgreSQL
        // entries that wait for the sealer together are chained by their time.)
        world.look_round().await;
        world.later(Span::seconds(-1));
        asked.push(world.desk.clock.machine().0);
        dana.look_up("tom").await.unwrap();
        let rows = world.audit().await;
        let looked: Vec<_> = rows[before..].iter().filter(|row| row.operation == "look_up").map(|row| row.at).collect();
        assert_eq!(looked, asked);

        let keys = sealed(&world);
        let zone = |name: &str| {
            Server::new(&["audit", "export"]).on(&world).path("--keys", &keys).zone(name).run(&[PASSPHRASE]).well().out
        };
        let utc = zone("UTC");
        for name in ["Europe/London", "Pacific/Chatham", "America/St_Johns"] {
            assert_eq!(zone(name), utc, "{name}");
        }
        let times: Vec<_> = utc
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|entry| entry["operation"] == "look_up")
            .map(|entry| entry["time"].as_str().unwrap().to_owned())
            .collect();
        assert!(times.ends_with(&[
            "2026-10-25T00:30:00.000Z".to_owned(),
            "2026-10-25T01:00:00.000Z".to_owned(),
            "2026-10-25T01:30:00.000Z".to_owned(),
            "2026-10-25T02:00:00.000Z".to_owned(),
            "2026-10-25T02:30:00.000Z".to_owned(),
            "2026-10-25T03:00:00.000Z".to_owned(),
            "2026-10-25T02:59:59.000Z".to_owned(),
        ]), "{times:?}");
    }
}
