//! Sending letters by SMTP, one at a time, and saying exactly how far each one came.
//!
//! What is waiting, when to try again and who may see it is not here: see the outbox. Nothing leaves without
//! encryption and a checked certificate.

mod letter;
mod reply;
mod settings;

use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::message::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

pub use letter::{Letter, Unsendable};
pub use reply::one_line;
pub use settings::{SmtpLogin, SmtpSettings, SmtpSettingsProblem, SmtpTls};

/// A connection is kept this long for the next letter; servers hang up after 5 min (RFC 5321, 4.5.3.2.7).
const KEPT: Duration = Duration::from_secs(30);

/// Sends letters to one mail server.
pub struct SmtpTransport {
    settings: SmtpSettings,
    tls: TlsParameters,
    from: Address,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
}

/// The mail server took the letter: from here on it answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its words, one safe line (often with the number of its own queue).
    pub server_reply: String,
}

/// The letter is not accepted, or nobody knows. `reply` is one safe line: the server's words, or ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendProblem {
    /// Not sent for now; trying again makes sense.
    Deferred {
        /// Why.
        reply: String,
    },
    /// Refused for good.
    Failed {
        /// Why.
        reply: String,
    },
    /// The letter was handed over, but the answer never came: it may have arrived.
    Uncertain {
        /// What happened.
        what: String,
    },
}

impl SmtpTransport {
    /// Prepares to send; connects with the first letter.
    ///
    /// # Errors
    /// [`SmtpSettingsProblem`].
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpSettingsProblem> {
        let from = letter::address(&settings.from).map_err(|_| SmtpSettingsProblem::From)?;
        let mut tls = TlsParameters::builder(settings.host.clone());
        if let Some(path) = &settings.extra_root_certificate {
            let problem = |reason| SmtpSettingsProblem::Certificate { path: path.clone(), reason };
            let pem = std::fs::read(path).map_err(|error| problem(error.to_string()))?;
            tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|e| problem(e.to_string()))?);
        }
        let tls = tls.build().map_err(|error| SmtpSettingsProblem::Tls(reply::of_error(&error)))?;
        Ok(Self { settings, tls, from, kept: Mutex::new(None) })
    }

    /// Sends one letter. Letters wait for each other: SMTP carries one at a time.
    ///
    /// # Errors
    /// [`SendProblem`], which says whether to try again.
    pub async fn send(&self, letter: &Letter) -> Result<Accepted, SendProblem> {
        // Before anything else: a letter that can't be put together must not stop those behind it.
        let message = letter
            .compose(&self.from)
            .map_err(|unsendable| SendProblem::Failed { reply: unsendable.to_string() })?;
        let mut kept = self.kept.lock().await;
        let mut connection = self.ready_for_data(kept.take(), &message).await?;
        let accepted = self.hand_over(&mut connection, &message).await?;
        *kept = Some(Kept { connection, since: Instant::now() });
        Ok(accepted)
    }

    /// A connection whose server waits for the text of this letter. A kept connection may be dead by now; only then
    /// a second one is opened.
    async fn ready_for_data(
        &self,
        kept: Option<Kept>,
        message: &Message,
    ) -> Result<AsyncSmtpConnection, SendProblem> {
        if let Some(Kept { mut connection, since }) = kept
            && since.elapsed() < KEPT
            && self.step(connection.command(Noop)).await.is_ok()
        {
            self.envelope(&mut connection, message).await?;
            return Ok(connection);
        }
        let mut connection = self.connect().await?;
        self.envelope(&mut connection, message).await?;
        Ok(connection)
    }

    /// Connects, encrypts, signs in. A refusal here is about us and not about the letter, which keeps waiting.
    async fn connect(&self) -> Result<AsyncSmtpConnection, SendProblem> {
        let SmtpSettings { host, port, tls, login, timeout, .. } = &self.settings;
        let hello = ClientId::default();
        let wrapped = (*tls == SmtpTls::Implicit).then(|| self.tls.clone());
        let server = (host.as_str(), *port);
        let connecting = AsyncSmtpConnection::connect_tokio1(server, Some(*timeout), &hello, wrapped, None);
        let mut connection = self.step(connecting).await.map_err(Stopped::before_the_letter)?;
        if *tls == SmtpTls::StartTls {
            if !connection.can_starttls() {
                connection.abort().await;
                return Err(deferred("The mail server offers no encryption (STARTTLS). Nothing was sent."));
            }
            self.step(connection.starttls(self.tls.clone(), &hello))
                .await
                .map_err(Stopped::before_the_letter)?;
        }
        if let Some(login) = login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            self.step(connection.auth(&mechanisms, &credentials)).await.map_err(|stopped| {
                deferred(&format!("The mail server refused our sign-in: {}", stopped.reason()))
            })?;
        }
        Ok(connection)
    }

    /// Sender, recipient, and the server's go-ahead.
    async fn envelope(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<(), SendProblem> {
        let envelope = message.envelope();
        let outcome = async {
            self.step(connection.command(Mail::new(envelope.from().cloned(), Vec::new()))).await?;
            for recipient in envelope.to() {
                self.step(connection.command(Rcpt::new(recipient.clone(), Vec::new()))).await?;
            }
            self.step(connection.command(Data)).await
        };
        match outcome.await {
            // Anything but 354 means that replies and commands are out of step; the letter must not follow.
            Ok(response) if response.has_code(354) => Ok(()),
            Ok(response) => {
                Err(deferred(&format!("unexpected answer to DATA: {}", reply::of_response(&response))))
            }
            Err(stopped) => Err(stopped.before_the_text()),
        }
    }

    /// The text, and the server's answer. Once it may have the whole text, silence is uncertainty.
    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<Accepted, SendProblem> {
        // The server may take longest here: RFC 5321, 4.5.3.2.6 asks for ten minutes, we give five times a step's.
        let answer = timeout(self.settings.timeout * 5, connection.message(&message.formatted())).await;
        match answer {
            Ok(Ok(response)) if response.has_code(354) => {
                Err(SendProblem::Uncertain { what: "the mail server's answers are out of step".to_owned() })
            }
            Ok(Ok(response)) => Ok(Accepted { server_reply: reply::of_response(&response) }),
            Ok(Err(error)) if error.status().is_some() => Err(Stopped::Error(error).before_the_text()),
            Ok(Err(error)) => Err(SendProblem::Uncertain {
                what: format!(
                    "the connection ended before the mail server answered: {}",
                    reply::of_error(&error)
                ),
            }),
            Err(_) => {
                Err(SendProblem::Uncertain { what: "the mail server did not answer in time".to_owned() })
            }
        }
    }

    async fn step<T>(&self, step: impl Future<Output = Result<T, Error>>) -> Result<T, Stopped> {
        match timeout(self.settings.timeout, step).await {
            Ok(result) => result.map_err(Stopped::Error),
            Err(_) => Err(Stopped::TooSlow),
        }
    }
}

/// Why a step before the letter's text didn't succeed.
enum Stopped {
    Error(Error),
    TooSlow,
}

impl Stopped {
    /// Connecting and signing in: whatever happens is about us or the server, so the letter waits.
    fn before_the_letter(self) -> SendProblem {
        deferred(&self.reason())
    }

    fn reason(&self) -> String {
        match self {
            Self::TooSlow => "The mail server did not answer in time. Nothing was sent.".to_owned(),
            Self::Error(error) => match reply::certificate_problem(error) {
                Some(reason) => {
                    format!("The mail server's certificate is not trusted ({reason}). Nothing was sent.")
                }
                None => reply::of_error(error),
            },
        }
    }

    /// Sender, recipient and text: 5xx is a refusal of this letter, all else is for later.
    fn before_the_text(self) -> SendProblem {
        match self {
            Self::Error(error) if error.is_permanent() => {
                SendProblem::Failed { reply: reply::of_error(&error) }
            }
            other => other.before_the_letter(),
        }
    }
}

fn deferred(reply: &str) -> SendProblem {
    SendProblem::Deferred { reply: one_line(reply) }
}

#[cfg(test)]
mod test_server;
#[cfg(test)]
mod tests;
