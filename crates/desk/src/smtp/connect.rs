//! From nothing to a server that knows us: connect without delay, encrypt, sign in. No letter yet, so whatever goes
//! wrong here is about us or the server.

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Starttls;
use lettre::transport::smtp::extension::{ClientId, Extension};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::problem::Stopped;
use super::settings::{SmtpSettings, SmtpTls};
use super::stream::{Encrypted, lend};
use super::{SmtpTransport, reply};

/// What lettre is told in place of the greeting that a server doesn't repeat after STARTTLS.
const AFTER_STARTTLS: &[u8] = b"220 encrypted\r\n";

impl SmtpTransport {
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Stopped> {
        let hello = ClientId::default();
        let tcp = self.no_delay().await?;
        let (tcp, greeting) = match self.settings.tls {
            SmtpTls::Implicit => (tcp, [].as_slice()),
            SmtpTls::StartTls => (self.start_tls(tcp, &hello).await?, AFTER_STARTTLS),
        };
        let stream = match timeout(self.settings.timeout, self.tls.encrypt(tcp)).await {
            Ok(encrypted) => encrypted?,
            Err(_) => return Err(Stopped::TooSlow),
        };
        let stream = Box::new(Encrypted { stream, greeting });
        let mut connection = self.step(AsyncSmtpConnection::connect_with_transport(stream, &hello)).await?;
        self.sign_in(&mut connection).await?;
        Ok(connection)
    }

    async fn no_delay(&self) -> Result<TcpStream, Stopped> {
        let SmtpSettings { host, port, timeout: longest, .. } = &self.settings;
        let connected = match timeout(*longest, TcpStream::connect((host.as_str(), *port))).await {
            Ok(connected) => connected.and_then(|tcp| tcp.set_nodelay(true).map(|()| tcp)),
            Err(_) => return Err(Stopped::TooSlow),
        };
        connected.map_err(|error| {
            Stopped::Because(format!(
                "The mail server {host}:{port} can't be reached: {error}. Nothing was sent."
            ))
        })
    }

    /// Asks for encryption in clear. Whatever the server said in clear is forgotten with the connection it was said
    /// on, so that nobody on the way can put answers into the encrypted part.
    async fn start_tls(&self, tcp: TcpStream, hello: &ClientId) -> Result<TcpStream, Stopped> {
        let (lent, lender) = lend(tcp);
        let mut plain = self.step(AsyncSmtpConnection::connect_with_transport(Box::new(lent), hello)).await?;
        if !plain.server_info().supports_feature(Extension::StartTls) {
            // A hand-made connection is no reason to be rude; but no answer is waited for.
            let _ = timeout(self.settings.timeout, plain.quit()).await;
            return Err(Stopped::Because(
                "The mail server offers no encryption (STARTTLS). Nothing was sent.".to_owned(),
            ));
        }
        self.step(plain.command(Starttls)).await?;
        drop(plain);
        lender.back().ok_or_else(|| Stopped::Because("the connection was lost. Nothing was sent.".to_owned()))
    }

    async fn sign_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), Stopped> {
        let Some(login) = &self.settings.login else { return Ok(()) };
        let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        match self.step(connection.auth(&mechanisms, &credentials)).await {
            Ok(_) => Ok(()),
            Err(Stopped::Error(error)) => Err(Stopped::Because(format!(
                "The mail server refused our sign-in: {}",
                reply::of_error(&error)
            ))),
            Err(stopped) => Err(stopped),
        }
    }
}
