//! `serve`: the account pages on this machine's loopback address, over a database that desks use as well. TLS
//! comes with the desk server of a later version; until then a proxy on this machine may add it in front.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use recovery_desk::caretaker;
use recovery_desk::letters::ShownTimes;
use recovery_desk::settings::file::encrypted_or_here;
use recovery_desk::settings::{Organisation, Settings};
use tokio::net::TcpListener;
use url::Url;

use super::CommandError;
use super::database::Opened;
use crate::output::line;

/// Where and as whom the pages are served.
#[derive(Args)]
pub struct Serve {
    /// The address to listen on; a loopback address.
    #[arg(long, default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)))]
    listen: SocketAddr,
    /// The address users reach, as links in letters name it: that of a proxy with TLS on this machine, or this
    /// machine's own.
    #[arg(long)]
    public_url: Option<Url>,
    /// The organisation's name on pages and in letters.
    #[arg(long)]
    organisation: Option<String>,
    /// The telephone number users call.
    #[arg(long)]
    desk_phone: Option<String>,
    /// When the line is open, in words.
    #[arg(long)]
    opening_hours: Option<String>,
    /// Where signed heads of the audit log are kept: another path than the database's.
    #[arg(long)]
    audit_heads: Option<PathBuf>,
    #[command(flatten)]
    opened: Opened,
}

/// Serves until it is told to stop. Letters are sent by the desks, which know the mail server.
pub async fn serve(asked: Serve) -> Result<(), CommandError> {
    loopback_only(asked.listen)?;
    let listener =
        TcpListener::bind(asked.listen).await.map_err(|error| not_listening(asked.listen, &error))?;
    let here = format!("http://{}", listener.local_addr()?);
    let public_url = asked.public_url.map_or_else(|| Url::parse(&here), Ok)?;
    if !encrypted_or_here(&public_url) {
        return Err(
            format!("{public_url} must begin with https:// unless it leads to this machine itself.").into()
        );
    }
    let organisation = if asked.opened.is_demo() {
        Organisation::of_the_demo()
    } else {
        Organisation {
            name: asked.organisation.unwrap_or_default(),
            desk_phone: asked.desk_phone.unwrap_or_default(),
            opening_hours: asked.opening_hours.unwrap_or_default(),
        }
    };
    if !organisation.is_complete() {
        return Err(
            "The pages name whom to call: say it with --organisation, --desk-phone and --opening-hours."
                .into(),
        );
    }
    let settings = Settings { organisation, public_url, times: ShownTimes::utc(), smtp: None, sms: None };
    let desk = asked.opened.desk_with(settings, asked.audit_heads).await?;
    let tasks = caretaker::start(desk.clone())?;
    line(format!("The account pages are on {here}. Ctrl+C stops them."));
    axum::serve(listener, crate::router(desk.clone())).with_graceful_shutdown(told_to_stop()).await?;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    desk.database.close().await;
    Ok(())
}

fn loopback_only(listen: SocketAddr) -> Result<(), CommandError> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    Err(format!(
        "{listen} can be reached from other machines, and these pages speak plain HTTP: TLS comes with the desk \
         server of a later version. Listen on 127.0.0.1, and put a proxy with TLS on this machine in front."
    )
    .into())
}

fn not_listening(listen: SocketAddr, error: &io::Error) -> CommandError {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "Port {} of {} is taken by another program. Stop that one, or name another port with --listen.",
            listen.port(),
            listen.ip()
        ),
        io::ErrorKind::PermissionDenied => format!(
            "Port {} needs rights this program doesn't have. Name one from 1024 on with --listen.",
            listen.port()
        ),
        _ => format!("Nobody can be served on {listen}: {error}"),
    }
    .into()
}

async fn told_to_stop() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "can't be told to stop by Ctrl+C");
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_not_served_without_tls() {
        assert!(loopback_only("127.0.0.1:8080".parse().unwrap()).is_ok());
        assert!(loopback_only("[::1]:8080".parse().unwrap()).is_ok());
        let refused = loopback_only("0.0.0.0:8080".parse().unwrap()).unwrap_err().to_string();
        assert!(refused.contains("TLS comes with the desk server"), "{refused}");
    }

    #[test]
    fn links_lead_to_https_or_to_this_machine() {
        for (url, fine) in [
            ("https://account.example", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost:8080", true),
            ("http://account.example", false),
            ("ftp://127.0.0.1", false),
        ] {
            assert_eq!(encrypted_or_here(&Url::parse(url).unwrap()), fine, "{url}");
        }
    }
}
