//! Task 9: a billing user.

use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;
use thirtyfour::Key;

use super::{Played, waited};
use crate::harness::World;
use crate::harness::biller::member;
use crate::harness::fixtures::NewUser;
use crate::window::team;

/// Who has 2-step off and no questions: the right five.
const RIGHT: [&str; 5] = ["Ann", "Ben", "Cleo", "Dan", "Eve"];

/// 9: who has 2-step off and no questions is named, and everybody who is due is reminded, nobody twice.
pub(super) async fn remind() -> Played {
    let (world, gateway) = team::company().await;
    let lately = company(&world).await;
    let yesterday = world.desk.clock.machine() - Span::days(1);
    let mut tx = world.desk.database.begin().await.unwrap();
    recovery_desk::store::team::reminded(&mut tx, &lately, &lately, yesterday).await.unwrap();
    tx.commit().await.unwrap();
    let mut window = team::at_the_window(&world, &gateway, "tasks-billing").await;
    window.until_it_says("1 of 11 users is fully protected. 10 need something.", 20).await;

    // The group of the map is the answer: its members stand below it.
    window.count();
    window.click("group-no_help_by_phone").await;
    let named = format!(
        "const rows = [...document.querySelectorAll('#team-table tbody tr')];
         return rows.length === 5 && {RIGHT:?}.every((name) => rows.some((row) => row.innerText.includes(`${{name}} Berg`)))
           && rows.every((row) => row.innerText.includes('Off') && row.innerText.includes('Missing'))"
    );
    let mut seconds = waited(window.until(&named, "the right five", 10)).await;
    window.click("send-reminders").await;
    window.until_focus_is_on("dialog-confirm").await;
    window.pictures("remind").await;
    window.press(Key::Enter).await;
    seconds += waited(window.until_it_says("9 reminders are on the way.", 25)).await;
    let keys = window.count();
    assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE letter = 'two_step_reminder'").await, 9);
    let twice = "SELECT COUNT(*) FROM (SELECT user_id FROM outbox WHERE letter = 'two_step_reminder' GROUP BY user_id HAVING COUNT(*) > 1) t";
    assert_eq!(world.count(twice).await, 0, "nobody is reminded twice");
    let letters = "SELECT COUNT(*) FROM outbox o JOIN users u ON u.id = o.user_id WHERE o.letter = 'two_step_reminder' AND u.given_name = 'Jo'";
    assert_eq!(world.count(letters).await, 0, "nor whoever was reminded yesterday");
    Played {
        number: 9,
        task: "Billing: who has 2-step off, no questions; remind all due",
        keys,
        most_keys: 3,
        seconds,
        most_seconds: 35.0,
        people: "the right five named",
    }
}

/// Ten colleagues of Grace, none of them fully protected; gives the id of one who is due only in two days.
async fn company(world: &World) -> String {
    let mut last = String::new();
    let given = RIGHT.map(|name| (name, TwoStep::Never, 0)).into_iter().chain([
        ("Fay", TwoStep::Off, 4),
        ("Gil", TwoStep::Never, 4),
        ("Hal", TwoStep::Off, 4),
        ("Ivy", TwoStep::ToBeSetUpAgain, 4),
        ("Jo", TwoStep::Never, 4),
    ]);
    for (given, two_step, answers) in given {
        let email = format!("{}@hartwell.example", given.to_lowercase());
        last = world.user(NewUser { two_step, answers, ..member(given, &email) }).await;
    }
    last
}
