//! What has to happen by itself while a desk or server runs: post, sealing the audit log, calls left alone,
//! sweeping. One loop, one second; whatever goes wrong is logged and tried again.

use std::time::Duration;

use recovery_rules::roles::Door;

use crate::audit::sealer::{AuditWaits, SealAudit, SignAuditHead};
use crate::caller::Caller;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::mailer::{Mailer, PostProblem};
use crate::operations::end_call::{AbandonCall, CallsLeftAlone};
use crate::operations::housekeeping::Sweep;

const CALLER: Caller = Caller::System("caretaker");
const EVERY: Duration = Duration::from_secs(1);
/// A letter somebody waits for on the phone should leave at once.
const POST_EVERY: Duration = Duration::from_millis(250);
/// Rounds between two looks at what is needed less often.
const SELDOM: u32 = 30;

/// Looks after a desk until the task is dropped.
///
/// # Errors
/// The settings of the mail server or the SMS gateway can't work; nothing was started.
pub fn start(desk: Desk) -> Result<Vec<tokio::task::JoinHandle<()>>, PostProblem> {
    let mailer = Mailer::new(desk.clone())?;
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
            if let Err(failure) = look_round(&desk, &holder, round % SELDOM == 0).await {
                tracing::warn!(code = failure.code(), "caretaker");
            }
            round = round.wrapping_add(1);
            tokio::time::sleep(EVERY).await;
        }
    });
    Ok(vec![post, house])
}

/// One round.
pub async fn look_round(desk: &Desk, holder: &str, seldom: bool) -> Result<(), Failure> {
    let waiting = desk.perform(&CALLER, Door::System, None, AuditWaits {}).await?;
    if waiting.to_chain {
        desk.perform(&CALLER, Door::System, None, SealAudit { holder: holder.to_owned() }).await?;
    }
    if waiting.to_sign {
        desk.perform(&CALLER, Door::System, None, SignAuditHead { holder: holder.to_owned() }).await?;
    }
    if !seldom {
        return Ok(());
    }
    desk.perform(&CALLER, Door::System, None, Sweep {}).await?;
    for call_id in desk.perform(&CALLER, Door::System, None, CallsLeftAlone {}).await?.call_ids {
        match desk.perform(&CALLER, Door::System, None, AbandonCall { call_id }).await {
            Ok(_) | Err(Failure::Refused(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}
