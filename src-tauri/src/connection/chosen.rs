//! Which connection was chosen, as `connection.toml` remembers it, and what the page may choose. Never a password.

use std::fs;
use std::path::PathBuf;

use recovery_desk::database::{Address, ConnectError};
use recovery_desk::secret::SecretText;
use recovery_desk::settings::file::{SettingsFileProblem, encrypted_or_here};
use recovery_web::desk_api::client::ClientProblem;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::home::{self, Home};
use crate::problem::Problem;

/// The connection this computer uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum Chosen {
    /// Demo data.
    Demo {},
    /// A SQLite file.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres {
        /// `postgres://user@host:port/database?options`, without a password.
        address: String,
        /// A certificate authority of the own house, PEM.
        certificate: Option<PathBuf>,
    },
    /// A desk server.
    Server {
        /// `https://…`
        address: String,
        /// A certificate authority of the own house, PEM.
        certificate: Option<PathBuf>,
    },
}

/// What the page chooses.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Choice {
    /// Demo data.
    Demo {},
    /// A SQLite file; none: the usual one.
    Sqlite {
        /// The file.
        path: Option<PathBuf>,
    },
    /// A PostgreSQL server.
    Postgres {
        /// The address; may carry the password.
        url: SecretText,
        /// A certificate authority of the own house, PEM.
        certificate: Option<PathBuf>,
    },
    /// A desk server.
    Server {
        /// Its address; `https://` may be left out.
        url: String,
        /// A certificate authority of the own house, PEM.
        certificate: Option<PathBuf>,
    },
}

impl Choice {
    /// What is remembered, and the password that is not.
    ///
    /// # Errors
    /// The address is none, or carries a password in its options.
    pub fn parted(self, home: &Home) -> Result<(Chosen, Option<SecretString>), Problem> {
        match self {
            Self::Demo {} => Ok((Chosen::Demo {}, None)),
            Self::Sqlite { path } => {
                Ok((Chosen::Sqlite { path: path.unwrap_or_else(|| home.default_database()) }, None))
            }
            Self::Postgres { url, certificate } => {
                let (address, password) = part_address(&url)?;
                Ok((Chosen::Postgres { address, certificate }, password))
            }
            Self::Server { url, certificate } => {
                let address = server_address(&url)?.into();
                Ok((Chosen::Server { address, certificate }, None))
            }
        }
    }
}

impl Chosen {
    /// What was chosen last, if anything was. A file that can't be read counts as nothing chosen, with the reason.
    ///
    /// # Errors
    /// [`Problem::Settings`].
    pub fn remembered(home: &Home) -> Result<Option<Self>, Problem> {
        let path = home.connection_file();
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .map(Some)
                .map_err(|error| SettingsFileProblem { path, reason: error.message().to_owned() }.into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Problem::Disk { path, source }),
        }
    }

    /// Remembers it for the next start.
    ///
    /// # Errors
    /// [`Problem::Disk`].
    pub fn remember(&self, home: &Home) -> Result<(), Problem> {
        let path = home.connection_file();
        let text = toml::to_string(self)
            .map_err(|error| SettingsFileProblem { path: path.clone(), reason: error.to_string() })?;
        home::write_private(&path, &text).map_err(Problem::disk(path))
    }

    /// Forgets what was chosen.
    ///
    /// # Errors
    /// [`Problem::Disk`].
    pub fn forget(home: &Home) -> Result<(), Problem> {
        let path = home.connection_file();
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Problem::Disk { path, source })
            }
            _ => Ok(()),
        }
    }

    /// Its name on the wire.
    pub const fn mode(&self) -> &'static str {
        match self {
            Self::Demo {} => "demo",
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
            Self::Server { .. } => "server",
        }
    }

    /// What a person recognises it by.
    pub fn label(&self) -> String {
        match self {
            Self::Demo {} => "Demo data".to_owned(),
            Self::Sqlite { path } => path.display().to_string(),
            Self::Postgres { address, .. } => place_of(address),
            Self::Server { address, .. } => place_of(address).trim_end_matches('/').to_owned(),
        }
    }

    /// The server and its certificate authority.
    ///
    /// # Errors
    /// The remembered address is none.
    pub fn server(&self) -> Result<(Url, Option<PathBuf>), Problem> {
        match self {
            Self::Server { address, certificate } => Ok((server_address(address)?, certificate.clone())),
            _ => Err(Problem::NotConnected),
        }
    }

    /// The name of its session in the keyring.
    pub fn session_entry(&self) -> String {
        format!("session at {}", self.label())
    }

    /// Where `keys.sealed` lies: beside the data.
    pub fn keys_file(&self, home: &Home) -> PathBuf {
        match self {
            Self::Demo {} => home.demo_folder().join("keys.sealed"),
            Self::Sqlite { path } => path.with_file_name("keys.sealed"),
            Self::Postgres { address, .. } => home.postgres_folder(&place_of(address)).join("keys.sealed"),
            // A desk at a server has no keys; nothing lies or is looked for there.
            Self::Server { .. } => PathBuf::new(),
        }
    }

    /// Where signed heads of its audit log are kept: another path than the database's.
    pub fn audit_heads(&self, home: &Home) -> PathBuf {
        let name = match self {
            Self::Demo {} => "demo".to_owned(),
            Self::Sqlite { path } => plain(&path.display().to_string()),
            Self::Postgres { address, .. } | Self::Server { address, .. } => plain(&place_of(address)),
        };
        home.audit_heads(name.trim_matches('-'))
    }

    /// The name of its data keys in the keyring.
    pub fn keys_entry(&self) -> String {
        format!("data keys of {}", self.label())
    }

    /// The name of its login in the keyring.
    pub fn login_entry(&self) -> String {
        match self {
            Self::Postgres { address, .. } => format!("database login of {address}"),
            _ => format!("database login of {}", self.label()),
        }
    }

    /// The address to connect to, with the password put back.
    ///
    /// # Errors
    /// The remembered address is none.
    pub fn address(&self, home: &Home, password: Option<&SecretString>) -> Result<Address, Problem> {
        use secrecy::ExposeSecret;
        Ok(match self {
            Self::Demo {} => Address::Sqlite(home.demo_folder().join("auth.db")),
            Self::Sqlite { path } => Address::Sqlite(path.clone()),
            Self::Postgres { address, certificate } => {
                let mut url = Url::parse(address).map_err(|_| ConnectError::NotAnAddress)?;
                if let Some(password) = password {
                    url.set_password(Some(password.expose_secret()))
                        .map_err(|()| ConnectError::NotAnAddress)?;
                }
                Address::Postgres { url: String::from(url).into(), certificate: certificate.clone() }
            }
            Self::Server { .. } => return Err(ConnectError::NotAnAddress.into()),
        })
    }
}

/// The address of a desk server, `https://` unless it is said otherwise; path and whatever follows are not part of it.
fn server_address(typed: &str) -> Result<Url, Problem> {
    let typed = typed.trim();
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let mut url = Url::parse(&whole).map_err(|_| ClientProblem::Address)?;
    if url.host().is_none() || !url.username().is_empty() || !encrypted_or_here(&url) {
        return Err(ClientProblem::Address.into());
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// The address without its password, and the password.
fn part_address(url: &SecretText) -> Result<(String, Option<SecretString>), Problem> {
    let mut url = Url::parse(url.expose().trim()).map_err(|_| ConnectError::NotAnAddress)?;
    if !matches!(url.scheme(), "postgres" | "postgresql") || url.path().trim_matches('/').is_empty() {
        return Err(ConnectError::NotAnAddress.into());
    }
    if url.query_pairs().any(|(name, _)| name == "password") {
        return Err(Problem::PasswordInOptions);
    }
    let password = url.password().map(|encoded| SecretString::from(decoded(encoded)));
    // `set_password` fails for addresses without a host (a socket); those can't carry one.
    let _ = url.set_password(None);
    Ok((url.into(), password))
}

/// The password as it was typed: `set_password` encodes it again.
fn decoded(encoded: &str) -> String {
    let pair = format!("p={}", encoded.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(String::new, |(_, text)| text.into_owned())
}

/// `host:port/database`, without user and options.
fn place_of(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return "PostgreSQL".to_owned() };
    let host = url.host_str().unwrap_or("localhost");
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{host}{port}{}", url.path())
}

fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || "._".contains(c) { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn home() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().to_owned()).unwrap();
        (folder, home)
    }

    fn postgres(url: &str) -> Choice {
        Choice::Postgres { url: SecretText::new(url), certificate: None }
    }

    #[test]
    fn what_was_chosen_is_remembered_and_can_be_forgotten() {
        let (_folder, home) = home();
        assert_eq!(Chosen::remembered(&home).unwrap(), None);
        for chosen in [
            Chosen::Demo {},
            Chosen::Sqlite { path: "/data/auth.db".into() },
            Chosen::Postgres {
                address: "postgres://desk@db.example/auth".to_owned(),
                certificate: Some("/etc/ca.pem".into()),
            },
        ] {
            chosen.remember(&home).unwrap();
            assert_eq!(Chosen::remembered(&home).unwrap(), Some(chosen));
        }
        Chosen::forget(&home).unwrap();
        Chosen::forget(&home).unwrap();
        assert_eq!(Chosen::remembered(&home).unwrap(), None);
    }

    #[test]
    fn d13_1_a_database_password_never_reaches_the_file() {
        let (_folder, home) = home();
        let (chosen, password) =
            postgres("postgres://desk:can%40ary%2B1@db.example:5433/auth?sslmode=verify-full")
                .parted(&home)
                .unwrap();
        assert_eq!(password.as_ref().unwrap().expose_secret(), "can@ary+1");
        chosen.remember(&home).unwrap();
        let text = fs::read_to_string(home.connection_file()).unwrap();
        assert!(!text.contains("can"), "{text}");
        assert_eq!(chosen.label(), "db.example:5433/auth");
        match chosen.address(&home, password.as_ref()).unwrap() {
            Address::Postgres { url, .. } => assert_eq!(
                url.expose_secret(),
                "postgres://desk:can%40ary+1@db.example:5433/auth?sslmode=verify-full"
            ),
            Address::Sqlite(_) => panic!("not a file"),
        }
    }

    #[test]
    fn a_password_among_the_options_or_a_foreign_address_is_refused() {
        let (_folder, home) = home();
        assert!(matches!(
            postgres("postgres://desk@db.example/auth?password=x").parted(&home),
            Err(Problem::PasswordInOptions)
        ));
        for address in ["mysql://a/b", "db.example", "", "postgres://desk@db.example/"] {
            let refused = postgres(address).parted(&home);
            assert_eq!(refused.err().unwrap().wire().code, "not_an_address", "{address}");
        }
    }

    #[test]
    fn the_page_can_only_choose_what_there_is() {
        let choice = |text: &str| serde_json::from_str::<Choice>(text);
        assert!(choice(r#"{"kind":"demo"}"#).is_ok());
        assert!(choice(r#"{"kind":"sqlite","path":null}"#).is_ok());
        assert!(choice(r#"{"kind":"postgres","url":"postgres://a@b/c","certificate":null}"#).is_ok());
        assert!(choice(r#"{"kind":"server","url":"x","certificate":null}"#).is_ok());
        assert!(choice(r#"{"kind":"server","url":"x","token":"y"}"#).is_err());
        assert!(choice(r#"{"kind":"demo","path":"/etc/passwd"}"#).is_err());
    }

    #[test]
    fn a_desk_server_is_reached_over_https_or_on_this_very_computer() {
        let (_folder, home) = home();
        let parted = |url: &str| Choice::Server { url: url.to_owned(), certificate: None }.parted(&home);
        let (chosen, password) = parted(" desk.example.org ").unwrap();
        assert!(password.is_none());
        assert_eq!(chosen.server().unwrap().0.as_str(), "https://desk.example.org/");
        assert_eq!((chosen.mode(), chosen.label().as_str()), ("server", "desk.example.org"));
        let (chosen, _) = parted("https://desk.example.org:8443/desk/look_up?x#y").unwrap();
        assert_eq!(chosen.label(), "desk.example.org:8443");
        chosen.remember(&home).unwrap();
        assert_eq!(Chosen::remembered(&home).unwrap(), Some(chosen));
        assert!(parted("http://127.0.0.1:8080").is_ok());
        for address in
            ["", "http://desk.example.org", "https://a:b@desk.example.org", "ftp://desk", "https://"]
        {
            let refused = parted(address).err().unwrap().wire();
            assert_eq!(
                (refused.code.as_str(), refused.field.as_deref()),
                ("not_an_address", Some("url")),
                "{address}"
            );
        }
    }
}
