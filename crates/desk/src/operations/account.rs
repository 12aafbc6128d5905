//! The signed-in page: who is in, the state of 2-step, and the newest of the account's history.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::TwoStep;
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain, SessionChange};
use crate::operations::history::{self, HistoryEvent};
use crate::perform::PlainShape;
use crate::store::{companies, security_answers, sessions, two_step, users};
use crate::work::Work;

/// Events shown beside the account.
const NEWEST: i64 = 8;

/// Asks for the own account.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadAccount {}

/// The own account.
#[derive(Debug, Serialize)]
pub struct AccountView {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The company.
    pub company: String,
    /// 2-step.
    pub two_step: TwoStep,
    /// Since when, UTC ms.
    pub two_step_since: i64,
    /// How many of the four questions are answered.
    pub questions_answered: i64,
    /// The newest events.
    pub history: Vec<HistoryEvent>,
}

impl Operation for ReadAccount {
    const NAME: &'static str = "read_account";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = AccountView;
    type Shape = PlainShape;
}

impl Plain for ReadAccount {
    async fn run(self, work: &mut Work<'_>) -> Result<AccountView, Stop> {
        let (id, later) = (work.user()?.id.clone(), work.user()?.later);
        let user = users::by_id(&mut work.tx, &id).await?.ok_or(Refusal::SignedOut)?;
        let company =
            companies::by_id(&mut work.tx, &user.company_id).await?.map(|c| c.name).unwrap_or_default();
        let two_step = two_step::of(&mut work.tx, &id).await?;
        // What signing in leads to comes first.
        if two_step.pending_acknowledgement() {
            return Err(Refusal::RecoveryCodeFirst.into());
        }
        if two_step.state()? == TwoStep::ToBeSetUpAgain && !later {
            return Err(Refusal::SetUpFirst.into());
        }
        let history = history::newest(&id, NEWEST, work).await?;
        Ok(AccountView {
            name: user.name(),
            email: user.email,
            company,
            two_step: two_step.state()?,
            two_step_since: two_step.changed_at,
            questions_answered: security_answers::count(&mut work.tx, &id).await?,
            history,
        })
    }
}

/// Signs out of the account pages.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSignOut {}

/// Done.
#[derive(Debug, Serialize)]
pub struct SignedOut {}

impl Operation for UserSignOut {
    const NAME: &'static str = "user_sign_out";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = SignedOut;
    type Shape = PlainShape;

    fn session(_answer: &SignedOut) -> SessionChange {
        SessionChange::Ended
    }
}

impl Plain for UserSignOut {
    async fn run(self, work: &mut Work<'_>) -> Result<SignedOut, Stop> {
        let user = work.user()?.clone();
        work.about_user(&user.id);
        sessions::end(&mut work.tx, &user.session_id, work.now).await?;
        Ok(SignedOut {})
    }
}
