//! What has to happen by itself while a desk or server runs: post, sealing the audit log, calls left alone,
//! sweeping. One loop, one second; whatever goes wrong is logged and tried again.

use std::time::Duration;

use recovery_rules::roles::Door;
use recovery_rules::states::Change;
use recovery_rules::time::Span;

use crate::audit::sealer::{AuditWaits, SealAudit, SignAuditHead};
use crate::caller::Caller;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::mailer::{Mailer, PostProblem};
use crate::operations::end_call::{AbandonCall, CallsLeftAlone};
use crate::operations::housekeeping::Sweep;
use crate::operations::owner_notices::{OwnersToTell, TellOwner};

const CALLER: Caller = Caller::System("caretaker");
const EVERY: Duration = Duration::from_secs(1);
/// A letter somebody waits for on the phone should leave at once.
const POST_EVERY: Duration = Duration::from_millis(250);
/// Rounds between two looks at what is needed less often.
const SELDOM: u32 = 30;
/// Audit entries are chained within a second or so; after this something is wrong.
const AUDIT_ALARM: Span = Span::seconds(10);

/// Looks after a desk until the task is dropped.
///
/// # Errors
/// The settings of the mail server or the SMS gateway can't work; nothing was started.
pub fn start(desk: Desk) -> Result<Vec<tokio::task::JoinHandle<()>>, PostProblem> {
    let mailer = Mailer::new(desk.clone())?;
    say_what_is_missing(&desk);
    let post = tokio::spawn(async move {
        loop {
            match mailer.run_once().await {
                // A backlog goes out as fast as it can; what was put off is not due again at once.
                Ok(round) if round.more && round.handled > 0 => continue,
                Ok(_) => {}
                Err(failure) => {
                    tracing::warn!(code = failure.code(), "post");
                    tokio::time::sleep(EVERY).await;
                }
            }
            tokio::time::sleep(POST_EVERY).await;
        }
    });
    let holder = crate::id::new_id(desk.clock.machine(), &desk.chance);
    let house = tokio::spawn(async move {
        let mut round = 0;
        loop {
            for (job, failure) in look_round(&desk, &holder, round % SELDOM == 0).await {
                tracing::warn!(job, code = failure.code(), "caretaker");
            }
            round = round.wrapping_add(1);
            tokio::time::sleep(EVERY).await;
        }
    });
    Ok(vec![post, house])
}

/// In the log at the start; later each message that waits for it says so too.
fn say_what_is_missing(desk: &Desk) {
    if desk.demo {
        return;
    }
    if desk.settings.smtp.is_none() {
        tracing::warn!(
            "no mail server is set: letters wait until a desk or server with one runs on this database; see [smtp] in \
             settings.toml"
        );
    }
    if desk.settings.sms.is_none() {
        tracing::warn!(
            "no SMS gateway is set: texts fail unless a desk or server with one runs on this database; see [sms] in \
             settings.toml"
        );
    }
}

/// One round. Every job is tried, whatever became of the one before: a file of signed heads that can't be written keeps
/// nobody's call open. Says which failed.
pub async fn look_round(desk: &Desk, holder: &str, seldom: bool) -> Vec<(&'static str, Failure)> {
    let mut done = vec![("audit_log", look_after_audit(desk, holder).await)];
    if seldom {
        let swept = desk.perform(&CALLER, Door::System, None, Sweep {}).await;
        done.push(("sweep", swept.map(drop)));
        done.push(("tell_owners", tell_owners(desk).await));
        done.push(("calls_left_alone", end_calls_left_alone(desk).await));
    }
    done.into_iter().filter_map(|(job, result)| result.err().map(|failure| (job, failure))).collect()
}

/// From ten seconds on, and then once a minute: rounds are a second apart.
fn alarms(waits: Span) -> bool {
    let (seconds, from) = (waits.0 / 1_000, AUDIT_ALARM.0 / 1_000);
    seconds >= from && (seconds - from) % 60 == 0
}

/// Chaining comes first, and signs what it can; a head that can't be signed is tried again in the next round.
async fn look_after_audit(desk: &Desk, holder: &str) -> Result<(), Failure> {
    let waiting = desk.perform(&CALLER, Door::System, None, AuditWaits {}).await?;
    if alarms(waiting.waits) {
        let seconds = waiting.waits.0 / 1_000;
        tracing::error!(
            seconds,
            "audit entries wait too long to be chained: does another sealer hold the lease and hang?"
        );
    }
    let (mut chained, mut signed) = (Ok(()), Ok(()));
    if waiting.to_chain {
        let seal = SealAudit { holder: holder.to_owned() };
        chained = desk.perform(&CALLER, Door::System, None, seal).await.map(drop);
    }
    if waiting.to_sign {
        let sign = SignAuditHead { holder: holder.to_owned() };
        signed = desk.perform(&CALLER, Door::System, None, sign).await.map(drop);
    }
    chained.and(signed)
}

async fn end_calls_left_alone(desk: &Desk) -> Result<(), Failure> {
    let mut fault = None;
    for call_id in desk.perform(&CALLER, Door::System, None, CallsLeftAlone {}).await?.call_ids {
        match desk.perform(&CALLER, Door::System, None, AbandonCall { call_id }).await {
            Ok(_) | Err(Failure::Refused(_)) => {}
            Err(failure) => fault = fault.or(Some(failure)),
        }
    }
    fault.map_or(Ok(()), Err)
}

/// Owners who are to be told something by itself. Another server may have been faster: then it is refused.
async fn tell_owners(desk: &Desk) -> Result<(), Failure> {
    let to_tell = desk.perform(&CALLER, Door::System, None, OwnersToTell {}).await?;
    let unfinished = to_tell.unfinished.into_iter().map(|user| (user, Change::UnfinishedSignIn));
    let questions = to_tell.questions.into_iter().map(|user| (user, Change::QuestionsReminder));
    let mut fault = None;
    for (user_id, change) in unfinished.chain(questions) {
        match desk.perform(&CALLER, Door::System, None, TellOwner { user_id, change }).await {
            Ok(_) | Err(Failure::Refused(_)) => {}
            Err(failure) => fault = fault.or(Some(failure)),
        }
    }
    fault.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchained_entries_alarm_after_ten_seconds_and_once_a_minute_from_then_on() {
        let seconds: Vec<_> = (0..200).filter(|second| alarms(Span::seconds(*second))).collect();
        assert_eq!(seconds, [10, 70, 130, 190]);
    }
}
