//! The story itself, step by step. A step that doesn't happen ends it, and says which one it was.

use std::time::{Duration, Instant};

use recovery_desk::audit::sealer::AuditWaits;
use recovery_desk::caller::Caller;
use recovery_desk::demo::people::{CALLERS_REFERENCE, the_caller};
use recovery_desk::desk::Desk;
use recovery_desk::operations::call_view::CallView;
use recovery_desk::operations::check_answers::CheckAnswers;
use recovery_desk::operations::current_call::CurrentCall;
use recovery_desk::operations::demo::{DemoMailbox, MailboxMessage};
use recovery_desk::operations::demo_sign_in::DemoSignIn;
use recovery_desk::operations::end_call::EndCall;
use recovery_desk::operations::look_up::LookUp;
use recovery_desk::operations::open_call::OpenCall;
use recovery_desk::operations::send_unlock::SendUnlock;
use recovery_desk::secret::SecretText;
use recovery_rules::roles::{Door, Role};
use recovery_rules::states::Outcome;
use url::Url;

use super::browser::Browser;
use crate::command_line::{CommandError, check_audit};
use crate::output::line;

const NEW_PASSWORD: &str = "seven brass lanterns by the canal";
/// A letter that isn't there by then isn't coming.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

struct Teller {
    began: Instant,
}

impl Teller {
    /// Says what happened, and how long it took.
    fn step(&mut self, what: impl std::fmt::Display) {
        line(format!("  ok {:>6} ms  {what}", self.began.elapsed().as_millis()));
        self.began = Instant::now();
    }
}

fn need<T>(there: Option<T>, otherwise: &str) -> Result<T, CommandError> {
    there.ok_or_else(|| otherwise.to_owned().into())
}

/// Plays and tells it.
pub async fn tell(desk: &Desk, home: &Url) -> Result<(), CommandError> {
    let mut teller = Teller { began: Instant::now() };
    let caller = the_caller();
    let agent = desk.perform(&Caller::Nobody, Door::Desk, None, DemoSignIn { role: Role::Agent }).await?;
    let name = agent.desk.operator.name.clone();
    let agent = Caller::Session(agent.token);
    teller.step(format!("{name} is at the desk. The phone rings: {}, who lost her phone.", caller.name()));

    let look_up = LookUp { query: CALLERS_REFERENCE.to_owned(), search_id: "demo-call".to_owned() };
    let found = desk.perform(&agent, Door::Desk, None, look_up).await?;
    let row = need(found.users.first(), "the call reference leads to nobody")?;
    teller.step(format!(
        "Looked up by call reference {CALLERS_REFERENCE}: {}, {}.",
        row.name, row.masked_email
    ));

    let open = OpenCall { user_id: row.user_id.clone(), reference: found.reference.clone() };
    let call = desk.perform(&agent, Door::Desk, Some("demo-call-open"), open).await?;
    let words = need(call.check_words, "the call has no check words")?.join(" ");
    teller.step(format!("Call opened. \"Your check words are {words}.\" The caller sees the same two."));

    let said: Vec<_> = caller.answers().iter().map(|(_, answer)| Some(SecretText::new(*answer))).collect();
    let answers = said.try_into().map_err(|_| "the caller has not four answers")?;
    let check = CheckAnswers { call_id: call.call_id.clone(), answers };
    let verdict = desk.perform(&agent, Door::Desk, Some("demo-call-check"), check).await?;
    if !verdict.verified {
        return Err("the four answers were checked and the caller is not verified".into());
    }
    teller.step("Four answers checked, one verdict: verified. Which ones were right, nobody learns.");

    let send = SendUnlock { call_id: call.call_id.clone(), again: false };
    let sent = desk.perform(&agent, Door::Desk, Some("demo-call-send"), send).await?;
    let code = need(sent.call_code, "no call code was shown")?;
    teller.step(format!(
        "Unlock e-mail asked for. The agent reads out the call code {} {}.",
        &code[..3],
        &code[3..]
    ));

    let letter = letter(desk, &agent, &caller.email(), |letter| !letter.links.is_empty()).await?;
    teller.step(format!("\"{}\" is in the demo mailbox, to {}.", letter.subject, letter.to));

    let browser = Browser::new(home)?;
    browser.open(&letter.links[0].url).await?.says("Unlock my account")?;
    browser.post("/unlock/open", &[]).await?.says("Choose a new password")?;
    at_the_desk(desk, &agent, |call| call.delivery.as_ref().is_some_and(|d| d.opened_at.is_some())).await?;
    teller.step("Link opened in a browser and its button pressed. The desk sees: opened.");

    let fields = [("call_code", code.as_str()), ("new_password", NEW_PASSWORD)];
    browser.post("/unlock", &fields).await?.says("Your account is unlocked")?;
    at_the_desk(desk, &agent, |call| call.delivery.as_ref().is_some_and(|d| d.used_at.is_some())).await?;
    teller.step("Call code entered, new password set. The desk sees: used.");

    let email = caller.email();
    let fields = [("email", email.as_str()), ("password", NEW_PASSWORD)];
    browser.post("/sign-in", &fields).await?.says("Enter your verification code")?;
    let mailed = letter_with_code(desk, &agent, &email).await?;
    let account = browser.post("/sign-in/code", &[("code", &mailed)]).await?;
    account.says(&caller.name())?;
    account.says("To be set up again")?;
    teller.step("Signed in with the new password and a mailed code. 2-step is to be set up again.");

    let end = EndCall { call_id: call.call_id, notes: "Lost the phone on Friday.".to_owned() };
    let ended = desk.perform(&agent, Door::Desk, Some("demo-call-end"), end).await?;
    if ended.outcome != Outcome::Unlocked {
        return Err(format!("the call ended as {}", ended.outcome.name()).into());
    }
    teller.step("Call ended. Outcome, from what happened: unlocked.");

    all_sealed(desk).await?;
    check_audit(desk.clone()).await?;
    teller.step("Every step above is an entry in it.");
    Ok(())
}

/// Waits for a letter to this address.
async fn letter(
    desk: &Desk,
    agent: &Caller,
    to: &str,
    is_it: impl Fn(&MailboxMessage) -> bool,
) -> Result<MailboxMessage, CommandError> {
    let until = Instant::now() + LONGEST_WAIT;
    while Instant::now() < until {
        let mailbox = desk.perform(agent, Door::Desk, None, DemoMailbox {}).await?;
        if let Some(found) = mailbox.messages.into_iter().find(|letter| letter.to == to && is_it(letter)) {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the letter did not arrive".into())
}

async fn letter_with_code(desk: &Desk, agent: &Caller, to: &str) -> Result<String, CommandError> {
    let found = letter(desk, agent, to, |letter| six_digits(&letter.text).is_some()).await?;
    need(six_digits(&found.text), "the letter has no code")
}

/// The first six digits that stand together, spaced or not, on a line of their own.
fn six_digits(text: &str) -> Option<String> {
    text.lines()
        .map(|line| line.replace([' ', '\u{a0}'], ""))
        .find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Waits until the sealer, which works once a second, has chained the last entry.
async fn all_sealed(desk: &Desk) -> Result<(), CommandError> {
    let until = Instant::now() + LONGEST_WAIT;
    let system = Caller::System("demo call");
    while Instant::now() < until {
        if !desk.perform(&system, Door::System, None, AuditWaits {}).await?.waits {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the audit log was not sealed".into())
}

/// Waits until the desk's own view of the call says so.
async fn at_the_desk(
    desk: &Desk,
    agent: &Caller,
    is_so: impl Fn(&CallView) -> bool,
) -> Result<(), CommandError> {
    let until = Instant::now() + LONGEST_WAIT;
    while Instant::now() < until {
        let current = desk.perform(agent, Door::Desk, None, CurrentCall { call_id: None }).await?;
        if current.call.as_ref().is_some_and(&is_so) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the desk did not see it".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_on_its_line_and_nothing_else_is_taken_for_one() {
        assert_eq!(six_digits("It was asked for on 24 November.\n\n   482 913\n"), Some("482913".to_owned()));
        assert_eq!(six_digits("Call 0113 496 0142 today"), None);
    }
}
