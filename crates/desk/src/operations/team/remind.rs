//! Reminds a member by letter to turn 2-step on; never twice in three days. What is refused gives its place of the day's
//! limit back: a guessed id costs nothing, and learns nothing but *not found*.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{BILLING, Door, Who};
use recovery_rules::states::{Account, TwoStep};
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::letters_queue::{self, Letter};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::counters::{self, Counter};
use crate::store::{team, two_step};
use crate::work::Work;

/// Reminds a member.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct RemindMember {
    /// Whom.
    pub user_id: String,
}

/// Reminded.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Reminded {
    /// When, UTC ms.
    pub reminded_at: i64,
}

impl Operation for RemindMember {
    const NAME: &'static str = "remind_member";
    const WHO: Who = Who::Operator(BILLING);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = Reminded;
    type Shape = PlainShape;

    fn kept(answer: &Reminded) -> String {
        serde_json::to_string(answer).unwrap_or_default()
    }

    async fn repeated(self, kept: &str, _work: &mut Work<'_>) -> Result<Reminded, Stop> {
        serde_json::from_str(kept).map_err(|_| Refusal::RequestIdReused.into())
    }
}

impl Plain for RemindMember {
    async fn run(self, work: &mut Work<'_>) -> Result<Reminded, Stop> {
        let billing = work.billing_proved()?;
        let (limit, day) = (work.policy.count(Number::RemindersADay), Span::days(1));
        let (keys, now) = (&work.desk.keys, work.now);
        counters::spend_within(&mut work.tx, keys, Counter::Reminders, &billing.company_id, limit, day, now)
            .await?
            .map_err(|until| Refusal::BillingLimit { until })?;
        let user = team::lock_member(&mut work.tx, &billing.company_id, &self.user_id)
            .await?
            .ok_or(Refusal::NotFound)?;
        work.about_user(&user.id);
        let state = two_step::of(&mut work.tx, &user.id).await?.state()?;
        if user.account()? != Account::Active || state == TwoStep::On {
            return Err(Refusal::NothingToChange.into());
        }
        if let Some(last) = team::reminded_at(&mut work.tx, &user.id).await? {
            let until = Moment(last) + work.policy.span(Number::ReminderEvery);
            if work.now < until {
                return Err(Refusal::ReminderWait { until }.into());
            }
        }
        team::reminded(&mut work.tx, &user.id, &billing.id, work.now).await?;
        let facts = serde_json::json!({ "by": billing.name, "again": state == TwoStep::ToBeSetUpAgain });
        letters_queue::queue(work, Letter::to(&user.id, &user.email, "two_step_reminder"), facts).await?;
        Ok(Reminded { reminded_at: work.now.0 })
    }
}
