//! Inviting an operator by e-mail, and inviting anew: the way back from a lost authenticator or password. The code in
//! the letter is made when the letter leaves; the administrator never sees it.

use recovery_rules::display_name::DisplayName;
use recovery_rules::email::Email;
use recovery_rules::recovery_code::RecoveryCode;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;
use serde_json::json;

use super::{OperatorChanged, another, changes_an_operator, operator_role, put_out};
use crate::failure::Stop;
use crate::fresh_code;
use crate::keys::DataKeys;
use crate::letters_queue::{self, Letter};
use crate::operation::Plain;
use crate::store::operators;
use crate::work::Work;

/// Invites somebody.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct InviteOperator {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// `agent` or `administrator`.
    pub role: String,
}

/// Invites an operator anew: password and authenticator are void at once.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct InviteOperatorAgain {
    /// Who.
    pub operator_id: String,
}

changes_an_operator!(InviteOperator, "invite_operator");
changes_an_operator!(InviteOperatorAgain, "invite_operator_again");

impl Plain for InviteOperator {
    async fn run(self, work: &mut Work<'_>) -> Result<OperatorChanged, Stop> {
        fresh_code::required(work).await?;
        let name = DisplayName::parse(&self.name)
            .map_err(|p| Refusal::BadField { field: "name", problem: p.code() })?;
        let email =
            Email::parse(&self.email).map_err(|p| Refusal::BadField { field: "email", problem: p.code() })?;
        let role = operator_role(&self.role)?;
        let operator = operators::Operator {
            id: work.new_id(),
            name: name.as_str().to_owned(),
            email: email.as_str().to_owned(),
            role: role.name().to_owned(),
            state: "invited".to_owned(),
            password_hash: None,
            authenticator: None,
            last_time_step: 0,
            user_id: None,
            session_epoch: 1,
        };
        if !operators::insert(&mut work.tx, &operator, &email.folded(), work.now).await? {
            return Err(Refusal::BadField { field: "email", problem: "operator_exists" }.into());
        }
        let me = work.operator()?.id.clone();
        operators::given_access(&mut work.tx, &operator.id, &me, work.now).await?;
        work.note("operator", operator.id.clone());
        work.note("role", role.name());
        send(&operator, work).await
    }
}

impl Plain for InviteOperatorAgain {
    async fn run(self, work: &mut Work<'_>) -> Result<OperatorChanged, Stop> {
        let operator = another(&self.operator_id, true, work).await?;
        if operator.state == "suspended" {
            return Err(Refusal::NotFound.into());
        }
        operators::invite_again(&mut work.tx, &operator.id).await?;
        // Whoever gives somebody new access could be using it: as after a new invitation.
        let me = work.operator()?.id.clone();
        operators::given_access(&mut work.tx, &operator.id, &me, work.now).await?;
        put_out(&operator.id, work).await?;
        send(&operator, work).await
    }
}

async fn send(operator: &operators::Operator, work: &mut Work<'_>) -> Result<OperatorChanged, Stop> {
    let letter = Letter::to_operator(&operator.email, "operator_invitation");
    letters_queue::queue(work, letter, json!({ "operator": operator.id })).await?;
    Ok(OperatorChanged { operator_id: operator.id.clone() })
}

/// The keyed hash of an invitation code: bound to its operator.
pub(crate) fn invitation_hash(keys: &DataKeys, operator_id: &str, code: &RecoveryCode) -> [u8; 32] {
    keys.keyed_hash("operator_invitation", &[operator_id.as_bytes(), code.expose().as_bytes()])
}
