//! The part of `settings.toml` that only a server reads: `[server]`. Each of these can be said by an environment
//! variable and on the command line as well; the command line wins over the environment, both win over the file.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

/// The section as it stands. Paths are looked for beside the file, unless they are whole.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerFile {
    /// The address to listen on; 127.0.0.1:8080 if missing.
    pub listen: Option<SocketAddr>,
    /// Where numbers for Prometheus are told; nowhere if missing.
    pub metrics_listen: Option<SocketAddr>,
    /// The certificate and those it is signed by, PEM.
    pub tls_certificate: Option<PathBuf>,
    /// Its key, PEM, readable by its owner alone.
    pub tls_key: Option<PathBuf>,
    /// A SQLite file.
    pub sqlite: Option<PathBuf>,
    /// A file with PostgreSQL's address, password included: one line, readable by its owner alone.
    pub database_url_file: Option<PathBuf>,
    /// A certificate authority of the own house for PostgreSQL, PEM.
    pub database_certificate: Option<PathBuf>,
    /// `keys.sealed`; its recovery passphrase is asked at the start.
    pub keys: Option<PathBuf>,
    /// A file with the unwrapped keys, readable by its owner alone.
    pub keys_unwrapped: Option<PathBuf>,
    /// Where signed heads of the audit log are kept: another path than the database's.
    pub audit_heads: Option<PathBuf>,
}

impl ServerFile {
    /// The section with its paths beside the file.
    #[must_use]
    pub fn beside(self, settings: &std::path::Path) -> Self {
        let whole = |path: Option<PathBuf>| path.map(|path| super::file::beside(settings, path));
        Self {
            tls_certificate: whole(self.tls_certificate),
            tls_key: whole(self.tls_key),
            sqlite: whole(self.sqlite),
            database_url_file: whole(self.database_url_file),
            database_certificate: whole(self.database_certificate),
            keys: whole(self.keys),
            keys_unwrapped: whole(self.keys_unwrapped),
            audit_heads: whole(self.audit_heads),
            ..self
        }
    }
}
