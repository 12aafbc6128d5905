//! The checker is itself tried: a run without faults is found to be right, and each planted loss and double is caught.

use super::checker::check;
use super::found::Found;
use super::history::{Kind, Line};
use super::parent::{End, Lives};
use crate::harness::Engine;

/// What the checker says after something was changed.
fn after(history: &[Line], found: &Found, change: impl FnOnce(&mut Vec<Line>, &mut Found)) -> Vec<String> {
    let (mut history, mut found) = (history.to_vec(), found.clone());
    change(&mut history, &mut found);
    check(&history, &found, 0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_checker_catches_what_is_planted_and_nothing_else() {
    let mut lives = Lives::new(Engine::Sqlite).await;
    let worker = lives.start(1, &[]);
    assert_eq!(lives.end(worker), End::Finished);
    let found = lives.finish_and_check().await;
    let history = lives.history();
    assert!(
        history.iter().any(|line| line.name() == "not_me" && line.kind == Kind::Ok),
        "the round came to its end"
    );
    assert_eq!(check(&history, &found, 0), Vec::<String>::new());

    let names = |wrong: Vec<String>| {
        let mut names: Vec<_> = wrong.iter().map(|line| line[..2].to_owned()).collect();
        names.dedup();
        names.join(" ")
    };
    let planted = |expected: &str, wrong: Vec<String>| {
        assert!(names(wrong.clone()).contains(expected), "{expected} not in {wrong:?}");
    };
    // A link that stopped although its tries were not used up: nobody may be shut out by a kill.
    planted(
        "I6",
        after(&history, &found, |history, _| {
            let over = history.iter_mut().find(|line| line.kind == Kind::Over).unwrap();
            over.facts["outcome"] = "link_stopped".into();
        }),
    );
    // Losses.
    planted("I1", after(&history, &found, |_, found| drop(found.calls.pop())));
    planted("I1", after(&history, &found, |_, found| found.calls[0].ended_at = None));
    planted("I1", after(&history, &found, |_, found| found.messages.retain(|m| m.letter != "unlock")));
    planted("I1", after(&history, &found, |_, found| drop(found.requests.pop())));
    planted("I1", after(&history, &found, |_, found| found.links.clear()));
    planted("I2", after(&history, &found, |_, found| drop(found.letters.pop())));
    planted(
        "I4",
        after(&history, &found, |_, found| {
            let end = found.audit.iter().position(|row| row.operation == "end_call").unwrap();
            found.audit.remove(end);
        }),
    );
    // Doubles.
    planted(
        "I1",
        after(&history, &found, |_, found| {
            let unlock = found.messages.iter().find(|m| m.letter == "unlock").unwrap().clone();
            found.messages.push(unlock);
        }),
    );
    planted("I1", after(&history, &found, |_, found| found.calls.push(found.calls[0].clone())));
    planted("I2", after(&history, &found, |_, found| found.letters.push(found.letters[0].clone())));
    planted(
        "I2",
        after(&history, &found, |_, found| {
            found.messages[0].attempts = 2;
            let mut other =
                found.letters.iter().find(|l| l.message_id == found.messages[0].message_id).unwrap().clone();
            other.text.push_str("another link");
            found.letters.push(other);
        }),
    );
    planted(
        "I3",
        after(&history, &found, |_, found| {
            let redeemed = |row: &&recovery_desk::store::audit::AuditRow| {
                row.operation == "redeem_unlock"
                    && row.detail.as_deref().unwrap_or("").contains("two_step_before")
            };
            let row = found.audit.iter().find(redeemed).unwrap().clone();
            found.audit.push(row);
        }),
    );
    // Intruders, and a client that heard nothing more.
    planted("I3", after(&history, &found, |_, found| found.calls[0].checks_used = 1));
    planted(
        "I3",
        after(&history, &found, |_, found| {
            found
                .audit
                .retain(|row| !row.detail.as_deref().unwrap_or("").contains("\"verdict\":\"verified\""));
        }),
    );
    planted(
        "I3",
        after(&history, &found, |history, found| {
            let user = history
                .iter()
                .find(|line| line.name() == "not_me" && line.kind == Kind::Ok)
                .unwrap()
                .facts["user"]
                .as_str()
                .unwrap();
            found
                .live_sessions
                .push(super::found::Session { user_id: user.to_owned(), account: "active".to_owned() });
        }),
    );
    planted(
        "I6",
        after(&history, &found, |history, _| {
            let over = history.iter_mut().find(|line| line.kind == Kind::Over).unwrap();
            over.facts["outcome"] = "fault".into();
        }),
    );
    planted(
        "I6",
        after(&history, &found, |history, _| {
            let open = history.iter().position(|line| line.kind == Kind::Ok).unwrap();
            let mut asked = history[open].clone();
            asked.kind = Kind::Invoke;
            history[open].since_start = 31_000;
            history.insert(open, Line::life(0));
            history.insert(open, asked);
        }),
    );
}
