//! What carries a message to a person, by its kind: the mail server, the SMS gateway, the mailbox of a demo's window,
//! or nothing that is set. A new kind of carrier is a variant here with its two arms; taking and marking stay in the mailer.

use std::time::Duration;

use recovery_rules::email::Email;
use recovery_rules::roles::Door;
use recovery_rules::states::{MessageKind, MessageState};
use recovery_rules::time::Span;

use crate::caller::Caller;
use crate::compose::Composed;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::mailer::PostProblem;
use crate::operations::deliver_to_demo::DeliverToDemo;
use crate::operations::messages::ToSend;
use crate::secret::SecretText;
use crate::sms::{Outgoing, SmsCarrier};
use crate::smtp::{HowFar, LONGEST_SENDING, Letter, SendProblem, SmtpTransport};

/// How a sending ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// `accepted`, `deferred`, `failed` or `uncertain`.
    pub state: MessageState,
    /// The other server's words or ours, one safe line.
    pub reply: String,
    /// Whether the text with its secret never left.
    pub secret_stayed: bool,
    /// Whether the next message would fare no better.
    pub carrier_is_down: bool,
}

/// What carries messages of one kind.
pub enum Carrier {
    /// A mail server.
    MailServer(Box<SmtpTransport>),
    /// An SMS gateway.
    SmsGateway(Box<SmsCarrier>),
    /// The mailbox in the window of a demo.
    DemoMailbox,
    /// None is set. Letters wait for a desk or server that has one, and desks show this line.
    NoMailServer(&'static str),
    /// None is set. Somebody waits at a page for each text: a clear no, and the other ways in.
    NoSmsGateway(&'static str),
}

/// For so long a desk without a mail server leaves a letter to another desk or server that has one; then nobody has, and
/// the letter's state says so.
const MAIL_FOR_OTHERS: Span = Span::minutes(1);
/// The same for texts: somebody sits before the page that asks for the code.
const TEXTS_FOR_OTHERS: Span = Span::seconds(10);

/// The carriers of a desk.
pub struct Carriers {
    mail: Carrier,
    sms: Carrier,
}

impl Carriers {
    /// Those of a desk's settings.
    ///
    /// # Errors
    /// The settings of the mail server or of the gateway can't work.
    pub fn of(desk: &Desk) -> Result<Self, PostProblem> {
        if desk.demo {
            return Ok(Self { mail: Carrier::DemoMailbox, sms: Carrier::DemoMailbox });
        }
        let mail = match desk.settings.smtp.clone() {
            Some(settings) => Carrier::MailServer(Box::new(SmtpTransport::new(settings)?)),
            None => Carrier::NoMailServer("no mail server is set; see settings"),
        };
        let public_url = desk.settings.public_url.clone();
        let sms = match desk.settings.sms.clone() {
            Some(settings) => Carrier::SmsGateway(Box::new(SmsCarrier::new(settings, public_url)?)),
            None => Carrier::NoSmsGateway("no SMS gateway is set; see settings"),
        };
        Ok(Self { mail, sms })
    }

    /// The one for this kind.
    pub const fn for_kind(&self, kind: MessageKind) -> &Carrier {
        match kind {
            MessageKind::Mail => &self.mail,
            MessageKind::Sms => &self.sms,
        }
    }
}

impl Carrier {
    /// How long a message is left to others that may carry it.
    pub const fn leaves_to_others(&self) -> Span {
        match self {
            Self::MailServer(_) | Self::SmsGateway(_) | Self::DemoMailbox => Span(0),
            Self::NoMailServer(_) => MAIL_FOR_OTHERS,
            Self::NoSmsGateway(_) => TEXTS_FOR_OTHERS,
        }
    }

    /// Makes sure that a message would get somewhere, before its secret is made.
    ///
    /// # Errors
    /// One safe line: why not.
    pub async fn ready(&self) -> Result<(), String> {
        match self {
            Self::MailServer(transport) => transport.ready().await,
            Self::SmsGateway(_) | Self::DemoMailbox | Self::NoSmsGateway(_) => Ok(()),
            Self::NoMailServer(reason) => Err((*reason).to_owned()),
        }
    }

    /// Carries one message.
    ///
    /// # Errors
    /// The desk's own database, for the mailbox of a demo.
    pub async fn send(
        &self,
        desk: &Desk,
        caller: &Caller,
        to_send: &ToSend,
        composed: Composed,
    ) -> Result<Ended, Failure> {
        match (self, composed) {
            (Self::DemoMailbox, composed) => into_the_demo_mailbox(desk, caller, to_send, &composed).await,
            (Self::MailServer(transport), Composed::Mail(body)) => {
                let Ok(to) = Email::parse(&to_send.message.address) else {
                    return Ok(Ended::failed("the address is not one"));
                };
                let letter = Letter {
                    to,
                    from_name: desk.settings.organisation.name.clone(),
                    subject: body.subject.clone(),
                    text: body.text.clone(),
                    html: body.html.clone(),
                    message_id: to_send.message.message_id.clone(),
                    date: to_send.now,
                };
                Ok(by_mail(transport, &letter).await)
            }
            (Self::SmsGateway(gateway), Composed::Text(text)) => {
                let useful =
                    to_send.message.expires_at().map_or(Span::minutes(10), |end| Span(end.0 - to_send.now.0));
                let outgoing = Outgoing { text: &text, id: &to_send.message.id, useful };
                let sent = gateway.send(&outgoing, to_send.now).await;
                // Its own breaker decides whether the next text is tried.
                Ok(Ended::of(sent.state, sent.reply))
            }
            (Self::NoMailServer(reason), _) => Ok(Ended::not_now(*reason, true)),
            (Self::NoSmsGateway(reason), _) => Ok(Ended::failed(*reason)),
            (Self::MailServer(_), Composed::Text(_)) => {
                Ok(Ended::failed("a text message can't go by e-mail"))
            }
            (Self::SmsGateway(_), Composed::Mail(_)) => {
                Ok(Ended::failed("a letter can't go by text message"))
            }
        }
    }
}

async fn by_mail(transport: &SmtpTransport, letter: &Letter) -> Ended {
    // The transport keeps this bound itself; the lease must hold even if it doesn't.
    let longest = LONGEST_SENDING + Duration::from_secs(5);
    match tokio::time::timeout(longest, transport.send(letter)).await {
        Ok(Ok(accepted)) => Ended::accepted(accepted.server_reply),
        Ok(Err(problem)) => problem.into(),
        Err(_) => Ended::uncertain("the mail server took too long to answer"),
    }
}

async fn into_the_demo_mailbox(
    desk: &Desk,
    caller: &Caller,
    to_send: &ToSend,
    composed: &Composed,
) -> Result<Ended, Failure> {
    let message = &to_send.message;
    let request = DeliverToDemo {
        id: message.id.clone(),
        kind: message.kind.clone(),
        to: message.address.clone(),
        subject: composed.subject().to_owned(),
        body: SecretText::new(composed.text()),
    };
    desk.perform(caller, Door::System, None, request).await?;
    Ok(Ended::accepted("shown in the demo mailbox"))
}

impl Ended {
    /// The other server took it.
    pub fn accepted(reply: impl Into<String>) -> Self {
        Self::of(MessageState::Accepted, reply)
    }

    /// Refused for good.
    pub fn failed(reply: impl Into<String>) -> Self {
        Self::of(MessageState::Failed, reply)
    }

    /// It left, and nobody knows whether it arrived.
    pub fn uncertain(reply: impl Into<String>) -> Self {
        Self { carrier_is_down: true, ..Self::of(MessageState::Uncertain, reply) }
    }

    /// It never left; trying again makes sense.
    pub fn not_now(reply: impl Into<String>, carrier_is_down: bool) -> Self {
        Self { secret_stayed: true, carrier_is_down, ..Self::of(MessageState::Deferred, reply) }
    }

    fn of(state: MessageState, reply: impl Into<String>) -> Self {
        Self { state, reply: reply.into(), secret_stayed: false, carrier_is_down: false }
    }
}

impl From<SendProblem> for Ended {
    fn from(problem: SendProblem) -> Self {
        match problem {
            SendProblem::Failed { reply } => Self::failed(reply),
            SendProblem::Uncertain { what } => Self::uncertain(what),
            SendProblem::Deferred { reply, how_far: HowFar::AfterTheText } => {
                Self::of(MessageState::Deferred, reply)
            }
            SendProblem::Deferred { reply, how_far } => Self::not_now(reply, how_far == HowFar::NoServer),
        }
    }
}
