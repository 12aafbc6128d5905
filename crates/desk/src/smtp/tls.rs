//! The encryption of every connection: the system's authorities and one of the own house, the certificate checked for
//! the server's name. There is no way without.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::problem::Stopped;
use super::reply;
use super::settings::{SmtpSettings, SmtpSettingsProblem};

/// How this server's connections are encrypted.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Reads the authorities.
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, SmtpSettingsProblem> {
        let mut roots = RootCertStore::empty();
        // Some systems have certificates that can't be read; the others count.
        let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = &settings.extra_root_certificate {
            let problem = |reason: String| SmtpSettingsProblem::Certificate { path: path.clone(), reason };
            let found = CertificateDer::pem_file_iter(path).map_err(|error| problem(error.to_string()))?;
            let own = found.collect::<Result<Vec<_>, _>>().map_err(|error| problem(error.to_string()))?;
            if own.is_empty() {
                return Err(problem("it holds no certificate in PEM".to_owned()));
            }
            for certificate in own {
                roots.add(certificate).map_err(|error| problem(error.to_string()))?;
            }
        } else if added == 0 {
            return Err(SmtpSettingsProblem::Tls("this system knows no certificate authority".to_owned()));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| SmtpSettingsProblem::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(settings.host.clone())
            .map_err(|_| SmtpSettingsProblem::Tls(format!("{} is no name of a server", settings.host)))?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }

    /// Encrypts a connection, if the certificate is for the server's name and somebody known vouches for it.
    pub(super) async fn encrypt(&self, tcp: TcpStream) -> Result<TlsStream<TcpStream>, Stopped> {
        self.connector.connect(self.name.clone(), tcp).await.map_err(|error| {
            Stopped::Because(match certificate_problem(&error) {
                Some(reason) => {
                    format!("The mail server's certificate is not trusted ({reason}). Nothing was sent.")
                }
                None => format!("No encrypted connection to the mail server: {error}. Nothing was sent."),
            })
        })
    }
}

/// What rustls found wrong with the server's certificate, if that is what ended the connection.
fn certificate_problem(error: &std::io::Error) -> Option<String> {
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(reason) => Some(reply::one_line(&reason.to_string())),
        _ => None,
    }
}
