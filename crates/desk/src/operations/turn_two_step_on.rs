//! Turning 2-step on: the current password and a number, then the code that was sent to it. With the code 2-step is on,
//! the recovery code is made, and both are one statement: there is no half state. The code is in the answer, once.

use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, CodePurpose, SecondStep};
use serde::Deserialize;

use super::phone_code::{self, PhoneCodeEntered, PhoneCodeOnItsWay};
use super::recovery_code::RecoveryCodeMade;
use crate::account_change::end_what_was_before;
use crate::confirmed::{Confirmed, Owner};
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::letters_queue;
use crate::operation::{Judging, Kind, Operation};
use crate::perform::JudgingShape;
use crate::recovery_codes;
use crate::secret::SecretText;
use crate::short_codes::Tried;
use crate::store::{sessions, two_step, users};
use crate::work::Work;

/// Begins: sends a verification code to the number.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartTurningOn {
    /// The current password.
    pub password: SecretText,
    /// The number as typed, national or with its country code; empty takes the one an import brought, if there is one.
    pub phone: String,
}

impl Operation for StartTurningOn {
    const NAME: &'static str = "start_turning_two_step_on";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = PhoneCodeOnItsWay;
    type Shape = JudgingShape;
}

impl Confirmed for StartTurningOn {
    /// While 2-step is to be set up again, the mailed code; else there is none yet.
    const SECOND_STEP: bool = true;
    type Prepared = ();

    fn password(&self) -> &SecretText {
        &self.password
    }

    async fn check(&self, owner: &Owner, work: &mut Work<'_>) -> Result<(), Stop> {
        phone_code::may_begin(owner, CodePurpose::TurnOn, &self.phone, work).await.map(drop)
    }

    async fn prepare(&self, _owner: &Owner, _hasher: &InLine) -> Result<(), Stop> {
        Ok(())
    }

    async fn change(self, owner: Owner, (): (), work: &mut Work<'_>) -> Result<PhoneCodeOnItsWay, Stop> {
        let phone = phone_code::may_begin(&owner, CodePurpose::TurnOn, &self.phone, work).await?;
        phone_code::send(&owner, CodePurpose::TurnOn, phone.as_str(), false, work).await
    }
}

/// Finishes: the code from the text message.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnTwoStepOn {
    /// What was typed.
    pub code: SecretText,
}

impl Operation for TurnTwoStepOn {
    const NAME: &'static str = "turn_two_step_on";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = PhoneCodeEntered<RecoveryCodeMade>;
    type Shape = JudgingShape;
}

impl Judging for TurnTwoStepOn {
    type Reserved = Tried;
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Tried, Stop> {
        phone_code::spend_try(CodePurpose::TurnOn, self.code.expose(), work).await
    }

    async fn judge(&self, tried: &Tried, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(tried.is_right())
    }

    async fn settle(self, tried: Tried, right: bool, work: &mut Work<'_>) -> Result<Self::Answer, Stop> {
        if !right {
            work.note("code", "wrong");
            return Ok(PhoneCodeEntered::NotRight { tries_left: tried.tries_left });
        }
        let (owner, phone) = phone_code::proved(&tried, CodePurpose::TurnOn, work).await?;
        let (code, stored) = recovery_codes::make(&owner.user.id, work);
        let phone = (phone.as_str(), phone.last_four());
        two_step::turn_on(&mut work.tx, &owner.user.id, phone, stored, work.now).await?;
        users::forget_offered_phone(&mut work.tx, &owner.user.id).await?;
        end_what_was_before(&owner.user, Some(&owner.session.session_id), work).await?;
        // The phone was proved in this very session.
        let session = &owner.session.session_id;
        sessions::second_step(&mut work.tx, session, SecondStep::TextMessage, work.now).await?;
        letters_queue::tell(work, &owner.user, Change::TwoStepOn, None).await?;
        Ok(PhoneCodeEntered::Done(RecoveryCodeMade { code }))
    }
}
