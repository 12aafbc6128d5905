//! What waits for somebody else, in real windows by keyboard alone: a company that asks for a contact code; an agent who asks
//! for an unlock e-mail's approval while the caller waits, and an administrator at another window who gives it; the fresh code
//! before the audit log is exported.

use std::path::Path;
use std::time::Duration;

use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::keys::DataKeys;
use recovery_desk::operations::administration::ReadCompanies;
use recovery_desk::smtp::SmtpTls;
use recovery_rules::roles::Role;
use recovery_rules::time::Span;
use thirtyfour::Key;

use super::administration::go;
use super::desk::DeskWindow;
use super::{at_the_window, connect, prepare, private, sign_in};
use crate::harness::contacts::WHY;
use crate::harness::fixtures::NewUser;
use crate::harness::person::another;
use crate::harness::{ANSWERS, Agent, Engine, World};
use crate::mail_server::MailServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_company_asks_for_a_contact_code_and_does_without_by_two_in_the_real_window() {
    let (world, mut window, _ines) =
        at_the_window("company-recovery", Role::Administrator, "Ines Vogt").await;
    world.priya().await;
    let grace = NewUser {
        given: "Grace",
        family: "Obi",
        email: "grace@hartwell.example",
        kind: "billing",
        ..NewUser::default()
    };
    world.user(grace).await;
    super::osprey(&world).await;
    let ola = world.operator(Role::Administrator, "Ola Berg").await;
    go(&mut window, "companies", "companies-heading").await;
    window.until_it_says("Hartwell Logistics", 10).await;
    // Osprey has nobody who could get a code: the dialog says what that comes to.
    open_dialog(&mut window, "Ask for a code… Osprey Dental").await;
    window.until_it_says("This company has no billing user", 5).await;
    window.pictures("nobody").await;
    window.press(Key::Escape).await;
    open_dialog(&mut window, "Ask for a code… Hartwell Logistics").await;
    window.until_it_says("It holds at once; going back needs a second administrator.", 5).await;
    // A reason that says nothing is refused at its field, and what was typed stays.
    window.types("soon").await;
    window.press(Key::Enter).await;
    window.until("return document.getElementById('recovery-failure') !== null", "why not", 10).await;
    window.until_focus_is_on("recovery-reason").await;
    window.press_with_control("a").await;
    window.types(WHY).await;
    window.pictures("tighten").await;
    window.press(Key::Enter).await;
    window.until_it_says("From now on an unlock there needs a contact code.", 10).await;
    assert_eq!(recovery(&ola, "hartwell").await, "link_and_contact_code");
    assert_eq!(recovery(&ola, "osprey").await, "link");
    open_dialog(&mut window, "Do without… Hartwell Logistics").await;
    window.types(WHY).await;
    window.pictures("loosen").await;
    window.press(Key::Enter).await;
    window.until_it_says("See the request", 10).await;
    assert_eq!(recovery(&ola, "hartwell").await, "link_and_contact_code", "a second administrator decides");
    narrow(&window).await;
    window.pictures("waits-narrow").await;
    // Of a narrow window nothing is cut off.
    let cut = "const table = document.getElementById('company-table').getBoundingClientRect();
        return [...document.querySelectorAll('#company-table button')].every((button) => {
          const { left, right } = button.getBoundingClientRect();
          return left >= table.left && right <= Math.min(table.right, innerWidth) && button.scrollWidth <= button.clientWidth + 1;
        })";
    window.until(cut, "every button is whole", 5).await;
}

async fn recovery(boss: &Agent, name: &str) -> String {
    let read = ReadCompanies { name: name.to_owned(), after: None };
    boss.ask(read).await.unwrap().companies.remove(0).recovery
}

/// By Tab to the button of this name, and into its dialog.
async fn open_dialog(window: &mut DeskWindow, name: &str) {
    window.tab_to(&format!("here.getAttribute('aria-label') === {name:?}")).await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("recovery-reason").await;
}

/// The smallest window there is.
async fn narrow(window: &DeskWindow) {
    window.driver.set_window_rect(0, 0, 960, 640).await.unwrap();
    window.until("return innerWidth <= 960", "the smallest window", 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d10_15_an_agent_asks_for_an_approval_and_an_administrator_gives_it_while_the_caller_waits() {
    let keys = DataKeys::fresh(&Chance::operating_system());
    let mail = MailServer::start(SmtpTls::StartTls);
    let world = World::with(Engine::Sqlite, keys, Some(mail), Clock::Database).await;
    let frozen_until = Some(world.desk.clock.machine() + Span::days(7));
    world.user(NewUser { frozen_until, ..NewUser::default() }).await;
    let dana = world.agent("Dana Okafor").await;
    let ines = world.operator(Role::Administrator, "Ines Vogt").await;
    let home = world.folder.path().join("home");
    prepare(&world, &home);
    let other = world.folder.path().join("other");
    another_desk(&home, &other);
    let mut agent = DeskWindow::start(home, "approval-agent").await;
    connect(&mut agent, &world).await;
    sign_in(&mut agent, &world, &dana).await;
    let mut boss = DeskWindow::start(other, "approval-administrator").await;
    connect(&mut boss, &world).await;
    sign_in(&mut boss, &world, &ines).await;
    boss.until_focus_is_on("look-up-field").await;

    verify(&mut agent, "pri ram").await;
    agent.until_it_says("An administrator must approve this email", 20).await;
    agent.tab_to("here.id === 'ask-approval'").await;
    agent.press(Key::Enter).await;
    agent.until_focus_is_on("approval-reason").await;
    agent.types("Changed her address on Monday, she says by herself").await;
    agent.pictures("asks").await;
    agent.press(Key::Enter).await;
    agent.until_it_says("Asked. An administrator can approve it until", 10).await;
    agent.until_it_says("Waiting for an administrator.", 5).await;
    agent.pictures("waits").await;
    assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE letter = 'unlock'").await, 0);

    // At the other window it arrives by itself, with who asks, why, and what it is about.
    boss.until_it_says("A request waits for a second administrator.", 10).await;
    go(&mut boss, "requests", "requests-heading").await;
    boss.until_it_says("Unlock email", 10).await;
    boss.until_it_says("Changed her address on Monday", 5).await;
    boss.until_it_says("Dana Okafor", 5).await;
    boss.pictures("request").await;
    boss.tab_to("here.id === 'approve'").await;
    boss.press(Key::Enter).await;
    boss.until_focus_is_on("dialog-cancel").await;
    boss.pictures("approves").await;
    boss.press(Key::Tab).await;
    boss.until_focus_is_on("dialog-confirm").await;
    boss.press(Key::Enter).await;
    boss.until_it_says("Approved and done.", 10).await;

    // The agent's window says so, aloud too, with the focus where it goes on; only the agent sends.
    agent.until_it_says("An administrator approved this email.", 10).await;
    agent.until_focus_is_on("send-unlock").await;
    agent
        .until("return document.getElementById('assertive').innerText.includes('Approved.')", "said aloud", 2)
        .await;
    agent.pictures("approved").await;
    assert_eq!(
        world.count("SELECT COUNT(*) FROM outbox WHERE letter = 'unlock'").await,
        0,
        "approving sends nothing"
    );
    agent.press_with_control(Key::Enter).await;
    agent.until_it_says("Accepted by the other server", 20).await;
    assert_eq!(world.audited("approve_request", "done").await, 1);
    agent.press_with_control("e").await;
    agent.until_focus_is_on("look-up-field").await;
}

/// Four right answers.
async fn verify(window: &mut DeskWindow, query: &str) {
    window.until_focus_is_on("look-up-field").await;
    window.types(query).await;
    window.until_it_says("Priya Raman", 10).await;
    window.press(Key::Enter).await;
    for (i, answer) in ANSWERS.iter().enumerate() {
        window.until_focus_is_on(&format!("answer-{}", i + 1)).await;
        tokio::time::sleep(Duration::from_millis(450)).await;
        window.types(answer).await;
        window.press(Key::Enter).await;
    }
}

/// A second desk on the same database, of another person.
fn another_desk(home: &Path, other: &Path) {
    std::fs::create_dir_all(other).unwrap();
    for file in ["settings.toml", "connection.toml", "smtp-password"] {
        std::fs::copy(home.join(file), other.join(file)).unwrap();
    }
    private(&other.join("smtp-password"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_the_audit_log_asks_for_a_fresh_code_in_the_real_window() {
    let (world, mut window, ines) = at_the_window("export-code", Role::Administrator, "Ines Vogt").await;
    let used = ines.authenticator.code(world.desk.clock.machine() + Span::seconds(30));
    // Six minutes after the sign-in: whoever sits down at a desk left open reads the log, and takes no copy along.
    world
        .change("UPDATE sessions SET confirmed_at = confirmed_at - 360000 WHERE operator_id = $1", &ines.id)
        .await;
    let file = world.folder.path().join("home/private/audit-log.csv");
    go(&mut window, "audit", "audit-heading").await;
    window.tab_to("here.id === 'export-audit'").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("fresh-code").await;
    assert!(!file.exists());
    // A code is one of this half minute or the next; the one of the sign-in is used up.
    while ines.authenticator.code(world.desk.clock.machine()) != used {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let code = ines.authenticator.code(world.desk.clock.machine() + Span::seconds(30));
    window.types(another(&code)).await;
    window.pictures("asks").await;
    window.press(Key::Enter).await;
    window.until("return document.getElementById('export-failure') !== null", "why not", 10).await;
    window.until_focus_is_on("fresh-code").await;
    window.pictures("wrong").await;
    assert!(!file.exists());
    window.types(&format!("{} {}", &code[..3], &code[3..])).await;
    window.press(Key::Enter).await;
    window.until_it_says("The export is in the log too.", 20).await;
    window.until_focus_is_on("export-audit").await;
    window.pictures("exported").await;
    assert!(std::fs::read_to_string(&file).unwrap().contains("\"operator_sign_in\""));
    assert!(world.audited("export_audit_log", "done").await >= 1);
    assert_eq!(world.audited("export_audit_log", "refused").await, 1, "the first try");
}
