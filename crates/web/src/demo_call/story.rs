//! The story itself, step by step. A step that doesn't happen ends it, and says which one it was.

use recovery_desk::caller::Caller;
use recovery_desk::chance::Chance;
use recovery_desk::demo::people::{CALLERS_REFERENCE, the_caller};
use recovery_desk::desk::Desk;
use recovery_desk::operations::check_answers::CheckAnswers;
use recovery_desk::operations::current_call::CurrentCall;
use recovery_desk::operations::demo::MailboxMessage;
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
use super::telling::Teller;
use super::waiting::{all_sealed, at_the_desk, letter, letter_with_code, need, seen};
use crate::command_line::{CommandError, Ended, say_checked};

/// What is new in each telling: ids of requests and the password, so that a demo database can be played on again.
struct Fresh {
    id: String,
    password: String,
}

impl Fresh {
    fn new(chance: &Chance) -> Self {
        let id: String = chance.bytes::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { password: format!("seven brass lanterns by the canal {id}"), id }
    }

    fn request(&self, what: &str) -> String {
        format!("demo-call-{what}-{}", self.id)
    }
}

/// Plays and tells it; a step that doesn't happen is named.
pub async fn tell(desk: &Desk, home: &Url) -> Result<(), CommandError> {
    let mut teller = Teller::new();
    play(desk, home, &mut teller)
        .await
        .map_err(|error| format!("The demo call failed while {}: {error}", teller.failed()).into())
}

async fn play(desk: &Desk, home: &Url, teller: &mut Teller) -> Result<(), CommandError> {
    let fresh = Fresh::new(&Chance::operating_system());
    let caller = the_caller();
    let email = caller.email();

    teller.begin("signing in at the desk");
    let agent = desk.perform(&Caller::Nobody, Door::Desk, None, DemoSignIn { role: Role::Agent }).await?;
    let name = agent.desk.operator.name.clone();
    let agent = Caller::Session(agent.token);
    end_what_is_open(desk, &agent, &fresh).await?;
    teller.step(format!("{name} is at the desk. The phone rings: {}, who lost her phone.", caller.name()));

    teller.begin("looking the caller up");
    let look_up = LookUp { query: CALLERS_REFERENCE.to_owned(), search_id: fresh.request("search") };
    let found = desk.perform(&agent, Door::Desk, None, look_up).await?;
    let row = need(found.users.first(), "the call reference leads to nobody")?;
    teller.step(format!(
        "Looked up by call reference {CALLERS_REFERENCE}: {}, {}, {}.",
        row.name, row.company, row.masked_email
    ));

    teller.begin("opening the call");
    let open = OpenCall { user_id: row.user_id.clone(), reference: found.reference.clone() };
    let call = desk.perform(&agent, Door::Desk, Some(&fresh.request("open")), open).await?;
    let words = need(call.check_words, "the call has no check words")?.join(" ");
    teller.step(format!("Call opened. \"Your check words are {words}.\" The caller sees the same two."));

    teller.begin("checking the four answers");
    let answers = caller.answers();
    let said: Vec<_> = answers.iter().map(|(_, answer)| Some(SecretText::new(*answer))).collect();
    let said = said.try_into().map_err(|_| "the caller has not four answers")?;
    let check = CheckAnswers { call_id: call.call_id.clone(), answers: said };
    let verdict = desk.perform(&agent, Door::Desk, Some(&fresh.request("check")), check).await?;
    if !verdict.verified {
        return Err("the four answers were checked and the caller is not verified".into());
    }
    for (question, answer) in answers {
        teller.aside(format!("{} \"{answer}\"", question.text));
    }
    teller.step("Four answers checked, one verdict: verified. Which ones were right, nobody learns.");

    teller.begin("sending the unlock e-mail");
    let send = SendUnlock { call_id: call.call_id.clone(), again: false };
    let sent = desk.perform(&agent, Door::Desk, Some(&fresh.request("send")), send).await?;
    let code = need(sent.call_code, "no call code was shown")?;
    let asked_at = need(sent.call.delivery, "the call has no letter")?.queued_at;
    let (first, second) = code.split_at_checked(3).ok_or("the call code is too short")?;
    teller.step(format!("Unlock e-mail asked for. The agent reads out the call code {first} {second}."));

    teller.begin("waiting for the letter");
    let is_it = |letter: &MailboxMessage| letter.at >= asked_at && !letter.links.is_empty();
    let letter = letter(desk, &agent, &email, is_it).await?;
    teller.step(format!("\"{}\" is in the demo mailbox, to {}.", letter.subject, letter.to));

    teller.begin("looking at the link");
    let link = need(letter.links.first(), "the letter has no link")?.url.clone();
    Browser::new(home)?.open(&link).await?.says("Unlock my account")?;
    if at_the_desk(desk, &agent).await?.delivery.is_some_and(|d| d.opened_at.is_some()) {
        return Err("looking at the link was taken for opening it".into());
    }
    teller.step("A mail scanner looked at the link first. That changed nothing.");

    teller.begin("opening the link");
    let browser = Browser::new(home)?;
    browser.open(&link).await?.says("Unlock my account")?;
    browser.post("/unlock/open", &[]).await?.says("Choose a new password")?;
    seen(desk, &agent, |call| call.delivery.as_ref().is_some_and(|d| d.opened_at.is_some())).await?;
    teller.step("Link opened in a browser and its button pressed. The desk sees: opened.");

    teller.begin("setting the new password");
    let fields = [("call_code", code.as_str()), ("new_password", &fresh.password)];
    browser.post("/unlock", &fields).await?.says("Your account is unlocked")?;
    seen(desk, &agent, |call| call.delivery.as_ref().is_some_and(|d| d.used_at.is_some())).await?;
    teller.step("Call code entered, new password set. The desk sees: used.");

    teller.begin("signing in on the account page");
    let fields = [("email", email.as_str()), ("password", &fresh.password)];
    browser.post("/sign-in", &fields).await?.says("Enter your verification code")?;
    let mailed = letter_with_code(desk, &agent, &email, asked_at).await?;
    browser.post("/sign-in/code", &[("code", &mailed)]).await?.says("Set 2-step up again")?;
    let account = browser.post("/account/two-step/later", &[]).await?;
    account.says(&caller.name())?;
    account.says("To be set up again")?;
    teller.step("Signed in with the new password and a mailed code. 2-step is to be set up again.");

    teller.begin("reading the account's history");
    for words in ["took a phone call", "sent an unlock email", "Your account was unlocked and a new password"]
    {
        account.says(words)?;
    }
    teller.step("Her account page tells what happened: the call, the e-mail, the unlock.");

    teller.begin("ending the call");
    let end = EndCall { call_id: call.call_id, notes: "Lost the phone on Friday.".to_owned() };
    let ended = desk.perform(&agent, Door::Desk, Some(&fresh.request("end")), end).await?;
    if ended.outcome != Outcome::Unlocked {
        return Err(format!("the call ended as {}", ended.outcome.name()).into());
    }
    teller.step("Call ended. Outcome, from what happened: unlocked.");

    teller.begin("checking the audit log");
    all_sealed(desk).await?;
    let checked = recovery_desk::audit::check::check(desk, desk.audit_heads.as_slice(), |_, _| {}).await?;
    if say_checked(&checked) == Ended::FoundWrong {
        return Err("the audit log is not whole".into());
    }
    teller.step("Every step above is an entry in it.");
    Ok(())
}

/// A demo that was played on before may have a call open.
async fn end_what_is_open(desk: &Desk, agent: &Caller, fresh: &Fresh) -> Result<(), CommandError> {
    let current = desk.perform(agent, Door::Desk, None, CurrentCall { call_id: None }).await?;
    if let Some(call) = current.call {
        let end = EndCall { call_id: call.call_id, notes: String::new() };
        desk.perform(agent, Door::Desk, Some(&fresh.request("before")), end).await?;
    }
    Ok(())
}
