//! An operator gives a fresh code of the authenticator, for the risky operation that follows.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use crate::authenticator;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::{operators, sessions};
use crate::work::Work;

/// Codes that may be typed in a quarter of an hour; six digits and two neighbouring steps make 3 in a million a try.
const TRIES: i64 = 5;
const WINDOW: Span = Span::minutes(15);

/// Gives the code.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ConfirmCode {
    /// What the authenticator shows.
    pub code: SecretText,
}

/// Whether it was right. A wrong one is an outcome: its try stays spent.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CodeConfirmed {
    /// Until when risky operations are possible, UTC ms; none if the code was not right.
    pub until: Option<i64>,
}

impl Operation for ConfirmCode {
    const NAME: &'static str = "confirm_code";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = CodeConfirmed;
    type Shape = PlainShape;
}

impl Plain for ConfirmCode {
    async fn run(self, work: &mut Work<'_>) -> Result<CodeConfirmed, Stop> {
        let actor = work.operator()?.clone();
        // What is wrong with the form costs no try.
        let code = authenticator::typed(&self.code)?;
        let (keys, now) = (&work.desk.keys, work.now);
        counters::spend_within(&mut work.tx, keys, Counter::FreshCodes, &actor.id, TRIES, WINDOW, now)
            .await?
            .map_err(|until| Refusal::SignInWait { until })?;
        let operator = operators::by_id(&mut work.tx, &actor.id).await?.ok_or(Refusal::SignedOut)?;
        let sealed = operator.authenticator.as_deref().ok_or(Refusal::SignedOut)?;
        let step = authenticator::time_step(&work.desk.keys, sealed, &code, work.now)?;
        let right = match step {
            Some(step) => operators::take_time_step(&mut work.tx, &actor.id, step).await?,
            None => false,
        };
        work.note("code", if right { "right" } else { "wrong" });
        if !right {
            return Ok(CodeConfirmed { until: None });
        }
        counters::clear(&mut work.tx, &work.desk.keys, Counter::FreshCodes, &actor.id).await?;
        sessions::confirmed(&mut work.tx, &actor.session_id, work.now).await?;
        let until = work.now + work.policy.span(Number::FreshCodeLasts);
        Ok(CodeConfirmed { until: Some(until.0) })
    }
}
