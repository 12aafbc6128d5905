//! "I don't have a code" at sign-in: the recovery code is the second step. It has its own tries, so that used-up
//! codes never close it; it works once, and the new one is shown in the answer and never again (D4.2).

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, SecondStep, TwoStep};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::hashing::InLine;
use crate::letters_queue;
use crate::operation::{Judging, Kind, Operation, SessionChange};
use crate::operations::enter_sign_in_code::live_and_locked;
use crate::operations::user_sign_in::{SignedIn, sign_in};
use crate::perform::JudgingShape;
use crate::recovery_codes::{self, Tried};
use crate::secret::SecretText;
use crate::store::{challenges, two_step};
use crate::work::Work;

/// Signs in with the recovery code in the place of a verification code.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInWithRecoveryCode {
    /// From the browser's cookie.
    pub challenge: SecretText,
    /// What was typed.
    pub recovery_code: SecretText,
}

/// How it went. A wrong code is an outcome: its try stays spent.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum RecoveryCodeEntered {
    /// In.
    Done {
        /// The session.
        signed_in: SignedIn,
        /// The new recovery code, to be shown once.
        #[serde(skip)]
        new_code: SecretText,
    },
    /// Not right.
    NotRight {
        /// Tries left in this hour.
        tries_left: i64,
    },
}

impl Operation for SignInWithRecoveryCode {
    const NAME: &'static str = "sign_in_with_recovery_code";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = RecoveryCodeEntered;
    type Shape = JudgingShape;

    fn session(answer: &RecoveryCodeEntered) -> SessionChange {
        match answer {
            RecoveryCodeEntered::Done { signed_in, .. } => SessionChange::Started(signed_in.token.clone()),
            RecoveryCodeEntered::NotRight { .. } => SessionChange::None,
        }
    }
}

impl Judging for SignInWithRecoveryCode {
    type Reserved = Tried;
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Tried, Stop> {
        let (_, user) = live_and_locked(&self.challenge, work).await?;
        crate::clock_guard::check(work).await?;
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        if two_step.state()? != TwoStep::On {
            return Err(Refusal::TwoStepState.into());
        }
        recovery_codes::spend_try(&user, &two_step, &self.recovery_code, work).await
    }

    async fn judge(&self, tried: &Tried, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(tried.right)
    }

    async fn settle(
        self,
        tried: Tried,
        right: bool,
        work: &mut Work<'_>,
    ) -> Result<RecoveryCodeEntered, Stop> {
        if !right {
            work.note("recovery_code", "wrong");
            return Ok(RecoveryCodeEntered::NotRight { tries_left: tried.tries_left });
        }
        let (challenge, user) = live_and_locked(&self.challenge, work).await?;
        let new_code = recovery_codes::use_up(&tried, &user, work).await?;
        if !challenges::finish(&mut work.tx, &challenge.id, work.now).await? {
            return Err(Refusal::CodeDead.into());
        }
        let signed_in = sign_in(&user, Some(SecondStep::RecoveryCode), work).await?;
        letters_queue::tell(work, &user, Change::RecoveryCodeUsed, None).await?;
        Ok(RecoveryCodeEntered::Done { signed_in, new_code })
    }
}
