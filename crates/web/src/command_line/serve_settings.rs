//! With which settings `serve` runs: one file, the environment, the command line. The command line wins over the
//! environment, both win over the file, the file over what is usual.

mod said;
mod shown;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use recovery_desk::settings::file::{SettingsFile, encrypted_or_here, read_secret};
use recovery_desk::settings::{Organisation, Settings};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use self::said::{FILE, HERE, Said, USUAL, said};
use super::CommandError;
use super::database::{KeysPlace, Opened, Place};
use crate::server::tls::TlsFiles;

/// What can be said on the command line and in the environment.
#[derive(Args)]
pub struct Serve {
    /// The settings file.
    #[arg(long, env = "RECOVERY_DESK_SETTINGS")]
    settings: Option<PathBuf>,
    /// The address to listen on; without TLS a loopback address.
    #[arg(long, env = "RECOVERY_DESK_LISTEN")]
    listen: Option<SocketAddr>,
    /// Where numbers for Prometheus are told, such as 127.0.0.1:9464.
    #[arg(long, env = "RECOVERY_DESK_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// The server's certificate and those it is signed by, PEM; read again on SIGHUP.
    #[arg(long, env = "RECOVERY_DESK_TLS_CERTIFICATE")]
    tls_certificate: Option<PathBuf>,
    /// Its key, PEM, readable by its owner alone.
    #[arg(long, env = "RECOVERY_DESK_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// The address users and desks reach, as links in letters name it.
    #[arg(long, env = "RECOVERY_DESK_PUBLIC_URL")]
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
    /// Where users may write about the pages.
    #[arg(long)]
    support_email: Option<String>,
    /// Where signed heads of the audit log are kept: another path than the database's.
    #[arg(long, env = "RECOVERY_DESK_AUDIT_HEADS")]
    audit_heads: Option<PathBuf>,
    /// A SQLite file.
    #[arg(long, conflicts_with = "database_url")]
    sqlite: Option<PathBuf>,
    /// postgres://user@host/database; better in the environment or a file than here, where other programs can read it.
    #[arg(long, env = "RECOVERY_DESK_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// A certificate authority of the own house for PostgreSQL, PEM.
    #[arg(long, env = "RECOVERY_DESK_DATABASE_CERTIFICATE")]
    certificate: Option<PathBuf>,
    /// `keys.sealed`; its recovery passphrase is asked.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// A file with the unwrapped keys, readable by its owner alone.
    #[arg(long, env = "RECOVERY_DESK_KEYS_UNWRAPPED", conflicts_with = "keys")]
    keys_unwrapped: Option<PathBuf>,
    /// The database is a demo: its keys are the published ones.
    #[arg(long, conflicts_with_all = ["keys", "keys_unwrapped"])]
    demo: bool,
}

/// Everything said, and where.
pub struct InForce {
    settings_file: Said<PathBuf>,
    listen: Said<SocketAddr>,
    metrics_listen: Said<SocketAddr>,
    tls_certificate: Said<PathBuf>,
    tls_key: Said<PathBuf>,
    public_url: Said<Url>,
    organisation: Said<Organisation>,
    audit_heads: Said<PathBuf>,
    sqlite: Said<PathBuf>,
    database_url: Said<SecretString>,
    certificate: Said<PathBuf>,
    keys: Said<PathBuf>,
    keys_unwrapped: Said<PathBuf>,
    demo: bool,
    file: SettingsFile,
}

/// What a server starts with.
pub struct ToServe {
    pub listen: SocketAddr,
    pub metrics_listen: Option<SocketAddr>,
    pub tls: Option<TlsFiles>,
    pub audit_heads: Option<PathBuf>,
    pub opened: Opened,
    public_url: Option<Url>,
    file: SettingsFile,
    file_path: PathBuf,
}

impl Serve {
    /// Puts together what was said where.
    pub fn in_force(self) -> Result<InForce, CommandError> {
        let path = self.settings.clone().unwrap_or_default();
        if let Some(named) = &self.settings
            && !named.exists()
        {
            return Err(format!("There is no settings file {}. Check the path.", named.display()).into());
        }
        let mut file =
            if self.settings.is_some() { SettingsFile::read(&path)? } else { SettingsFile::default() };
        let server = std::mem::take(&mut file.server).beside(&path);
        // Of two ways to name the database or the keys, the stronger word leaves no room for the other.
        let here = self.sqlite.is_some() || self.database_url.is_some();
        let (file_sqlite, file_url) =
            if here { (None, None) } else { (server.sqlite, server.database_url_file) };
        if file_sqlite.is_some() && file_url.is_some() {
            return Err(
                "The settings file names two databases: leave out sqlite or database_url_file.".into()
            );
        }
        let keys_here = self.keys.is_some() || self.keys_unwrapped.is_some() || self.demo;
        let (file_keys, file_unwrapped) =
            if keys_here { (None, None) } else { (server.keys, server.keys_unwrapped) };
        let file_url = file_url.map(|url| read_secret(&path, &url)).transpose()?;
        let organisation = organisation(&self, &file, self.demo);
        let public_url = file.public_url(&path)?;
        Ok(InForce {
            settings_file: said(self.settings, None),
            listen: said(self.listen, server.listen).or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            metrics_listen: said(self.metrics_listen, server.metrics_listen),
            tls_certificate: said(self.tls_certificate, server.tls_certificate),
            tls_key: said(self.tls_key, server.tls_key),
            public_url: said(self.public_url, public_url),
            organisation,
            audit_heads: said(self.audit_heads, server.audit_heads),
            sqlite: said(self.sqlite, file_sqlite),
            database_url: said(self.database_url.map(SecretString::from), file_url),
            certificate: said(self.certificate, server.database_certificate),
            keys: said(self.keys, file_keys),
            keys_unwrapped: said(self.keys_unwrapped, file_unwrapped),
            demo: self.demo,
            file,
        })
    }
}

fn organisation(asked: &Serve, file: &SettingsFile, demo: bool) -> Said<Organisation> {
    if demo {
        return Said { value: Some(Organisation::of_the_demo()), place: USUAL };
    }
    let given = [&asked.organisation, &asked.desk_phone, &asked.opening_hours, &asked.support_email];
    let place = match (given.iter().any(|part| part.is_some()), file.organisation.is_complete()) {
        (true, _) => HERE,
        (false, true) => FILE,
        (false, false) => USUAL,
    };
    let of = |here: &Option<String>, file: &str| here.clone().unwrap_or_else(|| file.to_owned());
    let whole = Organisation {
        name: of(&asked.organisation, &file.organisation.name),
        desk_phone: of(&asked.desk_phone, &file.organisation.desk_phone),
        opening_hours: of(&asked.opening_hours, &file.organisation.opening_hours),
        support_email: asked.support_email.clone().or_else(|| file.organisation.support_email.clone()),
    };
    Said { value: Some(whole), place }
}

impl InForce {
    /// What a server starts with.
    pub fn into_serving(self) -> Result<ToServe, CommandError> {
        let tls = match (self.tls_certificate.value, self.tls_key.value) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            _ => return Err("TLS needs both: the certificate and its key.".into()),
        };
        if let Some(url) = self.public_url.value.as_ref().filter(|url| !encrypted_or_here(url)) {
            return Err(
                format!("{url} must begin with https:// unless it leads to this machine itself.").into()
            );
        }
        let organisation = self.organisation.value.unwrap_or_default();
        let url = self.database_url.value.map(|url| url.expose_secret().to_owned());
        let opened = Opened::of(
            Place::of(self.sqlite.value, url),
            KeysPlace::of(self.keys.value, self.keys_unwrapped.value, self.demo),
            self.certificate.value,
        );
        // A demo sends no real post.
        let file = if self.demo { SettingsFile::default() } else { self.file };
        Ok(ToServe {
            listen: self.listen.value.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            metrics_listen: self.metrics_listen.value,
            tls,
            audit_heads: self.audit_heads.value,
            opened,
            public_url: self.public_url.value,
            file: SettingsFile { organisation, ..file },
            file_path: self.settings_file.value.unwrap_or_default(),
        })
    }
}

impl ToServe {
    /// Whether proxies are listed.
    pub fn has_proxies(&self) -> bool {
        !self.file.trusted_proxies.is_empty()
    }

    /// The desk's settings, the account pages being at `here` unless another address was said.
    pub fn settings(&mut self, here: &str) -> Result<Settings, CommandError> {
        if !self.file.organisation.is_complete() {
            return Err("The pages name whom to call: say it with --organisation, --desk-phone and --opening-hours, or in the settings file.".into());
        }
        let public_url = match self.public_url.take() {
            Some(url) => url,
            None => Url::parse(here)?,
        };
        Ok(std::mem::take(&mut self.file).settings(&self.file_path, public_url)?)
    }
}

/// Refuses to be read on the way: without TLS an address is for this machine alone, or for listed proxies, which bring the
/// TLS. Then nobody else is answered (`guard::only_proxies`), and the way between is the operator's to protect.
pub fn not_in_clear(listen: SocketAddr, tls: bool, proxies: bool) -> Result<(), CommandError> {
    if tls || proxies || listen.ip().is_loopback() {
        return Ok(());
    }
    Err(format!(
        "{listen} can be reached from other machines, and without TLS everything would be read on its way. Name a \
         certificate with --tls-certificate and --tls-key, or listen on 127.0.0.1 behind a proxy with TLS on this \
         machine, or list a proxy with TLS on another one as trusted_proxies in the settings file."
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_not_served_without_tls() {
        let asked = |listen: &str, tls, proxies| not_in_clear(listen.parse().unwrap(), tls, proxies);
        assert!(asked("127.0.0.1:8080", false, false).is_ok());
        assert!(asked("[::1]:8080", false, false).is_ok());
        assert!(asked("0.0.0.0:8443", true, false).is_ok());
        assert!(asked("0.0.0.0:8080", false, true).is_ok(), "listed proxies alone are answered then");
        let refused = asked("0.0.0.0:8080", false, false).unwrap_err().to_string();
        assert!(refused.contains("--tls-certificate"), "{refused}");
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
