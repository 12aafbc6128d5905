//! `backup` and `restore`. A SQLite file is copied by SQLite itself, PostgreSQL's database by its own pg_dump. A restored
//! database is marked until everything that could let somebody in has ended: no desk or server opens it before.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use recovery_desk::caller::Caller;
use recovery_desk::database::{Address, Database};
use recovery_desk::desk::Desk;
use recovery_desk::operations::end_what_was_restored::{EndWhatWasRestored, Ended, UNFINISHED};
use recovery_rules::roles::Door;
use secrecy::ExposeSecret;
use url::Url;

use super::CommandError;
use super::database::{KeysPlace, Place, parts_of};
use crate::output::line;

/// What is backed up, and where to.
#[derive(Args)]
pub struct Backup {
    /// The file to write; it must not exist.
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    /// A certificate authority of the own house for PostgreSQL, PEM.
    #[arg(long)]
    certificate: Option<PathBuf>,
}

/// What is restored, and where to.
#[derive(Args)]
#[group(id = "target", required = true, multiple = false, args = ["sqlite", "database_url"])]
pub struct Restore {
    /// The file a backup wrote.
    file: PathBuf,
    /// The SQLite file to make; it must not exist.
    #[arg(long)]
    sqlite: Option<PathBuf>,
    /// The empty PostgreSQL database to fill; better in the environment than here, where other programs can read it.
    #[arg(long, env = "RECOVERY_DESK_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    #[command(flatten)]
    keys: KeysPlace,
    /// A certificate authority of the own house for PostgreSQL, PEM.
    #[arg(long)]
    certificate: Option<PathBuf>,
}

/// Writes a backup.
pub async fn backup(asked: Backup) -> Result<(), CommandError> {
    if asked.file.exists() {
        return Err(
            format!("{} exists. Nothing was written; name another file.", asked.file.display()).into()
        );
    }
    let address = asked.place.address_with(asked.certificate)?;
    let database = Database::connect(&address).await?;
    if database.schema_version().await?.is_none() {
        return Err("This database has nothing of Recovery Desk in it yet.".into());
    }
    let partial = partial(&asked.file);
    let _ = fs::remove_file(&partial);
    private_file(&partial)?;
    let written = match &address {
        Address::Sqlite(_) => copy_sqlite(&database, &partial).await,
        Address::Postgres { .. } => dump(&address, &partial),
    };
    database.close().await;
    if let Err(error) = written.and_then(|()| fs::rename(&partial, &asked.file).map_err(CommandError::from)) {
        let _ = fs::remove_file(&partial);
        return Err(error);
    }
    line(format!("The backup is in {}.", asked.file.display()));
    line("The data keys are not in it: keep keys.sealed and its passphrase as well (keys export).");
    Ok(())
}

/// Restores a backup, with a new security epoch for everybody.
pub async fn restore(asked: Restore) -> Result<(), CommandError> {
    if !asked.file.is_file() {
        return Err(format!("There is no file {}. Check the path.", asked.file.display()).into());
    }
    let keys = asked.keys.open()?;
    let ended = match (asked.sqlite, asked.database_url) {
        (Some(target), _) => {
            if target.exists() {
                return Err(
                    format!("{} exists. Nothing was changed; name another file.", target.display()).into()
                );
            }
            let partial = partial(&target);
            let _ = fs::remove_file(&partial);
            private_file(&partial)?;
            fs::copy(&asked.file, &partial)?;
            let address = Address::Sqlite(partial.clone());
            let ended = async {
                mark(&address).await?;
                end_it_all(&address, keys).await
            };
            let ended = ended.await.inspect_err(|_| drop(fs::remove_file(&partial)))?;
            fs::rename(&partial, &target)?;
            ended
        }
        (None, Some(url)) => {
            let address = Address::Postgres { url: url.into(), certificate: asked.certificate };
            fill(&address, &asked.file).await?;
            end_it_all(&address, keys).await?
        }
        (None, None) => return Err("Say where to: --sqlite or --database-url.".into()),
    };
    line(format!(
        "Restored. Ended with it: {} sessions, {} links, {} codes, {} calls; {} messages are held back.",
        ended.sessions, ended.links, ended.codes, ended.calls, ended.messages
    ));
    line(
        "Everybody signs in anew. Begin a new file of signed audit heads and keep the former one: it shows what came after the backup.",
    );
    Ok(())
}

async fn end_it_all(address: &Address, keys: recovery_desk::keys::DataKeys) -> Result<Ended, CommandError> {
    let desk = Desk::open_restored(parts_of(address, keys).await?).await?;
    let caller = Caller::System("command line");
    let ended = desk.perform(&caller, Door::System, None, EndWhatWasRestored {}).await?;
    desk.database.close().await;
    Ok(ended)
}

/// SQLite writes a whole and tidy copy by itself, whatever happens beside it.
async fn copy_sqlite(database: &Database, to: &Path) -> Result<(), CommandError> {
    // It insists on making the file; the one that was made is empty and private, and it keeps those rights.
    database.copy_sqlite_to(to).await?;
    fs::File::open(to)?.sync_all()?;
    Ok(())
}

async fn mark(address: &Address) -> Result<(), CommandError> {
    let database = Database::connect(address).await?;
    let mut tx = database.begin().await?;
    recovery_desk::store::meta::set(&mut tx, UNFINISHED, "yes").await?;
    tx.commit().await?;
    database.close().await;
    Ok(())
}

fn dump(address: &Address, to: &Path) -> Result<(), CommandError> {
    let (mut command, url) = tool("pg_dump", address)?;
    command.args(["--format=plain", "--no-owner", "--no-privileges", "--file"]).arg(to).arg(url.as_str());
    run(command, "pg_dump")
}

/// The dump and the mark in one transaction: half a restore is none.
async fn fill(address: &Address, from: &Path) -> Result<(), CommandError> {
    let database = Database::connect(address).await?;
    let empty = database.is_empty().await?;
    database.close().await;
    if !empty {
        return Err("This database is not empty. Nothing was changed; make a new one and name that.".into());
    }
    let (mut command, url) = tool("psql", address)?;
    let mark = format!("INSERT INTO meta (name, value) VALUES ('{UNFINISHED}', 'yes')");
    command
        .args([
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
        ])
        .arg("--file")
        .arg(from)
        // A dump leaves the search path empty.
        .args(["--command", "SET search_path TO DEFAULT", "--command", &mark, url.as_str()]);
    run(command, "psql")
}

/// A tool of PostgreSQL with this database's address; the password goes by the environment, not by the list of
/// processes.
fn tool(name: &str, address: &Address) -> Result<(Command, Url), CommandError> {
    let Address::Postgres { url, certificate } = address else {
        return Err("This is not a PostgreSQL database.".into());
    };
    let mut url = Url::parse(url.expose_secret())?;
    let mut command = Command::new(found(name));
    if let Some(password) = url.password() {
        let password: String =
            url::form_urlencoded::parse(format!("p={}", password.replace('+', "%2B")).as_bytes())
                .map(|(_, value)| value.into_owned())
                .collect();
        command.env("PGPASSWORD", password);
        let _ = url.set_password(None);
    }
    let here = matches!(url.host_str(), None | Some("" | "localhost" | "127.0.0.1" | "[::1]"));
    if !here || certificate.is_some() {
        command.env("PGSSLMODE", "verify-full");
        match certificate {
            Some(path) => command.env("PGSSLROOTCERT", path),
            None => command.env("PGSSLROOTCERT", "system"),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    Ok((command, url))
}

/// In PATH, or in the newest of Debian's versioned folders: an older pg_dump refuses a newer server.
fn found(name: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    versions.sort();
    versions.pop().unwrap_or_else(|| name.into())
}

fn run(mut command: Command, name: &str) -> Result<(), CommandError> {
    let output = command.output().map_err(|error| {
        format!("{name} can't be started ({error}). Install PostgreSQL's client programs, such as postgresql-client.")
    })?;
    if output.status.success() {
        return Ok(());
    }
    // Its first line says what is wrong; what follows may quote rows.
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name} gave up: {}", said.lines().next().unwrap_or("it doesn't say why")).into())
}

fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Made empty and readable by its owner alone, before anything is in it.
fn private_file(path: &Path) -> Result<(), CommandError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file =
        options.open(path).map_err(|error| format!("{} can't be written: {error}", path.display()))?;
    file.flush()?;
    Ok(())
}
