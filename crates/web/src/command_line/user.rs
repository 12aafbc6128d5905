//! `user`: what is kept about one person, and erasing it. What that takes away and what stays is in docs/privacy.md.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use recovery_desk::failure::Failure;
use recovery_desk::operations::personal_data::{EraseUser, ExportUser};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;

use super::database::Opened;
use super::{CALLER, CommandError};
use crate::output::line;

/// What there is to do about one user's data.
#[derive(Subcommand)]
pub enum User {
    /// Writes everything that is kept about a user into a new JSON file.
    Export {
        /// The address the user signs in with.
        email: String,
        /// The file to write; it must not exist yet, and only its owner can read it.
        #[arg(long)]
        to: PathBuf,
        #[command(flatten)]
        opened: Opened,
    },
    /// Erases a user: names, addresses, phone, answers, notes of calls, details in the audit log. The audit chain stays
    /// intact. There is no way back.
    Erase {
        /// The address the user signs in with.
        email: String,
        /// The same address again, so that nobody is erased by a slip of the pen.
        #[arg(long, value_name = "EMAIL")]
        confirm: String,
        #[command(flatten)]
        opened: Opened,
    },
}

/// Runs it.
pub async fn run(asked: User) -> Result<(), CommandError> {
    match asked {
        User::Export { email, to, opened } => {
            if to.exists() {
                return Err(format!("{} exists already. Name a file that doesn't.", to.display()).into());
            }
            let desk = opened.desk().await?;
            let request = ExportUser { email: email.clone() };
            let data =
                desk.perform(&CALLER, Door::System, None, request).await.map_err(|f| said(&f, &email))?;
            write_new(&to, &serde_json::to_vec_pretty(&data)?)
                .map_err(|error| format!("{} can't be written: {error}", to.display()))?;
            line(format!(
                "Everything kept about {email} is in {}. The export is in the audit log.",
                to.display()
            ));
        }
        User::Erase { email, confirm, opened } => {
            if email.trim() != confirm.trim() {
                return Err("The two addresses are not the same. Nobody was erased.".into());
            }
            let desk = opened.desk().await?;
            let request = EraseUser { email: email.clone() };
            let erased =
                desk.perform(&CALLER, Door::System, None, request).await.map_err(|f| said(&f, &email))?;
            line(format!("{email} is erased. What stays is the id {}, without a name.", erased.id));
            line("Backups and files exported earlier still hold the data: see docs/privacy.md.");
        }
    }
    Ok(())
}

fn said(failure: &Failure, email: &str) -> CommandError {
    match failure.refusal() {
        Some(Refusal::NotFound) => format!("There is no user with the address {email}.").into(),
        Some(Refusal::AlreadyOnACall) => {
            format!("A phone call about {email} is open. End it at the desk, then erase the user.").into()
        }
        _ => failure.to_string().into(),
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.write_all(b"\n")?;
    file.sync_all()
}
