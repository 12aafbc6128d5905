//! The secret of a message: made when it is taken, so that its life begins when it leaves; the same for every sending
//! that may have arrived before; taken back when the letter could not leave.

use recovery_rules::link_secret::LinkSecret;
use recovery_rules::message::worth_sending;
use recovery_rules::policy::Number;
use recovery_rules::recovery_code::RecoveryCode;
use recovery_rules::states::{CodePurpose, MessageKind, MessageState};
use recovery_rules::time::{Moment, Span};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::failure::{Fault, Stop};
use crate::operations::operators::invitation_hash;
use crate::operations::unlock_link::link_hash;
use crate::short_codes;
use crate::store::{codes, links, operators, outbox};
use crate::work::Work;

const CONTEXT: &str = "outbox secret";

/// The secrets a letter carries.
pub(super) struct Secrets {
    /// In the order its letter knows.
    pub(super) secrets: Vec<Zeroizing<String>>,
    /// Whether they were made just now.
    pub(super) fresh: bool,
}

/// The secrets of a message: those sealed earlier, or new ones. None if what it carries is dead.
pub(super) async fn secrets(
    before: MessageState,
    message: &mut outbox::Message,
    work: &mut Work<'_>,
) -> Result<Option<Secrets>, Stop> {
    // Only a letter that was put off may get a new secret: any other sending may have arrived with the old one, and a
    // gateway knows a text by its id.
    let put_off = before == MessageState::Deferred && message.kind()? == MessageKind::Mail;
    match &message.sealed_secret {
        Some(sealed) if !put_off || still_worth_it(message, work) => {
            sealed_before(sealed, message, work).await
        }
        _ => made_now(message, work).await,
    }
}

fn still_worth_it(message: &outbox::Message, work: &Work<'_>) -> bool {
    let whole = work.policy.span(if message.is_contact_code() {
        Number::ContactCodeLife
    } else if message.code_id.is_some() {
        Number::VerificationCodeLife
    } else {
        Number::LinkLife
    });
    message.expires_at().is_none_or(|end| worth_sending(Span(end.0 - work.now.0), whole))
}

async fn sealed_before(
    sealed: &[u8],
    message: &outbox::Message,
    work: &mut Work<'_>,
) -> Result<Option<Secrets>, Stop> {
    let plain = work.desk.keys.open(CONTEXT, sealed).map_err(|e| Fault::Keys(e.to_string()))?;
    let text = Zeroizing::new(String::from_utf8_lossy(&plain).into_owned());
    if dead(message, work).await? {
        return Ok(None);
    }
    let secrets = text.split('\n').map(|s| Zeroizing::new(s.to_owned())).collect();
    Ok(Some(Secrets { secrets, fresh: false }))
}

/// Whether the link or code was used or ended since.
async fn dead(message: &outbox::Message, work: &mut Work<'_>) -> Result<bool, Stop> {
    if let Some(id) = &message.link_id {
        let link = links::by_id(&mut work.tx, id).await?;
        return Ok(link.is_none_or(|link| link.ended_at.is_some() || link.used_at.is_some()));
    }
    if let Some(id) = &message.code_id {
        let code = codes::by_id(&mut work.tx, id).await?;
        return Ok(code.is_none_or(|code| code.ended_at.is_some() || code.used_at.is_some()));
    }
    Ok(false)
}

async fn made_now(message: &mut outbox::Message, work: &mut Work<'_>) -> Result<Option<Secrets>, Stop> {
    let made = match message.letter.as_str() {
        "unlock" => arm_links(message, work).await?,
        "code" | "contact_code" => arm_code(message, work).await?,
        "operator_invitation" => arm_invitation(message, work).await?,
        "reset" => arm_link(message, "reset", Number::LinkLife, work).await?,
        "confirm_address" => arm_link(message, "confirm_address", Number::LinkLife, work).await?,
        "address_not_me" => arm_link(message, "address_not_me", Number::RepudiationLife, work).await?,
        _ => return Ok(Some(Secrets { secrets: Vec::new(), fresh: true })),
    };
    let Some((secrets, expires_at)) = made else { return Ok(None) };
    let joined = Zeroizing::new(secrets.iter().map(|s| s.as_str()).collect::<Vec<_>>().join("\n"));
    let sealed = work.desk.keys.seal(CONTEXT, joined.as_bytes(), &work.desk.chance);
    outbox::seal(&mut work.tx, &message.id, sealed, Some(expires_at)).await?;
    // The letter says until when its link or code works.
    message.expires_at = Some(expires_at.0);
    Ok(Some(Secrets { secrets, fresh: true }))
}

/// When the "this wasn't me" link of a letter ends; a retry must not promise more than the first sending.
pub(super) async fn repudiation_ends(
    message: &outbox::Message,
    work: &mut Work<'_>,
) -> Result<Option<Moment>, Stop> {
    let Some(id) = repudiate_link(message)? else { return Ok(None) };
    Ok(links::by_id(&mut work.tx, &id).await?.and_then(|link| link.expires_at).map(Moment))
}

fn repudiate_link(message: &outbox::Message) -> Result<Option<String>, Fault> {
    let facts: Value = serde_json::from_str(&message.facts).map_err(|e| Fault::Stored(e.to_string()))?;
    Ok(facts["repudiate_link"].as_str().map(str::to_owned))
}

type Made = Option<(Vec<Zeroizing<String>>, Moment)>;

async fn arm_links(message: &outbox::Message, work: &mut Work<'_>) -> Result<Made, Stop> {
    let Some(repudiate_id) = repudiate_link(message)? else {
        return Err(Fault::Stored("unlock without repudiate_link".to_owned()).into());
    };
    let Some(unlock_id) = message.link_id.as_deref() else { return Ok(None) };
    let expires_at = work.now + work.policy.span(Number::LinkLife);
    let repudiation_ends = work.now + work.policy.span(Number::RepudiationLife);
    let code_ends = work.now + work.policy.span(Number::CallCodeLife);
    codes::begin_life(&mut work.tx, CodePurpose::Call, unlock_id, Some(code_ends)).await?;
    let mut secrets = Vec::new();
    for (id, purpose, ends) in
        [(unlock_id, "unlock", expires_at), (repudiate_id.as_str(), "repudiate", repudiation_ends)]
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

/// One link without further secrets.
async fn arm_link(
    message: &outbox::Message,
    purpose: &str,
    life: Number,
    work: &mut Work<'_>,
) -> Result<Made, Stop> {
    let Some(id) = message.link_id.as_deref() else { return Ok(None) };
    let expires_at = work.now + work.policy.span(life);
    let secret = LinkSecret::from_random(&work.desk.chance.bytes());
    let hash = link_hash(work, purpose, secret.expose());
    let armed = links::arm(&mut work.tx, id, &hash, expires_at).await?;
    Ok(armed.then(|| (vec![Zeroizing::new(secret.expose().to_owned())], expires_at)))
}

async fn arm_code(message: &outbox::Message, work: &mut Work<'_>) -> Result<Made, Stop> {
    let Some(id) = message.code_id.as_deref() else { return Ok(None) };
    let made = short_codes::arm(id, work).await?;
    Ok(made.map(|(code, expires_at)| (vec![code], expires_at)))
}

async fn arm_invitation(message: &outbox::Message, work: &mut Work<'_>) -> Result<Made, Stop> {
    let id = operator(message)?;
    let code = RecoveryCode::from_random(&work.desk.chance.bytes());
    let expires_at = work.now + work.policy.span(Number::InvitationLife);
    let hash = invitation_hash(&work.desk.keys, &id, &code);
    if !operators::arm_invitation(&mut work.tx, &id, &hash, expires_at).await? {
        return Ok(None);
    }
    Ok(Some((vec![code.expose_grouped()], expires_at)))
}

fn operator(message: &outbox::Message) -> Result<String, Fault> {
    let facts: Value = serde_json::from_str(&message.facts).map_err(|e| Fault::Stored(e.to_string()))?;
    facts["operator"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Fault::Stored("an invitation of nobody".to_owned()))
}

/// Takes the secret of a letter back that could not leave: nobody has seen it, and its life must not run meanwhile.
pub(super) async fn disarm(message: &outbox::Message, work: &mut Work<'_>) -> Result<(), Stop> {
    outbox::unseal(&mut work.tx, &message.id, message.fence).await?;
    if let Some(id) = &message.link_id {
        links::disarm(&mut work.tx, id).await?;
        codes::begin_life(&mut work.tx, CodePurpose::Call, id, None).await?;
    }
    if let Some(id) = repudiate_link(message)? {
        links::disarm(&mut work.tx, &id).await?;
    }
    if message.letter == "operator_invitation" {
        operators::disarm_invitation(&mut work.tx, &operator(message)?).await?;
    }
    if let Some(id) = &message.code_id {
        codes::disarm(&mut work.tx, id).await?;
    }
    Ok(())
}
