//! The window with little and with much: what it shows stays as large as a page, whatever lies behind it. How long the first
//! rows take beside the query itself is printed and fails nothing. The gate tries small sizes, `./test --full` large ones.

use std::time::{Duration, Instant};

use recovery_desk::caller::Caller;
use recovery_desk::database::sql;
use recovery_desk::operations::administration::ReadAuditLog;
use recovery_desk::operations::billing_sign_in::BillingSignedIn;
use recovery_rules::roles::Role;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;
use thirtyfour::Key;

use super::desk::DeskWindow;
use super::{at_the_window, team};
use crate::billing_review::many;
use crate::harness::biller::{Biller, grace, password, shown as asked};
use crate::harness::fixtures::NewUser;
use crate::harness::log::tell;
use crate::harness::{Agent, World};

/// Entries on a page of the audit log, as the desk gives them.
const PAGE: usize = 50;

/// Elements of a screen without its list, and of a page of the list, at most.
const AROUND: i64 = 900;
const OF_A_PAGE: i64 = 500;

/// How much there is, in the gate and in `./test --full`: entries of the audit log, of these about one user.
fn sizes() -> [(i64, i64); 2] {
    if std::env::var_os("RECOVERY_DESK_FULL").is_some() {
        [(0, 0), (1_000_000, 100_000)]
    } else {
        [(0, 0), (20_000, 5_000)]
    }
}

/// Adds so many entries to the log at once, as old as the hills: some about one user. They stand in no chain, which the lists
/// don't ask about.
async fn add_entries(world: &World, user: &str, all: i64, about: i64) {
    let mut tx = world.desk.database.begin().await.unwrap();
    let text = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        INSERT INTO audit (id, seq, at, operation, result, actor_kind, actor_id, user_id, detail, detail_hash)
        SELECT printf('00%024d', i), 100000000 + i, 1700000000000 + i * 60000, CASE i % 2 WHEN 0 THEN 'user_sign_in' ELSE 'user_sign_out' END, 'done', 'user', $3,
          CASE WHEN i <= $2 THEN $3 END, '{}', x'00' FROM n";
    if all > 0 {
        let added = sql(text).bind(all).bind(about).bind(user).run(&mut tx).await.unwrap();
        assert_eq!(added, u64::try_from(all).unwrap());
    }
    tx.commit().await.unwrap();
}

/// As the screens ask: the log of this week, all of a user's history.
fn log_of(world: &World, user: Option<&str>) -> ReadAuditLog {
    let week = (world.desk.clock.machine() - Span::days(6)).0;
    ReadAuditLog {
        user_id: user.map(str::to_owned),
        actor_id: None,
        operation: None,
        result: None,
        since: user.is_none().then_some(week),
        until: None,
        before: None,
    }
}

async fn query(world: &World, ola: &Agent, user: Option<&str>) -> Duration {
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        ola.ask(log_of(world, user)).await.unwrap();
        fastest = fastest.min(began.elapsed());
    }
    fastest
}

/// From the last Enter until the page has rows of this selector, by the page's own clock.
async fn watch_for(window: &DeskWindow, selector: &str) {
    let watch = format!(
        "window.began = null; window.shown = null;
         addEventListener('keydown', (event) => {{ if (event.key === 'Enter') {{ window.began = performance.now(); window.shown = null; }} }}, true);
         new MutationObserver(() => {{ if (window.began !== null && window.shown === null && document.querySelector({selector:?}) !== null) window.shown = performance.now() - window.began; }}).observe(document.body, {{ childList: true, subtree: true }});
         return true"
    );
    window.ask(&watch).await;
}

async fn shown(window: &DeskWindow) -> Duration {
    window.until("return window.shown !== null", "the first rows", 60).await;
    let ms = window.ask("return window.shown").await.as_f64().unwrap();
    Duration::from_secs_f64(ms / 1_000.0)
}

async fn elements(window: &DeskWindow, pages: i64, what: &str) {
    let count = window.ask("return document.querySelectorAll('*').length").await.as_i64().unwrap();
    assert!(count <= AROUND + pages * OF_A_PAGE, "{count} elements show {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_stays_a_page_however_long_log_and_history_are() {
    let mut lines = Vec::new();
    for (all, about) in sizes() {
        let (world, mut window, _ines) =
            at_the_window(&format!("sizes-{all}"), Role::Administrator, "Ines Vogt").await;
        let priya = world.priya().await;
        add_entries(&world, &priya, all, about).await;
        let ola = world.operator(Role::Administrator, "Ola Berg").await;

        // Once beforehand: the database tidies up after so many new rows when it is next written to.
        query(&world, &ola, None).await;
        watch_for(&window, "#audit-list li").await;
        super::administration::go(&mut window, "audit", "audit-heading").await;
        let log = shown(&window).await;
        let rows = "return document.querySelectorAll('#audit-list li').length";
        let count = window.ask(rows).await.as_i64().unwrap();
        assert!(usize::try_from(count).unwrap() <= PAGE, "{count} rows of the log at once");
        elements(&window, 1, "the log").await;
        let asked = query(&world, &ola, None).await;
        lines.push(format!(
            "audit log of {all} entries: first rows {} ms after Enter, the query itself {} ms",
            log.as_millis(),
            asked.as_millis()
        ));

        super::administration::go(&mut window, "look up", "look-up-field").await;
        window.press(Key::Escape).await;
        window.types("priya raman").await;
        window.until_it_says("Priya Raman", 10).await;
        watch_for(&window, ".timeline li, .timeline p").await;
        window.press_with_shift(Key::Enter).await;
        let history = shown(&window).await;
        let count =
            window.ask("return document.querySelectorAll('.timeline li').length").await.as_i64().unwrap();
        assert!(usize::try_from(count).unwrap() <= PAGE, "{count} lines of a history at once");
        elements(&window, 1, "a user's page").await;
        let asked = query(&world, &ola, Some(&priya)).await;
        lines.push(format!(
            "history of {about} events: first rows {} ms after Enter, the query itself {} ms",
            history.as_millis(),
            asked.as_millis()
        ));

        // Ten further pages: as many rows as were asked for, and no more.
        if about > 0 {
            for page in 1..=10_usize {
                let before = window
                    .ask("return document.querySelectorAll('.timeline li').length")
                    .await
                    .as_i64()
                    .unwrap();
                window.tab_to("here.classList.contains('older')").await;
                window.press(Key::Enter).await;
                window
                    .until(&format!("return document.querySelectorAll('.timeline li').length > {before} || document.querySelector('.timeline .older') === null || document.activeElement?.ariaDisabled !== 'true'"), "older ones", 10)
                    .await;
                let lines = window
                    .ask("return document.querySelectorAll('.timeline li').length")
                    .await
                    .as_i64()
                    .unwrap();
                assert!(
                    usize::try_from(lines).unwrap() <= PAGE * (page + 1),
                    "{lines} lines after {page} more pages"
                );
            }
            elements(&window, 11, "eleven pages of a history").await;
        }
    }
    tell(&lines.join("\n"));
}

/// Members of a company, with its billing users.
const COMPANIES: [i64; 2] = [42, 5_000];
const BO: &str = "bo.lind@hartwell.example";

/// From choosing a group of the map until its rows stand there, by the page's own clock.
async fn group_shown(window: &mut DeskWindow) -> f64 {
    let mut fastest = f64::MAX;
    for _ in 0..5 {
        let chosen =
            window.ask("return performance.getEntriesByName('team-shown').at(-1)?.startTime ?? 0").await;
        window.click("group-no_help_by_phone").await;
        let shown =
            format!("return (performance.getEntriesByName('team-shown').at(-1)?.startTime ?? 0) > {chosen}");
        window.until(&shown, "the group's rows", 20).await;
        let took = "const at = (name) => performance.getEntriesByName(name).at(-1).startTime; return at('team-shown') - at('team-asked')";
        fastest = fastest.min(window.ask(took).await.as_f64().unwrap());
    }
    fastest
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_members_stays_a_page_in_small_and_in_large_companies() {
    let mut lines = Vec::new();
    for members in COMPANIES {
        let (world, gateway) = team::company().await;
        // Bo only looks: Grace's own session is the window's.
        world.user(NewUser { given: "Bo", email: BO, two_step: TwoStep::Off, ..grace() }).await;
        many(&world, members - 2).await;
        let mut window = team::at_the_window(&world, &gateway, &format!("sizes-members-{members}")).await;
        let needs =
            format!("1 of {} users is fully protected.", if members == 5_000 { "5,000" } else { "42" });
        window.until_it_says(&needs, 20).await;
        let first = group_shown(&mut window).await;
        let rows = window
            .ask("return document.querySelectorAll('#team-table tbody tr').length")
            .await
            .as_i64()
            .unwrap();
        assert_eq!(rows, (members - 2).min(50), "a page of rows");
        elements(&window, 2, "a page of members, which is a table with seven columns").await;
        window.pictures("map").await;

        let Ok(BillingSignedIn::SignedIn(done)) = password(&world.desk, BO).await else { panic!("in") };
        let bo = Biller { desk: world.desk.clone(), caller: Caller::Session(done.token) };
        let mut query = Duration::MAX;
        for _ in 0..5 {
            let began = Instant::now();
            bo.ask(asked(None, "no_help_by_phone")).await.unwrap();
            query = query.min(began.elapsed());
        }
        lines.push(format!(
            "{members} members: first rows {first:.0} ms after they were asked for, the query itself {} ms",
            query.as_millis()
        ));
    }
    tell(&lines.join("\n"));
}
