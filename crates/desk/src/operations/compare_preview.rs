//! "Compared as …": made only from what was typed, by the rule the answer was saved with.

use recovery_rules::answers::{AnswerRule, canonical};
use recovery_rules::call::can_be_verified;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::operations::call_view::caller_facts;
use crate::perform::PlainShape;
use crate::secret::SecretText;
use crate::store::{calls, security_answers, users};
use crate::work::Work;

/// Asks how a text will be compared.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ComparePreview {
    /// The call.
    pub call_id: String,
    /// Which of the four.
    pub slot: i64,
    /// What was typed.
    pub text: SecretText,
}

/// How it will be compared.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Preview {
    /// Folded.
    pub canonical: String,
}

impl Operation for ComparePreview {
    const NAME: &'static str = "compare_preview";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = Preview;
    type Shape = PlainShape;
}

impl Plain for ComparePreview {
    async fn run(self, work: &mut Work<'_>) -> Result<Preview, Stop> {
        let operator = work.operator()?.id.clone();
        let call = calls::by_id(&mut work.tx, &self.call_id)
            .await?
            .filter(|call| call.operator_id == operator && call.ended_at.is_none())
            .ok_or(Refusal::CallNotOpen)?;
        // One answer for everybody who can't be verified: the reason is not for agents.
        let user = users::by_id(&mut work.tx, &call.user_id).await?.ok_or(Refusal::CallNotOpen)?;
        let caller = caller_facts(&user, work).await?;
        can_be_verified(&caller, call.reference.is_some(), work.now)
            .map_err(|_| Refusal::CannotBeVerified)?;
        let questions = security_answers::questions(&mut work.tx, &call.user_id).await?;
        let (_, _, version) =
            questions.into_iter().find(|(slot, _, _)| *slot == self.slot).ok_or(Refusal::NotFound)?;
        let rule = AnswerRule::from_version(version)
            .ok_or_else(|| Fault::Stored(format!("answer rule {version}")))?;
        Ok(Preview { canonical: canonical(rule, self.text.expose()) })
    }
}
