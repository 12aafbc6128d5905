//! From a claim to an actor: the session is read in the operation's own transaction, so that a role taken
//! away, a suspension or a raised epoch counts with the next operation.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Role, Who};
use recovery_rules::states::{Account, SecondStep, UserKind};
use recovery_rules::time::{Moment, Span};

use crate::caller::{Actor, ArrivingActor, BillingActor, Caller, OperatorActor, UserActor};
use crate::failure::{Fault, Stop};
use crate::operations::operator_sign_in::folded;
use crate::secret::SecretText;
use crate::store::{desk_sessions, operators, sessions, users};
use crate::work::Work;

/// A session's last use is written at most this often, so that reading does not become writing.
const TOUCH_EVERY: Span = Span::seconds(30);

/// Who acts, if `who` allows it.
pub async fn authorise(caller: &Caller, who: Who, is_use: bool, work: &mut Work<'_>) -> Result<Actor, Stop> {
    match (who, caller) {
        (Who::Anonymous, _) => Ok(Actor::Anonymous),
        (Who::LinkHolder, _) => Ok(Actor::LinkHolder),
        (Who::System, Caller::System(name)) => Ok(Actor::System(name)),
        (Who::Operator(roles), Caller::Session(token)) => operator(token, None, roles, is_use, work).await,
        (Who::Operator(roles), Caller::Device { token: Some(token), device }) => {
            operator(token, Some(&device.key), roles, is_use, work).await
        }
        (Who::User, Caller::Session(token)) => user(token, is_use, work).await,
        (Who::Arriving, Caller::Session(token)) => arriving(token, None, work).await,
        (Who::Arriving, Caller::Device { token: Some(token), device }) => {
            arriving(token, Some(&device.key), work).await
        }
        (Who::Operator(_) | Who::User | Who::Arriving, Caller::Nobody | Caller::Device { .. }) => {
            Err(Refusal::SignedOut.into())
        }
        _ => Err(Refusal::NotAllowed.into()),
    }
}

async fn operator(
    token: &SecretText,
    device: Option<&[u8; 32]>,
    roles: &'static [Role],
    is_use: bool,
    work: &mut Work<'_>,
) -> Result<Actor, Stop> {
    let session = live_session(token, device, Number::OperatorSessionIdle, is_use, work).await?;
    if session.desk_company.is_some() {
        return billing(session, roles, work).await;
    }
    let Some(id) = session.operator_id.as_deref() else { return Err(Refusal::SignedOut.into()) };
    let operator = operators::by_id(&mut work.tx, id).await?.ok_or(Refusal::SignedOut)?;
    if operator.state != "active" || operator.session_epoch != session.epoch {
        return Err(Refusal::SignedOut.into());
    }
    let role =
        Role::from_name(&operator.role).ok_or_else(|| Fault::Stored(format!("role {}", operator.role)))?;
    let own =
        operators::own_account(&mut work.tx, operator.user_id.as_deref(), &folded(&operator.email)).await?;
    let (user_id, company_id) = own.unzip();
    let actor = OperatorActor {
        id: operator.id,
        name: operator.name,
        email: operator.email,
        role,
        session_id: session.id,
        company_id,
        user_id,
    };
    let allowed = roles.contains(&actor.role);
    // The refusal of somebody known is audited under their name.
    work.actor = Actor::Operator(actor.clone());
    if allowed { Ok(Actor::Operator(actor)) } else { Err(Refusal::NotAllowed.into()) }
}

/// A billing user's session at the desk. Role, company or account lost: access is lost with this operation (D12.5).
async fn billing(
    session: sessions::Session,
    roles: &'static [Role],
    work: &mut Work<'_>,
) -> Result<Actor, Stop> {
    let (Some(id), Some(company_id)) = (session.user_id, session.desk_company) else {
        return Err(Refusal::SignedOut.into());
    };
    let user = users::by_id(&mut work.tx, &id).await?.ok_or(Refusal::SignedOut)?;
    let stands = user.account()? == Account::Active
        && user.security_epoch == session.epoch
        && user.kind()? == UserKind::Billing
        && user.company_id == company_id;
    if !stands {
        return Err(Refusal::SignedOut.into());
    }
    let actor = Actor::Billing(BillingActor {
        name: user.name(),
        email: user.email,
        id,
        company_id,
        session_id: session.id,
        second_step: session.second_step_by.as_deref() == Some(SecondStep::TextMessage.name()),
    });
    // The refusal of somebody known is audited under their name.
    work.actor = actor.clone();
    if roles.contains(&Role::Billing) { Ok(actor) } else { Err(Refusal::NotAllowed.into()) }
}

/// Half a sign-in at the desk, at the device it began at, while nothing about the account changed.
async fn arriving(token: &SecretText, device: Option<&[u8; 32]>, work: &mut Work<'_>) -> Result<Actor, Stop> {
    let hash = desk_sessions::challenge_hash(&work.desk.keys, token);
    let challenge =
        desk_sessions::challenge(&mut work.tx, &hash, work.now).await?.ok_or(Refusal::SignedOut)?;
    work.session_found = true;
    if challenge.device_key.as_deref() != device.map(<[u8; 32]>::as_slice) {
        return Err(Refusal::SignedOut.into());
    }
    let user = users::by_id(&mut work.tx, &challenge.user_id).await?.ok_or(Refusal::SignedOut)?;
    let stands = user.account()? == Account::Active
        && user.security_epoch == challenge.epoch
        && user.kind()? == UserKind::Billing;
    if !stands {
        return Err(Refusal::SignedOut.into());
    }
    Ok(Actor::Arriving(ArrivingActor { user_id: challenge.user_id, challenge_id: challenge.id }))
}

async fn user(token: &SecretText, is_use: bool, work: &mut Work<'_>) -> Result<Actor, Stop> {
    let session = live_session(token, None, Number::UserSessionIdle, is_use, work).await?;
    let Some(id) = session.user_id.as_deref() else { return Err(Refusal::SignedOut.into()) };
    // A session of the desk is none of the account pages.
    if session.desk_company.is_some() {
        return Err(Refusal::SignedOut.into());
    }
    let user = users::by_id(&mut work.tx, id).await?.ok_or(Refusal::SignedOut)?;
    if user.account()? != Account::Active || user.security_epoch != session.epoch {
        return Err(Refusal::SignedOut.into());
    }
    Ok(Actor::User(UserActor {
        id: user.id,
        session_id: session.id,
        second_step: session.second_step_at.is_some(),
        later: session.later_at.is_some(),
    }))
}

async fn live_session(
    token: &SecretText,
    device: Option<&[u8; 32]>,
    idle: Number,
    is_use: bool,
    work: &mut Work<'_>,
) -> Result<sessions::Session, Stop> {
    let hash = sessions::token_hash(&work.desk.keys, token);
    let session = sessions::by_token(&mut work.tx, &hash).await?.ok_or(Refusal::SignedOut)?;
    work.session_found = true;
    // Bound to a device, it is worth nothing anywhere else; and no session made elsewhere is carried to a device.
    if session.device_key.as_deref() != device.map(<[u8; 32]>::as_slice) {
        return Err(Refusal::SignedOut.into());
    }
    let idle_until = Moment(session.last_seen_at) + work.policy.span(idle);
    if session.ended_at.is_some() || work.now >= Moment(session.expires_at) || work.now >= idle_until {
        return Err(Refusal::SignedOut.into());
    }
    if is_use && work.now >= Moment(session.last_seen_at) + TOUCH_EVERY {
        sessions::touch(&mut work.tx, &session.id, work.now).await?;
    }
    Ok(session)
}
