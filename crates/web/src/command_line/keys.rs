//! `keys`: rotating the data keys, taking them out under a passphrase, bringing them to a new machine.
//!
//! A rotation writes the new file first and tells the database afterwards. The file holds the new key and all former
//! ones, so it opens the database before and after: a rotation that breaks off anywhere locks nobody out.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use recovery_desk::chance::Chance;
use recovery_desk::desk::OpenError;
use recovery_desk::keys::sealed_file::{self, IfExists};
use recovery_desk::keys::{DataKeys, KeyIds, KeyKind, Passphrase, unwrapped};

use super::CommandError;
use super::asking::{ask_new_passphrase, ask_passphrase};
use super::database::{Place, open_quietly};
use crate::output::line;

/// What there is to do with keys.
#[derive(Subcommand)]
pub enum Keys {
    /// Shows the ids of the keys in a sealed file; needs no passphrase.
    Show {
        /// `keys.sealed`.
        #[arg(long)]
        keys: PathBuf,
    },
    /// Replaces one key by a new one. What the former one protected stays readable.
    Rotate(Rotate),
    /// Writes the keys into a new file, under a passphrase of its own.
    Export {
        #[command(flatten)]
        from: Source,
        /// The file to write; one that is there is never overwritten.
        #[arg(long)]
        to: PathBuf,
    },
    /// Brings exported keys to this machine, once they are seen to be those of the database.
    Import {
        /// The exported file.
        #[arg(long)]
        from: PathBuf,
        /// Where to keep them: `keys.sealed`, under the same passphrase.
        #[arg(long)]
        to: PathBuf,
        /// Replaces a file that is there: after a rotation on another machine.
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        place: Place,
        /// A certificate authority of the own house for PostgreSQL, in PEM.
        #[arg(long)]
        certificate: Option<PathBuf>,
    },
    /// Writes the keys in clear into a file readable by its owner alone, for a server that starts by itself.
    Unwrap {
        /// `keys.sealed`.
        #[arg(long)]
        keys: PathBuf,
        /// The file to write.
        #[arg(long)]
        to: PathBuf,
        /// Replaces a file that is there: after a rotation.
        #[arg(long)]
        replace: bool,
    },
}

/// Which key, and where.
#[derive(Args)]
pub struct Rotate {
    /// Which key.
    kind: Kind,
    /// `keys.sealed`; its recovery passphrase is asked and stays the same.
    #[arg(long)]
    keys: PathBuf,
    /// A file with the unwrapped keys, to be renewed as well.
    #[arg(long)]
    keys_unwrapped: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    /// A certificate authority of the own house for PostgreSQL, in PEM.
    #[arg(long)]
    certificate: Option<PathBuf>,
}

/// The keys that can be rotated. Not the code key: keyed hashes know the one in use only, so a new one would end every
/// session, link and recovery code, and begin every limit anew.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    /// In every hash of a password or an answer made from then on.
    Pepper,
    /// Seals what waits to be sent, and operators' authenticators.
    Outbox,
    /// Signs heads of the audit log.
    Audit,
}

/// Keys to take out.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Source {
    /// `keys.sealed`; its recovery passphrase is asked.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// A file with the unwrapped keys.
    #[arg(long)]
    keys_unwrapped: Option<PathBuf>,
}

/// Runs it.
pub async fn run(asked: Keys) -> Result<(), CommandError> {
    match asked {
        Keys::Show { keys } => show(&sealed_file::key_ids_in_file(&keys)?),
        Keys::Rotate(asked) => rotate(asked).await?,
        Keys::Export { from, to } => export(from, &to)?,
        Keys::Import { from, to, replace, place, certificate } => {
            let address = place.address_with(certificate)?;
            let typed = ask_passphrase("Passphrase of the exported keys: ")?;
            let keys = typed.open(&from)?;
            // Opened before anything is written: keys of another database don't get that far.
            open_quietly(&address, keys.clone()).await?.database.close().await;
            write_sealed(&to, &keys, &typed.passphrase()?, if_exists(replace))?;
            line(format!("The keys are in {}, under the passphrase they came with.", to.display()));
        }
        Keys::Unwrap { keys, to, replace } => {
            let keys = ask_passphrase("Recovery passphrase: ")?.open(&keys)?;
            unwrapped::write_file(&to, &keys, if_exists(replace), &Chance::operating_system())?;
            line(format!(
                "The keys are in {}, in clear: whoever reads that file has everything they protect.",
                to.display()
            ));
        }
    }
    Ok(())
}

async fn rotate(asked: Rotate) -> Result<(), CommandError> {
    let address = asked.place.address_with(asked.certificate)?;
    let _alone = alone(&asked.keys)?;
    let typed = ask_passphrase("Recovery passphrase: ")?;
    let former = typed.open(&asked.keys)?;
    if let Some(path) = &asked.keys_unwrapped {
        unwrapped::read_file(path)?;
    }
    // Keys of another database, or out of date, don't get further than this.
    open_quietly(&address, former.clone()).await?.database.close().await;

    let new = former.replaced(asked.kind.of_keys(), &Chance::operating_system());
    let passphrase = typed.passphrase()?;
    write_sealed(&asked.keys, &new, &passphrase, IfExists::Replace)?;
    if sealed_file::open_file(&asked.keys, &passphrase)?.key_ids() != new.key_ids() {
        return Err(format!("{} was changed by another program meanwhile.", asked.keys.display()).into());
    }
    if let Some(path) = &asked.keys_unwrapped {
        unwrapped::write_file(path, &new, IfExists::Replace, &Chance::operating_system())?;
    }
    // Opening tells the database.
    match open_quietly(&address, new.clone()).await {
        Ok(desk) => desk.database.close().await,
        Err(error) if matches!(error.downcast_ref(), Some(OpenError::KeysOutOfDate)) => {
            // Rotated on another machine at the same moment: that one counts, and ours has protected nothing yet.
            write_sealed(&asked.keys, &former, &passphrase, IfExists::Replace)?;
            return Err(error);
        }
        Err(error) => return Err(error),
    }
    line(format!(
        "The {} key was replaced. The new keys are in {}.",
        asked.kind.name(),
        asked.keys.display()
    ));
    line(
        "Desks and servers that are open have to be started again; desks will ask for the recovery passphrase.",
    );
    line(
        "Other machines need this file: keys export, then keys import --replace there. Older exports are out of date.",
    );
    show(&new.key_ids());
    Ok(())
}

fn export(from: Source, to: &Path) -> Result<(), CommandError> {
    let keys = match (from.keys, from.keys_unwrapped) {
        (Some(path), _) => ask_passphrase("Recovery passphrase: ")?.open(&path)?,
        (None, Some(path)) => unwrapped::read_file(&path)?,
        (None, None) => return Err("Say where the keys are: --keys or --keys-unwrapped.".into()),
    };
    if to.exists() {
        return Err(recovery_desk::keys::KeysError::Exists(to.to_owned()).into());
    }
    let passphrase = ask_new_passphrase()?;
    write_sealed(to, &keys, &passphrase, IfExists::Refuse)?;
    line(format!("The keys are in {}. Without its passphrase nobody can open it.", to.display()));
    Ok(())
}

fn write_sealed(
    path: &Path,
    keys: &DataKeys,
    passphrase: &Passphrase,
    if_exists: IfExists,
) -> Result<(), CommandError> {
    Ok(sealed_file::seal_to_file(path, keys, passphrase, if_exists, &Chance::operating_system())?)
}

const fn if_exists(replace: bool) -> IfExists {
    if replace { IfExists::Replace } else { IfExists::Refuse }
}

fn show(ids: &KeyIds) {
    line(format!("pepper {}  code {}  outbox {}  audit {}", ids.pepper, ids.code, ids.outbox, ids.audit));
}

/// Keeps a second rotation of the same file out: each would write a file without the other's key. The lock is on a
/// file beside it, because the file itself is replaced; it ends with this process, however that ends.
fn alone(keys: &Path) -> Result<File, CommandError> {
    let mut name = keys.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let path = keys.with_file_name(name);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| format!("{} can't be written: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(format!("The keys in {} are being rotated already. Wait for that to end.", keys.display())
                .into())
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Err(format!("{} can't be locked: {error}", path.display()).into())
        }
    }
}

impl Kind {
    const fn of_keys(self) -> KeyKind {
        match self {
            Self::Pepper => KeyKind::Pepper,
            Self::Outbox => KeyKind::Outbox,
            Self::Audit => KeyKind::Audit,
        }
    }

    const fn name(self) -> &'static str {
        self.of_keys().name()
    }
}
