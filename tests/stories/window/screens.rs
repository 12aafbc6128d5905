//! What administrators have beside users and requests, in the real window by keyboard alone: policy, companies, messages,
//! a call passed on, confirming the time.

use recovery_desk::operations::administration::{ApproveRequest, ReadApprovals, ReadCompanies, ReadPolicy};
use recovery_desk::operations::pass_on::PassOn;
use recovery_rules::roles::Role;
use recovery_rules::time::Span;
use thirtyfour::Key;

use super::administration::go;
use super::at_the_window;
use crate::harness::Agent;
use crate::harness::fixtures::NewUser;

const WHY: &str = "Agreed with the security team on Monday";

async fn approve_the_one(boss: &Agent) {
    let mut rows = boss.ask(ReadApprovals {}).await.unwrap().requests;
    let row = rows.remove(0);
    assert!(rows.is_empty() && row.cannot.is_none());
    boss.ask(ApproveRequest { approval_id: row.approval_id, seal: row.seal }).await.unwrap();
}

async fn checks_a_call(boss: &Agent) -> i64 {
    let numbers = boss.ask(ReadPolicy {}).await.unwrap().numbers;
    numbers.into_iter().find(|row| row.name == "checks_a_call").unwrap().value
}

async fn is_protected(boss: &Agent) -> bool {
    boss.ask(ReadCompanies { name: "osprey".to_owned(), after: None }).await.unwrap().companies[0].protected
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_is_tightened_alone_and_loosened_by_two_in_the_real_window() {
    let (world, mut window, _ines) = at_the_window("policy", Role::Administrator, "Ines Vogt").await;
    let ola = world.operator(Role::Administrator, "Ola Berg").await;
    go(&mut window, "policy", "policy-heading").await;
    window.tab_to("here.id === 'policy-find'").await;
    window.types("checks").await;
    window.tab_to("here.id === 'change-checks_a_call'").await;
    window.pictures("list").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("policy-value").await;
    window.press_with_control("a").await;
    window.types("2").await;
    window.until_it_says("Protects more. It holds at once.", 5).await;
    window.tab_to("here.id === 'policy-reason'").await;
    window.types(WHY).await;
    window.pictures("tighter").await;
    window.press(Key::Enter).await;
    window.until("return document.querySelector('dialog[open]') === null", "the dialog closes", 10).await;
    // The focus is back where it was, and the number is in force.
    window.until_focus_is_on("change-checks_a_call").await;
    assert_eq!(checks_a_call(&ola).await, 2);

    window.press(Key::Enter).await;
    window.until_focus_is_on("policy-value").await;
    window.press_with_control("a").await;
    window.types("99").await;
    window
        .until("return document.getElementById('policy-problem').innerText.trim() !== ''", "what is wrong", 5)
        .await;
    window.press_with_control("a").await;
    window.types("4").await;
    window.tab_to("here.id === 'policy-reason'").await;
    window.types(WHY).await;
    window.until_it_says("Protects less. A second administrator has to approve it.", 5).await;
    window.pictures("looser").await;
    window.press(Key::Enter).await;
    window.until("return document.querySelector('dialog[open]') === null", "the dialog closes", 10).await;
    assert_eq!(checks_a_call(&ola).await, 2, "a second administrator has to approve");
    approve_the_one(&ola).await;
    window
        .until("return document.getElementById('change-checks_a_call') !== null", "it is decided", 10)
        .await;
    window
        .until(
            "return document.querySelector('#rule-checks_a_call .value').innerText.includes('4')",
            "the new value",
            10,
        )
        .await;
    assert_eq!(checks_a_call(&ola).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn companies_are_protected_and_messages_looked_through_in_the_real_window() {
    let (world, mut window, _ines) = at_the_window("companies", Role::Administrator, "Ines Vogt").await;
    let (priya, dana) = (world.priya().await, world.agent("Dana Okafor").await);
    super::osprey(&world).await;
    let ola = world.operator(Role::Administrator, "Ola Berg").await;
    go(&mut window, "companies", "companies-heading").await;
    window.until_it_says("Hartwell Logistics", 10).await;
    window.tab_to("here.id === 'companies-find'").await;
    window.types("ospr").await;
    window
        .until("return document.querySelectorAll('#company-table tbody tr').length === 1", "one company", 10)
        .await;
    window.tab_to("(here.getAttribute('aria-label') ?? '').startsWith('Protect')").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("protect-reason").await;
    window.types(WHY).await;
    window.pictures("protect").await;
    window.press(Key::Enter).await;
    window.until_it_says("The company is protected.", 10).await;
    assert!(is_protected(&ola).await);
    // Taking it away needs two: asked here, approved elsewhere, and this list shows it by itself.
    window.tab_to("(here.getAttribute('aria-label') ?? '').startsWith('Take away')").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("protect-reason").await;
    window.types(WHY).await;
    window.press(Key::Enter).await;
    window.until_it_says("See the request", 10).await;
    window.pictures("asked").await;
    assert!(is_protected(&ola).await);
    approve_the_one(&ola).await;
    window.until_it_says("Not protected", 10).await;
    assert!(!is_protected(&ola).await);

    // An unlock e-mail that left stands among the messages, masked; a test letter goes to oneself.
    let call = dana.verified_call(&priya).await;
    dana.send(&call.call_id).await.unwrap();
    world.post().await;
    go(&mut window, "messages", "messages-heading").await;
    window
        .until(
            "return document.querySelector('#message-table')?.innerText.includes('Unlock email') ?? false",
            "the letter",
            15,
        )
        .await;
    window
        .until(
            "return !document.querySelector('#message-table').innerText.includes('priya.raman@')",
            "masked",
            2,
        )
        .await;
    window.tab_to("here.id === 'send-test'").await;
    window.press(Key::Enter).await;
    window.until_it_says("The test letter was accepted by the mail server.", 20).await;
    world.mail.as_ref().unwrap().newest("ines.vogt@meridian.example", "");
    window.tab_to("here.id === 'state-failed'").await;
    window.press(Key::Enter).await;
    window.until_it_says("There are no such messages.", 10).await;
    window.pictures("messages").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_passed_on_is_closed_and_the_time_confirmed_in_the_real_window() {
    let (world, mut window, _ines) = at_the_window("passed-on", Role::Administrator, "Ines Vogt").await;
    let (priya, dana) = (world.priya().await, world.agent("Dana Okafor").await);
    let grace = NewUser {
        given: "Grace",
        family: "Obi",
        email: "grace@hartwell.example",
        kind: "billing",
        ..NewUser::default()
    };
    world.user(grace).await;
    let call = dana.open(&priya).await.unwrap().call_id;
    let notes = "Knows one of the four, sounds honest.".to_owned();
    dana.ask(PassOn { call_id: call, reason: "cannot_answer".to_owned(), notes }).await.unwrap();
    window.until_it_says("A call was passed to the administrators.", 10).await;
    go(&mut window, "requests", "requests-heading").await;
    window.until_it_says("Knows one of the four, sounds honest.", 10).await;
    window.until_it_says("Grace Obi", 5).await;
    window.pictures("detail").await;
    window.tab_to("here.id === 'close-report'").await;
    window.press(Key::Enter).await;
    window.until("return document.querySelector('dialog[open]') !== null", "the dialog", 5).await;
    window.tab_to("here.name === 'outcome'").await;
    window.press(Key::Space).await;
    window.tab_to("here.id === 'report-note'").await;
    window.types("Reached Grace Obi, who will call again with her").await;
    window.pictures("close").await;
    window.press(Key::Enter).await;
    window.until_it_says("Nothing waits for a decision.", 10).await;
    assert_eq!(world.audited("close_report", "done").await, 1);

    // The database has seen a moment ten minutes ahead: the clock stands behind it.
    let ahead = (world.desk.clock.machine() + Span::minutes(10)).0.to_string();
    let mut tx = world.desk.database.begin().await.unwrap();
    recovery_desk::store::meta::set(&mut tx, "latest_moment", &ahead).await.unwrap();
    tx.commit().await.unwrap();
    go(&mut window, "look up", "look-up-field").await;
    go(&mut window, "requests", "requests-heading").await;
    window.until_it_says("Confirm the time", 10).await;
    go(&mut window, "confirm", "time-heading").await;
    window.tab_to("here.id === 'time-clock'").await;
    let read = |ahead: i64| format!("return new Date(Date.now() + {ahead}).toTimeString().slice(0, 5)");
    let wrong = window.ask(&read(3_600_000)).await;
    window.types(wrong.as_str().unwrap()).await;
    window.press(Key::Enter).await;
    window.until("return document.getElementById('time-failure') !== null", "why not", 10).await;
    window.until_focus_is_on("time-clock").await;
    window.press_with_control("a").await;
    let right = window.ask(&read(0)).await;
    window.types(right.as_str().unwrap()).await;
    window.pictures("time").await;
    window.press(Key::Enter).await;
    window.until_it_says("The time is confirmed. Codes and links work again.", 10).await;
    let ola = world.operator(Role::Administrator, "Ola Berg").await;
    assert!(!ola.ask(ReadApprovals {}).await.unwrap().clock_stands);
}
