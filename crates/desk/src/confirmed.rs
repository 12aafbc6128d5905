//! Changes that the owner of an account confirms with the current password, and with a second step in this session
//! where 2-step gives one. The password's try is spent before it is compared, and it is compared outside every
//! transaction; what the change itself is stands in its operation.

use recovery_rules::passwords::Password;
use recovery_rules::refusal::Refusal;
use recovery_rules::two_step::second_step_needed;

use crate::caller::UserActor;
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::operation::{Judging, Operation};
use crate::password_tries;
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::two_step::{self, TwoStepRow};
use crate::store::users;
use crate::work::Work;

/// Whose account is changed, as it stands in this transaction; the user's row is locked.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The user.
    pub user: users::User,
    /// Their 2-step.
    pub two_step: TwoStepRow,
    /// Their session.
    pub session: UserActor,
}

impl Owner {
    /// Whoever is signed in, with their row locked.
    pub async fn lock(work: &mut Work<'_>) -> Result<Self, Stop> {
        let session = work.user()?.clone();
        let user = users::lock(&mut work.tx, &session.id).await?.ok_or(Refusal::SignedOut)?;
        work.about_user(&user.id);
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        Ok(Self { user, two_step, session })
    }

    /// Whoever is signed in, for reading alone.
    pub async fn read(work: &mut Work<'_>) -> Result<Self, Stop> {
        let session = work.user()?.clone();
        let user = users::by_id(&mut work.tx, &session.id).await?.ok_or(Refusal::SignedOut)?;
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        Ok(Self { user, two_step, session })
    }

    /// Refuses where a second step is asked for and was not done in this session.
    pub fn second_step(&self) -> Result<(), Stop> {
        if second_step_needed(self.two_step.state()?, self.session.second_step) {
            return Err(Refusal::SecondStepNeeded.into());
        }
        Ok(())
    }
}

/// A change confirmed with the current password.
pub trait Confirmed: Operation {
    /// Whether a second step in this session is asked for, where 2-step gives one.
    const SECOND_STEP: bool;
    /// What is made ready outside the transactions once the password was right (a hash that takes its time).
    type Prepared: Send;

    /// What was typed as the current password.
    fn password(&self) -> &SecretText;
    /// Refuses what can't be done or is wrong in form; costs no try.
    fn check(&self, owner: &Owner, work: &mut Work<'_>) -> impl Future<Output = Result<(), Stop>> + Send;
    /// Makes ready what takes its time.
    fn prepare(
        &self,
        owner: &Owner,
        hasher: &InLine,
    ) -> impl Future<Output = Result<Self::Prepared, Stop>> + Send;
    /// Makes the change.
    fn change(
        self,
        owner: Owner,
        prepared: Self::Prepared,
        work: &mut Work<'_>,
    ) -> impl Future<Output = Result<Self::Answer, Stop>> + Send;
}

impl<O: Confirmed> Judging for O {
    type Reserved = Owner;
    type Judged = Option<O::Prepared>;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Owner, Stop> {
        let owner = Owner::lock(work).await?;
        if O::SECOND_STEP {
            owner.second_step()?;
        }
        self.check(&owner, work).await?;
        if self.password().expose().is_empty() {
            return Err(Refusal::BadField { field: "password", problem: "password_empty" }.into());
        }
        password_tries::spend(Counter::CurrentPassword, &owner.user.id, work).await?;
        Ok(owner)
    }

    async fn judge(&self, owner: &Owner, hasher: &InLine) -> Result<Self::Judged, Stop> {
        let typed = Password::new(self.password().expose().to_owned());
        let right = match &owner.user.password_hash {
            Some(hash) => hasher.verify_password(&typed, hash).await?,
            None => false,
        };
        if right { Ok(Some(self.prepare(owner, hasher).await?)) } else { Ok(None) }
    }

    async fn settle(
        self,
        before: Owner,
        judged: Self::Judged,
        work: &mut Work<'_>,
    ) -> Result<O::Answer, Stop> {
        let Some(prepared) = judged else { return Err(Refusal::PasswordNotRight.into()) };
        let owner = Owner::lock(work).await?;
        if owner.user.security_epoch != before.user.security_epoch {
            return Err(Refusal::TwoStepState.into());
        }
        if O::SECOND_STEP {
            owner.second_step()?;
        }
        self.check(&owner, work).await?;
        let keys = &work.desk.keys;
        counters::clear(&mut work.tx, keys, Counter::CurrentPassword, &owner.user.id).await?;
        self.change(owner, prepared, work).await
    }
}
