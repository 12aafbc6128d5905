//! Reports for administrators: what happened is counted, nobody can be found in it, and a period is read by its index.

use std::collections::BTreeMap;

use recovery_desk::operations::statistics::{ExportStatistics, ReadStatistics, Statistics};
use recovery_rules::roles::Role;
use recovery_rules::time::Span;

use crate::harness::agent::{Agent, right, wrong};
use crate::harness::fixtures::{NewUser, QUESTIONS};
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::{Letter, letter};
use crate::harness::statements::statements_of;
use crate::harness::{Engine, World, on_both_databases, refused};

async fn read(boss: &Agent, days: i64) -> Statistics {
    boss.ask(ReadStatistics { days }).await.unwrap()
}

fn export(report: &str) -> ExportStatistics {
    ExportStatistics { report: report.to_owned(), days: 28 }
}

async fn somebody(world: &World, given: &'static str) -> String {
    let email = format!("{}@hartwell.example", given.to_lowercase());
    world.user(NewUser { given, email: &email, ..NewUser::default() }).await
}

fn by_ending(found: &Statistics) -> BTreeMap<&str, i64> {
    found.endings.iter().map(|row| (row.ending.as_str(), row.calls)).collect()
}

on_both_databases! {
    async fn reports_count_what_happened_and_nobody_can_be_found_in_them(engine: Engine) {
        let world = World::with_mail(engine).await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let nothing = read(&ines, 7).await;
        assert!(nothing.endings.is_empty() && nothing.unusual.is_empty() && nothing.times.is_empty(), "{nothing:?}");
        assert_eq!((nothing.reached.opened, nothing.mails.mails), (0, 0));

        let Letter { dana, call_id, link, code, .. } = letter(&world).await;
        world.later(Span::minutes(4));
        pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        dana.end(&call_id).await.unwrap();
        let missed = dana.open(&somebody(&world, "Tomasz").await).await.unwrap();
        for _ in 0..2 {
            assert!(!dana.check(&missed.call_id, wrong()).await.unwrap().verified);
        }
        dana.end(&missed.call_id).await.unwrap();
        let hung_up = dana.open(&somebody(&world, "Elif").await).await.unwrap();
        dana.end(&hung_up.call_id).await.unwrap();
        dana.verified_call(&somebody(&world, "Wen").await).await;

        let found = read(&ines, 7).await;
        assert_eq!(by_ending(&found), BTreeMap::from([("abandoned", 1), ("going_on", 1), ("not_verified", 1), ("unlocked", 1)]));
        let r = &found.reached;
        assert_eq!([r.opened, r.checked, r.verified, r.accepted, r.pressed, r.unlocked], [4, 3, 2, 1, 1, 1]);
        let verdicts: Vec<_> = found.verdicts.iter().map(|row| (row.check, row.checks, row.verified)).collect();
        assert_eq!(verdicts, [(1, 3, 2), (2, 1, 0)]);
        let unlocked = found.times.iter().find(|row| row.until == "unlocked").unwrap();
        assert_eq!((unlocked.calls, unlocked.half_ms, unlocked.nine_in_ten_ms), (1, 240_000, 240_000));
        let verified = found.times.iter().find(|row| row.until == "verified").unwrap();
        assert_eq!((verified.calls, verified.half_ms), (2, 0));
        let week = found.times_by_week.iter().find(|row| row.until == "unlocked").unwrap();
        assert_eq!(week.monday, Some(found.to_day - 1), "24 November 2026 is a Tuesday");
        let domain = &found.mails_by_domain[0];
        assert_eq!((domain.domain.as_str(), found.mails_by_domain.len()), ("hartwell.example", 1));
        assert!(domain.at_once >= 1 && domain.failed == 0 && domain.mails == found.mails.mails, "{domain:?}");

        // No name, address, question or operator; of questions nothing below fifty.
        assert!(found.questions.is_empty() && found.questions_from == 50);
        let whole = serde_json::to_string(&found).unwrap();
        for word in ["Raman", "Priya", "Tomasz", "Dana", "@", &dana.id, &call_id] {
            assert!(!whole.contains(word), "{word} is in {whole}");
        }
        assert_eq!(read(&ines, 91).await.reached.opened, 4);
        assert_eq!(refused(ines.ask(ReadStatistics { days: 8 }).await), "choice_unknown");
        assert_eq!(refused(dana.ask(ReadStatistics { days: 7 }).await), "not_allowed");
        assert_eq!(refused(dana.ask(export("endings")).await), "not_allowed");

        let lines = ines.ask(export("endings")).await.unwrap().lines;
        assert_eq!(lines[0], ["Day (UTC)", "How calls ended", "Calls"]);
        assert!(lines.contains(&["24 November 2026", "Unlocked", "1"].map(str::to_owned).to_vec()), "{lines:?}");
        for report in ["reached", "times", "mails", "unusual"] {
            let lines = ines.ask(export(report)).await.unwrap().lines;
            assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{report}: {lines:?}");
        }
        assert_eq!(refused(ines.ask(export("agents")).await), "choice_unknown");
        assert_eq!(world.audited("read_statistics", "done").await, 3);
        assert_eq!(world.audited("export_statistics", "done").await, 5);
    }

    async fn a_question_is_told_of_from_fifty_on_in_tens_and_only_what_was_not_known(engine: Engine) {
        let world = World::live(engine).await;
        let (priya, ines) = (world.priya().await, world.operator(Role::Administrator, "Ines Vogt").await);
        let dana = world.agent("Dana Okafor").await;
        let call = dana.open(&priya).await.unwrap();
        let [_, second, third, fourth] = right();
        // One is not known, three are right: verified, and the sums say nothing of what was right.
        assert!(dana.check(&call.call_id, [None, second, third, fourth]).await.unwrap().verified);
        assert_eq!(world.count("SELECT CAST(SUM(part) AS BIGINT) FROM tallies WHERE name = 'question'").await, 1);
        assert_eq!(world.count("SELECT CAST(SUM(total) AS BIGINT) FROM tallies WHERE name = 'question'").await, 4);
        // A second check of the same call asks nobody anew.
        dana.check(&call.call_id, wrong()).await.unwrap();
        assert_eq!(world.count("SELECT CAST(SUM(total) AS BIGINT) FROM tallies WHERE name = 'question'").await, 4);

        world.change("UPDATE tallies SET total = 49, part = 20 WHERE about = $1", QUESTIONS[0]).await;
        assert!(read(&ines, 28).await.questions.is_empty());
        world.change("UPDATE tallies SET total = 57, part = 20 WHERE about = $1", QUESTIONS[0]).await;
        let told = read(&ines, 28).await.questions;
        assert_eq!((told.len(), told[0].asked_about, told[0].not_known_percent), (1, 50, 40));
        // A year later the sums are gone.
        world.later(Span::days(400));
        world.look_round().await;
        assert_eq!(world.count("SELECT COUNT(*) FROM tallies WHERE name = 'question'").await, 0);
    }

    async fn nothing_is_unusual_until_a_day_has_more_than_four_weeks_had(engine: Engine) {
        let world = World::live(engine).await;
        let (mut dana, mut ines) = (world.agent("Dana Okafor").await, world.operator(Role::Administrator, "Ines Vogt").await);
        let (priya, tomasz) = (world.priya().await, somebody(&world, "Tomasz").await);
        let mut calls = 0;
        for _ in 0..12 {
            let call = dana.open(&priya).await.unwrap();
            dana.end(&call.call_id).await.unwrap();
            calls += 1;
            world.later(Span::days(1));
            dana.sign_in().await.unwrap();
        }
        world.later(Span::days(8));
        dana.sign_in().await.unwrap();
        ines.sign_in().await.unwrap();
        let miss = async |user: &str, times: usize| {
            let call = dana.open(user).await.unwrap();
            for _ in 0..times {
                assert!(!dana.check(&call.call_id, wrong()).await.unwrap().verified);
            }
            dana.end(&call.call_id).await.unwrap();
        };
        miss(&priya, 3).await;
        miss(&tomasz, 1).await;
        assert!(read(&ines, 7).await.unusual.is_empty(), "four are usual even where there were none");
        miss(&tomasz, 1).await;
        let found = read(&ines, 28).await;
        assert_eq!(found.reached.opened, calls + 3);
        let unusual: Vec<_> = found.unusual.iter().map(|row| (row.kind.as_str(), row.counted, row.usual_up_to)).collect();
        assert_eq!(unusual, [("not_verified", 5, 4)]);
        assert_eq!(found.unusual[0].day, found.to_day);
        assert_eq!(ines.ask(export("unusual")).await.unwrap().lines.len(), 2);
    }
}

/// Each statement of the reports is explained by SQLite itself: calls and messages by a range of their primary key, the
/// audit log not at all.
#[tokio::test(flavor = "multi_thread")]
async fn reports_read_a_period_by_its_index_and_never_the_audit_log() {
    let world = World::live(Engine::Sqlite).await;
    let ines = world.operator(Role::Administrator, "Ines Vogt").await;
    let (found, statements) = statements_of(ines.ask(ReadStatistics { days: 91 })).await;
    found.unwrap();
    let counting: Vec<_> = statements
        .iter()
        .filter(|text| text.contains("FROM calls") || text.contains("FROM outbox"))
        .collect();
    assert!(counting.len() >= 6, "{statements:#?}");
    let recovery_desk::database::Address::Sqlite(path) = &world.address else { panic!() };
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    for text in counting {
        assert!(!text.contains("audit"), "{text}");
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(explain).fetch_all(&mut connection).await.unwrap();
        let mut by_key = 0;
        for (.., step) in &plan {
            let whole = [
                "SCAN c",
                "SCAN calls",
                "SCAN outbox",
                "SCAN o",
                "SCAN links",
                "SCAN l",
                "SCAN approvals",
                "SCAN a",
            ];
            assert!(!whole.contains(&step.as_str()), "{step} in {text}");
            by_key += usize::from(step.contains("(id>? AND id<?)"));
        }
        assert!(by_key >= 1, "{plan:?} of {text}");
    }
}
