//! With which settings `serve` runs: one file, the environment, the command line. The command line wins over the
//! environment, both win over the file, the file over what is usual.

use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use recovery_desk::settings::file::{SettingsFile, encrypted_or_here, read_secret};
use recovery_desk::settings::{Organisation, Settings};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

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

/// A value and where it was said.
struct Said<T> {
    value: Option<T>,
    place: &'static str,
}

const HERE: &str = "command line or environment";
const FILE: &str = "file";
const USUAL: &str = "usual";

fn said<T>(here: Option<T>, file: Option<T>) -> Said<T> {
    match (here, file) {
        (Some(value), _) => Said { value: Some(value), place: HERE },
        (None, Some(value)) => Said { value: Some(value), place: FILE },
        (None, None) => Said { value: None, place: USUAL },
    }
}

impl<T> Said<T> {
    fn or(mut self, usual: T) -> Said<T> {
        self.value.get_or_insert(usual);
        self
    }

    fn line(&self, name: &str, show: impl Fn(&T) -> String) -> String {
        let value = self.value.as_ref().map_or_else(|| "not set".to_owned(), show);
        format!("{name} = {value}  # {}", self.place)
    }
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
    /// As a person reads them; secrets are said to be there, and no more.
    pub fn lines(&self) -> Vec<String> {
        let path = |path: &PathBuf| format!("{:?}", path.display().to_string());
        let plain = |value: &dyn Display| format!("\"{value}\"");
        let mut lines = vec![
            self.settings_file.line("settings", path),
            self.listen.line("listen", |at| plain(at)),
            self.metrics_listen.line("metrics_listen", |at| plain(at)),
            self.tls_certificate.line("tls_certificate", path),
            self.tls_key.line("tls_key", path),
            self.public_url.line("public_url", |url| plain(url)),
            self.organisation.line("organisation", |organisation| format!("{:?}", organisation.name)),
            match self
                .organisation
                .value
                .as_ref()
                .and_then(|organisation| organisation.support_email.as_ref())
            {
                Some(address) => format!("support_email = {address:?}  # {}", self.organisation.place),
                None => "support_email = not set".to_owned(),
            },
            self.sqlite.line("sqlite", path),
            self.database_url.line("database_url", |url| format!("{:?}", redacted(url))),
            self.certificate.line("database_certificate", path),
            self.keys.line("keys", path),
            self.keys_unwrapped.line("keys_unwrapped", path),
            self.audit_heads.line("audit_heads", path),
            format!("demo = {}", self.demo),
        ];
        let smtp = self.file.smtp.as_ref();
        lines.push(smtp.map_or_else(
            || "smtp = not set".to_owned(),
            |smtp| format!("smtp = \"{}:{}\", password not shown  # {FILE}", smtp.host, smtp.port),
        ));
        let sms = if self.file.sms.is_some() { "set, secrets not shown  # file" } else { "not set" };
        lines.push(format!("sms = {sms}"));
        let of_pages = |name: &str, value: Option<String>| {
            value.map_or_else(|| format!("{name} = not set"), |value| format!("{name} = {value}  # {FILE}"))
        };
        lines.push(of_pages(
            "default_region",
            self.file.default_region.as_ref().map(|region| format!("{region:?}")),
        ));
        let proxies = &self.file.trusted_proxies;
        lines.push(of_pages("trusted_proxies", (!proxies.is_empty()).then(|| format!("{proxies:?}"))));
        lines.push(of_pages("breached_passwords", self.file.breached_passwords.as_ref().map(path)));
        lines
    }

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

/// The address without its password.
fn redacted(url: &SecretString) -> String {
    let Ok(mut url) = Url::parse(url.expose_secret()) else { return "not an address".to_owned() };
    if url.password().is_some() {
        let _ = url.set_password(Some("..."));
    }
    let options: Vec<_> = url
        .query_pairs()
        .map(|(name, value)| {
            let shown = if name == "password" { "...".into() } else { value.into_owned() };
            (name.into_owned(), shown)
        })
        .collect();
    if !options.is_empty() {
        url.query_pairs_mut().clear().extend_pairs(options);
    }
    url.into()
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

    #[test]
    fn no_password_is_shown() {
        let shown = |text: &str| redacted(&SecretString::from(text));
        assert_eq!(shown("postgres://desk:canary@db.example/auth"), "postgres://desk:...@db.example/auth");
        assert!(
            !shown("postgres://desk@db.example/auth?password=canary&sslmode=verify-full").contains("canary")
        );
        assert!(!shown("canary").contains("canary"));
    }

    #[test]
    fn the_stronger_word_wins() {
        let both = said(Some(1), Some(2));
        assert_eq!((both.value, both.place), (Some(1), HERE));
        let file = said(None, Some(2)).or(3);
        assert_eq!((file.value, file.place), (Some(2), FILE));
        let usual = said(None, None).or(3);
        assert_eq!((usual.value, usual.place), (Some(3), USUAL));
    }
}
