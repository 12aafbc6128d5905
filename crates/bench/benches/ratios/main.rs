//! `cargo bench -p recovery-bench` measures everything; `-- look-up --users 10000000` one topic with that many users.
//! Every row is a ratio of two things done in turns in this run. What each means, and what it came to: docs/performance.md.
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on stops")]

mod answers;
mod audit;
mod commits;
mod desks;
mod filled;
mod imported;
mod look_up;
mod mail;
mod pages;
mod people;
mod people_sessions;
mod seed;
mod server;
mod side_by_side;
mod sign_in;
mod under_load;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use recovery_bench::Table;

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Topic {
    /// Four answers against one hash, and the memory it takes.
    Answers,
    /// A look-up through the API of a server against an empty handler.
    Api,
    /// The audit check against SHA-256 over the same bytes.
    Audit,
    /// An operation with its audit and outbox rows against bare inserts.
    Commits,
    /// From an operation at one server to a desk at another one.
    Events,
    /// CPU and memory of a server with a hundred desks against one desk.
    HundredDesks,
    /// The import against a bare bulk insert.
    Import,
    /// Looking somebody up among many.
    LookUp,
    /// Letters a second over one connection.
    Mail,
    /// A page against a bare one.
    Pages,
    /// A sign-in against a bare hash.
    SignIn,
    /// Looking somebody up while bad sign-ins arrive.
    UnderLoad,
}

/// Benchmarks of Recovery Desk.
#[derive(Parser)]
struct Asked {
    /// What to measure; everything if nothing is named.
    #[arg(value_enum)]
    topics: Vec<Topic>,
    /// Users among whom is looked up, and lines of the import.
    #[arg(long, default_value_t = 1_000_000)]
    users: usize,
    /// Look somebody up on this database alone, with `look-up` and `api`.
    #[arg(long, value_enum)]
    engine: Option<desks::Engine>,
    /// Keep the databases of `look-up` in this folder, and use those that are there: filled once, measured later. PostgreSQL's
    /// own user must be able to enter it.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Started again by its own benchmarks this program is a server: the real one, with the real one's command line, or one that
/// does nothing.
fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some("serve") => recovery_web::command_line::run(),
        Some(server::NOTHING) => server::serve_nothing(words),
        _ => measure(Asked::parse()),
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "what a program for the command line is for")]
async fn measure(asked: Asked) -> ExitCode {
    rustls::crypto::ring::default_provider().install_default().ok();
    let wanted = |topic| asked.topics.is_empty() || asked.topics.contains(&topic);
    let mut table = Table::default();
    // First: it measures the memory of a process that has done nothing yet.
    if wanted(Topic::Import) {
        imported::measure(&mut table, asked.users).await;
    }
    if wanted(Topic::Answers) {
        answers::measure(&mut table).await;
    }
    if wanted(Topic::SignIn) {
        sign_in::measure(&mut table).await;
    }
    if wanted(Topic::UnderLoad) {
        under_load::measure(&mut table).await;
    }
    if wanted(Topic::Pages) {
        pages::measure(&mut table).await;
    }
    if wanted(Topic::Api) {
        server::measure_api(&mut table, asked.engine).await;
    }
    if wanted(Topic::Events) {
        server::measure_events(&mut table).await;
    }
    if wanted(Topic::HundredDesks) {
        server::measure_desks(&mut table).await;
    }
    if wanted(Topic::Commits) {
        commits::measure(&mut table).await;
    }
    if wanted(Topic::Mail) {
        mail::measure(&mut table).await;
    }
    if wanted(Topic::Audit) {
        audit::measure(&mut table).await;
    }
    if wanted(Topic::LookUp) {
        look_up::measure(&mut table, asked.users, asked.engine, asked.keep.as_deref()).await;
    }
    println!("{table}");
    println!("{} goals missed.", table.missed());
    ExitCode::SUCCESS
}
