//! Calls that agents passed on or flagged: the list, and closing one with what came of it. A 2-step reset that decides
//! one closes it by itself, and so does the approval of its unlock e-mail.

use recovery_rules::mask::masked_email;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use serde::{Deserialize, Serialize};

use super::{ADMINISTRATORS, Decided, not_the_own, of_an_administrator, sentence};
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{approvals, calls, companies, events, operators, users};
use crate::work::Work;

/// Reports shown at once; the oldest come first.
const SHOWN: i64 = 100;

/// What can come of a report beside a reset.
const OUTCOMES: &[&str] = &["calls_again", "not_the_owner", "no_concern", "concern_confirmed", "other"];

/// Asks for the calls passed on and flagged that wait.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadReports {}

/// Them, oldest first.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReportRows {
    /// Each of them.
    pub reports: Vec<ReportRow>,
}

/// One call passed on or flagged.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReportRow {
    /// Its id.
    pub report_id: String,
    /// `passed_on` or `flagged`.
    pub kind: String,
    /// The call.
    pub call_id: String,
    /// When it was opened, UTC ms.
    pub called_at: i64,
    /// The user.
    pub user_id: String,
    /// Their name.
    pub user_name: String,
    /// Their address, masked.
    pub email: String,
    /// Their company.
    pub company: String,
    /// The agent.
    pub asked_by: String,
    /// The agent's reason.
    pub reason: String,
    /// The agent's notes.
    pub notes: String,
    /// UTC ms.
    pub asked_at: i64,
    /// Billing users of the company who can confirm it; never the caller.
    pub contacts: Vec<ReportContact>,
    /// The request for a reset that waits for a second administrator.
    pub approval_id: Option<String>,
    /// The request to approve its unlock e-mail that waits.
    pub send_approval_id: Option<String>,
}

/// Somebody at the company who can be asked.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReportContact {
    /// The billing user.
    pub user_id: String,
    /// Their name.
    pub name: String,
}

/// Closes a report without a reset.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CloseReport {
    /// Which.
    pub report_id: String,
    /// `calls_again`, `not_the_owner`, `no_concern`, `concern_confirmed` or `other`.
    pub outcome: String,
    /// What was found, in a sentence.
    pub note: String,
}

of_an_administrator!(CloseReport, "close_report");

impl Operation for ReadReports {
    const NAME: &'static str = "read_reports";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = ReportRows;
    type Shape = PlainShape;
}

impl Plain for ReadReports {
    async fn run(self, work: &mut Work<'_>) -> Result<ReportRows, Stop> {
        let mut reports = Vec::new();
        for report in approvals::reports_waiting(&mut work.tx, SHOWN).await? {
            reports.push(row(report, work).await?);
        }
        Ok(ReportRows { reports })
    }
}

async fn row(report: approvals::Approval, work: &mut Work<'_>) -> Result<ReportRow, Stop> {
    let user = users::by_id(&mut work.tx, &report.subject).await?.ok_or(Refusal::NotFound)?;
    let call_id = report.call_id.unwrap_or_default();
    let call = calls::by_id(&mut work.tx, &call_id).await?.ok_or(Refusal::NotFound)?;
    let company = companies::by_id(&mut work.tx, &user.company_id).await?.map(|c| c.name).unwrap_or_default();
    let contacts = users::billing_users(&mut work.tx, &user.company_id, &user.id).await?;
    let reset = approvals::waiting_about(&mut work.tx, "reset_two_step", &user.id, work.now).await?;
    let send = approvals::waiting_about(&mut work.tx, "send_unlock", &report.id, work.now).await?;
    Ok(ReportRow {
        report_id: report.id,
        kind: report.kind,
        call_id,
        called_at: call.opened_at,
        user_name: user.name(),
        email: masked_email(&user.email),
        company,
        asked_by: operators::name(&mut work.tx, &report.asked_by).await?,
        reason: report.reason,
        notes: report.notes,
        asked_at: report.asked_at,
        contacts: contacts
            .into_iter()
            .map(|contact| ReportContact { name: contact.name(), user_id: contact.id })
            .collect(),
        approval_id: reset.map(|request| request.id),
        send_approval_id: send.map(|request| request.id),
        user_id: user.id,
    })
}

impl Plain for CloseReport {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        if !OUTCOMES.contains(&self.outcome.as_str()) {
            return Err(Refusal::BadField { field: "outcome", problem: "outcome_unknown" }.into());
        }
        let note = sentence(&self.note, "note", "reason_too_short")?;
        let report = approvals::by_id(&mut work.tx, &self.report_id).await?.ok_or(Refusal::NotFound)?;
        let user = users::lock(&mut work.tx, &report.subject).await?.ok_or(Refusal::NotFound)?;
        waiting_about(&self.report_id, &user, work).await?;
        work.about_user(&user.id);
        not_the_own(&user, work)?;
        work.about.call_id.clone_from(&report.call_id);
        let me = work.operator()?.id.clone();
        let decision = format!("{}: {note}", self.outcome);
        let state = if self.outcome == "concern_confirmed" { "approved" } else { "refused" };
        let decided = approvals::decide(&mut work.tx, &report.id, state, &me, &decision, work.now).await?;
        if !decided {
            return Err(Refusal::DecidedAlready.into());
        }
        // Nothing is left to approve of what is closed; of somebody who is not the owner, nothing at all.
        let alarming = ["not_the_owner", "concern_confirmed"].contains(&self.outcome.as_str());
        let of_report = (!alarming).then_some(report.id.as_str());
        approvals::end_sends(&mut work.tx, &user.id, of_report, &me, &decision, work.now).await?;
        work.note("outcome", self.outcome);
        work.note("note", note);
        let about =
            events::About { call_id: report.call_id.as_deref(), user_id: Some(&user.id), operator_id: None };
        work.tell_desks(events::Kind::ApprovalsChanged, about).await?;
        Ok(Decided::DONE)
    }
}

/// The report waits, and it is about this user.
pub(super) async fn waiting_about(id: &str, user: &users::User, work: &mut Work<'_>) -> Result<(), Stop> {
    let report = approvals::lock(&mut work.tx, id).await?.ok_or(Refusal::NotFound)?;
    if report.kind()?.needs_second() || report.user_id.as_deref() != Some(&user.id) {
        return Err(Refusal::NotFound.into());
    }
    if report.state != "waiting" {
        return Err(Refusal::DecidedAlready.into());
    }
    Ok(())
}

/// The company was asked through a billing user who is not the caller; where there is none, the note must do.
pub(super) async fn contact(
    user: &users::User,
    contact_id: Option<&str>,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    let contacts = users::billing_users(&mut work.tx, &user.company_id, &user.id).await?;
    let fits = match contact_id {
        Some(id) => contacts.iter().any(|contact| contact.id == id),
        None => contacts.is_empty(),
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::BadField { field: "contact_id", problem: "contact_needed" }.into())
    }
}
