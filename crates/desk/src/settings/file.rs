//! `settings.toml`: what a person sets outside the database, read by the app when a connection is opened and by a
//! server when it starts. No password stands in it; the mail server's lies in a file of its own that only its
//! owner can read. Files named in it are looked for beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use recovery_rules::email::Email;
use recovery_rules::phone::DefaultRegion;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::breached::BreachedPasswords;
use super::proxies::TrustedProxies;
use super::server::ServerFile;
use super::{Organisation, Settings};
use crate::letters::ShownTimes;
use crate::sms::SmsFile;
use crate::smtp::{SmtpLogin, SmtpSettings, SmtpTls};

/// The longest wait for one step of the mail server.
const MAIL_TIMEOUT: Duration = Duration::from_secs(20);

/// The file can't be used, and why.
#[derive(Debug, thiserror::Error)]
#[error("The settings in {} can't be used: {reason}", path.display())]
pub struct SettingsFileProblem {
    /// Which file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// The file as it stands.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsFile {
    /// Who runs this desk.
    pub organisation: Organisation,
    /// Where users reach the account pages, if not on this computer's loopback address.
    pub public_url: Option<String>,
    /// The port on 127.0.0.1 where this window offers the account pages.
    pub pages_port: Option<u16>,
    /// How letters and pages write times; UTC if missing.
    pub times: Option<Times>,
    /// The mail server; letters wait until there is one.
    pub smtp: Option<Smtp>,
    /// The SMS gateway; codes can't go by text until there is one.
    pub sms: Option<SmsFile>,
    /// What only a server reads.
    pub server: ServerFile,
    /// The country of phone numbers typed without a country code, such as `GB`, which it is if missing.
    pub default_region: Option<String>,
    /// Addresses and networks of proxies whose `X-Forwarded-For` says where a request comes from.
    pub trusted_proxies: Vec<String>,
    /// A file of breached passwords: a line each, SHA-1 in hexadecimal and a count, sorted, as the Pwned Passwords corpus has.
    pub breached_passwords: Option<PathBuf>,
}

/// A fixed offset from UTC.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// Minutes east of UTC.
    pub offset_minutes: i32,
    /// Its name, such as `CET`.
    pub name: String,
}

/// The mail server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Its name, as in its certificate.
    pub host: String,
    /// Usually 465 (`implicit`) or 587 (`start_tls`).
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// The address letters come from.
    pub from: String,
    /// The name to sign in with.
    pub user: Option<String>,
    /// The file with the password: one line, readable by its owner alone.
    pub password_file: Option<PathBuf>,
    /// A further root certificate, PEM.
    pub extra_root_certificate: Option<PathBuf>,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// From the first byte.
    Implicit,
    /// After STARTTLS.
    StartTls,
}

impl SettingsFile {
    /// Reads the file; a missing one sets nothing.
    ///
    /// # Errors
    /// [`SettingsFileProblem`] names the file and what is wrong.
    pub fn read(path: &Path) -> Result<Self, SettingsFileProblem> {
        match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| unusable(path, error.message())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(unusable(path, &error.to_string())),
        }
    }

    /// The address users reach, if the file names one.
    ///
    /// # Errors
    /// [`SettingsFileProblem`] if it is none.
    pub fn public_url(&self, path: &Path) -> Result<Option<Url>, SettingsFileProblem> {
        let Some(text) = &self.public_url else { return Ok(None) };
        let url = Url::parse(text).map_err(|error| unusable(path, &format!("public_url: {error}")))?;
        if !encrypted_or_here(&url) {
            return Err(unusable(
                path,
                "public_url must begin with https://, unless it leads to this computer itself",
            ));
        }
        Ok(Some(url))
    }

    /// The desk's settings with this address of the account pages.
    ///
    /// # Errors
    /// [`SettingsFileProblem`].
    pub fn settings(self, path: &Path, public_url: Url) -> Result<Settings, SettingsFileProblem> {
        let times = match self.times {
            None => ShownTimes::utc(),
            Some(times) => ShownTimes::fixed(times.offset_minutes, &times.name)
                .ok_or_else(|| unusable(path, "times needs an offset within 14 hours and a name"))?,
        };
        let smtp = self.smtp.map(|smtp| smtp.settings(path)).transpose()?;
        if smtp.is_some() && !self.organisation.is_complete() {
            let missing = "letters need [organisation] with name, desk_phone and opening_hours";
            return Err(unusable(path, missing));
        }
        if let Some(address) = &self.organisation.support_email {
            Email::parse(address)
                .map_err(|_| unusable(path, "organisation.support_email is not an e-mail address"))?;
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let sms = self.sms.map(|sms| sms.settings(folder)).transpose();
        let sms = sms.map_err(|problem| unusable(path, &problem.to_string()))?;
        let default_region = match &self.default_region {
            None => DefaultRegion::default(),
            Some(text) => DefaultRegion::parse(text).map_err(|_| {
                unusable(path, "default_region is two letters of a country, such as GB, DE or US")
            })?,
        };
        let trusted_proxies = TrustedProxies::parse(&self.trusted_proxies)
            .map_err(|problem| unusable(path, &format!("trusted_proxies: {problem}")))?;
        let breached_passwords = match self.breached_passwords {
            None => BreachedPasswords::default(),
            Some(file) => {
                let file = beside(path, file);
                BreachedPasswords::file(&file).map_err(|error| {
                    unusable(path, &format!("breached_passwords: {}: {error}", file.display()))
                })?
            }
        };
        Ok(Settings {
            organisation: self.organisation,
            public_url,
            times,
            smtp,
            sms,
            default_region,
            trusted_proxies,
            breached_passwords,
        })
    }
}

/// Links in letters must not lead over an open network without TLS.
pub fn encrypted_or_here(url: &Url) -> bool {
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" && url.host().is_some() || (url.scheme() == "http" && here)
}

impl Smtp {
    fn settings(self, path: &Path) -> Result<SmtpSettings, SettingsFileProblem> {
        let from =
            Email::parse(&self.from).map_err(|_| unusable(path, "smtp.from is not an e-mail address"))?;
        let login = match (self.user, self.password_file) {
            (None, None) => None,
            (Some(user), Some(file)) => {
                Some(SmtpLogin { user, password: read_secret(path, &beside(path, file))? })
            }
            _ => return Err(unusable(path, "smtp needs both user and password_file, or neither")),
        };
        Ok(SmtpSettings {
            host: self.host,
            port: self.port,
            tls: match self.tls {
                Tls::Implicit => SmtpTls::Implicit,
                Tls::StartTls => SmtpTls::StartTls,
            },
            login,
            from,
            extra_root_certificate: self.extra_root_certificate.map(|file| beside(path, file)),
            timeout: MAIL_TIMEOUT,
        })
    }
}

/// A file named in the settings: beside them, unless its whole path is given.
pub(crate) fn beside(settings: &Path, file: PathBuf) -> PathBuf {
    match settings.parent() {
        Some(folder) if file.is_relative() => folder.join(file),
        _ => file,
    }
}

/// A secret in a file of its own: one line, readable by its owner alone.
///
/// # Errors
/// [`SettingsFileProblem`] names the file.
pub fn read_secret(settings: &Path, file: &Path) -> Result<SecretString, SettingsFileProblem> {
    let shown = file.display();
    let metadata = fs::metadata(file).map_err(|error| unusable(settings, &format!("{shown}: {error}")))?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
        return Err(unusable(
            settings,
            &format!("other people can read {shown}; set its permissions to 0600"),
        ));
    }
    let text = fs::read_to_string(file).map_err(|error| unusable(settings, &format!("{shown}: {error}")))?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn unusable(path: &Path, reason: &str) -> SettingsFileProblem {
    SettingsFileProblem { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SettingsFile, SettingsFileProblem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        fs::write(&path, text).unwrap();
        SettingsFile::read(&path)
    }

    #[test]
    fn a_missing_file_sets_nothing() {
        let file = SettingsFile::read(Path::new("/nowhere/settings.toml")).unwrap();
        assert!(file.smtp.is_none() && file.public_url.is_none());
        assert_eq!(file.organisation, Organisation::default());
    }

    #[test]
    fn a_misspelt_setting_is_refused_and_named() {
        let refused = read("publik_url = \"https://x.example\"").unwrap_err().to_string();
        assert!(refused.contains("publik_url"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn the_mail_password_comes_from_a_file_that_only_its_owner_reads() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("mail-password");
        fs::write(&secret, "canary\n").unwrap();
        let text = format!(
            "[organisation]\nname = \"Meridian\"\ndesk_phone = \"1\"\nopening_hours = \"always\"\n\
             [smtp]\nhost = \"mail.example\"\nport = 465\ntls = \"implicit\"\nfrom = \"desk@example.org\"\n\
             user = \"desk\"\npassword_file = {secret:?}\n"
        );
        let settings = |text: &str| {
            read(text)?.settings(Path::new("settings.toml"), Url::parse("https://a.example").unwrap())
        };
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(settings(&text).unwrap_err().to_string().contains("0600"));
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
        let settings = settings(&text).unwrap();
        let login = settings.smtp.unwrap().login.unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&login.password), "canary");
    }

    #[test]
    fn letters_are_not_sent_in_nobodys_name() {
        let text =
            "[smtp]\nhost = \"mail.example\"\nport = 465\ntls = \"implicit\"\nfrom = \"desk@example.org\"\n";
        let settings =
            read(text).unwrap().settings(Path::new("s.toml"), Url::parse("https://a.example").unwrap());
        assert!(settings.unwrap_err().to_string().contains("[organisation]"));
    }

    #[test]
    fn where_to_write_is_an_address_or_is_named_as_wrong() {
        let settings =
            |text: &str| read(text)?.settings(Path::new("s.toml"), Url::parse("https://a.example").unwrap());
        let written = |address: &str| settings(&format!("[organisation]\nsupport_email = \"{address}\"\n"));
        let address = written("help@example.org").unwrap().organisation.support_email;
        assert_eq!(address.as_deref(), Some("help@example.org"));
        assert!(written("https://example.org/help").unwrap_err().to_string().contains("support_email"));
        assert_eq!(settings("").unwrap().organisation.support_email, None);
    }

    #[test]
    fn the_region_of_numbers_and_the_listed_proxies_are_read_or_named_as_wrong() {
        let settings =
            |text: &str| read(text)?.settings(Path::new("s.toml"), Url::parse("https://a.example").unwrap());
        let plain = settings("").unwrap();
        assert_eq!(plain.default_region.as_str(), "GB");
        assert!(plain.trusted_proxies.is_empty());
        let set =
            settings("default_region = \"de\"\ntrusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]").unwrap();
        assert_eq!(set.default_region.as_str(), "DE");
        assert!(set.trusted_proxies.contains("10.9.9.9".parse().unwrap()));
        assert!(settings("default_region = \"Germany\"").unwrap_err().to_string().contains("two letters"));
        let wrong = settings("trusted_proxies = [\"proxy\"]").unwrap_err().to_string();
        assert!(wrong.contains("\"proxy\" is neither"), "{wrong}");
    }

    #[test]
    fn a_file_named_in_the_settings_lies_beside_them() {
        let settings = Path::new("/etc/recovery-desk/settings.toml");
        assert_eq!(beside(settings, "password".into()), Path::new("/etc/recovery-desk/password"));
        assert_eq!(beside(settings, "/run/secrets/password".into()), Path::new("/run/secrets/password"));
    }

    #[test]
    fn a_public_address_is_a_web_address() {
        let path = Path::new("settings.toml");
        let with = |url: &str| SettingsFile { public_url: Some(url.to_owned()), ..SettingsFile::default() };
        assert!(with("https://accounts.example").public_url(path).unwrap().is_some());
        assert!(with("http://127.0.0.1:8080").public_url(path).unwrap().is_some());
        assert!(with("http://accounts.example").public_url(path).is_err());
        assert!(with("ftp://accounts.example").public_url(path).is_err());
        assert!(with("accounts").public_url(path).is_err());
    }
}
