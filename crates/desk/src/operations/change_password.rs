//! Choosing a new password while signed in. Every other session ends at its next request (D1.10).

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
use crate::new_password;
use crate::operation::{Kind, Operation};
use crate::perform::JudgingShape;
use crate::secret::SecretText;
use crate::store::{companies, sessions, users};
use crate::work::Work;

/// Changes the password.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The current one.
    pub password: SecretText,
    /// The new one.
    pub new_password: SecretText,
}

/// Done.
#[derive(Debug, Serialize)]
pub struct PasswordChanged {}

impl Operation for ChangePassword {
    const NAME: &'static str = "change_password";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = PasswordChanged;
    type Shape = JudgingShape;
}

impl Confirmed for ChangePassword {
    const SECOND_STEP: bool = true;
    type Prepared = String;

    fn password(&self) -> &SecretText {
        &self.password
    }

    async fn check(&self, owner: &Owner, work: &mut Work<'_>) -> Result<(), Stop> {
        let user = &owner.user;
        let company =
            companies::by_id(&mut work.tx, &user.company_id).await?.map(|c| c.name).unwrap_or_default();
        let on = owner.two_step.state()? == TwoStep::On;
        let number = if on { Number::PasswordLengthWithTwoStep } else { Number::PasswordLength };
        let minimum = usize::try_from(work.policy.count(number)).unwrap_or(15);
        let context = [user.email.as_str(), &user.given_name, &user.family_name, &company];
        let new = Password::new(self.new_password.expose().to_owned());
        new_password::judge(work.desk, &new, minimum, &context)?
            .map_err(|problem| Refusal::of_password("new_password", problem))?;
        if self.new_password.expose() == self.password.expose() {
            let problem = "password_same_as_before";
            return Err(Refusal::BadField { field: "new_password", problem }.into());
        }
        Ok(())
    }

    async fn prepare(&self, _owner: &Owner, hasher: &InLine) -> Result<String, Stop> {
        Ok(hasher.hash_password(&Password::new(self.new_password.expose().to_owned())).await?)
    }

    async fn change(self, owner: Owner, hash: String, work: &mut Work<'_>) -> Result<PasswordChanged, Stop> {
        let session = &owner.session.session_id;
        end_what_was_before(&owner.user, Some(session), work).await?;
        users::set_password(&mut work.tx, &owner.user.id, &hash).await?;
        // Setting a password raises the epoch itself, once more.
        let user = users::lock(&mut work.tx, &owner.user.id).await?.ok_or(Refusal::SignedOut)?;
        sessions::carry_over(&mut work.tx, session, user.security_epoch).await?;
        letters_queue::tell(work, &owner.user, Change::PasswordChanged, None).await?;
        Ok(PasswordChanged {})
    }
}
