//! "Confirm that it's you": the second step of a session that signed in without one (a remembered browser), asked for
//! before a change that needs it. A code the same way as at sign-in, or the recovery code.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, CodePurpose, SecondStep, TwoStep};
use recovery_rules::two_step::{Way, way};
use serde::{Deserialize, Serialize};

use super::enter_sign_in_code::{CodeOnItsWay, on_its_way};
use crate::confirmed::Owner;
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::letters_queue;
use crate::operation::{Judging, Kind, Operation, Plain};
use crate::perform::{JudgingShape, PlainShape};
use crate::recovery_codes;
use crate::secret::SecretText;
use crate::short_codes::{self, Sending};
use crate::store::sessions;
use crate::work::Work;

/// Asks for a code, or for another one.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskStepUpCode {
    /// Another one: then the pause and the day's resends count.
    pub again: bool,
}

impl Operation for AskStepUpCode {
    const NAME: &'static str = "ask_step_up_code";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = CodeOnItsWay;
    type Shape = PlainShape;
}

impl Plain for AskStepUpCode {
    async fn run(self, work: &mut Work<'_>) -> Result<CodeOnItsWay, Stop> {
        let owner = Owner::lock(work).await?;
        let (kind, address) = match (way(owner.two_step.state()?), owner.two_step.phone.as_deref()) {
            (Way::TextMessage, Some(phone)) => ("sms", phone),
            (Way::Mail, _) => ("mail", owner.user.email.as_str()),
            _ => return Err(Refusal::TwoStepState.into()),
        };
        let session = &owner.session.session_id;
        let purpose = CodePurpose::StepUp;
        let sending = Sending { purpose, bound_to: session, kind, address, again: self.again };
        short_codes::send(&owner.user, sending, work).await?;
        on_its_way(purpose, session, &owner.two_step, work).await
    }
}

/// Asks what is on its way.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadStepUp {}

impl Operation for ReadStepUp {
    const NAME: &'static str = "read_step_up";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = CodeOnItsWay;
    type Shape = PlainShape;
}

impl Plain for ReadStepUp {
    async fn run(self, work: &mut Work<'_>) -> Result<CodeOnItsWay, Stop> {
        let owner = Owner::read(work).await?;
        on_its_way(CodePurpose::StepUp, &owner.session.session_id, &owner.two_step, work).await
    }
}

/// Enters the code.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterStepUpCode {
    /// What was typed.
    pub code: SecretText,
}

/// How it went. A wrong code is an outcome: its try stays spent.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum SteppedUp {
    /// This session has had its second step.
    Done {
        /// The new recovery code, to be shown once, where the old one was used.
        #[serde(skip)]
        new_code: Option<SecretText>,
    },
    /// Not right.
    NotRight {
        /// Tries left.
        tries_left: i64,
    },
}

impl Operation for EnterStepUpCode {
    const NAME: &'static str = "enter_step_up_code";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = SteppedUp;
    type Shape = JudgingShape;
}

impl Judging for EnterStepUpCode {
    type Reserved = short_codes::Tried;
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        // The user first, as in the second half.
        let owner = Owner::lock(work).await?;
        let session = &owner.session.session_id;
        short_codes::spend_try(CodePurpose::StepUp, session, self.code.expose(), work).await
    }

    async fn judge(&self, tried: &Self::Reserved, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(tried.is_right())
    }

    async fn settle(
        self,
        tried: Self::Reserved,
        right: bool,
        work: &mut Work<'_>,
    ) -> Result<SteppedUp, Stop> {
        if !right {
            work.note("code", "wrong");
            return Ok(SteppedUp::NotRight { tries_left: tried.tries_left });
        }
        let owner = Owner::lock(work).await?;
        short_codes::take(&tried, CodePurpose::StepUp, &owner.user, work).await?;
        let by_mail = way(owner.two_step.state()?) == Way::Mail;
        let by = if by_mail { SecondStep::Mail } else { SecondStep::TextMessage };
        sessions::second_step(&mut work.tx, &owner.session.session_id, by, work.now).await?;
        Ok(SteppedUp::Done { new_code: None })
    }
}

/// Enters the recovery code instead.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUpWithRecoveryCode {
    /// What was typed.
    pub recovery_code: SecretText,
}

impl Operation for StepUpWithRecoveryCode {
    const NAME: &'static str = "step_up_with_recovery_code";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = SteppedUp;
    type Shape = JudgingShape;
}

impl Judging for StepUpWithRecoveryCode {
    type Reserved = recovery_codes::Tried;
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        let owner = Owner::lock(work).await?;
        if owner.two_step.state()? != TwoStep::On {
            return Err(Refusal::TwoStepState.into());
        }
        crate::clock_guard::check(work).await?;
        recovery_codes::spend_try(&owner.user, &owner.two_step, &self.recovery_code, work).await
    }

    async fn judge(&self, tried: &Self::Reserved, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(tried.right)
    }

    async fn settle(
        self,
        tried: Self::Reserved,
        right: bool,
        work: &mut Work<'_>,
    ) -> Result<SteppedUp, Stop> {
        if !right {
            work.note("recovery_code", "wrong");
            return Ok(SteppedUp::NotRight { tries_left: tried.tries_left });
        }
        let owner = Owner::lock(work).await?;
        let new_code = recovery_codes::use_up(&tried, &owner.user, work).await?;
        let session = &owner.session.session_id;
        sessions::second_step(&mut work.tx, session, SecondStep::RecoveryCode, work.now).await?;
        letters_queue::tell(work, &owner.user, Change::RecoveryCodeUsed, None).await?;
        Ok(SteppedUp::Done { new_code: Some(new_code) })
    }
}
