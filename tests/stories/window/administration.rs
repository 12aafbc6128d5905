//! Administrators at the real window, by keyboard alone: a user's page, a reset that a second administrator approves
//! elsewhere, one approved here, the audit log checked and exported.

use recovery_desk::operations::administration::{ApproveRequest, Decided, ReadApprovals, ResetUserTwoStep};
use recovery_rules::roles::Role;
use thirtyfour::Key;

use super::desk::DeskWindow;
use super::{connect, prepare, sign_in};
use crate::harness::agent::Agent;
use crate::harness::fixtures::NewUser;
use crate::harness::{Engine, World};
use crate::mail_server::MailServer;
use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::keys::DataKeys;
use recovery_desk::smtp::SmtpTls;

const GRACE: &str = "grace.obi@hartwell.example";
const MARTA: &str = "marta.nowak@hartwell.example";
const WHY: &str = "Phone stolen, seen in person at the counter";

#[tokio::test(flavor = "multi_thread")]
async fn d11_2_two_administrators_reset_2_step_in_the_real_window_by_keyboard_alone() {
    let keys = DataKeys::fresh(&Chance::operating_system());
    let mail = MailServer::start(SmtpTls::StartTls);
    let world = World::with(Engine::Sqlite, keys, Some(mail), Clock::Database).await;
    let priya = world.priya().await;
    let grace = billing(&world, "Grace", "Obi", GRACE).await;
    let marta = billing(&world, "Marta", "Nowak", MARTA).await;
    let ines = world.operator(Role::Administrator, "Ines Vogt").await;
    let ola = world.operator(Role::Administrator, "Ola Berg").await;
    let home = world.folder.path().join("home");
    prepare(&world, &home);
    let exported = home.join("private").join("audit-log.csv");

    let mut window = DeskWindow::start(home, "administration").await;
    connect(&mut window, &world).await;
    sign_in(&mut window, &world, &ines).await;

    // From focus to a reset, alone, with a reason: six keys at most (task 7 of the design brief).
    window.until_focus_is_on("look-up-field").await;
    window.count();
    window.types("priya ram").await;
    window.until_it_says("Priya Raman", 10).await;
    window.press_with_shift(Key::Enter).await;
    window.until_focus_is_on("user-heading").await;
    window.until("return document.getElementById('ask-reset') !== null", "the reset", 10).await;
    window.pictures("user").await;
    window.press(Key::F6).await;
    window.until_focus_is_on("ask-reset").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("act-email").await;
    window.types("priya.raman@hartwell.example").await;
    window.press(Key::Tab).await;
    window.until_focus_is_on("act-reason").await;
    window.types(WHY).await;
    window.pictures("reset").await;
    window.press(Key::Enter).await;
    window.until_it_says("The user is told", 10).await;
    window.until_it_says("2-step is to be set up again.", 10).await;
    let keys_pressed = window.count();
    assert!(keys_pressed <= 6, "{keys_pressed} keys from focus to a reset");
    assert_eq!(state(&world, &priya).await, "to_be_set_up_again");

    // A billing user needs two: asked here, approved by Ola at another desk, and this page shows it by itself.
    open_page(&mut window, "grace obi", "Grace Obi").await;
    window.until_it_says("Needs a second administrator", 10).await;
    window.press(Key::F6).await;
    window.until_focus_is_on("ask-reset").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("act-email").await;
    window.types(GRACE).await;
    window.press(Key::Tab).await;
    window.until_focus_is_on("act-reason").await;
    window.types(WHY).await;
    window.press(Key::Enter).await;
    window.until_it_says("A second administrator can approve it until", 10).await;
    window.until_it_says("A 2-step reset waits for a second administrator.", 10).await;
    assert_eq!(state(&world, &grace).await, "on");
    window.pictures("asked").await;
    approve_the_one(&ola).await;
    window.until_it_says("2-step is to be set up again.", 10).await;
    assert_eq!(state(&world, &grace).await, "to_be_set_up_again");

    // The other way round: Ola asks, the rail counts, and Ines approves here.
    let asked = ola.ask(reset(&marta, MARTA)).await.unwrap();
    assert!(!asked.done);
    window.until_it_says("A request waits for a second administrator.", 10).await;
    go(&mut window, "requests", "requests-heading").await;
    window.until_it_says("1 request waits for you.", 10).await;
    window.pictures("requests").await;
    window.press(Key::F6).await;
    window.until_focus_is_on("approve").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("dialog-cancel").await;
    window.pictures("approve").await;
    window.press(Key::Tab).await;
    window.until_focus_is_on("dialog-confirm").await;
    window.press(Key::Enter).await;
    window.until_it_says("Approved and done.", 10).await;
    window.until_it_says("Nothing waits for a decision.", 10).await;
    assert_eq!(state(&world, &marta).await, "to_be_set_up_again");

    // What was done stands in the log; the chain is whole, and the log is written out.
    go(&mut window, "audit", "audit-heading").await;
    window.until_it_says("Request approved", 10).await;
    window.pictures("audit-log").await;
    window.press(Key::Tab).await;
    window.until_focus_is_on("check-chain").await;
    window.press(Key::Enter).await;
    window.until_it_says("The chain is whole", 20).await;
    window.press(Key::Tab).await;
    window.until_focus_is_on("export-audit").await;
    window.press(Key::Enter).await;
    window.until_it_says("The export is in the log too.", 20).await;
    let file = std::fs::read_to_string(&exported).unwrap();
    assert!(file.contains("\"reset_user_two_step\"") && file.contains("\"Ola Berg\""), "{file}");
    assert!(world.audited("export_audit_log", "done").await >= 1);
    let whole = file.lines().filter(|line| line.starts_with('"')).count();
    assert_eq!(whole, file.lines().count(), "every line of the file is whole");
}

async fn billing(world: &World, given: &str, family: &str, email: &str) -> String {
    world.user(NewUser { given, family, email, kind: "billing", ..NewUser::default() }).await
}

fn reset(user_id: &str, email: &str) -> ResetUserTwoStep {
    ResetUserTwoStep {
        user_id: user_id.to_owned(),
        email: email.to_owned(),
        reason: WHY.to_owned(),
        report_id: None,
        contact_id: None,
        reached: None,
    }
}

async fn approve_the_one(boss: &Agent) {
    let mut rows = boss.ask(ReadApprovals {}).await.unwrap().requests;
    let row = rows.remove(0);
    assert!(rows.is_empty() && row.cannot.is_none());
    let approved = boss.ask(ApproveRequest { approval_id: row.approval_id, seal: row.seal }).await.unwrap();
    assert_eq!(approved, Decided { done: true, approval_id: None, alone_from: None, until: None });
}

async fn state(world: &World, user_id: &str) -> String {
    let mut tx = world.desk.database.begin().await.unwrap();
    recovery_desk::store::two_step::of(&mut tx, user_id).await.unwrap().state
}

/// Through the look-up to somebody's page.
pub(super) async fn open_page(window: &mut DeskWindow, query: &str, name: &str) {
    go(window, "look up", "look-up-field").await;
    window.press(Key::Escape).await;
    window.types(query).await;
    window
        .until(
            &format!("return document.getElementById('user-1')?.innerText.includes({name:?}) ?? false"),
            name,
            10,
        )
        .await;
    window.press_with_shift(Key::Enter).await;
    window.until_focus_is_on("user-heading").await;
    window
        .until(
            &format!("return document.getElementById('user-heading').innerText.includes({name:?})"),
            name,
            10,
        )
        .await;
}

/// By the palette to a screen.
pub(super) async fn go(window: &mut DeskWindow, screen: &str, heading: &str) {
    window.press_with_control("k").await;
    window.until_focus_is_on("find-field").await;
    window.types(screen).await;
    window.press(Key::Enter).await;
    window.until_focus_is_on(heading).await;
}
