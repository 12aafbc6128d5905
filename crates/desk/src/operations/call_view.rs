//! What the call screen shows: read anew after every change, so that the window never guesses a state. Holds
//! no answer, no count of right ones, no link and no full phone number, because their types can't get in here.

use recovery_rules::call::{self as rules, CannotVerify, Standing};
use recovery_rules::check_words::check_words;
use recovery_rules::contact::Beside;
use recovery_rules::mask::masked_email;
use recovery_rules::policy::Number;
use recovery_rules::questions;
use recovery_rules::roles::Role;
use recovery_rules::states::{CallState, MessageState, Outcome};
use recovery_rules::time::Moment;
use serde::Serialize;

use crate::contact;
use crate::failure::{Fault, Stop};
use crate::keys::DataKeys;
use crate::operations::administration::{UnlockApproval, approval_of};
use crate::operations::delivery::{Delivery, delivery};
use crate::store::{approvals, calls, companies, operators, outbox, security_answers, users};
use crate::work::Work;

/// The call screen.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CallView {
    /// The call.
    pub call_id: String,
    /// The user.
    pub user: CallUser,
    /// UTC ms.
    pub opened_at: i64,
    /// Its state.
    #[cfg_attr(test, ts(type = "CallState"))]
    pub state: CallState,
    /// What the desk may do now.
    pub standing: StandingView,
    /// Checks used and left.
    pub checks: Checks,
    /// The call reference it was opened by.
    pub reference: Option<String>,
    /// The two words the caller's page shows.
    pub check_words: Option<[&'static str; 2]>,
    /// The four questions in their fixed order; none where there is nothing to ask.
    pub questions: Vec<QuestionView>,
    /// Calls before this one.
    pub earlier_calls: EarlierCalls,
    /// The operator's notes.
    pub notes: String,
    /// The unlock e-mail, once asked for.
    pub delivery: Option<Delivery>,
    /// Whether it was passed to the administrators.
    pub passed_on: Option<PassedOn>,
    /// The approval that was asked for, where the unlock e-mail needs one.
    pub approval: Option<UnlockApproval>,
    /// When a concern was flagged.
    pub flagged_at: Option<i64>,
    /// Where the notice about a pause is.
    #[cfg_attr(test, ts(type = "MessageState | null"))]
    pub user_told: Option<MessageState>,
}

/// The user in a call.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CallUser {
    /// The user.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// Their company.
    pub company: String,
    /// First letter and domain of the address.
    pub masked_email: String,
    /// The whole address, once the caller is verified.
    pub address: Option<String>,
}

/// Checks of this call.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Checks {
    /// Used.
    pub used: i64,
    /// Left.
    pub left: i64,
    /// In one call.
    pub per_call: i64,
}

/// A question to read aloud.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QuestionView {
    /// 1 to 4.
    pub slot: i64,
    /// Its text.
    pub text: &'static str,
    /// A hint for the agent on how to ask; none so far.
    pub help: Option<&'static str>,
}

/// Calls before this one, refused ones included.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EarlierCalls {
    /// How many.
    pub count: i64,
    /// The last one, UTC ms.
    pub last_at: Option<i64>,
    /// How many were not verified, refused or repudiated.
    pub refused: i64,
}

/// A call passed to the administrators.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PassedOn {
    /// UTC ms.
    pub at: i64,
    /// The reason.
    pub reason: String,
    /// `waiting`, `approved` or `refused`.
    pub state: String,
}

/// What the desk may do now, as the window gets it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StandingView {
    /// No check came out yet.
    NotVerifiedYet,
    /// The last check came out right, and the verdict ended since.
    VerificationEnded,
    /// The last check failed.
    NotVerified,
    /// Verified.
    Verified {
        /// Since when, UTC ms.
        at: i64,
        /// Until when, UTC ms.
        until: i64,
        /// By whom.
        by: String,
    },
    /// This call's checks are used.
    CallChecksUsed,
    /// The day's checks were used up in this call.
    Paused {
        /// UTC ms.
        until: i64,
        /// Whether only calls opened by a call reference are paused: those have a budget of their own.
        by_reference: bool,
    },
    /// Can't be verified now.
    CannotBeVerified {
        /// For administrators only.
        reason: Option<&'static str>,
        /// When that ends, for administrators only; UTC ms.
        until: Option<i64>,
    },
    /// An administrator must approve the e-mail.
    NeedsApproval,
    /// "This wasn't me" was pressed.
    Repudiated {
        /// UTC ms.
        at: i64,
    },
    /// The unlock link was used: the caller is back in.
    Unlocked {
        /// UTC ms.
        at: i64,
    },
    /// The call is over.
    Ended {
        /// How.
        #[cfg_attr(test, ts(type = "Outcome"))]
        outcome: Outcome,
    },
}

/// The facts the rules need of a user.
pub async fn caller_facts(user: &users::User, work: &mut Work<'_>) -> Result<rules::Caller, Stop> {
    Ok(rules::Caller {
        account: user.account()?,
        answers: security_answers::count(&mut work.tx, &user.id).await?,
        paused_until: user.paused_until.map(Moment),
        reference_paused_until: user.reference_paused_until.map(Moment),
        stopped_until: user.stopped_until.map(Moment),
        frozen_until: user.frozen_until.map(Moment),
        without_contact: contact::needed(user, &[], work).await?.0 == Beside::Approval,
        epoch: user.security_epoch,
    })
}

/// The two check words of a reference. Derived, never stored: whoever has the database alone can't know them.
pub fn words_of(keys: &DataKeys, reference: &str) -> [&'static str; 2] {
    let hash = keys.keyed_hash("check_words", &[reference.as_bytes()]);
    check_words(&[hash[0], hash[1], hash[2], hash[3]])
}

/// The view of a call.
pub async fn call_view(call: calls::Call, work: &mut Work<'_>) -> Result<CallView, Stop> {
    let user = users::by_id(&mut work.tx, &call.user_id)
        .await?
        .ok_or_else(|| Fault::Stored("a call without a user".to_owned()))?;
    let company = companies::by_id(&mut work.tx, &user.company_id).await?.map(|c| c.name).unwrap_or_default();
    let caller = caller_facts(&user, work).await?;
    let delivery = delivery(&call, work).await?;
    let unlocked_at = delivery.as_ref().and_then(|d| d.used_at).map(Moment);
    let unlocked = rules::Call { unlocked_at, ..call.facts()? };
    let at = rules::standing(&unlocked, &caller, &work.policy, work.now);
    let verified = matches!(at, Standing::NeedsApproval | Standing::Verified { .. });
    let approval = approval_of(&call, &caller, verified, work).await?;
    let approved = approval.as_ref().is_some_and(|approval| approval.state == "approved");
    let facts = rules::Call { approved, ..unlocked };
    let standing = rules::standing(&facts, &caller, &work.policy, work.now);
    let asks =
        matches!(standing, Standing::NotVerifiedYet | Standing::VerificationEnded | Standing::NotVerified);
    let knows_address = matches!(standing, Standing::Verified { .. });
    let (count, last_at, refused) = calls::earlier(&mut work.tx, &call.user_id, &call.id).await?;
    let per_call = work.policy.count(Number::ChecksACall);
    let passed_on = approvals::of_call(&mut work.tx, &call.id, "passed_on").await?;
    let told = outbox::newest_of_call(&mut work.tx, &call.id, "paused_notice").await?;
    Ok(CallView {
        user: CallUser {
            user_id: user.id.clone(),
            name: user.name(),
            company,
            masked_email: masked_email(&call.address),
            address: (knows_address || delivery.is_some()).then(|| call.address.clone()),
        },
        opened_at: call.opened_at,
        state: facts.state,
        standing: standing_view(standing, &call, work).await?,
        checks: Checks { used: call.checks_used, left: (per_call - call.checks_used).max(0), per_call },
        check_words: call.reference.as_deref().map(|reference| words_of(&work.desk.keys, reference)),
        reference: call.reference,
        questions: if asks { question_views(&call.user_id, work).await? } else { Vec::new() },
        earlier_calls: EarlierCalls { count, last_at, refused },
        notes: call.notes,
        delivery,
        passed_on: passed_on.map(|p| PassedOn { at: p.asked_at, reason: p.reason, state: p.state }),
        approval,
        flagged_at: call.flagged_at,
        user_told: told.map(|message| message.state()).transpose()?,
        call_id: call.id,
    })
}

async fn question_views(user_id: &str, work: &mut Work<'_>) -> Result<Vec<QuestionView>, Stop> {
    let rows = security_answers::questions(&mut work.tx, user_id).await?;
    rows.into_iter()
        .map(|(slot, id, _)| {
            let question = questions::find(&id).ok_or_else(|| Fault::Stored(format!("question {id}")))?;
            Ok(QuestionView { slot, text: question.text, help: None })
        })
        .collect()
}

async fn standing_view(
    standing: Standing,
    call: &calls::Call,
    work: &mut Work<'_>,
) -> Result<StandingView, Stop> {
    Ok(match standing {
        Standing::NotVerifiedYet => StandingView::NotVerifiedYet,
        Standing::VerificationEnded => StandingView::VerificationEnded,
        Standing::NotVerified => StandingView::NotVerified,
        Standing::Verified { at, until } => {
            let by =
                operators::by_id(&mut work.tx, &call.operator_id).await?.map(|o| o.name).unwrap_or_default();
            StandingView::Verified { at: at.0, until: until.0, by }
        }
        Standing::NeedsApproval => StandingView::NeedsApproval,
        Standing::CallChecksUsed => StandingView::CallChecksUsed,
        Standing::Paused { until } => {
            StandingView::Paused { until: until.0, by_reference: call.reference.is_some() }
        }
        Standing::CannotBeVerified(reason) => {
            let told = work.operator()?.role == Role::Administrator;
            let until = match reason {
                CannotVerify::Paused(until) | CannotVerify::Stopped(until) => Some(until.0),
                CannotVerify::Closed | CannotVerify::AnswersMissing => None,
            };
            StandingView::CannotBeVerified {
                reason: told.then(|| reason.code()),
                until: until.filter(|_| told),
            }
        }
        Standing::Repudiated { at } => StandingView::Repudiated { at: at.0 },
        Standing::Unlocked { at } => StandingView::Unlocked { at: at.0 },
        Standing::Ended(outcome) => StandingView::Ended { outcome },
    })
}
