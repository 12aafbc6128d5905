//! Sending letters by SMTP, one after the other over one connection, and saying exactly how far each one came.
//!
//! What is waiting, when to try again and who may see it is not here: see the outbox. Nothing leaves without
//! encryption and a checked certificate.

mod connect;
mod letter;
mod problem;
mod reply;
mod settings;
mod stream;
mod tls;

use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::message::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout, timeout_at};

use self::problem::Stopped;
use self::tls::Tls;
pub use letter::{Letter, Unsendable};
pub use problem::{HowFar, SendProblem};
pub use reply::one_line;
pub use settings::{SmtpLogin, SmtpSettings, SmtpSettingsProblem, SmtpTls};

/// Connecting, signing in, sender and recipient of one letter take no longer than this together.
const LONGEST_BEFORE_THE_TEXT: Duration = Duration::from_secs(40);
/// The text and the answer to it. RFC 5321, 4.5.3.2.6 asks for ten minutes, for servers that deliver before they
/// answer; somebody waits on the phone, and an answer that comes later leaves the letter uncertain, not lost.
const LONGEST_TEXT: Duration = Duration::from_secs(60);
/// No letter is under way longer than this.
pub const LONGEST_SENDING: Duration = LONGEST_BEFORE_THE_TEXT.saturating_add(LONGEST_TEXT);

/// A connection is kept this long for the next letter; servers hang up after 5 min (RFC 5321, 4.5.3.2.7).
const LONGEST_IDLE: Duration = Duration::from_secs(30);
/// No connection gets older: certificates, names and passwords change, and servers move.
const LONGEST_KEPT: Duration = Duration::from_secs(300);
/// Letters over one connection; servers commonly allow a hundred.
const MOST_LETTERS: u32 = 100;

/// Sends letters to one mail server.
pub struct SmtpTransport {
    settings: SmtpSettings,
    tls: Tls,
    from: Address,
    kept: Mutex<Option<Kept>>,
}

/// A connection for the next letters.
struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
    last_used: Instant,
    letters: u32,
    /// Whether a letter was refused half-way, so that the server must be told to forget it.
    half_way: bool,
}

/// The mail server took the letter: from here on it answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its words, one safe line (often with the number of its own queue).
    pub server_reply: String,
}

impl SmtpTransport {
    /// Prepares to send; connects with the first letter.
    ///
    /// # Errors
    /// [`SmtpSettingsProblem`].
    pub fn new(settings: SmtpSettings) -> Result<Self, SmtpSettingsProblem> {
        let from = letter::address(&settings.from).map_err(|_| SmtpSettingsProblem::From)?;
        let tls = Tls::new(&settings)?;
        Ok(Self { settings, tls, from, kept: Mutex::new(None) })
    }

    /// Makes sure of a connection, encrypted and signed in, before a letter (and the secret in it) is made.
    ///
    /// # Errors
    /// One safe line: why there is none.
    pub async fn ready(&self) -> Result<(), String> {
        let mut kept = self.kept.lock().await;
        if !kept.as_ref().is_some_and(Kept::usable) {
            let deadline = self.deadline();
            *kept = Some(self.connected(deadline).await.map_err(|stopped| stopped.reason())?);
        }
        Ok(())
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
        let mut place = self.kept.lock().await;
        let deadline = self.deadline();
        let mut kept = self.ready_for_text(&mut place, &message, deadline).await?;
        let answer = self.hand_over(&mut kept.connection, &message).await;
        if answer.is_ok() || answer.as_ref().is_err_and(|problem| problem.is_an_answer()) {
            kept.used();
            *place = Some(kept);
        }
        answer
    }

    /// A connection whose server waits for the text of this letter. A kept connection may be dead by now, which shows
    /// with the first command; only then a second one is opened.
    async fn ready_for_text(
        &self,
        place: &mut Option<Kept>,
        message: &Message,
        deadline: Instant,
    ) -> Result<Kept, SendProblem> {
        if let Some(mut kept) = place.take().filter(Kept::usable) {
            match self.envelope(&mut kept, message, deadline).await {
                Ok(()) => return Ok(kept),
                Err(stopped) if stopped.connection_is_gone() => {}
                Err(stopped) => return Err(keep_and_tell(place, kept, stopped)),
            }
        }
        let mut kept = self.connected(deadline).await.map_err(Stopped::about_the_server)?;
        match self.envelope(&mut kept, message, deadline).await {
            Ok(()) => Ok(kept),
            Err(stopped) => Err(keep_and_tell(place, kept, stopped)),
        }
    }

    async fn connected(&self, deadline: Instant) -> Result<Kept, Stopped> {
        let connection = self.until(deadline, self.connect()).await??;
        let now = Instant::now();
        Ok(Kept { connection, since: now, last_used: now, letters: 0, half_way: false })
    }

    /// Sender, recipient, and the server's go-ahead.
    async fn envelope(&self, kept: &mut Kept, message: &Message, deadline: Instant) -> Result<(), Stopped> {
        let envelope = message.envelope();
        let connection = &mut kept.connection;
        let commands = async {
            if kept.half_way {
                self.step(connection.command(Rset)).await?;
            }
            kept.half_way = true;
            self.step(connection.command(Mail::new(envelope.from().cloned(), Vec::new()))).await?;
            for recipient in envelope.to() {
                self.step(connection.command(Rcpt::new(recipient.clone(), Vec::new()))).await?;
            }
            self.step(connection.command(Data)).await
        };
        let response = self.until(deadline, commands).await??;
        // A process that was stopped meanwhile finds both the answer and the end of its time; its lease may be gone.
        if Instant::now() > deadline {
            return Err(Stopped::TooSlow);
        }
        // Anything but 354 means that replies and commands are out of step; the letter must not follow.
        if response.has_code(354) { Ok(()) } else { Err(Stopped::OutOfStep(reply::of_response(&response))) }
    }

    /// The text, and the server's answer. Once it may have the whole text, silence is uncertainty.
    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<Accepted, SendProblem> {
        let longest = (self.settings.timeout * 5).min(LONGEST_TEXT);
        match timeout(longest, connection.message(&message.formatted())).await {
            Ok(Ok(response)) if response.has_code(354) => {
                Err(SendProblem::Uncertain { what: "the mail server's answers are out of step".to_owned() })
            }
            Ok(Ok(response)) => Ok(Accepted { server_reply: reply::of_response(&response) }),
            Ok(Err(error)) if error.status().is_some() => Err(Stopped::Error(error).about_the_text()),
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

    /// When the steps before the text must be through: a server that is slow with each must not outlast the lease.
    fn deadline(&self) -> Instant {
        Instant::now() + (self.settings.timeout * 4).min(LONGEST_BEFORE_THE_TEXT)
    }

    async fn step<T>(&self, step: impl Future<Output = Result<T, Error>>) -> Result<T, Stopped> {
        match timeout(self.settings.timeout, step).await {
            Ok(result) => result.map_err(Stopped::Error),
            Err(_) => Err(Stopped::TooSlow),
        }
    }

    async fn until<T>(&self, deadline: Instant, steps: impl Future<Output = T>) -> Result<T, Stopped> {
        timeout_at(deadline, steps).await.map_err(|_| Stopped::TooSlow)
    }
}

/// A refusal of one letter leaves the connection to the next one.
fn keep_and_tell(place: &mut Option<Kept>, mut kept: Kept, stopped: Stopped) -> SendProblem {
    if stopped.is_an_answer() {
        kept.last_used = Instant::now();
        *place = Some(kept);
    }
    stopped.about_the_letter()
}

impl Kept {
    fn usable(&self) -> bool {
        self.last_used.elapsed() < LONGEST_IDLE
            && self.since.elapsed() < LONGEST_KEPT
            && self.letters < MOST_LETTERS
    }

    /// The server answered to a text: it has forgotten the envelope.
    fn used(&mut self) {
        self.last_used = Instant::now();
        self.letters += 1;
        self.half_way = false;
    }
}

#[cfg(test)]
mod test_server;
#[cfg(test)]
mod tests;
