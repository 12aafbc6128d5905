//! A server that does nothing: axum behind the same TLS and the same listener as the real one, without a session, a
//! database or a log.

use std::path::PathBuf;
use std::process::ExitCode;

use axum::Router;
use axum::routing::{get, post};
use axum_server::tls_rustls::RustlsConfig;
use recovery_web::server::tls::TlsFiles;

/// Serves nothing on that port, with the certificate in that folder: what this program does when it is started as that.
pub fn serve(mut words: impl Iterator<Item = String>) -> ExitCode {
    let port: u16 = words.next().unwrap().parse().unwrap();
    let folder = PathBuf::from(words.next().unwrap());
    let files = TlsFiles { certificate: folder.join("tls.pem"), key: folder.join("tls.key") };
    let router = Router::new().route("/ready", get(async || ())).route("/", post(async || ()));
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let config = RustlsConfig::from_config(files.read().unwrap());
        let server = axum_server::from_tcp_rustls(listener, config).unwrap();
        server.serve(router.into_make_service()).await.unwrap();
    });
    ExitCode::SUCCESS
}
