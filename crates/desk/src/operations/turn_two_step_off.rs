//! Turning 2-step off: the current password and a second step in this session. Nothing is left of it but the fact that
//! it was on. A password that is long enough beside a second step may be too short alone: then a longer one comes
//! first (D5.5).

use recovery_rules::passwords::Password;
use recovery_rules::policy::Number;
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

/// Turns it off; also the explicit choice not to set it up again.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnTwoStepOff {
    /// The current password.
    pub password: SecretText,
}

/// Done.
#[derive(Debug, Serialize)]
pub struct TurnedOff {}

impl Operation for TurnTwoStepOff {
    const NAME: &'static str = "turn_two_step_off";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = TurnedOff;
    type Shape = JudgingShape;
}

impl Confirmed for TurnTwoStepOff {
    const SECOND_STEP: bool = true;
    type Prepared = ();

    fn password(&self) -> &SecretText {
        &self.password
    }

    async fn check(&self, owner: &Owner, _work: &mut Work<'_>) -> Result<(), Stop> {
        match owner.two_step.state()? {
            TwoStep::On | TwoStep::ToBeSetUpAgain => Ok(()),
            TwoStep::Never | TwoStep::Off => Err(Refusal::TwoStepState.into()),
        }
    }

    async fn prepare(&self, _owner: &Owner, _hasher: &InLine) -> Result<(), Stop> {
        Ok(())
    }

    async fn change(self, owner: Owner, (): (), work: &mut Work<'_>) -> Result<TurnedOff, Stop> {
        let alone = usize::try_from(work.policy.count(Number::PasswordLength)).unwrap_or(usize::MAX);
        if Password::new(self.password.expose().to_owned()).characters() < alone {
            return Err(Refusal::LongerPasswordFirst { minimum: alone }.into());
        }
        if !two_step::turn_off(&mut work.tx, &owner.user.id, work.now).await? {
            return Err(Refusal::TwoStepState.into());
        }
        end_what_was_before(&owner.user, Some(&owner.session.session_id), work).await?;
        letters_queue::tell(work, &owner.user, Change::TwoStepOff, None).await?;
        Ok(TurnedOff {})
    }
}
