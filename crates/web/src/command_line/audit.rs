//! `audit`: checking the whole log with progress, writing it out for a log collector, and the public keys for whoever
//! checks it with a program of their own.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::{Subcommand, ValueEnum};
use recovery_desk::audit::check::{self, Checked};
use recovery_desk::audit::export::{self, Exported, NotExported};

use super::database::{KeysPlace, Opened};
use super::progress::Progress;
use super::{CommandError, Ended};
use crate::output::{line, problem, stream};

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
    /// Writes entries to standard output, a line each, in the order of their numbers, for a log collector (SIEM).
    Export {
        /// How a line is written.
        #[arg(long, value_enum, default_value_t = Format::Json)]
        format: Format,
        /// The number of the last entry the collector has; those behind it are written.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
        since: i64,
        #[command(flatten)]
        opened: Opened,
    },
    /// Shows the public keys that check signed heads, newest first: for a checker that has no secret.
    PublicKeys {
        #[command(flatten)]
        keys: KeysPlace,
    },
}

/// How an exported entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// An object of JSON a line.
    Json,
    /// ArcSight's Common Event Format.
    Cef,
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
        Audit::Export { format, since, opened } => {
            let desk = opened.desk().await?;
            let mut out = BufWriter::new(stream());
            let written = export::export(&desk, since, |row| {
                out.write_all(
                    match format {
                        Format::Json => export::json_line(row),
                        Format::Cef => export::cef_line(row),
                    }
                    .as_bytes(),
                )?;
                Ok(())
            })
            .await;
            out.flush().map_err(NotExported::Output)?;
            Ok(say_exported(&written?, since))
        }
        Audit::PublicKeys { keys } => {
            for key in keys.open()?.head_keys() {
                line(format!("{} {}", key.id, BASE64_STANDARD.encode(key.public)));
            }
            Ok(Ended::Well)
        }
    }
}

/// Says what was written, and how to go on: on the other stream, so that the lines stay alone.
fn say_exported(exported: &Exported, since: i64) -> Ended {
    for (from, to) in &exported.missing {
        problem(format!(
            "Entries {from} to {to} are missing in the database. Run: recovery-desk-server audit check"
        ));
    }
    problem(match exported.entries {
        0 => format!("No entries behind {since}."),
        entries => format!("{entries} entries written. Go on with --since {}.", exported.last),
    });
    if exported.missing.is_empty() { Ended::Well } else { Ended::FoundWrong }
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
