//! The mailer: takes due messages, writes each letter, sends it, and marks how that ended. A demo database has
//! no post: its letters land in the mailbox of its window.

use std::time::Duration;

use recovery_rules::email::Email;
use recovery_rules::roles::Door;
use recovery_rules::states::MessageState;
use recovery_rules::time::Span;

use crate::caller::Caller;
use crate::compose::{Composed, compose};
use crate::desk::Desk;
use crate::failure::{Failure, Fault};
use crate::operations::deliver_to_demo::DeliverToDemo;
use crate::operations::messages::{DueMessages, SettleMessage, TakeMessage, ToSend};
use crate::sms::{Outgoing, SmsCarrier, SmsSettingsProblem};
use crate::smtp::{Letter, SendProblem, SmtpSettingsProblem, SmtpTransport};

/// Under this name the mailer stands in the audit log.
const CALLER: Caller = Caller::System("mailer");

/// Under the lease of a message, so that no other worker takes a letter that is still being sent.
const LONGEST_SENDING: Duration = Duration::from_secs(100);

/// Sends what waits in the outbox.
pub struct Mailer {
    desk: Desk,
    transport: Option<SmtpTransport>,
    texts: Option<SmsCarrier>,
}

/// The settings of the post can't work.
#[derive(Debug, thiserror::Error)]
pub enum PostProblem {
    /// Those of the mail server.
    #[error(transparent)]
    Mail(#[from] SmtpSettingsProblem),
    /// Those of the SMS gateway.
    #[error(transparent)]
    Texts(#[from] SmsSettingsProblem),
}

impl Mailer {
    /// A mailer of a desk, with its mail server and SMS gateway if they are set.
    ///
    /// # Errors
    /// Their settings can't work.
    pub fn new(desk: Desk) -> Result<Self, PostProblem> {
        let transport = desk.settings.smtp.clone().map(SmtpTransport::new).transpose()?;
        let public_url = desk.settings.public_url.clone();
        let texts = desk.settings.sms.clone().map(|sms| SmsCarrier::new(sms, public_url)).transpose()?;
        Ok(Self { desk, transport, texts })
    }

    /// Sends everything that is due now; says how many messages were taken.
    pub async fn run_once(&self) -> Result<usize, Failure> {
        let due = self.desk.perform(&CALLER, Door::System, None, DueMessages {}).await?;
        let mut taken = 0;
        for id in due.ids {
            match self.desk.perform(&CALLER, Door::System, None, TakeMessage { id }).await {
                Ok(answer) => {
                    taken += 1;
                    if let Some(to_send) = answer.to_send {
                        self.send(to_send).await?;
                    }
                }
                // Another worker was faster.
                Err(Failure::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(taken)
    }

    async fn send(&self, to_send: ToSend) -> Result<(), Failure> {
        let (id, fence) = (to_send.message.id.clone(), to_send.message.fence);
        let attempts = to_send.message.attempts;
        let (state, reply) = match compose(&self.desk.settings, &to_send) {
            Ok(composed) => self.deliver(&to_send, composed).await?,
            // A row that can't be written as a letter must not hold up the others.
            Err(fault) => (MessageState::Failed, unwritable(&fault)),
        };
        let mark = SettleMessage { id, fence, state, reply, attempts };
        self.desk.perform(&CALLER, Door::System, None, mark).await?;
        Ok(())
    }

    async fn deliver(&self, to_send: &ToSend, composed: Composed) -> Result<(MessageState, String), Failure> {
        if self.desk.demo {
            let message = &to_send.message;
            let request = DeliverToDemo {
                id: message.id.clone(),
                kind: message.kind.clone(),
                to: message.address.clone(),
                subject: composed.subject().to_owned(),
                body: crate::secret::SecretText::new(composed.text()),
            };
            self.desk.perform(&CALLER, Door::System, None, request).await?;
            return Ok((MessageState::Accepted, "shown in the demo mailbox".to_owned()));
        }
        match (composed, &self.transport) {
            (Composed::Mail(body), Some(transport)) => {
                let Ok(to) = Email::parse(&to_send.message.address) else {
                    return Ok((MessageState::Failed, "the address is not one".to_owned()));
                };
                let letter = Letter {
                    to,
                    from_name: self.desk.settings.organisation.name.clone(),
                    subject: body.subject.clone(),
                    text: body.text.clone(),
                    html: body.html.clone(),
                    message_id: to_send.message.message_id.clone(),
                    date: to_send.now,
                };
                let Ok(sent) = tokio::time::timeout(LONGEST_SENDING, transport.send(&letter)).await else {
                    return Ok((
                        MessageState::Uncertain,
                        "the mail server took too long to answer".to_owned(),
                    ));
                };
                Ok(match sent {
                    Ok(accepted) => (MessageState::Accepted, accepted.server_reply),
                    Err(SendProblem::Deferred { reply }) => (MessageState::Deferred, reply),
                    Err(SendProblem::Failed { reply }) => (MessageState::Failed, reply),
                    Err(SendProblem::Uncertain { what }) => (MessageState::Uncertain, what),
                })
            }
            (Composed::Mail(_), None) => {
                Ok((MessageState::Deferred, "no mail server is set; see settings".to_owned()))
            }
            (Composed::Text(text), _) => {
                let Some(carrier) = &self.texts else {
                    // Somebody waits at a page for this code: a clear no, and the other ways in.
                    return Ok((MessageState::Failed, "no SMS gateway is set; see settings".to_owned()));
                };
                let useful =
                    to_send.message.expires_at.map_or(Span::minutes(10), |end| Span(end - to_send.now.0));
                let outgoing = Outgoing { text: &text, id: &to_send.message.id, useful };
                let sent = carrier.send(&outgoing, to_send.now).await;
                Ok((sent.state, sent.reply))
            }
        }
    }
}

fn unwritable(fault: &Fault) -> String {
    tracing::error!(%fault, "a message can't be written");
    "the letter can't be written; see the log".to_owned()
}
