//! `serve`: account pages and desk API over one database, with TLS, on loopback, or for listed proxies; beside it the caretaker, which sends
//! letters where the settings name a mail server. `settings`: the same, only said.

use std::io;
use std::net::SocketAddr;

use recovery_desk::caretaker;

use super::CommandError;
use super::serve_settings::{Serve, ToServe, not_in_clear};
use crate::output::line;
use crate::server::Server;
use crate::server::listen::{Listener, told_to_stop};

/// Says with which settings `serve` would run.
pub fn show(asked: Serve) -> Result<(), CommandError> {
    for said in asked.in_force()?.lines() {
        line(said);
    }
    Ok(())
}

/// Serves until it is told to stop.
pub async fn serve(asked: Serve) -> Result<(), CommandError> {
    let mut asked = asked.in_force()?.into_serving()?;
    not_in_clear(asked.listen, asked.tls.is_some(), asked.has_proxies())?;
    let listener = listener(&asked)?;
    let here = listener.address()?;
    let metrics = asked.metrics_listen.map(|at| bound(at, "--metrics-listen")).transpose()?;
    let settings = asked.settings(&here)?;
    let desk = asked.opened.desk_with(settings, asked.audit_heads).await?;
    let tasks = caretaker::start(desk.clone())?;
    let server = Server::new(desk.clone());
    if let Some(metrics) = metrics {
        let metrics = tokio::net::TcpListener::from_std(metrics)?;
        line(format!("Numbers for Prometheus are on http://{}/metrics.", metrics.local_addr()?));
        let router = server.metrics_router();
        tokio::spawn(async move { axum::serve(metrics, router).await });
    }
    line(format!("The account pages are on {here}, and desks connect there. Ctrl+C stops them."));
    listener.serve(&server, told_to_stop()).await?;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    desk.database.close().await;
    tracing::info!("stopped");
    Ok(())
}

fn listener(asked: &ToServe) -> Result<Listener, CommandError> {
    Ok(Listener::new(bound(asked.listen, "--listen")?, asked.tls.clone())?)
}

fn bound(at: SocketAddr, option: &str) -> Result<std::net::TcpListener, CommandError> {
    let listener = std::net::TcpListener::bind(at).map_err(|error| not_listening(at, option, &error))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn not_listening(listen: SocketAddr, option: &str, error: &io::Error) -> CommandError {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "Port {} of {} is taken by another program. Stop that one, or name another port with {option}.",
            listen.port(),
            listen.ip()
        ),
        io::ErrorKind::PermissionDenied => format!(
            "Port {} needs rights this program doesn't have. Name one from 1024 on with {option}.",
            listen.port()
        ),
        _ => format!("Nobody can be served on {listen}: {error}"),
    }
    .into()
}
