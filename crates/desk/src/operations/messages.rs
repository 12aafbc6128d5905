//! The mailer's side of the outbox: what is due, taking a message (which makes its secret), and marking how the
//! sending ended. Sending itself happens between the last two, outside every transaction.

use recovery_rules::codes::SmsCode;
use recovery_rules::link_secret::LinkSecret;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::MessageState;
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::operations::enter_sign_in_code::sign_in_code_hash;
use crate::operations::unlock_link::link_hash;
use crate::perform::PlainShape;
use crate::sms;
use crate::store::{codes, events, links, outbox};
use crate::work::Work;

/// How long a worker may take for one message before another takes it.
const LEASE: Span = Span::seconds(120);
/// Messages named at once.
const BATCH: i64 = 20;
const CONTEXT: &str = "outbox secret";

/// Which messages are due.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueMessages {}

/// Their ids, oldest first.
#[derive(Debug, Serialize)]
pub struct Due {
    /// The messages.
    pub ids: Vec<String>,
}

impl Operation for DueMessages {
    const NAME: &'static str = "due_messages";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = Due;
    type Shape = PlainShape;
}

impl Plain for DueMessages {
    async fn run(self, work: &mut Work<'_>) -> Result<Due, Stop> {
        Ok(Due { ids: outbox::due(&mut work.tx, work.now, BATCH).await? })
    }
}

/// Takes a message: its lease, and the secret it carries.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeMessage {
    /// The message.
    pub id: String,
}

/// A message to send, or the state that says why there is nothing to send.
#[derive(Serialize)]
pub struct Taken {
    /// The message, if it is to be sent.
    #[serde(skip)]
    pub to_send: Option<ToSend>,
}

/// Everything the letter is written from. Holds secrets: no Debug, no JSON.
pub struct ToSend {
    /// The message.
    pub message: outbox::Message,
    /// The secrets it carries, in the order its letter knows.
    pub secrets: Vec<Zeroizing<String>>,
    /// The moment of the taking.
    pub now: Moment,
    /// Until when "This wasn't me" can be pressed, where the letter offers it.
    pub repudiation_ends: Option<Moment>,
}

impl Operation for TakeMessage {
    const NAME: &'static str = "take_message";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Taken;
    type Shape = PlainShape;
}

impl Plain for TakeMessage {
    async fn run(self, work: &mut Work<'_>) -> Result<Taken, Stop> {
        let mut message = outbox::take(&mut work.tx, &self.id, work.now, work.now + LEASE)
            .await?
            .ok_or(Refusal::NotFound)?;
        work.about.user_id = message.user_id.clone();
        work.about.call_id = message.call_id.clone();
        work.note("letter", message.letter.clone());
        work.note("attempt", message.attempts);
        // A text is never doubled by us: if the lease of one ran out, nobody knows whether it was sent.
        let slept = message.attempts > 1 && message.kind == "sms" && message.sealed_secret.is_some();
        if slept && message.server_reply.is_none() {
            return end(&message, MessageState::Uncertain, work).await;
        }
        if message.expires_at.is_some_and(|end| work.now >= Moment(end)) {
            return end(&message, MessageState::Expired, work).await;
        }
        if message.kind == "sms"
            && let Some(reply) = sms::limits::may_not_leave(&message, work).await?
        {
            return refuse_text(&message, reply, work).await;
        }
        let Some(secrets) = secrets(&mut message, work).await? else {
            return end(&message, MessageState::Superseded, work).await;
        };
        let repudiation_ends = repudiation_ends(&message, work).await?;
        Ok(Taken { to_send: Some(ToSend { message, secrets, now: work.now, repudiation_ends }) })
    }
}

/// A text that may not leave fails at once: no secret is made, and whoever waits for it learns that it won't come.
async fn refuse_text(message: &outbox::Message, reply: &str, work: &mut Work<'_>) -> Result<Taken, Stop> {
    let state = MessageState::Failed;
    let reply = Some(reply);
    let mark =
        outbox::Mark { id: &message.id, fence: message.fence, state, reply, next_at: work.now, wipe: true };
    outbox::mark(&mut work.tx, mark, work.now).await?;
    tell(message, work).await?;
    Ok(Taken { to_send: None })
}

async fn end(message: &outbox::Message, state: MessageState, work: &mut Work<'_>) -> Result<Taken, Stop> {
    work.note("state", state.name());
    let wipe = state != MessageState::Uncertain;
    let mark =
        outbox::Mark { id: &message.id, fence: message.fence, state, reply: None, next_at: work.now, wipe };
    outbox::mark(&mut work.tx, mark, work.now).await?;
    tell(message, work).await?;
    Ok(Taken { to_send: None })
}

/// The secrets of a message: those sealed at the first taking, or new ones. None if what it carries is dead.
async fn secrets(
    message: &mut outbox::Message,
    work: &mut Work<'_>,
) -> Result<Option<Vec<Zeroizing<String>>>, Stop> {
    if let Some(sealed) = &message.sealed_secret {
        let plain = work.desk.keys.open(CONTEXT, sealed).map_err(|e| Fault::Keys(e.to_string()))?;
        let text = Zeroizing::new(String::from_utf8_lossy(&plain).into_owned());
        let dead = match &message.link_id {
            Some(id) => links::by_id(&mut work.tx, id)
                .await?
                .is_none_or(|l| l.ended_at.is_some() || l.used_at.is_some()),
            None => false,
        };
        return Ok((!dead).then(|| text.split('\n').map(|s| Zeroizing::new(s.to_owned())).collect()));
    }
    let (secrets, expires_at) = match message.letter.as_str() {
        "unlock" => match arm_links(message, work).await? {
            Some(made) => made,
            None => return Ok(None),
        },
        "sign_in_code" => match arm_code(message, work).await? {
            Some(made) => made,
            None => return Ok(None),
        },
        _ => return Ok(Some(Vec::new())),
    };
    let joined = Zeroizing::new(secrets.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n"));
    let sealed = work.desk.keys.seal(CONTEXT, joined.as_bytes(), &work.desk.chance);
    outbox::seal(&mut work.tx, &message.id, sealed, Some(expires_at)).await?;
    // The letter says until when its link or code works.
    message.expires_at = Some(expires_at.0);
    Ok(Some(secrets))
}

/// When the "this wasn't me" link of a letter ends; a retry must not promise more than the first sending.
async fn repudiation_ends(message: &outbox::Message, work: &mut Work<'_>) -> Result<Option<Moment>, Stop> {
    let facts: serde_json::Value =
        serde_json::from_str(&message.facts).map_err(|e| Fault::Stored(e.to_string()))?;
    let Some(id) = facts["repudiate_link"].as_str() else { return Ok(None) };
    Ok(links::by_id(&mut work.tx, id).await?.and_then(|link| link.expires_at).map(Moment))
}

type Made = Option<(Vec<Zeroizing<String>>, Moment)>;

async fn arm_links(message: &outbox::Message, work: &mut Work<'_>) -> Result<Made, Stop> {
    let facts: serde_json::Value =
        serde_json::from_str(&message.facts).map_err(|e| Fault::Stored(e.to_string()))?;
    let Some(unlock_id) = message.link_id.as_deref() else { return Ok(None) };
    let Some(repudiate_id) = facts["repudiate_link"].as_str() else { return Ok(None) };
    let expires_at = work.now + work.policy.span(Number::LinkLife);
    let repudiation_ends = work.now + work.policy.span(Number::RepudiationLife);
    let code_ends = work.now + work.policy.span(Number::CallCodeLife);
    codes::begin_life(&mut work.tx, "call", unlock_id, code_ends).await?;
    let mut secrets = Vec::new();
    for (id, purpose, ends) in
        [(unlock_id, "unlock", expires_at), (repudiate_id, "repudiate", repudiation_ends)]
    {
        let secret = LinkSecret::from_random(&work.desk.chance.bytes());
        let hash = link_hash(work, purpose, secret.expose());
        if !links::arm(&mut work.tx, id, &hash, ends).await? {
            return Ok(None);
        }
        secrets.push(Zeroizing::new(secret.expose().to_owned()));
    }
    Ok(Some((secrets, expires_at)))
}

async fn arm_code(message: &outbox::Message, work: &mut Work<'_>) -> Result<Made, Stop> {
    let Some(id) = message.code_id.as_deref() else { return Ok(None) };
    let code = SmsCode::from_random(&work.desk.chance.bytes());
    let expires_at = work.now + work.policy.span(Number::VerificationCodeLife);
    let hash = sign_in_code_hash(work, id, &code);
    if !codes::arm(&mut work.tx, id, &hash, expires_at).await? {
        return Ok(None);
    }
    Ok(Some((vec![Zeroizing::new(code.expose().to_owned())], expires_at)))
}

/// Says how a sending ended.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleMessage {
    /// The message.
    pub id: String,
    /// The fence it was taken under.
    pub fence: i64,
    /// `accepted`, `deferred`, `failed` or `uncertain`.
    pub state: MessageState,
    /// What the other server said, one safe line.
    pub reply: String,
    /// How often it was taken; the pause grows with it.
    pub attempts: i64,
}

/// Marked.
#[derive(Debug, Serialize)]
pub struct Settled {
    /// Whether the mark counted: not if another worker has the message by now.
    pub marked: bool,
}

impl Operation for SettleMessage {
    const NAME: &'static str = "settle_message";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Settled;
    type Shape = PlainShape;
}

impl Plain for SettleMessage {
    async fn run(self, work: &mut Work<'_>) -> Result<Settled, Stop> {
        work.note("state", self.state.name());
        work.note("message", self.id.clone());
        let wipe = matches!(self.state, MessageState::Accepted | MessageState::Failed);
        let mark = outbox::Mark {
            id: &self.id,
            fence: self.fence,
            state: self.state,
            reply: Some(&self.reply),
            next_at: work.now + pause(self.attempts),
            wipe,
        };
        let marked = outbox::mark(&mut work.tx, mark, work.now).await?;
        if let Some(message) = outbox::by_id(&mut work.tx, &self.id).await? {
            work.about.user_id = message.user_id.clone();
            work.about.call_id = message.call_id.clone();
            tell(&message, work).await?;
        }
        Ok(Settled { marked })
    }
}

/// 30 s, 1, 2, 4 … min, at most 15: a letter on the phone is waited for.
fn pause(attempts: i64) -> Span {
    Span::seconds((30_i64 << attempts.clamp(1, 6).saturating_sub(1)).min(900))
}

async fn tell(message: &outbox::Message, work: &mut Work<'_>) -> Result<(), Stop> {
    let about = events::About {
        call_id: message.call_id.as_deref(),
        user_id: message.user_id.as_deref(),
        operator_id: None,
    };
    work.tell_desks(events::Kind::MessageChanged, about).await
}
