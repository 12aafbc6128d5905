//! Waiting for what others do: the mailer, the sealer, the other end. What isn't there in time isn't coming.

use std::time::{Duration, Instant};

use recovery_desk::audit::sealer::AuditWaits;
use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::operations::call_view::CallView;
use recovery_desk::operations::current_call::CurrentCall;
use recovery_desk::operations::demo::{DemoMailbox, MailboxMessage};
use recovery_rules::roles::Door;

use crate::command_line::CommandError;

/// Seconds are more than any of them takes.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// What there must be, or the sentence that says it isn't.
pub fn need<T>(there: Option<T>, otherwise: &str) -> Result<T, CommandError> {
    there.ok_or_else(|| otherwise.to_owned().into())
}

/// Waits for a letter to this address.
pub async fn letter(
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

/// Waits for a letter with a code.
pub async fn letter_with_code(
    desk: &Desk,
    agent: &Caller,
    to: &str,
    since: i64,
) -> Result<String, CommandError> {
    let is_it = |letter: &MailboxMessage| letter.at >= since && six_digits(&letter.text).is_some();
    let found = letter(desk, agent, to, is_it).await?;
    need(six_digits(&found.text), "the letter has no code")
}

/// The first six digits that stand together, spaced or not, on a line of their own.
fn six_digits(text: &str) -> Option<String> {
    text.lines()
        .map(|line| line.replace([' ', '\u{a0}'], ""))
        .find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Waits until the sealer, which works once a second, has chained the last entry.
pub async fn all_sealed(desk: &Desk) -> Result<(), CommandError> {
    let until = Instant::now() + LONGEST_WAIT;
    let system = Caller::System("demo call");
    while Instant::now() < until {
        let waiting = desk.perform(&system, Door::System, None, AuditWaits {}).await?;
        if !waiting.to_chain && !waiting.to_sign {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the audit log was not sealed".into())
}

/// The call as the desk sees it.
pub async fn at_the_desk(desk: &Desk, agent: &Caller) -> Result<CallView, CommandError> {
    let current = desk.perform(agent, Door::Desk, None, CurrentCall { call_id: None }).await?;
    need(current.call, "the desk has no open call")
}

/// Waits until the desk's own view of the call says so.
pub async fn seen(
    desk: &Desk,
    agent: &Caller,
    is_so: impl Fn(&CallView) -> bool,
) -> Result<(), CommandError> {
    let until = Instant::now() + LONGEST_WAIT;
    while Instant::now() < until {
        if is_so(&at_the_desk(desk, agent).await?) {
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
