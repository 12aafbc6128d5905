//! Requests that wait for a second administrator: reading them, approving, declining.

use recovery_rules::approvals::{Approving, CannotApprove, LATELY, may_approve};
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};

use super::accounts::reset_by_one_alone;
use super::asking::{company_of, decision_seal, seal};
use super::wanted::Wanted;
use super::{ADMINISTRATORS, Decided, not_the_own, of_an_administrator, reason};
use crate::clock_guard;
use crate::failure::Stop;
use crate::fresh_code;
use crate::keys::same_hash;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{approvals, companies, events, operators, users};
use crate::work::Work;

/// Requests shown at once; those that end first come first.
const SHOWN: i64 = 100;

/// Asks for the requests that wait.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadApprovals {}

/// Them, oldest first.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ApprovalRows {
    /// Each of them.
    pub requests: Vec<ApprovalRow>,
    /// Whether the clock stepped back: codes and links are on hold until an administrator confirms the time.
    pub clock_stands: bool,
}

/// One request.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ApprovalRow {
    /// Its id.
    pub approval_id: String,
    /// `reset_two_step`, `resume_phone`, `unlock_account`, `change_policy`, `change_company`, `change_company_recovery` or
    /// `send_unlock`.
    pub kind: String,
    /// The user it is about.
    pub user_id: Option<String>,
    /// Their name.
    pub user_name: Option<String>,
    /// Their company.
    pub company: Option<String>,
    /// Who asks.
    pub asked_by: String,
    /// Why.
    pub reason: String,
    /// The billing user who confirmed it, where it decides a call that was passed on.
    pub contact: Option<String>,
    /// How the company was reached.
    pub reached: Option<String>,
    /// Why an unlock e-mail needs it, and it can be both: `frozen`, `no_contact`.
    pub because: Vec<&'static str>,
    /// The call was passed on: what is approved is the e-mail of the caller's next verified call.
    pub passed_on: bool,
    /// The number of the policy it changes.
    pub number: Option<String>,
    /// Its value now, in its unit.
    pub from: Option<i64>,
    /// Its value afterwards.
    pub to: Option<i64>,
    /// UTC ms.
    pub asked_at: i64,
    /// Until when it can be approved, UTC ms.
    pub until: i64,
    /// From when a single administrator can finish it alone, UTC ms.
    pub alone_from: Option<i64>,
    /// Whether it is the own request.
    pub mine: bool,
    /// Why whoever asks can't approve it now; none if they can.
    pub cannot: Option<String>,
    /// Stands for exactly what is shown here; goes back with the approval.
    pub seal: String,
}

/// Approves a request: it is done in the same moment.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    /// Which.
    pub approval_id: String,
    /// The seal of what was shown.
    pub seal: String,
}

/// Declines a request, or takes the own one back.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct DeclineRequest {
    /// Which.
    pub approval_id: String,
    /// Why, for a colleague's request; nothing for the own one.
    pub reason: Option<String>,
}

of_an_administrator!(ApproveRequest, "approve_request");
of_an_administrator!(DeclineRequest, "decline_request");

impl Operation for ReadApprovals {
    const NAME: &'static str = "read_approvals";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = ApprovalRows;
    type Shape = PlainShape;
}

impl Plain for ReadApprovals {
    async fn run(self, work: &mut Work<'_>) -> Result<ApprovalRows, Stop> {
        let mut requests = Vec::new();
        for request in approvals::requests_waiting(&mut work.tx, work.now, SHOWN).await? {
            requests.push(row(request, work).await?);
        }
        Ok(ApprovalRows { requests, clock_stands: clock_guard::stands(work).await? })
    }
}

async fn row(request: approvals::Approval, work: &mut Work<'_>) -> Result<ApprovalRow, Stop> {
    let mut cannot = may(&request, work).await?.err().map(|why| refusal_of(why).code().to_owned());
    let user = match &request.user_id {
        Some(id) => users::by_id(&mut work.tx, id).await?,
        None => None,
    };
    let wanted = Wanted::of(&request)?;
    let company_id = match (&user, &wanted) {
        (Some(user), _) => Some(user.company_id.clone()),
        (None, wanted) => wanted.company_id().map(str::to_owned),
    };
    if company_id.is_some() && company_id == work.operator()?.company_id {
        cannot.get_or_insert_with(|| Refusal::OwnCompany.code().to_owned());
    }
    let company = match company_id {
        Some(id) => companies::by_id(&mut work.tx, &id).await?.map(|company| company.name),
        None => None,
    };
    let (number, from, to) = match &wanted {
        Wanted::ChangePolicy { name, from, to } => (Some(name.clone()), Some(*from), Some(*to)),
        _ => (None, None, None),
    };
    let because = match &wanted {
        Wanted::SendUnlock { in_the_way, .. } => in_the_way.codes(work.now),
        _ => Vec::new(),
    };
    let passed_on = wanted.passed_on();
    let (contact, reached) = match wanted {
        Wanted::ResetTwoStep { contact_id: Some(id), reached, .. } => {
            (users::by_id(&mut work.tx, &id).await?.map(|user| user.name()), reached)
        }
        Wanted::ResetTwoStep { reached, .. } => (None, reached),
        _ => (None, None),
    };
    let me = work.operator()?.id.clone();
    let alone_from = Moment(request.asked_at) + work.policy.span(Number::AloneWaits);
    Ok(ApprovalRow {
        user_name: user.as_ref().map(users::User::name),
        company,
        asked_by: operators::name(&mut work.tx, &request.asked_by).await?,
        contact,
        reached,
        because,
        passed_on,
        number,
        from,
        to,
        asked_at: request.asked_at,
        until: request.expires_at.unwrap_or_default(),
        alone_from: request.alone.then_some(alone_from.0),
        mine: request.asked_by == me,
        cannot,
        seal: shown(&request),
        approval_id: request.id,
        kind: request.kind,
        user_id: request.user_id,
        reason: request.reason,
    })
}

impl Plain for ApproveRequest {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        fresh_code::required(work).await?;
        let request = lock(&self.approval_id, work).await?;
        if request.state == "expired" {
            return Err(Refusal::ApprovalExpired.into());
        }
        if request.state != "waiting" {
            return Err(Refusal::DecidedAlready.into());
        }
        let kept = request.seal.clone().unwrap_or_default();
        let is = seal(&request, work);
        if !same_hash(&kept, &is) || !same_hash(shown(&request).as_bytes(), self.seal.as_bytes()) {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        may(&request, work).await?.map_err(refusal_of)?;
        if let Some(user_id) = &request.user_id {
            let user = users::by_id(&mut work.tx, user_id).await?.ok_or(Refusal::NotFound)?;
            not_the_own(&user, work)?;
        }
        let wanted = Wanted::of(&request)?;
        if let Some(company_id) = wanted.company_id()
            && work.operator()?.company_id.as_deref() == Some(company_id)
        {
            return Err(Refusal::OwnCompany.into());
        }
        let me = work.operator()?.id.clone();
        if !approvals::decide(&mut work.tx, &request.id, "approved", &me, "", work.now).await? {
            return Err(Refusal::DecidedAlready.into());
        }
        let decided = decision_seal(&request, &me, work.now.0, work);
        approvals::seal_decision(&mut work.tx, &request.id, &decided).await?;
        let alone = match &wanted {
            Wanted::ResetTwoStep { user_id, .. } if request.asked_by == me => Some(user_id.clone()),
            _ => None,
        };
        wanted.carry_out(work).await?;
        if let Some(user_id) = alone {
            reset_by_one_alone(&user_id, work).await?;
        }
        work.note("asked_by", request.asked_by.clone());
        work.note("reason", request.reason.clone());
        work.tell_desks(events::Kind::ApprovalsChanged, events::About::default()).await?;
        Ok(Decided::DONE)
    }
}

impl Plain for DeclineRequest {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        let request = lock(&self.approval_id, work).await?;
        let me = work.operator()?.id.clone();
        let (decision, kept) = if request.asked_by == me {
            ("taken back", "taken back".to_owned())
        } else {
            let why = reason(self.reason.as_deref().unwrap_or_default())?;
            work.note("reason", why.clone());
            ("declined", format!("declined: {why}"))
        };
        if !approvals::decide(&mut work.tx, &request.id, "refused", &me, &kept, work.now).await? {
            return Err(Refusal::DecidedAlready.into());
        }
        work.note("what", request.kind.clone());
        work.note("asked_by", request.asked_by.clone());
        work.note("decision", decision);
        if let Some(call_id) = &request.call_id {
            // Whoever is on that call waits for it.
            let about = events::About {
                call_id: Some(call_id),
                user_id: request.user_id.as_deref(),
                operator_id: Some(&request.asked_by),
            };
            work.tell_desks(events::Kind::CallChanged, about).await?;
        }
        work.tell_desks(events::Kind::ApprovalsChanged, events::About::default()).await?;
        Ok(Decided::DONE)
    }
}

/// The request, locked behind its user, as everywhere. A report of an agent is none.
async fn lock(id: &str, work: &mut Work<'_>) -> Result<approvals::Approval, Stop> {
    let request = approvals::by_id(&mut work.tx, id).await?.ok_or(Refusal::NotFound)?;
    if !request.kind()?.needs_second() {
        return Err(Refusal::NotFound.into());
    }
    if let Some(user_id) = &request.user_id {
        work.about_user(user_id);
        users::lock(&mut work.tx, user_id).await?;
    }
    work.note("approval", id);
    Ok(approvals::lock(&mut work.tx, id).await?.ok_or(Refusal::NotFound)?)
}

/// Whether whoever asks could approve it now.
async fn may(request: &approvals::Approval, work: &mut Work<'_>) -> Result<Result<(), CannotApprove>, Stop> {
    let me = work.operator()?.id.clone();
    let since = work.now - LATELY;
    let company_id = company_of(&Wanted::of(request)?, work).await?;
    let others =
        operators::could_approve(&mut work.tx, &request.asked_by, company_id.as_deref(), since).await?;
    let alone = request.alone && others == 0;
    let gave = operators::made_by_since(&mut work.tx, &request.asked_by, &me, since).await?;
    let facts = Approving {
        asker: request.asked_by == me,
        alone,
        access_by_the_other_today: gave
            || operators::made_by_since(&mut work.tx, &me, &request.asked_by, since).await?,
        asked_at: Moment(request.asked_at),
        expires_at: Moment(request.expires_at.unwrap_or_default()),
        // What was asked looks itself whether everything is as it was seen.
        account_changed: false,
    };
    Ok(may_approve(&facts, &work.policy, work.now))
}

fn refusal_of(why: CannotApprove) -> Refusal {
    match why {
        CannotApprove::OwnRequest => Refusal::OwnRequest,
        CannotApprove::AloneUntil(until) => Refusal::AloneUntil { until },
        CannotApprove::MadeByAsker => Refusal::MadeByAsker,
        CannotApprove::Expired => Refusal::ApprovalExpired,
        CannotApprove::Changed => Refusal::ChangedMeanwhile,
    }
}

/// The seal as the window gets it: lower-case hexadecimal digits.
fn shown(request: &approvals::Approval) -> String {
    request.seal.iter().flatten().map(|byte| format!("{byte:02x}")).collect()
}
