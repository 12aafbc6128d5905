//! One-click sign-in, inside the window of a demo database and nowhere else.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Role, Who};
use serde::Deserialize;

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain, SessionChange};
use crate::operations::operator_sign_in::{SignedIn, start_session};
use crate::perform::PlainShape;
use crate::store::operators;
use crate::work::Work;

/// Signs in as an invented operator of that role.
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
        let operator =
            operators::first_of_role(&mut work.tx, self.role.name()).await?.ok_or(Refusal::NotFound)?;
        start_session(operator, work).await
    }
}
