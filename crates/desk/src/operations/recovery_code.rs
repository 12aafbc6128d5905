//! A new recovery code, and noting that its owner has it. A code is shown once, in the answer that made it; until its
//! last group was typed it is void (*pending acknowledgement*), and the only way on is a new one.

use recovery_rules::codes::CodeKind;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, TwoStep};
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use crate::confirmed::{Confirmed, Owner};
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::keys::same_hash;
use crate::letters_queue;
use crate::operation::{Judging, Kind, Operation};
use crate::perform::JudgingShape;
use crate::recovery_codes;
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::two_step;
use crate::work::Work;

/// Asks for a new recovery code. The old one is dead in the same transaction (D4.1).
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRecoveryCode {
    /// The current password.
    pub password: SecretText,
}

/// The new code, to be shown once.
#[derive(Debug, Serialize)]
pub struct RecoveryCodeMade {
    /// Groups of four.
    #[serde(skip)]
    pub code: SecretText,
}

impl Operation for NewRecoveryCode {
    const NAME: &'static str = "new_recovery_code";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = RecoveryCodeMade;
    type Shape = JudgingShape;
}

impl Confirmed for NewRecoveryCode {
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

    async fn change(self, owner: Owner, (): (), work: &mut Work<'_>) -> Result<RecoveryCodeMade, Stop> {
        let (code, stored) = recovery_codes::make(&owner.user.id, work);
        if !two_step::replace_recovery_code(&mut work.tx, &owner.user.id, None, stored, work.now).await? {
            return Err(Refusal::TwoStepState.into());
        }
        letters_queue::tell(work, &owner.user, Change::NewRecoveryCode, None).await?;
        Ok(RecoveryCodeMade { code })
    }
}

/// Types the last group of the code that was shown.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeRecoveryCode {
    /// Four characters.
    pub last_group: SecretText,
}

/// Whether that was it. A wrong one is an outcome: its try stays spent.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Acknowledged {
    /// The code is on file and works from now on.
    Done,
    /// Not the last group.
    NotRight,
}

impl Operation for AcknowledgeRecoveryCode {
    const NAME: &'static str = "acknowledge_recovery_code";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Acknowledged;
    type Shape = JudgingShape;
}

impl Judging for AcknowledgeRecoveryCode {
    type Reserved = (Vec<u8>, [u8; 32]);
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        let owner = Owner::lock(work).await?;
        let Some(stored) = owner.two_step.recovery_code_last_group else {
            return Err(Refusal::TwoStepState.into());
        };
        let group = recovery_rules::recovery_code::last_group(self.last_group.expose())
            .map_err(|problem| Refusal::of_code("last_group", CodeKind::LastGroup, problem))?;
        // As many tries as for the code itself: guessing this group would only harm whoever guesses.
        let (limit, hour) = (work.policy.count(Number::RecoveryCodeTries), Span::hours(1));
        let (keys, user, now) = (&work.desk.keys, &owner.user.id, work.now);
        counters::spend_within(&mut work.tx, keys, Counter::Acknowledgements, user, limit, hour, now)
            .await?
            .map_err(|until| Refusal::RecoveryCodeWait { until })?;
        let typed = recovery_codes::last_group_hash(keys, user, &group);
        Ok((stored, typed))
    }

    async fn judge(&self, (stored, typed): &Self::Reserved, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(same_hash(stored, typed))
    }

    async fn settle(
        self,
        (stored, _): Self::Reserved,
        right: bool,
        work: &mut Work<'_>,
    ) -> Result<Acknowledged, Stop> {
        if !right {
            work.note("last_group", "wrong");
            return Ok(Acknowledged::NotRight);
        }
        let owner = Owner::lock(work).await?;
        // Another code may have been made meanwhile: then this group says nothing about it.
        if owner.two_step.recovery_code_last_group.as_ref() != Some(&stored) {
            return Err(Refusal::TwoStepState.into());
        }
        if !two_step::acknowledge(&mut work.tx, &owner.user.id).await? {
            return Err(Refusal::TwoStepState.into());
        }
        counters::clear(&mut work.tx, &work.desk.keys, Counter::Acknowledgements, &owner.user.id).await?;
        Ok(Acknowledged::Done)
    }
}
