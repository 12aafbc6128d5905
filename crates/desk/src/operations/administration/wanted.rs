//! Exactly what a request asks for, and doing it. The same code does it for one administrator and after the approval of
//! a second; before, it looks whether everything is still as it was seen.

use recovery_rules::approvals::ApprovalKind;
use recovery_rules::contact::RecoveryPolicy;
use recovery_rules::policy::Rule;
use recovery_rules::refusal::Refusal;
use recovery_rules::states::{Account, Change, LockedBy, TwoStep};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::unlock_approval::InTheWay;
use crate::account_change::end_what_was_before;
use crate::failure::{Fault, Stop};
use crate::letters_queue::{self, Letter};
use crate::operations::call_view::caller_facts;
use crate::store::{approvals, calls, companies, events, links, policy, two_step, users};
use crate::work::Work;

/// What is to be done, with what was seen when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Wanted {
    /// A user's 2-step is reset.
    ResetTwoStep {
        /// The user.
        user_id: String,
        /// The security epoch that was seen.
        epoch: i64,
        /// The call passed on or flagged that it decides.
        report_id: Option<String>,
        /// The billing user who confirmed it.
        contact_id: Option<String>,
        /// How the company was reached.
        reached: Option<String>,
    },
    /// Phone verification goes on before its pause or stop is over.
    ResumePhone {
        /// The user.
        user_id: String,
        /// The security epoch that was seen.
        epoch: i64,
        /// The pauses and the stop that were seen, UTC ms.
        pauses: [Option<i64>; 3],
    },
    /// A number of the policy is changed.
    ChangePolicy {
        /// Its name.
        name: String,
        /// The value that was seen.
        from: i64,
        /// The new one.
        to: i64,
    },
    /// A company is not protected any more.
    UnprotectCompany {
        /// The company.
        company_id: String,
    },
    /// A company asks for no contact code any more.
    LoosenRecovery {
        /// The company.
        company_id: String,
    },
    /// The unlock e-mail of a call may be sent, although contacts are frozen or there is no recovery contact.
    SendUnlock {
        /// The call.
        call_id: String,
        /// The user.
        user_id: String,
        /// Whose call it is.
        operator_id: String,
        /// What stands in its way, as it was seen.
        in_the_way: InTheWay,
        /// The call was passed on, with this report: it is for the caller's next verified call, whoever takes it.
        report_id: Option<String>,
    },
    /// A locked account is opened.
    UnlockAccount {
        /// The user.
        user_id: String,
        /// The security epoch that was seen.
        epoch: i64,
    },
}

impl Wanted {
    /// What a kept request asks for.
    pub fn of(request: &approvals::Approval) -> Result<Self, Fault> {
        serde_json::from_str(&request.content).map_err(|error| Fault::Stored(error.to_string()))
    }

    /// Its kind.
    pub const fn kind(&self) -> ApprovalKind {
        match self {
            Self::ResetTwoStep { .. } => ApprovalKind::ResetTwoStep,
            Self::ResumePhone { .. } => ApprovalKind::ResumePhone,
            Self::UnlockAccount { .. } => ApprovalKind::UnlockAccount,
            Self::ChangePolicy { .. } => ApprovalKind::ChangePolicy,
            Self::UnprotectCompany { .. } => ApprovalKind::ChangeCompany,
            Self::LoosenRecovery { .. } => ApprovalKind::ChangeCompanyRecovery,
            Self::SendUnlock { .. } => ApprovalKind::SendUnlock,
        }
    }

    /// What it is about: one request of a kind waits for each.
    pub fn subject(&self) -> &str {
        match self {
            Self::ResetTwoStep { user_id, .. }
            | Self::ResumePhone { user_id, .. }
            | Self::UnlockAccount { user_id, .. } => user_id,
            Self::ChangePolicy { name, .. } => name,
            Self::UnprotectCompany { company_id } | Self::LoosenRecovery { company_id } => company_id,
            Self::SendUnlock { call_id, report_id, .. } => report_id.as_deref().unwrap_or(call_id),
        }
    }

    /// The user it is about.
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::ResetTwoStep { user_id, .. }
            | Self::ResumePhone { user_id, .. }
            | Self::SendUnlock { user_id, .. }
            | Self::UnlockAccount { user_id, .. } => Some(user_id),
            Self::ChangePolicy { .. } | Self::UnprotectCompany { .. } | Self::LoosenRecovery { .. } => None,
        }
    }

    /// The call it is about.
    pub fn call_id(&self) -> Option<&str> {
        match self {
            Self::SendUnlock { call_id, .. } => Some(call_id),
            _ => None,
        }
    }

    /// Whether it comes from a call that was passed on: nobody is on the line and waits.
    pub const fn passed_on(&self) -> bool {
        matches!(self, Self::SendUnlock { report_id: Some(_), .. })
    }

    /// The company it is about, where it is about no user.
    pub fn company_id(&self) -> Option<&str> {
        match self {
            Self::UnprotectCompany { company_id } | Self::LoosenRecovery { company_id } => Some(company_id),
            _ => None,
        }
    }

    /// Refuses if it can't be done, or is not what was seen any more; the user is locked.
    pub async fn possible(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        match self {
            Self::ResetTwoStep { user_id, epoch, report_id, .. } => {
                same_epoch(user_id, *epoch, work).await?;
                still_waits(report_id.as_deref(), work).await?;
                match two_step::of(&mut work.tx, user_id).await?.state()? {
                    TwoStep::On => Ok(()),
                    TwoStep::Never | TwoStep::Off | TwoStep::ToBeSetUpAgain => {
                        Err(Refusal::NothingToChange.into())
                    }
                }
            }
            Self::ResumePhone { user_id, epoch, pauses } => {
                let user = same_epoch(user_id, *epoch, work).await?;
                if pauses_of(&user) != *pauses {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let now = work.now.0;
                if pauses.iter().flatten().any(|until| *until > now) {
                    Ok(())
                } else {
                    Err(Refusal::NothingToChange.into())
                }
            }
            Self::ChangePolicy { name, from, to } => {
                let rule = Rule::named(name).ok_or(Refusal::NotFound)?;
                let kept = policy::lock(&mut work.tx, name).await?;
                let is =
                    kept.filter(|value| (rule.least..=rule.most).contains(value)).unwrap_or(rule.default);
                if is != *from {
                    Err(Refusal::ChangedMeanwhile.into())
                } else if from == to {
                    Err(Refusal::NothingToChange.into())
                } else {
                    Ok(())
                }
            }
            Self::UnprotectCompany { company_id } => {
                let company = companies::by_id(&mut work.tx, company_id).await?.ok_or(Refusal::NotFound)?;
                if company.protected { Ok(()) } else { Err(Refusal::NothingToChange.into()) }
            }
            Self::LoosenRecovery { company_id } => {
                let company = companies::by_id(&mut work.tx, company_id).await?.ok_or(Refusal::NotFound)?;
                match company.recovery()? {
                    RecoveryPolicy::LinkAndContactCode => Ok(()),
                    RecoveryPolicy::Link => Err(Refusal::NothingToChange.into()),
                }
            }
            Self::SendUnlock { call_id, user_id, operator_id, in_the_way, report_id } => {
                let user = same_epoch(user_id, in_the_way.epoch, work).await?;
                still_waits(report_id.as_deref(), work).await?;
                let call = calls::by_id(&mut work.tx, call_id).await?.ok_or(Refusal::NotFound)?;
                let on_the_line = call.operator_id == *operator_id && call.ended_at.is_none();
                let same = call.user_id == *user_id
                    && call.address == user.email
                    && (on_the_line || report_id.is_some())
                    && InTheWay::of(&caller_facts(&user, work).await?) == *in_the_way;
                if !same {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                // A freeze that ran out meanwhile keeps nothing back.
                if in_the_way.codes(work.now).is_empty() {
                    Err(Refusal::NothingToChange.into())
                } else {
                    Ok(())
                }
            }
            Self::UnlockAccount { user_id, epoch } => {
                let user = same_epoch(user_id, *epoch, work).await?;
                match user.account()? {
                    Account::Locked => Ok(()),
                    Account::Active | Account::Closed => Err(Refusal::NothingToChange.into()),
                }
            }
        }
    }

    /// Does it.
    pub async fn carry_out(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        self.possible(work).await?;
        work.note("what", self.kind().name());
        match self {
            Self::ResetTwoStep { user_id, report_id, contact_id, reached, .. } => {
                reset(user_id, work).await?;
                if let Some(report) = report_id {
                    let me = work.operator()?.id.clone();
                    let note = reached.as_deref().unwrap_or_default();
                    approvals::decide(
                        &mut work.tx,
                        report,
                        "approved",
                        &me,
                        &format!("reset: {note}"),
                        work.now,
                    )
                    .await?;
                    approvals::end_sends(&mut work.tx, user_id, None, &me, "reset", work.now).await?;
                    work.note("report", report.clone());
                    work.note("contact", contact_id.clone());
                }
            }
            Self::ResumePhone { user_id, .. } => {
                let user = users::by_id(&mut work.tx, user_id).await?.ok_or(Refusal::NotFound)?;
                users::resume_phone(&mut work.tx, user_id).await?;
                letters_queue::tell(work, &user, Change::PhoneResumed, None).await?;
            }
            Self::ChangePolicy { name, from, to } => {
                let me = work.operator()?.id.clone();
                policy::set(&mut work.tx, name, *to, &me, work.now).await?;
                work.note("number", name.clone());
                work.note("from", *from);
                work.note("to", *to);
            }
            Self::UnprotectCompany { company_id } => {
                companies::protect(&mut work.tx, company_id, false).await?;
                work.note("company", company_id.clone());
                work.note("protected", false);
            }
            Self::LoosenRecovery { company_id } => {
                companies::set_recovery(&mut work.tx, company_id, RecoveryPolicy::Link).await?;
                work.note("company", company_id.clone());
                work.note("recovery", RecoveryPolicy::Link.name());
            }
            // Nothing is sent here: the code that goes with the link is read out by whoever is on the call.
            Self::SendUnlock { call_id, user_id, operator_id, in_the_way, report_id } => {
                work.about_call(call_id);
                work.note("second_because", in_the_way.codes(work.now).join(", "));
                let user = users::by_id(&mut work.tx, user_id).await?.ok_or(Refusal::NotFound)?;
                letters_queue::tell(work, &user, Change::SendApproved, None).await?;
                if let Some(report) = report_id {
                    let me = work.operator()?.id.clone();
                    approvals::decide(&mut work.tx, report, "approved", &me, "send_approved", work.now)
                        .await?;
                    work.note("report", report.clone());
                }
                let about = events::About {
                    call_id: Some(call_id),
                    user_id: Some(user_id),
                    operator_id: Some(operator_id),
                };
                work.tell_desks(events::Kind::CallChanged, about).await?;
            }
            Self::UnlockAccount { user_id, .. } => {
                let user = users::by_id(&mut work.tx, user_id).await?.ok_or(Refusal::NotFound)?;
                work.note("locked_by", user.locked_by().map(LockedBy::name));
                end_what_was_before(&user, None, work).await?;
                users::open_account(&mut work.tx, user_id).await?;
                letters_queue::tell(work, &user, Change::OpenedByDesk, None).await?;
            }
        }
        Ok(())
    }
}

/// The pauses and the stop of phone verification, in the order of [`Wanted::ResumePhone`].
pub fn pauses_of(user: &users::User) -> [Option<i64>; 3] {
    [user.paused_until, user.reference_paused_until, user.stopped_until]
}

/// The call passed on that a request decides is not decided otherwise.
async fn still_waits(report_id: Option<&str>, work: &mut Work<'_>) -> Result<(), Stop> {
    let Some(id) = report_id else { return Ok(()) };
    let report = approvals::lock(&mut work.tx, id).await?.ok_or(Refusal::NotFound)?;
    if report.state == "waiting" { Ok(()) } else { Err(Refusal::ChangedMeanwhile.into()) }
}

async fn same_epoch(user_id: &str, epoch: i64, work: &mut Work<'_>) -> Result<users::User, Stop> {
    let user = users::lock(&mut work.tx, user_id).await?.ok_or(Refusal::NotFound)?;
    if user.security_epoch == epoch { Ok(user) } else { Err(Refusal::ChangedMeanwhile.into()) }
}

/// Everything older is dead, the password stays, and 2-step is to be set up again; user and billing users are told.
async fn reset(user_id: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    let user = users::by_id(&mut work.tx, user_id).await?.ok_or(Refusal::NotFound)?;
    end_what_was_before(&user, None, work).await?;
    // A reset link lives through a change of 2-step that its owner makes; through this one nothing does (D11.4).
    links::end_all(&mut work.tx, &user.id, "reset", "account_changed", work.now).await?;
    two_step::to_be_set_up_again(&mut work.tx, &user.id, work.now).await?;
    if calls::void_verdict_about(&mut work.tx, &user.id).await? > 0 {
        let about = events::About { user_id: Some(&user.id), ..events::About::default() };
        work.tell_desks(events::Kind::CallChanged, about).await?;
    }
    letters_queue::tell(work, &user, Change::TwoStepReset, None).await?;
    let facts = json!({ "at": work.now.0, "name": user.name() });
    for billing in users::billing_contacts(&mut work.tx, &user.company_id, &user.id).await? {
        let letter = Letter::to(&user.id, &billing, "two_step_reset_billing");
        letters_queue::queue(work, letter, facts.clone()).await?;
    }
    Ok(())
}
