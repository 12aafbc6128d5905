//! Reads a history and what was found after it, and names every invariant that does not hold.

use recovery_rules::policy::{Number, Policy};
use std::collections::{BTreeMap, BTreeSet};

use super::found::{Found, Letter};
use super::history::{Kind, Line};

/// Everything that is wrong, each beginning with the invariant's name; empty if all is well. `kills` is how often a
/// process died: each may leave one letter of which nobody knows whether it was sent.
pub fn check(history: &[Line], found: &Found, kills: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    wrong.extend(lost_or_doubled(history, found));
    wrong.extend(sent_twice(found, kills));
    wrong.extend(let_in(history, found));
    wrong.extend(audited(history, found));
    wrong.extend(healed(history));
    wrong
}

/// The request ids, or for steps without one the places in the history, that were answered.
fn answered<'a>(history: &'a [Line], name: &str) -> impl Iterator<Item = &'a Line> {
    history.iter().filter(move |line| line.kind == Kind::Ok && line.name() == name)
}

/// How many different requests of that name were answered, by the value of a fact.
fn by_fact(history: &[Line], name: &str, fact: &str) -> BTreeMap<String, usize> {
    let requests: BTreeSet<_> = answered(history, name)
        .map(|line| (line.facts[fact].as_str().unwrap_or_default().to_owned(), line.request.clone()))
        .collect();
    let mut counts = BTreeMap::new();
    for (value, _) in requests {
        *counts.entry(value).or_default() += 1;
    }
    counts
}

/// I1: what was answered is there, and each request was done once.
fn lost_or_doubled(history: &[Line], found: &Found) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, heard: BTreeMap<String, usize>, there: BTreeMap<String, usize>| {
        let keys: BTreeSet<_> = heard.keys().chain(there.keys()).collect();
        for key in keys {
            let (heard, there) = (heard.get(key).copied().unwrap_or(0), there.get(key).copied().unwrap_or(0));
            if heard != there {
                wrong.push(format!("I1: {what} of {key}: {heard} answered, {there} done"));
            }
        }
    };
    let count = |keys: Vec<String>| {
        let mut counts = BTreeMap::<String, usize>::new();
        keys.into_iter().for_each(|key| *counts.entry(key).or_default() += 1);
        counts
    };
    let calls = found.calls.iter().map(|call| call.id.clone()).collect();
    same("open_call", by_fact(history, "open", "call"), count(calls));
    let unlock = found.messages.iter().filter(|message| message.letter == "unlock");
    same(
        "send_unlock",
        by_fact(history, "send", "call"),
        count(unlock.filter_map(|m| m.call_id.clone()).collect()),
    );
    // A call left alone for too long is ended by the caretaker.
    let abandoned = |call: &str| {
        found.audit.iter().any(|row| row.operation == "abandon_call" && row.call_id.as_deref() == Some(call))
    };
    let ended = found.calls.iter().filter(|call| call.ended_at.is_some() && !abandoned(&call.id));
    let ended = ended.map(|call| call.id.clone()).collect();
    same("end_call", by_fact(history, "end", "call"), count(ended));
    let verdicts = found.audit.iter().filter(|row| row.operation == "check_answers" && row.result == "done");
    same(
        "check_answers",
        by_fact(history, "check", "call"),
        count(verdicts.filter_map(|r| r.call_id.clone()).collect()),
    );
    for line in history.iter().filter(|line| line.kind == Kind::Ok) {
        let Some(id) = &line.request else { continue };
        if !found.requests.iter().any(|request| request.request_id == *id && request.state == "done") {
            wrong.push(format!("I1: {} was answered, but its request id {id} is not done", line.step));
        }
    }
    for line in answered(history, "redeem").filter(|line| line.facts["redeemed"] == true) {
        let user = line.facts["user"].as_str().unwrap_or_default();
        if used_links(found, user) != 1 {
            wrong.push(format!("I1: a new password was set for {user}, but no link is used"));
        }
    }
    wrong
}

fn used_links(found: &Found, user: &str) -> usize {
    let used = |link: &&super::found::Link| {
        link.purpose == "unlock" && link.used_at.is_some() && link.user_id == user
    };
    found.links.iter().filter(used).count()
}

/// I2: each message arrived once; twice at most where a process died, with the same secret.
fn sent_twice(found: &Found, kills: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut arrived = BTreeMap::<&str, Vec<&Letter>>::new();
    for letter in &found.letters {
        arrived.entry(&letter.message_id).or_default().push(letter);
    }
    let mut again = 0;
    for message in &found.messages {
        let letters = arrived.remove(message.message_id.as_str()).unwrap_or_default();
        let name = format!(
            "{} {} ({}, {} attempts)",
            message.letter, message.message_id, message.state, message.attempts
        );
        again += letters.len().saturating_sub(1);
        if letters.len() as i64 > message.attempts {
            wrong.push(format!("I2: {name} arrived {} times", letters.len()));
        }
        if letters.windows(2).any(|pair| pair[0].text != pair[1].text) {
            wrong.push(format!("I2: {name} arrived with different texts"));
        }
        match message.state.as_str() {
            "accepted" if letters.is_empty() => wrong.push(format!("I2: {name} never arrived")),
            "accepted" | "superseded" | "expired" | "uncertain" => {}
            _ => wrong.push(format!("I2: {name} is not at its end")),
        }
    }
    for (message_id, letters) in arrived {
        wrong.push(format!("I2: {} letters {message_id} that nobody queued", letters.len()));
    }
    let uncertain = found.messages.iter().filter(|message| message.state == "uncertain").count();
    if again + uncertain > kills {
        wrong.push(format!("I2: {again} letters twice and {uncertain} uncertain after {kills} kills"));
    }
    wrong
}

/// I3: nobody is let in who should not be.
fn let_in(history: &[Line], found: &Found) -> Vec<String> {
    let mut wrong = Vec::new();
    let done = |operation: &str| {
        let operation = operation.to_owned();
        found.audit.iter().filter(move |row| row.operation == operation && row.result == "done")
    };
    let detail = |row: &recovery_desk::store::audit::AuditRow| row.detail.clone().unwrap_or_default();
    for line in answered(history, "redeem_wrong").filter(|line| line.facts["redeemed"] == true) {
        wrong.push(format!("I3: a wrong call code let {} in", line.facts["user"]));
    }
    let mut successes = BTreeMap::<String, usize>::new();
    for row in done("redeem_unlock").filter(|row| detail(row).contains("two_step_before")) {
        *successes.entry(row.user_id.clone().unwrap_or_default()).or_default() += 1;
    }
    for (user, successes) in successes {
        if successes != 1 || used_links(found, &user) != 1 {
            wrong.push(format!(
                "I3: {successes} new passwords by {} links for {user}",
                used_links(found, &user)
            ));
        }
    }
    for call in &found.calls {
        let tries = found.audit.iter().filter(|row| {
            row.operation == "check_answers"
                && row.result == "reserved"
                && row.call_id.as_ref() == Some(&call.id)
        });
        let tries = tries.count() as i64;
        if tries > 3 || tries != call.checks_used {
            wrong.push(format!("I3: {tries} tries in call {}, {} counted", call.id, call.checks_used));
        }
    }
    let mut of_the_day = BTreeMap::<&str, i64>::new();
    found.calls.iter().for_each(|call| *of_the_day.entry(&call.user_id).or_default() += call.checks_used);
    for (user, tries) in of_the_day.into_iter().filter(|(_, tries)| *tries > 5) {
        wrong.push(format!("I3: {tries} checks of {user} in a day"));
    }
    for message in found.messages.iter().filter(|message| message.letter == "unlock") {
        let verified = done("check_answers")
            .any(|row| row.call_id == message.call_id && detail(row).contains("\"verdict\":\"verified\""));
        if !verified {
            wrong.push(format!("I3: {} was queued in a call that was never verified", message.message_id));
        }
    }
    for session in found.live_sessions.iter().filter(|session| session.account != "active") {
        wrong.push(format!("I3: a session of {} outlived the lock", session.user_id));
    }
    for line in answered(history, "not_me").filter(|line| line.facts["locked"] == true) {
        let user = line.facts["user"].as_str().unwrap_or_default();
        if found.live_sessions.iter().any(|session| session.user_id == user) {
            wrong.push(format!("I3: {user} said it wasn't her, and somebody is still in"));
        }
    }
    wrong
}

/// I4: every change has one entry. (That the chain holds, and fits its signed heads, is checked by the product's
/// own check.)
fn audited(history: &[Line], found: &Found) -> Vec<String> {
    let entries = |operation: &str| {
        found.audit.iter().filter(|row| row.operation == operation && row.result == "done").count()
    };
    let unlock = found.messages.iter().filter(|message| message.letter == "unlock").count();
    let used = found.links.iter().filter(|link| link.purpose == "unlock" && link.used_at.is_some()).count();
    let redeemed = found.audit.iter().filter(|row| {
        row.operation == "redeem_unlock"
            && row.detail.as_deref().is_some_and(|d| d.contains("two_step_before"))
    });
    let pairs = [
        ("open_call", entries("open_call"), found.calls.len()),
        ("send_unlock", entries("send_unlock"), unlock),
        ("redeem_unlock", redeemed.count(), used),
        (
            "end_call",
            entries("end_call") + entries("abandon_call"),
            found.calls.iter().filter(|call| call.ended_at.is_some()).count(),
        ),
    ];
    let mut wrong = Vec::new();
    for (operation, entries, changes) in pairs {
        if entries != changes {
            wrong.push(format!("I4: {entries} entries of {operation} for {changes} changes"));
        }
    }
    let ids: BTreeSet<_> = found.audit.iter().map(|row| &row.id).collect();
    if ids.len() != found.audit.len() {
        wrong.push("I4: an entry stands twice".to_owned());
    }
    if history.iter().any(|line| line.kind == Kind::Ok) && found.audit.is_empty() {
        wrong.push("I4: nothing was audited".to_owned());
    }
    wrong
}

/// I6: whatever was asked without an answer is answered within 30 s of the next start, and no client gave up.
fn healed(history: &[Line]) -> Vec<String> {
    let mut wrong = Vec::new();
    for line in history {
        let outcome = line.facts["outcome"].as_str().unwrap_or("done");
        // Kills may use up the three checks of a call or the time of a verdict; the agent then ends the call.
        let used_up = match outcome {
            "done" | "no_checks_left" | "not_verified" | "call_not_open" => true,
            // A process that dies while a call code is judged leaves a try that counts; the link has so many.
            "link_stopped" => tries_of_the_link(history, line) >= Policy::default().count(Number::CodeTries),
            _ => false,
        };
        if line.kind == Kind::Over && !used_up {
            wrong.push(format!("I6: client {} round {} ended with {outcome}", line.client, line.round));
        }
    }
    let slowest = slowest_healing(history);
    if slowest > 30_000 {
        wrong.push(format!("I6: {slowest} ms until a retry was answered"));
    }
    wrong
}

/// How often the call code of a round was typed, by all its processes.
fn tries_of_the_link(history: &[Line], round: &Line) -> i64 {
    let typed = |line: &&Line| {
        (line.client, line.round) == (round.client, round.round)
            && line.kind == Kind::Invoke
            && ["redeem", "redeem_wrong"].contains(&line.name())
    };
    history.iter().filter(typed).count().try_into().unwrap()
}

/// The longest time from a start until what was left open by the process before was answered, in ms.
pub fn slowest_healing(history: &[Line]) -> u64 {
    let mut open = BTreeSet::new();
    let mut slowest = 0;
    let mut carried = BTreeSet::new();
    for line in history {
        let key = (line.client, line.round, line.step.clone());
        match line.kind {
            Kind::Life => carried = open.clone(),
            Kind::Invoke => {
                open.insert(key);
            }
            Kind::Ok | Kind::Fail => {
                open.remove(&key);
                if carried.remove(&key) {
                    slowest = slowest.max(line.since_start);
                }
            }
            Kind::Info | Kind::Over => {}
        }
    }
    slowest
}
