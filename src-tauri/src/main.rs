//! Recovery Desk, the desktop window. It mounts the operations of `recovery-desk` behind one command and adds what only
//! a desktop has: the window, menus, dialogs, the keyring. It knows no rules of its own.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod app;
mod commands;
mod connection;
mod display;
mod export;
mod home;
mod keyring;
mod links;
mod menu;
mod perform;
mod problem;
mod quit;
mod seat;
mod window;

#[cfg(test)]
mod access_tests;

use std::io::Write;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

/// What stderr gets when `RUST_LOG` doesn't say.
const LOG: &str = "warn";

fn main() -> ExitCode {
    display::prefer_plain_renderer();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOG));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
    if let Err(code) = display::check() {
        return code;
    }
    match app::build() {
        Ok(app) => {
            app.run(|_, _| {});
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&format!("Recovery Desk can't start: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes a sentence for whoever started the program.
fn say(sentence: &str) {
    // Without anybody to read it there is nothing better to do.
    let _ = writeln!(std::io::stderr(), "{sentence}");
}
