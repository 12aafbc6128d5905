//! Changing the phone: the current password, a second step in this session (a code to the old phone, or the recovery
//! code), then the code that was sent to the new number. The old phone is told (D3.10).

use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, CodePurpose, SecondStep};
use serde::{Deserialize, Serialize};

use super::phone_code::{self, PhoneCodeEntered, PhoneCodeOnItsWay};
use crate::account_change::end_what_was_before;
use crate::confirmed::{Confirmed, Owner};
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::letters_queue::{self, Letter};
use crate::operation::{Judging, Kind, Operation};
use crate::perform::JudgingShape;
use crate::secret::SecretText;
use crate::short_codes::Tried;
use crate::store::{sessions, two_step};
use crate::work::Work;

/// Begins: sends a verification code to the new number.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartChangingPhone {
    /// The current password.
    pub password: SecretText,
    /// The new number as typed.
    pub phone: String,
}

impl Operation for StartChangingPhone {
    const NAME: &'static str = "start_changing_phone";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = PhoneCodeOnItsWay;
    type Shape = JudgingShape;
}

impl Confirmed for StartChangingPhone {
    const SECOND_STEP: bool = true;
    type Prepared = ();

    fn password(&self) -> &SecretText {
        &self.password
    }

    async fn check(&self, owner: &Owner, work: &mut Work<'_>) -> Result<(), Stop> {
        phone_code::may_begin(owner, CodePurpose::ChangePhone, &self.phone, work).await.map(drop)
    }

    async fn prepare(&self, _owner: &Owner, _hasher: &InLine) -> Result<(), Stop> {
        Ok(())
    }

    async fn change(self, owner: Owner, (): (), work: &mut Work<'_>) -> Result<PhoneCodeOnItsWay, Stop> {
        let phone = phone_code::may_begin(&owner, CodePurpose::ChangePhone, &self.phone, work).await?;
        phone_code::send(&owner, CodePurpose::ChangePhone, phone.as_str(), false, work).await
    }
}

/// Finishes: the code from the text message to the new number.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePhone {
    /// What was typed.
    pub code: SecretText,
}

/// Done.
#[derive(Debug, Serialize)]
pub struct PhoneChanged {}

impl Operation for ChangePhone {
    const NAME: &'static str = "change_phone";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = PhoneCodeEntered<PhoneChanged>;
    type Shape = JudgingShape;
}

impl Judging for ChangePhone {
    type Reserved = Tried;
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Tried, Stop> {
        phone_code::spend_try(CodePurpose::ChangePhone, self.code.expose(), work).await
    }

    async fn judge(&self, tried: &Tried, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(tried.is_right())
    }

    async fn settle(self, tried: Tried, right: bool, work: &mut Work<'_>) -> Result<Self::Answer, Stop> {
        if !right {
            work.note("code", "wrong");
            return Ok(PhoneCodeEntered::NotRight { tries_left: tried.tries_left });
        }
        let (owner, phone) = phone_code::proved(&tried, CodePurpose::ChangePhone, work).await?;
        let new = (phone.as_str(), phone.last_four());
        two_step::change_phone(&mut work.tx, &owner.user.id, new).await?;
        end_what_was_before(&owner.user, Some(&owner.session.session_id), work).await?;
        let session = &owner.session.session_id;
        sessions::second_step(&mut work.tx, session, SecondStep::TextMessage, work.now).await?;
        letters_queue::tell(work, &owner.user, Change::PhoneChanged, None).await?;
        if let Some(old) = &owner.two_step.phone {
            let facts = serde_json::json!({ "change": Change::PhoneChanged.name(), "at": work.now.0 });
            let text = Letter { kind: "sms", ..Letter::to(&owner.user.id, old, "notice") };
            letters_queue::queue(work, text, facts).await?;
        }
        Ok(PhoneCodeEntered::Done(PhoneChanged {}))
    }
}
