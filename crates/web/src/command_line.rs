//! The command line `recovery-desk-server`: what there is to ask for, and how a database is opened for it.
//! Serving many desks over HTTPS is not here yet.

mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use recovery_desk::caller::Caller;
use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, Database};
use recovery_desk::desk::{Desk, Parts};
use recovery_desk::hashing::HashingCost;
use recovery_desk::keys::{DataKeys, Passphrase, sealed_file, unwrapped};
use recovery_desk::operations::check_audit::CheckAudit;
use recovery_desk::operations::list_operators::ListOperators;
use recovery_desk::operations::reset_authenticator::ResetAuthenticator;
use recovery_desk::settings::Settings;
use recovery_rules::roles::Door;
use secrecy::SecretString;
use url::Url;

use crate::demo_call;
use crate::output::{line, problem};

/// Under this name the command line stands in the audit log.
const CALLER: Caller = Caller::System("command line");

/// Whatever ends a command, as a sentence.
pub type CommandError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(name = "recovery-desk-server", version, about = "Looks after the auth database of Recovery Desk.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Plays the whole main job in text, with real parts, and says each step.
    DemoCall {
        /// An empty PostgreSQL database to play on; without it, a SQLite file that is thrown away.
        #[arg(long, env = "RECOVERY_DESK_DEMO_DATABASE_URL", hide_env_values = true)]
        database_url: Option<String>,
    },
    /// Serves the account pages on this machine's loopback address.
    Serve(Box<serve::Serve>),
    /// Brings the schema of a database up to date.
    Migrate(Place),
    /// Operators of the desk.
    #[command(subcommand)]
    Operators(Operators),
    /// The audit log.
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Subcommand)]
enum Operators {
    /// Lists them.
    List(Opened),
    /// Gives an operator who lost theirs a new authenticator, shown once; their sessions end.
    ResetAuthenticator {
        /// The address they sign in with.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        opened: Opened,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Checks the whole chain, and the signed heads if their file is given.
    Check {
        /// The file of signed heads.
        #[arg(long)]
        heads: Option<PathBuf>,
        #[command(flatten)]
        opened: Opened,
    },
}

/// Where the database is.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// A SQLite file.
    #[arg(long)]
    sqlite: Option<PathBuf>,
    /// postgres://user@host/database; better in the environment than here, where other programs can read it.
    #[arg(long, env = "RECOVERY_DESK_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// A database and its keys.
#[derive(Args)]
struct Opened {
    #[command(flatten)]
    place: Place,
    /// `keys.sealed`; its recovery passphrase is asked.
    #[arg(long, required_unless_present_any = ["keys_unwrapped", "demo"])]
    keys: Option<PathBuf>,
    /// A file with the unwrapped keys, readable by its owner alone.
    #[arg(long, conflicts_with = "keys")]
    keys_unwrapped: Option<PathBuf>,
    /// The database is a demo: its keys are the published ones.
    #[arg(long, conflicts_with_all = ["keys", "keys_unwrapped"])]
    demo: bool,
    /// A certificate authority of the own house for PostgreSQL, in PEM.
    #[arg(long)]
    certificate: Option<PathBuf>,
}

/// Runs it.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error")),
        )
        .init();
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CommandError::from)
        .and_then(|runtime| runtime.block_on(command(cli.command)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            problem(error);
            ExitCode::FAILURE
        }
    }
}

async fn command(command: Command) -> Result<(), CommandError> {
    match command {
        Command::DemoCall { database_url } => demo_call::play(database_url).await,
        Command::Serve(asked) => serve::serve(*asked).await,
        Command::Migrate(place) => {
            Database::connect(&address(place, None)?).await?.migrate().await?;
            line("The schema is up to date.");
            Ok(())
        }
        Command::Operators(Operators::List(opened)) => {
            let desk = open(opened, here()?, None).await?;
            for operator in desk.perform(&CALLER, Door::System, None, ListOperators {}).await?.operators {
                line(format!(
                    "{:10} {:14} {:32} {}",
                    operator.state, operator.role, operator.email, operator.name
                ));
            }
            Ok(())
        }
        Command::Operators(Operators::ResetAuthenticator { email, opened }) => {
            let desk = open(opened, here()?, None).await?;
            let new = desk.perform(&CALLER, Door::System, None, ResetAuthenticator { email }).await?;
            line(format!("A new authenticator for {}. It is shown this once:", new.name));
            line(new.authenticator_uri);
            line(format!("or, for typing in: {}", new.authenticator_secret));
            Ok(())
        }
        Command::Audit(Audit::Check { heads, opened }) => {
            check_audit(open(opened, here()?, heads).await?).await
        }
    }
}

/// Checks the audit log and says what was found.
pub async fn check_audit(desk: Desk) -> Result<(), CommandError> {
    let found = desk.perform(&CALLER, Door::System, None, CheckAudit {}).await?;
    if let Some(broken) = found.broken {
        return Err(format!("Entry {} of the audit log: {}.", broken.seq, broken.what).into());
    }
    let heads = found.heads.map_or(String::new(), |heads| format!(", {heads} signed heads fit"));
    let waiting =
        if found.waiting > 0 { format!(", {} wait for the sealer", found.waiting) } else { String::new() };
    line(format!("The audit log is whole: {} entries{heads}{waiting}.", found.entries));
    Ok(())
}

fn address(place: Place, certificate: Option<PathBuf>) -> Result<Address, CommandError> {
    match (place.sqlite, place.database_url) {
        (Some(path), _) if !path.exists() => {
            Err(format!("There is no file {}. Check the path.", path.display()).into())
        }
        (Some(path), _) => Ok(Address::Sqlite(path)),
        (None, Some(url)) => Ok(Address::Postgres { url: url.into(), certificate }),
        (None, None) => Err("Say which database: --sqlite or --database-url.".into()),
    }
}

/// For commands that send no letters and show no pages.
fn here() -> Result<Settings, CommandError> {
    Ok(Settings::for_demo(Url::parse("http://localhost")?))
}

async fn open(
    opened: Opened,
    settings: Settings,
    audit_heads: Option<PathBuf>,
) -> Result<Desk, CommandError> {
    let keys = match (opened.keys_unwrapped, opened.keys) {
        _ if opened.demo => DataKeys::published_demo(),
        (Some(path), _) => unwrapped::read_file(&path)?,
        (None, Some(path)) => sealed(&path)?,
        (None, None) => return Err("Say where the keys are: --keys, --keys-unwrapped or --demo.".into()),
    };
    let database = Database::connect(&address(opened.place, opened.certificate)?).await?;
    let parts = Parts {
        database,
        keys,
        settings,
        clock: Clock::Database,
        chance: Chance::operating_system(),
        hashing: HashingCost::standard(),
        audit_heads,
    };
    Ok(Desk::open(parts).await?)
}

/// Asks the recovery passphrase; a pipe may answer, an argument can't.
fn sealed(path: &std::path::Path) -> Result<DataKeys, CommandError> {
    use std::io::IsTerminal;
    let typed = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("Recovery passphrase: ")?
    } else {
        let mut text = String::new();
        std::io::stdin().read_line(&mut text)?;
        text.trim_end_matches(['\r', '\n']).to_owned()
    };
    if typed.is_empty() {
        return Err(
            "No recovery passphrase came in. Type it when asked, or give it on standard input.".into()
        );
    }
    let passphrase = Passphrase::parse(&SecretString::from(typed))?;
    Ok(sealed_file::open_file(path, &passphrase)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_database_and_its_keys_must_be_named() {
        assert!(Cli::try_parse_from(["x", "operators", "list"]).is_err());
        assert!(Cli::try_parse_from(["x", "operators", "list", "--sqlite", "a.db"]).is_err());
        assert!(Cli::try_parse_from(["x", "operators", "list", "--sqlite", "a.db", "--keys", "k"]).is_ok());
    }
}
