//! What administrators do with accounts, and what a second one has to approve: 2-step resets, locks, resuming phone
//! verification, calls passed on and flagged.

mod accounts;
mod approvals;
mod asking;
mod audit_check;
mod audit_list;
mod company_list;
mod message_list;
mod policy;
mod read_user;
mod reports;
mod unlock_approval;
mod wanted;

pub use accounts::{LockAccount, ResetUserTwoStep, ResumePhoneVerification, UnlockAccount};
pub use approvals::{ApprovalRow, ApprovalRows, ApproveRequest, DeclineRequest, ReadApprovals};
pub use audit_check::{AuditChecked, CheckAuditLog};
pub use audit_list::{AuditEntries, AuditEntry, ExportAuditLog, ReadAuditLog};
pub use company_list::{ChangeCompanyRecovery, CompanyRow, CompanyRows, ProtectCompany, ReadCompanies};
pub use message_list::{MessageRow, MessageRows, ReadMessages, RetryMessage};
pub use policy::{ChangePolicy, PolicyRow, PolicyRows, ReadPolicy};
pub use read_user::{ReadUser, UserPage, UserUnlock};
pub use reports::{CloseReport, ReadReports, ReportContact, ReportRow, ReportRows};
pub use unlock_approval::{AskUnlockApproval, UnlockApproval};
pub(crate) use unlock_approval::{approval_of, approved_for, ask_passed_on, instead_of_a_code};

use recovery_rules::notes::notes_hold_a_code;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Role, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::fresh_code;
use crate::store::users;
use crate::work::Work;

pub(crate) const ADMINISTRATORS: Who = Who::Operator(&[Role::Administrator]);

/// Characters of a reason: SYSTEM.md 6 asks for ten at least.
const REASON: std::ops::RangeInclusive<usize> = 10..=500;

/// What came of what an administrator asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Decided {
    /// Whether it is done. If not, it waits for a second administrator.
    pub done: bool,
    /// The request that waits.
    pub approval_id: Option<String>,
    /// From when a single administrator can finish it alone, UTC ms; none where there is somebody else.
    pub alone_from: Option<i64>,
    /// Until when it can be approved, UTC ms.
    pub until: Option<i64>,
}

impl Decided {
    pub(crate) const DONE: Self = Self { done: true, approval_id: None, alone_from: None, until: None };
}

/// Each of these has the same answer, role and repetition; only the name differs.
macro_rules! of_an_administrator {
    ($request:ident, $name:literal) => {
        impl crate::operation::Operation for $request {
            const NAME: &'static str = $name;
            const WHO: recovery_rules::roles::Who = crate::operations::administration::ADMINISTRATORS;
            const DOORS: &'static [recovery_rules::roles::Door] = &[recovery_rules::roles::Door::Desk];
            const KIND: crate::operation::Kind = crate::operation::Kind::Change;
            type Answer = crate::operations::administration::Decided;
            type Shape = crate::perform::PlainShape;

            fn kept(answer: &Self::Answer) -> String {
                serde_json::to_string(answer).unwrap_or_default()
            }

            async fn repeated(
                self,
                kept: &str,
                _work: &mut crate::work::Work<'_>,
            ) -> Result<Self::Answer, crate::failure::Stop> {
                serde_json::from_str(kept)
                    .map_err(|_| recovery_rules::refusal::Refusal::RequestIdReused.into())
            }
        }
    };
}
pub(crate) use of_an_administrator;

/// A reason that can be kept: neither empty words nor a code.
pub(crate) fn reason(text: &str) -> Result<String, Refusal> {
    sentence(text, "reason", "reason_too_short")
}

fn sentence(text: &str, field: &'static str, too_short: &'static str) -> Result<String, Refusal> {
    let text = text.trim();
    let length = text.chars().count();
    if length < *REASON.start() {
        return Err(Refusal::BadField { field, problem: too_short });
    }
    if length > *REASON.end() {
        return Err(Refusal::BadField { field, problem: "reason_too_long" });
    }
    if notes_hold_a_code(text).is_some() {
        return Err(Refusal::BadField { field, problem: "reason_holds_a_code" });
    }
    Ok(text.to_owned())
}

/// The user, locked, after a fresh code. Nobody changes the own account or one of the own company.
async fn lock_user(user_id: &str, work: &mut Work<'_>) -> Result<users::User, Stop> {
    work.about_user(user_id);
    fresh_code::required(work).await?;
    let user = users::lock(&mut work.tx, user_id).await?.ok_or(Refusal::NotFound)?;
    not_the_own(&user, work)?;
    Ok(user)
}

fn not_the_own(user: &users::User, work: &Work<'_>) -> Result<(), Stop> {
    let operator = work.operator()?;
    if operator.user_id.as_deref() == Some(&user.id) {
        return Err(Refusal::OwnAccount.into());
    }
    if operator.company_id.as_deref() == Some(&user.company_id) {
        return Err(Refusal::OwnCompany.into());
    }
    Ok(())
}
