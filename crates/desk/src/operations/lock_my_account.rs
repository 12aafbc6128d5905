//! "Lock my account": nobody can sign in or reset by themselves any more, the owner neither. The password alone
//! suffices: locking only takes away. The unlock link after a verified call reopens it.

use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, LockedBy};
use serde::{Deserialize, Serialize};

use crate::account_change::end_what_was_before;
use crate::confirmed::{Confirmed, Owner};
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::letters_queue;
use crate::operation::{Kind, Operation, SessionChange};
use crate::perform::JudgingShape;
use crate::secret::SecretText;
use crate::store::users;
use crate::work::Work;

/// Locks the own account.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockMyAccount {
    /// The current password.
    pub password: SecretText,
}

/// Locked.
#[derive(Debug, Serialize)]
pub struct AccountLocked {}

impl Operation for LockMyAccount {
    const NAME: &'static str = "lock_my_account";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = AccountLocked;
    type Shape = JudgingShape;

    fn session(_answer: &AccountLocked) -> SessionChange {
        SessionChange::Ended
    }
}

impl Confirmed for LockMyAccount {
    const SECOND_STEP: bool = false;
    type Prepared = ();

    fn password(&self) -> &SecretText {
        &self.password
    }

    async fn check(&self, _owner: &Owner, _work: &mut Work<'_>) -> Result<(), Stop> {
        Ok(())
    }

    async fn prepare(&self, _owner: &Owner, _hasher: &InLine) -> Result<(), Stop> {
        Ok(())
    }

    async fn change(self, owner: Owner, (): (), work: &mut Work<'_>) -> Result<AccountLocked, Stop> {
        end_what_was_before(&owner.user, None, work).await?;
        users::lock_account(&mut work.tx, &owner.user.id, LockedBy::Owner).await?;
        letters_queue::tell(work, &owner.user, Change::AccountLocked, None).await?;
        Ok(AccountLocked {})
    }
}
