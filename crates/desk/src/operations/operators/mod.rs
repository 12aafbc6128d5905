//! Looking after operators: who there is, inviting by e-mail, role, suspension, sessions, a lost authenticator. All of it
//! is an administrator's; nobody changes the own entry, and one active administrator always stays.

mod accept;
mod change;
mod invite;
mod read;

pub use accept::{AcceptInvitation, ConfirmInvitation};
pub use change::{ChangeOperatorRole, EndOperatorSessions, ResumeOperator, SuspendOperator};
pub(crate) use invite::invitation_hash;
pub use invite::{InviteOperator, InviteOperatorAgain};
pub use read::{OperatorRow, OperatorRows, ReadOperators};

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Role, Who};
use serde::Serialize;
use serde_json::json;

use crate::failure::Stop;
use crate::fresh_code;
use crate::letters_queue::{self, Letter};
use crate::operations::end_call::end;
use crate::store::{calls, events, operators, sessions};
use crate::work::Work;

/// Done.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OperatorChanged {
    /// Who was invited or changed.
    pub operator_id: String,
}

/// Each change of an operator has the same answer, role and repetition; only the name differs.
macro_rules! changes_an_operator {
    ($request:ident, $name:literal) => {
        impl crate::operation::Operation for $request {
            const NAME: &'static str = $name;
            const WHO: recovery_rules::roles::Who = super::ADMINISTRATORS;
            const DOORS: &'static [recovery_rules::roles::Door] = &[recovery_rules::roles::Door::Desk];
            const KIND: crate::operation::Kind = crate::operation::Kind::Change;
            type Answer = OperatorChanged;
            type Shape = crate::perform::PlainShape;

            fn kept(answer: &OperatorChanged) -> String {
                answer.operator_id.clone()
            }

            async fn repeated(self, kept: &str, _work: &mut Work<'_>) -> Result<OperatorChanged, Stop> {
                Ok(OperatorChanged { operator_id: kept.to_owned() })
            }
        }
    };
}
use changes_an_operator;

const ADMINISTRATORS: Who = Who::Operator(&[Role::Administrator]);

/// The role an operator can have: a billing user is none.
fn operator_role(name: &str) -> Result<Role, Refusal> {
    Role::from_name(name)
        .filter(|role| *role != Role::Billing)
        .ok_or(Refusal::BadField { field: "role", problem: "role_unknown" })
}

/// Another operator than the one who asks, locked, after a fresh code. `takes_away`: whether an administrator could be
/// lost by it. Whoever asks is an active administrator and can't be the one it is about, so one always stays (D11.5).
async fn another(id: &str, takes_away: bool, work: &mut Work<'_>) -> Result<operators::Operator, Stop> {
    fresh_code::required(work).await?;
    let me = work.operator()?.id.clone();
    if me == id {
        return Err(Refusal::OwnOperator.into());
    }
    if takes_away {
        // Two administrators who demote each other at once wait here; the second finds itself without the role.
        operators::lock_administrators(&mut work.tx).await?;
        let role = operators::by_id(&mut work.tx, &me).await?.filter(|o| o.state == "active").map(|o| o.role);
        if role.as_deref() != Some(Role::Administrator.name()) {
            return Err(Refusal::NotAllowed.into());
        }
    }
    let operator = operators::lock(&mut work.tx, id).await?.ok_or(Refusal::NotFound)?;
    work.note("operator", id);
    Ok(operator)
}

/// Ends the operator's sessions and call; their desk hears of it at once (D13.2). The user of the call is free for a
/// colleague.
async fn put_out(id: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    sessions::end_all(&mut work.tx, sessions::Owner::Operator(id), work.now).await?;
    if let Some(call) = calls::open_of_operator(&mut work.tx, id).await? {
        end(&call, true, work).await?;
    }
    let about = events::About { operator_id: Some(id), ..events::About::default() };
    work.tell_desks(events::Kind::SignedOut, about).await
}

/// Tells the operator by e-mail what an administrator changed.
async fn tell(operator: &operators::Operator, what: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    let letter = Letter::to_operator(&operator.email, "operator_changed");
    letters_queue::queue(work, letter, json!({ "what": what })).await?;
    Ok(())
}
