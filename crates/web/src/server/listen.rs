//! Listening and stopping: connections with TLS or without, and a stop that lets requests under way finish.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::middleware::from_fn_with_state;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;

use super::Server;
use super::tls::{TlsFiles, TlsProblem};
use crate::guard;

/// How long requests under way may still take after the server was told to stop: a check with its hashing, and no more
/// than a supervisor waits before it kills.
const FINISH: Duration = Duration::from_secs(10);

/// A bound address, not served yet.
pub struct Listener {
    listener: TcpListener,
    tls: Option<(TlsFiles, RustlsConfig)>,
}

impl Listener {
    /// On a bound, non-blocking address, with TLS by these files if there are any.
    ///
    /// # Errors
    /// [`TlsProblem`].
    pub fn new(listener: TcpListener, tls: Option<TlsFiles>) -> Result<Self, TlsProblem> {
        let tls = tls.map(|files| Ok((files.clone(), RustlsConfig::from_config(files.read()?))));
        Ok(Self { listener, tls: tls.transpose()? })
    }

    /// Its address as it is typed into a browser of this machine.
    ///
    /// # Errors
    /// The system doesn't say.
    pub fn address(&self) -> io::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}", self.listener.local_addr()?))
    }

    /// Serves until `stop` is over; then takes nobody new and lets what is under way finish.
    ///
    /// # Errors
    /// The system stops listening.
    pub async fn serve(
        self,
        server: &Server,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let handle = Handle::new();
        let stopping = (handle.clone(), server.hub.clone());
        tokio::spawn(async move {
            stop.await;
            let (handle, hub) = stopping;
            tracing::info!("told to stop");
            hub.stop();
            handle.graceful_shutdown(Some(FINISH));
        });
        let mut router = server.router();
        if self.tls.is_none() && !self.listener.local_addr()?.ip().is_loopback() {
            let proxies = server.desk.settings.trusted_proxies.clone();
            router = router.layer(from_fn_with_state(proxies, guard::only_proxies));
        }
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        match self.tls {
            None => axum_server::from_tcp(self.listener)?.handle(handle).serve(service).await,
            Some((files, config)) => {
                files.read_again_when_told(config.clone());
                axum_server::from_tcp_rustls(self.listener, config)?.handle(handle).serve(service).await
            }
        }
    }
}

/// Ctrl+C at a terminal, SIGTERM from a supervisor.
pub async fn told_to_stop() {
    let by_hand = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "can't be told to stop by Ctrl+C");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let by_supervisor = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut told) => drop(told.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let by_supervisor = std::future::pending::<()>();
    tokio::select! {
        () = by_hand => {}
        () = by_supervisor => {}
    }
}
