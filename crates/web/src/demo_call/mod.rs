//! The whole main job in text: every line is a thing that really happened, with the parts the desk itself uses.
//! The agent's side goes through the operations of the desk, the caller's side through HTTP like a browser.

mod browser;
mod story;
mod telling;
mod waiting;

use std::net::Ipv4Addr;

use recovery_desk::caretaker;
use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, Database};
use recovery_desk::demo;
use recovery_desk::desk::{Desk, Parts};
use recovery_desk::hashing::HashingCost;
use recovery_desk::keys::DataKeys;
use recovery_desk::settings::Settings;
use tokio::net::TcpListener;
use url::Url;

use crate::command_line::CommandError;
use crate::output::line;

/// Plays it on an empty PostgreSQL database, or on a SQLite file that is thrown away.
pub async fn play(database_url: Option<String>) -> Result<(), CommandError> {
    // Another part of the program may have installed one; either is ring.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir()?;
    let (address, on) = match database_url {
        Some(url) => (Address::Postgres { url: url.into(), certificate: None }, "PostgreSQL"),
        None => (Address::Sqlite(folder.path().join("auth.db")), "SQLite, in a file that is thrown away"),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let public_url = Url::parse(&format!("http://127.0.0.1:{}", listener.local_addr()?.port()))?;
    let desk = Desk::open(Parts {
        database: Database::connect(&address).await?,
        keys: DataKeys::published_demo(),
        settings: Settings::for_demo(public_url.clone()),
        clock: Clock::Database,
        chance: Chance::operating_system(),
        hashing: HashingCost::cheap(),
        audit_heads: Some(folder.path().join("audit-heads.jsonl")),
    })
    .await?;
    line(format!("A recovery call, played for real on {on}. Everybody in it is invented.\n"));
    match demo::seed(&desk).await {
        // A demo that has its data is played on as it is.
        Ok(()) | Err(demo::SeedError::NotEmpty) => {}
        Err(error) => return Err(error.into()),
    }
    let tasks = caretaker::start(desk.clone())?;
    let pages = crate::served(desk.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, pages).await });
    let played = story::tell(&desk, &public_url).await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    serving.abort();
    desk.database.close().await;
    played?;
    line("\nThe caller is back in. Nobody else is.");
    Ok(())
}
