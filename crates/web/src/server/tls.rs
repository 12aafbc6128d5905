//! The server's certificate and key: read from two PEM files, read again on SIGHUP, rustls with ring.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those it is signed by, PEM, its own first.
    pub certificate: PathBuf,
    /// Its key, PEM, readable by its owner alone.
    pub key: PathBuf,
}

/// Why they can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be used: {reason}", path.display())]
pub struct TlsProblem {
    path: PathBuf,
    reason: String,
}

impl TlsFiles {
    /// Reads them.
    ///
    /// # Errors
    /// [`TlsProblem`] names the file.
    pub fn read(&self) -> Result<Arc<ServerConfig>, TlsProblem> {
        let problem = |path: &Path, reason: String| TlsProblem { path: path.to_owned(), reason };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(&self.certificate).and_then(Iterator::collect);
        let chain = chain.map_err(|error| problem(&self.certificate, error.to_string()))?;
        if chain.is_empty() {
            return Err(problem(&self.certificate, "there is no certificate in it".to_owned()));
        }
        private(&self.key).map_err(|reason| problem(&self.key, reason))?;
        let key =
            PrivateKeyDer::from_pem_file(&self.key).map_err(|error| problem(&self.key, error.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| problem(&self.certificate, error.to_string()))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Reads them again at every SIGHUP; what can't be used leaves the former ones in place.
    pub fn read_again_when_told(self, config: RustlsConfig) {
        #[cfg(unix)]
        tokio::spawn(async move {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut told) = signal(SignalKind::hangup()) else { return };
            while told.recv().await.is_some() {
                match self.read() {
                    Ok(new) => {
                        config.reload_from_config(new);
                        tracing::info!("the certificate was read again");
                    }
                    Err(problem) => tracing::error!(%problem, "the former certificate stays"),
                }
            }
        });
        #[cfg(not(unix))]
        drop(config);
    }
}

#[cfg(unix)]
fn private(key: &Path) -> Result<(), String> {
    let metadata = std::fs::metadata(key).map_err(|error| error.to_string())?;
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 == 0 {
        return Ok(());
    }
    Err("other people can read it; set its permissions to 0600".to_owned())
}

#[cfg(not(unix))]
fn private(_key: &Path) -> Result<(), String> {
    Ok(())
}
