//! Tasks 1 to 6: an agent on the phone.

use thirtyfour::Key;

use super::{Played, look_up, person, waited};
use crate::harness::agent::wrong;
use crate::harness::{ANSWERS, Agent, World};
use crate::window::desk::DeskWindow;

/// 1 and 2: from focus to a verified caller, and to the e-mail accepted.
pub(super) async fn verify_and_send(window: &mut DeskWindow) -> [Played; 2] {
    let mut seconds = look_up(window, "priya raman", "Priya Raman").await;
    window.press(Key::Enter).await;
    seconds += waited(window.until_focus_is_on("answer-1")).await;
    answer(window, &ANSWERS).await;
    window.press(Key::Enter).await;
    seconds += waited(window.until_it_says("Verified for this call", 20)).await;
    let verified = Played {
        number: 1,
        task: "Agent: from focus to a verified caller",
        keys: window.count(),
        most_keys: 5,
        seconds,
        most_seconds: 20.0,
        people: "9 of 10 runs; screen reader",
    };
    window.press_with_control(Key::Enter).await;
    let accepted = waited(window.until_it_says("Accepted by the other server", 20)).await;
    window.until("return document.getElementById('call-code') !== null", "the call code", 5).await;
    let sent = Played {
        number: 2,
        task: "Agent: verified, to the unlock email accepted",
        keys: window.count(),
        most_keys: 1,
        seconds: accepted,
        most_seconds: 5.0,
        people: "\"it may be in spam\" said unprompted",
    };
    end(window).await;
    [verified, sent]
}

/// 3: an N taken for an M, found by spelling it back before any check.
pub(super) async fn misheard(window: &mut DeskWindow, world: &World) -> Played {
    look_up(window, "nora quist", "Nora Quist").await;
    window.press(Key::Enter).await;
    let heard = ["Quibblecar Zephyr", "Mether Wallopstone"];
    answer(window, &heard).await;
    window.count();
    window.press(Key::F2).await;
    let seconds = waited(window.until(
        "return document.activeElement?.id === 'spelling' && document.getElementById('spelling').innerText.includes('Mike')",
        "Mike for the first letter",
        5,
    ))
    .await;
    let keys = window.count();
    // The correction: back to the row, the first letter again.
    window.press(Key::F2).await;
    window.until_focus_is_on("answer-2").await;
    window.press(Key::Home).await;
    window.press(Key::Delete).await;
    window.types("N").await;
    window
        .until("return document.getElementById('spelling').innerText.includes('November')", "November", 5)
        .await;
    assert_eq!(
        world.count("SELECT checks_used FROM calls ORDER BY id DESC LIMIT 1").await,
        0,
        "no check was used on it"
    );
    end(window).await;
    Played {
        number: 3,
        task: "Agent: an answer misheard, found by Spell it back",
        keys,
        most_keys: 1,
        seconds,
        most_seconds: 15.0,
        people: "hearing it; 4 keys more correct it",
    }
}

/// 4: two similar names, the second is meant.
pub(super) async fn similar(window: &mut DeskWindow) -> Played {
    let mut seconds = look_up(window, "priya ram", "Priya Ramanathan").await;
    window.until_it_says("Ask for the company. Don’t read these out.", 5).await;
    window.press(Key::Down).await;
    window.press(Key::Enter).await;
    seconds += waited(window.until_focus_is_on("answer-1")).await;
    window
        .until(
            "return document.querySelector('.band .who').innerText.includes('Osprey Dental')",
            "the right one",
            5,
        )
        .await;
    let keys = window.count();
    end(window).await;
    Played {
        number: 4,
        task: "Agent: of two similar names the right call",
        keys,
        most_keys: 2,
        seconds,
        most_seconds: 10.0,
        people: "0 wrong picks in 20",
    }
}

/// 5: the last check of the day fails; four were missed with a colleague before.
pub(super) async fn last_check(window: &mut DeskWindow, world: &World, sam: &Agent) -> Played {
    let wen = person(world, "Wen", "Li", "Northmoor Foods").await;
    for misses in [3, 1] {
        let call = sam.open(&wen).await.unwrap().call_id;
        for _ in 0..misses {
            sam.check(&call, wrong()).await.unwrap();
        }
        sam.end(&call).await.unwrap();
    }
    look_up(window, "wen li", "Wen Li").await;
    window.press(Key::Enter).await;
    answer(window, &wrong().map(Option::unwrap)).await;
    window.press(Key::Enter).await;
    window.count();
    let seconds = waited(window.until(
        r"return /Phone verification paused until \S+, \d\d:\d\d/.test(document.getElementById('standing-heading')?.innerText ?? '')",
        "the clock time it is paused until",
        20,
    ))
    .await;
    window.until_it_says("You can call again after", 5).await;
    window.press_with_control_and_shift("p").await;
    window.until("return document.querySelector('dialog[open]') !== null", "the dialog", 5).await;
    window.press(Key::Enter).await;
    // Its dialog says the beginning of it too.
    window.until_it_says("Two administrators decide. My calls shows what they say.", 10).await;
    window.until("return document.querySelector('dialog[open]') === null", "the dialog closes", 5).await;
    let keys = window.count();
    end(window).await;
    Played {
        number: 5,
        task: "Agent: the last check of the day fails; passed on",
        keys,
        most_keys: 2,
        seconds,
        most_seconds: 3.0,
        people: "10 of 10 say the clock time",
    }
}

/// 6: a hint is wanted, then a skip; flagged silently.
pub(super) async fn pressed(window: &mut DeskWindow, world: &World) -> Played {
    look_up(window, "ole dahl", "Ole Dahl").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("answer-1").await;
    window.count();
    let hint = "return [...document.querySelectorAll('.asks details[open] p')].some((line) => line.innerText.includes('nothing I could hint at'))";
    let seconds = waited(window.until(hint, "the line for a hint", 5)).await;
    window.until("return [...document.querySelectorAll('.asks summary')].some((line) => line.innerText.includes('can you skip this'))", "the line for a skip", 5).await;
    window.press_with_control_and_shift("f").await;
    window.until_it_says("Flagged", 10).await;
    let keys = window.count();
    assert_eq!(world.count("SELECT COUNT(*) FROM approvals WHERE kind = 'flagged'").await, 1);
    end(window).await;
    Played {
        number: 6,
        task: "Agent: pressed for a hint and a skip; flagged",
        keys,
        most_keys: 1,
        seconds,
        most_seconds: 5.0,
        people: "the script used, nothing leaked",
    }
}

/// Types the answers from a row on; each but the last is followed by Enter. An Enter within 400 ms of a move is taken for a
/// doubled one, which no person is fast enough for.
async fn answer(window: &mut DeskWindow, answers: &[&str]) {
    for (i, answer) in answers.iter().enumerate() {
        window.until_focus_is_on(&format!("answer-{}", i + 1)).await;
        tokio::time::sleep(std::time::Duration::from_millis(450)).await;
        window.types(answer).await;
        if i + 1 < answers.len() {
            window.press(Key::Enter).await;
        }
    }
}

async fn end(window: &mut DeskWindow) {
    window.press_with_control("e").await;
    window.until_focus_is_on("look-up-field").await;
    window.count();
}
