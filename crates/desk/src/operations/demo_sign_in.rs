//! One-click sign-in, inside the window of a demo database and nowhere else.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Role, Who};
use recovery_rules::states::SecondStep;
use serde::Deserialize;

use crate::demo;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain, SessionChange};
use crate::operations::billing_sign_in;
use crate::operations::operator_sign_in::{SignedIn, start_session};
use crate::perform::PlainShape;
use crate::store::{operators, users};
use crate::work::Work;

/// Signs in as an invented operator, or billing user, of that role.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct DemoSignIn {
    /// The role.
    #[cfg_attr(test, ts(type = "Role"))]
    pub role: Role,
}

impl Operation for DemoSignIn {
    const NAME: &'static str = "demo_sign_in";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::ChangeOnce;
    const OVER_NETWORK: bool = false;
    type Answer = SignedIn;
    type Shape = PlainShape;

    fn session(answer: &SignedIn) -> SessionChange {
        SessionChange::Started(answer.token.clone())
    }
}

impl Plain for DemoSignIn {
    async fn run(self, work: &mut Work<'_>) -> Result<SignedIn, Stop> {
        if !work.desk.demo {
            return Err(Refusal::DemoOnly.into());
        }
        if self.role == Role::Billing {
            let user = demo::billing_user(&mut work.tx).await?.ok_or(Refusal::NotFound)?;
            let user = users::lock(&mut work.tx, &user.id).await?.ok_or(Refusal::NotFound)?;
            work.about_user(&user.id);
            // As if the code had been given, like an operator's here: the demo is for trying everything.
            return billing_sign_in::start(&user, Some(SecondStep::TextMessage), work).await;
        }
        let operator =
            operators::first_of_role(&mut work.tx, self.role.name()).await?.ok_or(Refusal::NotFound)?;
        start_session(operator, work).await
    }
}
