//! The operator's own calls: outcomes, messages, what was passed on.

use recovery_rules::mask::masked_email;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use recovery_rules::states::{CallState, MessageState, Outcome};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{approvals, calls, companies, links, outbox, users};
use crate::work::Work;

/// How many are shown.
const SHOWN: i64 = 50;

/// Asks for them.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct MyCalls {}

/// Newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MyCallList {
    /// The calls.
    pub calls: Vec<MyCall>,
}

/// One call.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MyCall {
    /// The call.
    pub call_id: String,
    /// The user.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// Their company.
    pub company: String,
    /// First letter and domain of the address.
    pub masked_email: String,
    /// UTC ms.
    pub opened_at: i64,
    /// UTC ms.
    pub ended_at: Option<i64>,
    /// Its state.
    #[cfg_attr(test, ts(type = "CallState"))]
    pub state: CallState,
    /// How it ended.
    #[cfg_attr(test, ts(type = "Outcome | null"))]
    pub outcome: Option<Outcome>,
    /// Where the unlock e-mail is.
    #[cfg_attr(test, ts(type = "MessageState | null"))]
    pub message_state: Option<MessageState>,
    /// Whether the button was pressed.
    pub opened: bool,
    /// Whether the password was set.
    pub used: bool,
    /// What the administrators said, if it was passed on.
    pub passed_on: Option<String>,
}

impl Operation for MyCalls {
    const NAME: &'static str = "my_calls";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = MyCallList;
    type Shape = PlainShape;
}

impl Plain for MyCalls {
    async fn run(self, work: &mut Work<'_>) -> Result<MyCallList, Stop> {
        let operator = work.operator()?.id.clone();
        let mut list = Vec::new();
        for call in calls::of_operator(&mut work.tx, &operator, SHOWN).await? {
            let Some(user) = users::by_id(&mut work.tx, &call.user_id).await? else { continue };
            let company = companies::by_id(&mut work.tx, &user.company_id).await?;
            let message = outbox::newest_of_call(&mut work.tx, &call.id, "unlock").await?;
            let link = links::newest_of_call(&mut work.tx, &call.id, "unlock").await?;
            let passed_on = approvals::of_call(&mut work.tx, &call.id, "passed_on").await?;
            list.push(MyCall {
                name: user.name(),
                company: company.map(|c| c.name).unwrap_or_default(),
                masked_email: masked_email(&call.address),
                opened_at: call.opened_at,
                ended_at: call.ended_at,
                state: call.state()?,
                outcome: call.outcome(),
                message_state: message.map(|m| m.state()).transpose()?,
                opened: link.as_ref().is_some_and(|l| l.opened_at.is_some()),
                used: link.as_ref().is_some_and(|l| l.used_at.is_some()),
                passed_on: passed_on.map(|p| p.state),
                user_id: user.id,
                call_id: call.id,
            });
        }
        Ok(MyCallList { calls: list })
    }
}
