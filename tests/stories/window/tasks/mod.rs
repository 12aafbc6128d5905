//! The ten tasks of the usability bar as scripts: keys beside typed text are counted and held to the bar; the machine's own
//! time is measured (to 0.1 s, WebDriver included) and printed beside it, and fails nothing. What only people can show is
//! not tested here and said so in the table.

mod administrator;
mod agent;
mod billing;
mod user;

use std::time::Instant;

use recovery_rules::roles::Role;
use thirtyfour::Key;

use super::at_the_window;
use super::desk::DeskWindow;
use crate::harness::World;
use crate::harness::fixtures::NewUser;
use crate::harness::log::tell;

/// A task that was played.
struct Played {
    number: usize,
    task: &'static str,
    keys: usize,
    most_keys: usize,
    seconds: f64,
    most_seconds: f64,
    people: &'static str,
}

impl Played {
    fn line(&self) -> String {
        let Self { number, task, keys, most_keys, seconds, most_seconds, people } = self;
        format!(
            "{number:>2}  {task:<57} {keys:>4} of {most_keys:<2} {seconds:>6.1} of {most_seconds:<4} s   {people}"
        )
    }
}

/// Waits, and says for how long.
async fn waited(wait: impl Future<Output = ()>) -> f64 {
    let began = Instant::now();
    wait.await;
    began.elapsed().as_secs_f64()
}

async fn look_up(window: &mut DeskWindow, typed: &str, shown: &str) -> f64 {
    window.until_focus_is_on("look-up-field").await;
    window.press(Key::Escape).await;
    window.count();
    window.types(typed).await;
    waited(window.until_it_says(shown, 10)).await
}

async fn person(world: &World, given: &'static str, family: &'static str, company: &'static str) -> String {
    let email = format!("{}.{}@example.org", given.to_lowercase(), family.to_lowercase());
    world.user(NewUser { given, family, company, email: &email, ..NewUser::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tasks_of_the_usability_bar_take_no_more_keys_than_it_allows() {
    let mut played = Vec::new();
    let (world, mut window, _dana) = at_the_window("tasks", Role::Agent, "Dana Okafor").await;
    world.priya().await;
    for (given, family, company) in [("Nora", "Quist", "Calder & Finch"), ("Ole", "Dahl", "Calder & Finch")] {
        person(&world, given, family, company).await;
    }
    let sam = world.agent("Sam Ortiz").await;
    played.extend(agent::verify_and_send(&mut window).await);
    played.push(agent::misheard(&mut window, &world).await);
    person(&world, "Priya", "Ramanathan", "Osprey Dental").await;
    played.push(agent::similar(&mut window).await);
    played.push(agent::last_check(&mut window, &world, &sam).await);
    played.push(agent::pressed(&mut window, &world).await);
    drop(window);

    let (world, mut window, _ines) =
        at_the_window("tasks-administrator", Role::Administrator, "Ines Vogt").await;
    person(&world, "Anne", "Holm", "Calder & Finch").await;
    played.push(administrator::reset(&mut window).await);
    let letter = administrator::recovered(&world).await;
    crate::harness::pages::press(&world.desk, &letter).await.unwrap();
    played.push(administrator::who_unlocked(&mut window).await);
    drop(window);
    played.push(billing::remind().await);
    played.push(user::reset_code().await);

    let lines: Vec<_> = played.iter().map(Played::line).collect();
    tell(&format!(
        "The ten tasks            (keys of the bar, machine time of the bar; the last column was not tested: it needs people)\n{}",
        lines.join("\n")
    ));
    for Played { number, keys, most_keys, .. } in played {
        assert!(keys <= most_keys, "task {number}: {keys} keys, the bar has {most_keys}");
    }
}
