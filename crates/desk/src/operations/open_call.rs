//! Opening a call: one open call a user in the whole organisation. The address on file is frozen with it.

use recovery_rules::call_reference::CallReference;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Role, Who};
use recovery_rules::states::CallState;
use recovery_rules::time::Span;
use serde::Deserialize;

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::call_view::{CallView, call_view};
use crate::operations::look_up::reference_hash;
use crate::operations::operator_sign_in::folded;
use crate::perform::PlainShape;
use crate::store::counters::{self, Counter};
use crate::store::{call_references, calls, companies, events, operators, users};
use crate::work::Work;

/// Opens a call about a user.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct OpenCall {
    /// The user.
    pub user_id: String,
    /// The call reference the caller gave, if there was one.
    pub reference: Option<String>,
}

impl Operation for OpenCall {
    const NAME: &'static str = "open_call";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = CallView;
    type Shape = PlainShape;

    fn kept(answer: &CallView) -> String {
        answer.call_id.clone()
    }

    async fn repeated(self, kept: &str, work: &mut Work<'_>) -> Result<CallView, Stop> {
        own_call(kept, work).await
    }
}

impl Plain for OpenCall {
    async fn run(self, work: &mut Work<'_>) -> Result<CallView, Stop> {
        let user = users::lock(&mut work.tx, &self.user_id).await?.ok_or(Refusal::NotFound)?;
        work.about_user(&user.id);
        may_handle(&user, work).await?;
        let operator = work.operator()?.id.clone();
        spend_open_call(&operator, work).await?;
        let call = calls::Call {
            id: work.new_id(),
            user_id: user.id.clone(),
            operator_id: operator.clone(),
            state: CallState::Open.name().to_owned(),
            opened_at: work.now.0,
            last_activity_at: work.now.0,
            address: user.email.clone(),
            epoch: user.security_epoch,
            reference: proved_reference(self.reference.as_deref(), &user.id, work).await?,
            checks_used: 0,
            last_check_at: None,
            verified_at: None,
            verified_until: None,
            first_verified_at: None,
            last_check_right: false,
            pause_started_at: None,
            repudiated_at: None,
            flagged_at: None,
            ended_at: None,
            outcome: None,
            notes: String::new(),
        };
        work.about_call(&call.id);
        work.note("by_reference", call.reference.is_some());
        if !calls::insert(&mut work.tx, &call).await? {
            return Err(why_not(&user.id, &operator, work).await?.into());
        }
        let about = events::About { call_id: Some(&call.id), user_id: Some(&user.id), operator_id: None };
        work.tell_desks(events::Kind::CallChanged, about).await?;
        call_view(call, work).await
    }
}

/// One of the calls an operator may open or take over in an hour.
pub async fn spend_open_call(operator: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    let limit = work.policy.count(Number::OpenCallsAnHour);
    let (keys, hour, now) = (&work.desk.keys, Span::hours(1), work.now);
    counters::spend_within(&mut work.tx, keys, Counter::OpenCalls, operator, limit, hour, now)
        .await?
        .map_err(|until| Refusal::OpenCallLimit { until })?;
    Ok(())
}

/// The object rules of a call: the own account never, the own company never, operators never, protected
/// companies by administrators only.
pub async fn may_handle(user: &users::User, work: &mut Work<'_>) -> Result<(), Stop> {
    let operator = work.operator()?.clone();
    if operator.user_id.as_deref() == Some(&user.id) {
        return Err(Refusal::OwnAccount.into());
    }
    if operator.company_id.as_deref() == Some(&user.company_id) {
        return Err(Refusal::OwnCompany.into());
    }
    if operators::by_user(&mut work.tx, &user.id, &folded(&user.email)).await?.is_some() {
        return Err(Refusal::OperatorAccount.into());
    }
    let company = companies::by_id(&mut work.tx, &user.company_id).await?.ok_or(Refusal::NotFound)?;
    if company.protected && operator.role != Role::Administrator {
        return Err(Refusal::ProtectedCompany.into());
    }
    Ok(())
}

/// A reference counts only if it leads to this very user; anything else is as if there were none.
async fn proved_reference(
    text: Option<&str>,
    user_id: &str,
    work: &mut Work<'_>,
) -> Result<Option<String>, Stop> {
    let Some(reference) = text.and_then(|text| CallReference::parse(text).ok()) else { return Ok(None) };
    let hash = reference_hash(work, &reference);
    let owner = call_references::user_of(&mut work.tx, &hash, work.now).await?;
    Ok((owner.as_deref() == Some(user_id)).then(|| reference.text()))
}

async fn why_not(user_id: &str, operator_id: &str, work: &mut Work<'_>) -> Result<Refusal, Stop> {
    let Some(other) = calls::open_of_user(&mut work.tx, user_id).await? else {
        return Ok(Refusal::AlreadyOnACall);
    };
    if other.operator_id == operator_id {
        return Ok(Refusal::AlreadyOnACall);
    }
    let name = operators::by_id(&mut work.tx, &other.operator_id).await?.map(|o| o.name).unwrap_or_default();
    Ok(Refusal::BusyWithOther { name })
}

/// A call of the operator who asks, open or ended.
pub async fn own_call(call_id: &str, work: &mut Work<'_>) -> Result<CallView, Stop> {
    let call = calls::by_id(&mut work.tx, call_id).await?.ok_or(Refusal::NotFound)?;
    if call.operator_id != work.operator()?.id {
        return Err(Refusal::CallNotOpen.into());
    }
    call_view(call, work).await
}

/// The open call of the operator who asks, and its user, both locked until the transaction ends. The user comes
/// first, here and everywhere (user, call, message, link, code): two operations about one person then wait for
/// each other and never in a circle.
pub async fn lock_own_open_call(
    call_id: &str,
    work: &mut Work<'_>,
) -> Result<(calls::Call, users::User), Stop> {
    let operator = work.operator()?.id.clone();
    let user_id = calls::by_id(&mut work.tx, call_id).await?.ok_or(Refusal::CallNotOpen)?.user_id;
    work.about_user(&user_id);
    work.about_call(call_id);
    let user = users::lock(&mut work.tx, &user_id).await?.ok_or(Refusal::CallNotOpen)?;
    let call =
        calls::lock_open(&mut work.tx, call_id, &operator, work.now).await?.ok_or(Refusal::CallNotOpen)?;
    Ok((call, user))
}
