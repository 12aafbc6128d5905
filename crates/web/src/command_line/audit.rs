//! `audit`: checking the whole log with progress, and the public keys for whoever checks it with a program of their
//! own.

use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::Subcommand;
use recovery_desk::audit::check::{self, Checked};

use super::database::{KeysPlace, Opened};
use super::progress::Progress;
use super::{CommandError, Ended};
use crate::output::{line, problem};

/// What there is to ask of the audit log.
#[derive(Subcommand)]
pub enum Audit {
    /// Checks the whole chain, and the signed heads if their files are given.
    Check {
        /// A file of signed heads; give each desk's.
        #[arg(long)]
        heads: Vec<PathBuf>,
        #[command(flatten)]
        opened: Opened,
    },
    /// Shows the public keys that check signed heads, newest first: for a checker that has no secret.
    PublicKeys {
        #[command(flatten)]
        keys: KeysPlace,
    },
}

/// Runs it.
pub async fn run(asked: Audit) -> Result<Ended, CommandError> {
    match asked {
        Audit::Check { heads, opened } => {
            let desk = opened.desk().await?;
            let progress = Progress::new("entries");
            let checked = check::check(&desk, &heads, |done, all| progress.at(done, all)).await;
            progress.done();
            Ok(say_checked(&checked?))
        }
        Audit::PublicKeys { keys } => {
            for key in keys.open()?.head_keys() {
                line(format!("{} {}", key.id, BASE64_STANDARD.encode(key.public)));
            }
            Ok(Ended::Well)
        }
    }
}

/// Says what a check found.
pub fn say_checked(checked: &Checked) -> Ended {
    if checked.heads_cut_short > 0 {
        problem(format!(
            "{} lines of the signed heads are cut short, as a crash or a full disk leaves them.",
            checked.heads_cut_short
        ));
    }
    if let Some(seq) = checked.newer_head {
        problem(format!(
            "The newest signed head, of entry {seq}, is not in these files. Where several desks sign, give each one's."
        ));
    }
    for finding in &checked.findings {
        problem(finding);
    }
    if checked.more > 0 {
        problem(format!("… and {} more.", checked.more));
    }
    if !checked.findings.is_empty() {
        problem(format!("The audit log is NOT whole: {} entries were checked.", checked.entries));
        return Ended::FoundWrong;
    }
    let heads = checked.heads.map_or_else(
        || ", no signed heads were given: missing last entries would not be seen".to_owned(),
        |heads| format!(", {heads} signed heads fit"),
    );
    let waiting = match checked.waiting {
        0 => String::new(),
        waiting => format!(", {waiting} wait for the sealer"),
    };
    line(format!("The audit log is whole: {} entries{heads}{waiting}.", checked.entries));
    Ended::Well
}
