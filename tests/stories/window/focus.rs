//! Where the focus goes and what a screen reader hears, in the real window by keyboard: on a call from its start to the e-mail
//! sent, in the palette, in dialogs (section 13 of the design brief).

use recovery_rules::roles::Role;
use thirtyfour::Key;

use super::at_the_window;
use super::desk::DeskWindow;
use crate::harness::ANSWERS;
use crate::harness::agent::wrong;

/// From now on every sentence of the two live regions is kept, with the region it stood in.
async fn listen(window: &DeskWindow) {
    let script = "window.heard = [];
        for (const id of ['polite', 'assertive']) {
          const region = document.getElementById(id);
          new MutationObserver(() => window.heard.push(`${id}: ${region.innerText.trim()}`)).observe(region, { childList: true, characterData: true, subtree: true });
        }
        return true";
    window.ask(script).await;
}

/// Waits until it was said, politely or not.
async fn hears(window: &DeskWindow, said: &str) {
    window.until(&format!("return window.heard.some((line) => line.startsWith({said:?}))"), said, 10).await;
}

/// Presses Tab so often, and says what had the focus in turn: an id, or the kind of place it is in.
async fn tabbed(window: &mut DeskWindow, times: usize) -> Vec<String> {
    let script = "const here = document.activeElement;
        if (here === null || here === document.body) return 'nowhere';
        if (/^(answer-\\d|check-all|send-unlock|notes)$/.test(here.id)) return here.id;
        if (here.closest('dialog[open]')) return 'dialog';
        return here.closest('[data-pane]')?.dataset.pane ?? here.id ?? here.tagName";
    let mut places = Vec::new();
    for _ in 0..times {
        window.press(Key::Tab).await;
        places.push(window.ask(script).await.as_str().unwrap_or_default().to_owned());
    }
    places
}

fn first(places: &[String], what: &str) -> usize {
    places.iter().position(|place| place == what).unwrap_or_else(|| panic!("{what} is not among {places:?}"))
}

async fn typed(window: &mut DeskWindow, row: usize, text: &str) {
    window.until_focus_is_on(&format!("answer-{row}")).await;
    tokio::time::sleep(std::time::Duration::from_millis(450)).await;
    window.types(text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn focus_and_announcements_on_a_call_in_the_palette_and_in_dialogs() {
    let (world, mut window, _dana) = at_the_window("focus", Role::Agent, "Dana Okafor").await;
    world.priya().await;
    listen(&window).await;

    // The palette: the focus stays in its field, arrows choose, Esc gives it back to where it was.
    window.press_with_control("k").await;
    window.until_focus_is_on("find-field").await;
    let chosen = "return document.getElementById('find-field').getAttribute('aria-activedescendant')";
    assert_eq!(window.ask(chosen).await, "found-0");
    window.press(Key::Down).await;
    assert_eq!(window.ask(chosen).await, "found-1");
    let named = "const field = document.getElementById('find-field');
        const option = document.getElementById('found-1');
        return field.role === 'combobox' && field.labels.length === 1 && option.role === 'option' && option.ariaSelected === 'true'";
    window.until(named, "the palette is a combobox", 2).await;
    assert!(
        tabbed(&mut window, 6).await.iter().all(|place| place == "dialog" || place == "nowhere"),
        "the palette keeps the focus"
    );
    window.press(Key::Escape).await;
    window.until_focus_is_on("look-up-field").await;

    // Results are said once typing stops; the field keeps the focus and names the best match.
    window.types("pri ram").await;
    hears(&window, "polite: 1 user. Priya Raman, Hartwell Logistics").await;
    window
        .until(
            "return (document.activeElement.getAttribute('aria-activedescendant') ?? '') !== ''",
            "the best match",
            2,
        )
        .await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("answer-1").await;
    hears(&window, "polite: Call with Priya Raman. Question 1 of 4.").await;

    // Rows, check, help, notes, rail: in this order, and round again to the first row.
    let places = tabbed(&mut window, 60).await;
    let order = ["answer-2", "answer-3", "answer-4", "check-all", "help", "notes", "rail"]
        .map(|place| first(&places, place));
    assert!(order.is_sorted(), "{places:?}");
    window.tab_to("here.id === 'answer-1'").await;

    // Each row is said; a check that fails is said at once, and the first row has the focus.
    let missed = wrong().map(Option::unwrap);
    for (i, answer) in missed.iter().enumerate() {
        typed(&mut window, i + 1, answer).await;
        window.press(Key::Enter).await;
        match i {
            0 => hears(&window, "polite: Typed. Question 2 of 4.").await,
            2 => hears(&window, "polite: Question 4 of 4. Read back before you check.").await,
            _ => {}
        }
    }
    hears(&window, "assertive: Not verified. Two checks left.").await;
    window.until_focus_is_on("answer-1").await;

    // A dialog keeps the focus and gives it back to where it was opened.
    window.press_with_control_and_shift("p").await;
    window
        .until(
            "return document.activeElement?.closest('dialog[open]') !== null",
            "the dialog has the focus",
            5,
        )
        .await;
    assert!(
        tabbed(&mut window, 12).await.iter().all(|place| place == "dialog" || place == "nowhere"),
        "the dialog keeps the focus"
    );
    window.press(Key::Escape).await;
    window.until_focus_is_on("answer-1").await;
    window.press_with_control("/").await;
    window.until("return document.querySelector('dialog[open]') !== null", "all shortcuts", 5).await;
    window.press(Key::Escape).await;
    window.until_focus_is_on("answer-1").await;

    // Verified: said at once, and the focus is on Send.
    for (i, answer) in ANSWERS.iter().enumerate() {
        typed(&mut window, i + 1, "").await;
        window.press_with_control("a").await;
        window.types(answer).await;
        window.press(Key::Enter).await;
    }
    hears(&window, "assertive: Verified for this call. Control Enter sends the unlock email.").await;
    window.until_focus_is_on("send-unlock").await;
    window.press_with_control(Key::Enter).await;
    window.until_focus_is_on("delivery-heading").await;
    hears(&window, "polite: Accepted.").await;

    // The timer says nothing: between two sentences nobody asked for, nothing is said.
    let before = window.ask("return window.heard.length").await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let after = window.ask("return window.heard").await;
    let after = after.as_array().unwrap();
    assert_eq!(before.as_u64(), Some(after.len() as u64), "{after:?}");

    // Hidden and shown again: the focus is where it was; the verdict stands.
    window.press_with_control("l").await;
    window.until_it_says("Screen hidden", 5).await;
    window.press_with_control("l").await;
    window.until_it_says("Accepted by the other server", 5).await;
    window.press_with_control("e").await;
    window.until_focus_is_on("look-up-field").await;
    hears(&window, "polite: Call ended and saved.").await;
}
