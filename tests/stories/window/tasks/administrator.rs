//! Tasks 7 and 8: an administrator.

use std::time::{Duration, Instant};

use thirtyfour::Key;

use super::{Played, look_up, waited};
use crate::harness::World;
use crate::harness::posted::PRIYA;
use crate::window::desk::DeskWindow;

/// 7: a reset, alone, with a reason.
pub(super) async fn reset(window: &mut DeskWindow) -> Played {
    let mut seconds = look_up(window, "anne holm", "Anne Holm").await;
    window.press_with_shift(Key::Enter).await;
    seconds +=
        waited(window.until("return document.getElementById('ask-reset') !== null", "the reset", 10)).await;
    window.until_it_says("You can do this alone.", 5).await;
    window.press(Key::F6).await;
    window.until_focus_is_on("ask-reset").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("act-email").await;
    window.types("anne.holm@example.org").await;
    window.press(Key::Tab).await;
    window.until_focus_is_on("act-reason").await;
    window.types("Phone stolen, seen in person at the counter").await;
    window.press(Key::Enter).await;
    seconds += waited(window.until_it_says("2-step is to be set up again. The user is told.", 10)).await;
    Played {
        number: 7,
        task: "Administrator: a user's 2-step reset, with a reason",
        keys: window.count(),
        most_keys: 6,
        seconds,
        most_seconds: 40.0,
        people: "can say what the user sees next",
    }
}

/// 8: who unlocked Priya, how was she checked, was it opened? All on one screen.
pub(super) async fn who_unlocked(window: &mut DeskWindow) -> Played {
    crate::window::administration::go(window, "look up", "look-up-field").await;
    let mut seconds = look_up(window, "priya raman", "Priya Raman").await;
    window.press_with_shift(Key::Enter).await;
    let told = "const lines = [...document.querySelectorAll('.timeline li')].map((line) => line.innerText.replaceAll('\\n', ' '));
        const has = (...words) => lines.some((line) => words.every((word) => line.includes(word)));
        return has('Verified', 'by Dana Okafor') && has('Unlock email sent off', 'by Dana Okafor') && has('Unlock link opened')";
    seconds += waited(window.until(told, "who, how and whether", 10)).await;
    Played {
        number: 8,
        task: "Administrator: who unlocked, how checked, opened?",
        keys: window.count(),
        most_keys: 4,
        seconds,
        most_seconds: 30.0,
        people: "all three said right",
    }
}

/// Priya is verified by Dana and her unlock e-mail has arrived: its link.
pub(super) async fn recovered(world: &World) -> String {
    let priya = world.priya().await;
    let dana = world.agent("Dana Okafor").await;
    let call = dana.verified_call(&priya).await;
    dana.send(&call.call_id).await.unwrap();
    let end = Instant::now() + Duration::from_secs(15);
    let mail = world.mail.as_ref().unwrap();
    // The window's own desk sends too; whichever comes first.
    while !mail.arrived().iter().any(|letter| letter.header("subject").contains("Unlock your account")) {
        world.post().await;
        assert!(Instant::now() < end, "no letter");
    }
    dana.end(&call.call_id).await.unwrap();
    mail.newest(PRIYA, "Unlock").links().0
}
