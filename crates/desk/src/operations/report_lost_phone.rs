//! Reporting a lost phone: it stops being a second step at once, other sessions and remembered browsers end, and 2-step
//! is to be set up again. It asks for a second step like every change that weakens the protection (the recovery code
//! is the one that is left); whoever has none can lock the account, or call.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, TwoStep};
use serde::{Deserialize, Serialize};

use crate::account_change::end_what_was_before;
use crate::confirmed::{Confirmed, Owner};
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::letters_queue;
use crate::operation::{Kind, Operation};
use crate::perform::JudgingShape;
use crate::secret::SecretText;
use crate::store::two_step;
use crate::work::Work;

/// Reports the phone on file lost.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportLostPhone {
    /// The current password.
    pub password: SecretText,
}

/// Done.
#[derive(Debug, Serialize)]
pub struct PhoneReported {}

impl Operation for ReportLostPhone {
    const NAME: &'static str = "report_lost_phone";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = PhoneReported;
    type Shape = JudgingShape;
}

impl Confirmed for ReportLostPhone {
    const SECOND_STEP: bool = true;
    type Prepared = ();

    fn password(&self) -> &SecretText {
        &self.password
    }

    async fn check(&self, owner: &Owner, _work: &mut Work<'_>) -> Result<(), Stop> {
        if owner.two_step.state()? == TwoStep::On { Ok(()) } else { Err(Refusal::TwoStepState.into()) }
    }

    async fn prepare(&self, _owner: &Owner, _hasher: &InLine) -> Result<(), Stop> {
        Ok(())
    }

    async fn change(self, owner: Owner, (): (), work: &mut Work<'_>) -> Result<PhoneReported, Stop> {
        two_step::to_be_set_up_again(&mut work.tx, &owner.user.id, work.now).await?;
        end_what_was_before(&owner.user, Some(&owner.session.session_id), work).await?;
        letters_queue::tell(work, &owner.user, Change::PhoneLost, None).await?;
        Ok(PhoneReported {})
    }
}
