//! An administrator changes an account: 2-step reset, lock, opening it again, phone verification resumed. Each needs a
//! reason and a fresh code; what could be turned against the owner needs a second administrator.

use recovery_rules::approvals::{BeforeReset, LATELY, WhySecond, reset_needs_second};
use recovery_rules::refusal::Refusal;
use recovery_rules::states::{Account, Change, LockedBy, UserKind};
use recovery_rules::time::Moment;
use serde::Deserialize;

use super::asking::ask_second;
use super::wanted::{Wanted, pauses_of};
use super::{Decided, lock_user, of_an_administrator, reason, reports, sentence};
use crate::account_change::end_what_was_before;
use crate::failure::Stop;
use crate::letters_queue;
use crate::operation::Plain;
use crate::operations::operator_sign_in::folded;
use crate::store::counters::{self, Counter};
use crate::store::{calls, events, links, operators, users};
use crate::work::Work;

/// Resets a user's 2-step.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ResetUserTwoStep {
    /// The user.
    pub user_id: String,
    /// Their address, typed by the administrator: it is not shown in full.
    pub email: String,
    /// Why.
    pub reason: String,
    /// The call passed on or flagged that this decides.
    pub report_id: Option<String>,
    /// The billing user of the company who confirmed it; needed where there is one beside the caller.
    pub contact_id: Option<String>,
    /// How the company was reached; needed where this decides a call.
    pub reached: Option<String>,
}

macro_rules! of_an_account {
    ($(#[$doc:meta])* $request:ident) => {
        $(#[$doc])*
        #[derive(Debug, Hash, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[serde(deny_unknown_fields)]
        pub struct $request {
            /// The user.
            pub user_id: String,
            /// Why.
            pub reason: String,
        }
    };
}
of_an_account!(
    /// Lets phone verification go on before its pause or stop is over; always two administrators (D10.16).
    ResumePhoneVerification
);
of_an_account!(
    /// Locks an account; no unlock link opens it.
    LockAccount
);
of_an_account!(
    /// Opens a locked account. What an administrator locked, one opens; another lock, alone or beneath, needs a second
    /// (D10.16).
    UnlockAccount
);

of_an_administrator!(ResetUserTwoStep, "reset_user_two_step");
of_an_administrator!(ResumePhoneVerification, "resume_phone_verification");
of_an_administrator!(LockAccount, "lock_account");
of_an_administrator!(UnlockAccount, "unlock_account");

impl Plain for ResetUserTwoStep {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        let user = lock_user(&self.user_id, work).await?;
        let reason = reason(&self.reason)?;
        if folded(&self.email) != folded(&user.email) {
            return Err(Refusal::BadField { field: "email", problem: "email_does_not_match" }.into());
        }
        let reached = match &self.report_id {
            Some(id) => {
                reports::waiting_about(id, &user, work).await?;
                reports::contact(&user, self.contact_id.as_deref(), work).await?;
                Some(sentence(self.reached.as_deref().unwrap_or_default(), "reached", "reached_too_short")?)
            }
            None => None,
        };
        let why = why_second(&user, self.report_id.is_some(), work).await?;
        work.note("reason", reason.clone());
        work.note("second_because", why.map(WhySecond::code));
        let wanted = Wanted::ResetTwoStep {
            user_id: user.id.clone(),
            epoch: user.security_epoch,
            contact_id: self.report_id.as_ref().and(self.contact_id),
            report_id: self.report_id,
            reached,
        };
        wanted.possible(work).await?;
        if why.is_some() {
            return ask_second(&wanted, &reason, work).await;
        }
        wanted.carry_out(work).await?;
        reset_by_one_alone(&user.id, work).await?;
        Ok(Decided::DONE)
    }
}

/// Nobody else looked at this reset of 2-step: for a day the mailbox alone must not be enough for a new password (D11.3).
pub(super) async fn reset_by_one_alone(user_id: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    let (keys, now) = (&work.desk.keys, work.now);
    counters::spend(&mut work.tx, keys, Counter::TwoStepResetAlone, user_id, LATELY, now).await?;
    Ok(())
}

/// Why a reset of this user needs a second administrator; none if one suffices.
pub(super) async fn why_second(
    user: &users::User,
    reported: bool,
    work: &mut Work<'_>,
) -> Result<Option<WhySecond>, Stop> {
    let operator = operators::by_user(&mut work.tx, &user.id, &folded(&user.email)).await?.is_some();
    let before = BeforeReset {
        privileged: user.kind()? == UserKind::Billing || operator,
        frozen: user.frozen_until.is_some_and(|until| work.now < Moment(until)),
        reported,
        last_call: calls::last_about(&mut work.tx, &user.id).await?,
        last_reset_by_link: links::last_used(&mut work.tx, &user.id, "reset").await?,
    };
    Ok(reset_needs_second(&before, work.now))
}

impl Plain for ResumePhoneVerification {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        let user = lock_user(&self.user_id, work).await?;
        let reason = reason(&self.reason)?;
        work.note("reason", reason.clone());
        let wanted = Wanted::ResumePhone {
            user_id: user.id.clone(),
            epoch: user.security_epoch,
            pauses: pauses_of(&user),
        };
        wanted.possible(work).await?;
        ask_second(&wanted, &reason, work).await
    }
}

impl Plain for LockAccount {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        let user = lock_user(&self.user_id, work).await?;
        let reason = reason(&self.reason)?;
        work.note("reason", reason);
        match (user.account()?, user.locked_by()) {
            (Account::Closed, _) | (Account::Locked, Some(LockedBy::Administrator)) => {
                return Err(Refusal::NothingToChange.into());
            }
            (Account::Active | Account::Locked, _) => {}
        }
        end_what_was_before(&user, None, work).await?;
        users::lock_by_administrator(&mut work.tx, &user.id).await?;
        if calls::void_verdict_about(&mut work.tx, &user.id).await? > 0 {
            let about = events::About { user_id: Some(&user.id), ..events::About::default() };
            work.tell_desks(events::Kind::CallChanged, about).await?;
        }
        letters_queue::tell(work, &user, Change::LockedByDesk, None).await?;
        Ok(Decided::DONE)
    }
}

impl Plain for UnlockAccount {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        let user = lock_user(&self.user_id, work).await?;
        let reason = reason(&self.reason)?;
        work.note("reason", reason.clone());
        let wanted = Wanted::UnlockAccount { user_id: user.id.clone(), epoch: user.security_epoch };
        wanted.possible(work).await?;
        if users::locked_by_others(&mut work.tx, &user.id).await? {
            return ask_second(&wanted, &reason, work).await;
        }
        wanted.carry_out(work).await?;
        Ok(Decided::DONE)
    }
}
