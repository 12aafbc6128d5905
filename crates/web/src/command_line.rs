//! The command line `recovery-desk-server`: what there is to ask for, and how it ends. Each command has a file of its
//! own beside this one.

mod asking;
mod audit;
mod backup;
mod bounce;
mod database;
mod import;
mod keys;
mod operators;
mod progress;
mod serve;
mod serve_settings;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use recovery_desk::caller::Caller;
use recovery_desk::database::Database;

use crate::demo_call;
use crate::output::{line, problem};
pub use audit::say_checked;
use database::Place;

/// Under this name the command line stands in the audit log.
const CALLER: Caller = Caller::System("command line");

/// Whatever ends a command, as a sentence.
pub type CommandError = Box<dyn std::error::Error + Send + Sync>;

/// How a command ended that could do its work. Scripts see it: 0, 3 or 75; 1 is a command that could not do its work, 2 a
/// command line that can't be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Done, and nothing is wrong.
    Well,
    /// It looked and found something wrong; what, stands above.
    FoundWrong,
    /// It can't be done just now; why, stands above. The number is EX_TEMPFAIL of sysexits, which mail servers know.
    TryLater,
}

#[derive(Parser)]
#[command(
    name = "recovery-desk-server",
    version,
    about = "Looks after the auth database of Recovery Desk.",
    after_help = "Ends with 0 when done, 1 when something kept it from doing it, 2 when the command line can't be \
                  understood, 3 when it looked and found something wrong (audit check, import), 75 when \
                  it should be tried again (bounce)."
)]
struct Cli {
    /// How log lines on standard error are written.
    #[arg(long, global = true, env = "RECOVERY_DESK_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// An object a line.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Plays the whole main job in text, with real parts, and says each step.
    DemoCall {
        /// An empty PostgreSQL database to play on; without it, a SQLite file that is thrown away.
        #[arg(long, env = "RECOVERY_DESK_DEMO_DATABASE_URL", hide_env_values = true)]
        database_url: Option<String>,
    },
    /// Serves account pages and desks.
    Serve(Box<serve_settings::Serve>),
    /// Shows with which settings `serve` would run, and which of them were said where. Secrets are left out.
    Settings(Box<serve_settings::Serve>),
    /// Brings the schema of a database up to date.
    Migrate(Place),
    /// Writes a backup of the database: one file, readable by its owner alone.
    Backup(backup::Backup),
    /// Restores a backup into a new database; every session, link and code in it ends.
    Restore(backup::Restore),
    /// Operators of the desk.
    #[command(subcommand)]
    Operators(operators::Operators),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Imports users from a CSV file: all of it, or nothing.
    Import(Box<import::Import>),
    /// Reads a delivery report (RFC 3464) from standard input and marks the letter that came back.
    Bounce(bounce::Bounce),
    /// The data of one user: export and erasure.
    #[command(subcommand)]
    User(user::User),
    /// The data keys.
    #[command(subcommand)]
    Keys(keys::Keys),
}

/// Runs it.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    start_log(&cli);
    let ended = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CommandError::from)
        .and_then(|runtime| runtime.block_on(command(cli.command)));
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::FoundWrong) => ExitCode::from(3),
        Ok(Ended::TryLater) => ExitCode::from(75),
        Err(error) => {
            problem(error);
            ExitCode::FAILURE
        }
    }
}

/// The log on standard error. A server tells of every request, the other commands only what broke.
fn start_log(cli: &Cli) {
    let usual = if matches!(cli.command, Command::Serve(_)) { "info" } else { "error" };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(usual));
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter);
    match cli.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => {
            log.json().flatten_event(true).with_current_span(true).with_span_list(false).init()
        }
    }
}

async fn command(command: Command) -> Result<Ended, CommandError> {
    match command {
        Command::DemoCall { database_url } => demo_call::play(database_url).await?,
        Command::Serve(asked) => serve::serve(*asked).await?,
        Command::Settings(asked) => serve::show(*asked)?,
        Command::Migrate(place) => {
            Database::connect(&place.address()?).await?.migrate().await?;
            line("The schema is up to date.");
        }
        Command::Backup(asked) => backup::backup(asked).await?,
        Command::Restore(asked) => backup::restore(asked).await?,
        Command::Operators(asked) => operators::run(asked).await?,
        Command::Bounce(asked) => return bounce::bounce(asked).await,
        Command::Audit(asked) => return audit::run(asked).await,
        Command::Import(asked) => return import::run(*asked).await,
        Command::User(asked) => user::run(asked).await?,
        Command::Keys(asked) => keys::run(asked).await?,
    }
    Ok(Ended::Well)
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
