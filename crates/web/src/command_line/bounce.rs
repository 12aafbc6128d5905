//! `bounce`: reads one delivery report (RFC 3464) from standard input, as a mail server pipes it, and marks the letter
//! it is about. Ends with 75 (sysexits: try again later) if it could not be recorded now.

use std::io::Read;

use clap::Args;
use recovery_desk::delivery_report::{Action, DeliveryReport, LONGEST};
use recovery_desk::failure::Failure;
use recovery_desk::operations::messages::{Bounced, RecordBounce};
use recovery_desk::smtp::one_line;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;

use super::database::Opened;
use super::{CALLER, CommandError, Ended};
use crate::output::{line, problem};

/// Where the letters are.
#[derive(Args)]
pub struct Bounce {
    #[command(flatten)]
    opened: Opened,
}

/// Reads the report and says what it changed.
pub async fn bounce(asked: Bounce) -> Result<Ended, CommandError> {
    if asked.opened.asks_passphrase() {
        return Err("Standard input carries the report, so the recovery passphrase can't be asked. Use \
                    --keys-unwrapped with a file that only this program's user can read."
            .into());
    }
    let mut raw = Vec::new();
    std::io::stdin().take(LONGEST as u64 + 1).read_to_end(&mut raw)?;
    let report = DeliveryReport::parse(&raw)?;
    match report.action {
        Action::Failed => {}
        Action::Delayed => {
            line("The other server goes on trying. Nothing was changed.");
            return Ok(Ended::Well);
        }
        Action::Arrived => {
            line("The report says that the letter arrived. Nothing was changed.");
            return Ok(Ended::Well);
        }
    }
    let desk = match asked.opened.desk().await {
        Ok(desk) => desk,
        Err(error) => return Ok(try_later(error)),
    };
    for message_id in &report.message_ids {
        let request = RecordBounce { message_id: message_id.clone(), words: report.words.clone() };
        match desk.perform(&CALLER, Door::System, None, request).await {
            Ok(bounced) => {
                line(said(bounced, &report.words));
                return Ok(Ended::Well);
            }
            Err(Failure::Refused(Refusal::NotFound)) => {}
            // Busy, a full disk, a fault: the report must come again.
            Err(failure) => return Ok(try_later(failure)),
        }
    }
    Err(format!(
        "No letter of this database has the Message-ID {}. Nothing was changed.",
        one_line(&report.message_ids[0])
    )
    .into())
}

/// A report must not be lost because the database is away for a moment.
fn try_later(error: impl std::fmt::Display) -> Ended {
    problem(error);
    Ended::TryLater
}

fn said(bounced: Bounced, words: &str) -> String {
    match bounced {
        Bounced::Marked => {
            format!("The letter is marked as failed: {words}. Its link or code doesn't work any more.")
        }
        Bounced::Arrived => {
            "The letter's link or code was used, so it arrived all the same. Nothing was changed.".to_owned()
        }
        Bounced::NotOut { state } => {
            format!("The letter is not on its way (its state is {}). Nothing was changed.", state.name())
        }
    }
}
