//! A billing user answers the signs of a shared log-in: one person with several devices, shared and to be split, or ask me
//! later. A remark: nobody is told, blocked or signed out by it. It is given to the signs that were shown, and to no others.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{BILLING, Door, Who};
use recovery_rules::shared_log_in::{SignAnswer, answer_until, signs};
use serde::{Deserialize, Serialize};

use super::members::days_of;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::team::{self, AnswerKept};
use crate::work::Work;

/// Answers the signs of a member's log-in.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct AnswerSigns {
    /// The member.
    pub user_id: String,
    /// The signs that were shown, by name.
    pub signs: Vec<String>,
    /// `one_person`, `splitting` or `later`; none takes the answer back.
    pub answer: Option<String>,
}

/// Answered.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignsAnswered {
    /// Until when the answer holds, UTC ms; none where it was taken back.
    pub until: Option<i64>,
}

impl Operation for AnswerSigns {
    const NAME: &'static str = "answer_signs";
    const WHO: Who = Who::Operator(BILLING);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = SignsAnswered;
    type Shape = PlainShape;

    fn kept(answer: &SignsAnswered) -> String {
        serde_json::to_string(answer).unwrap_or_default()
    }

    async fn repeated(self, kept: &str, _work: &mut Work<'_>) -> Result<SignsAnswered, Stop> {
        serde_json::from_str(kept).map_err(|_| Refusal::RequestIdReused.into())
    }
}

impl Plain for AnswerSigns {
    async fn run(self, work: &mut Work<'_>) -> Result<SignsAnswered, Stop> {
        let billing = work.billing_proved()?;
        let answer = match self.answer.as_deref() {
            None => None,
            Some(name) => {
                let unknown = Refusal::BadField { field: "answer", problem: "choice_unknown" };
                Some(SignAnswer::from_name(name).ok_or(unknown)?)
            }
        };
        let user = team::lock_member(&mut work.tx, &billing.company_id, &self.user_id)
            .await?
            .ok_or(Refusal::NotFound)?;
        work.about_user(&user.id);
        let Some(answer) = answer else {
            work.note("answer", "taken_back".to_owned());
            if !team::take_answer_back(&mut work.tx, &billing.company_id, &user.id).await? {
                return Err(Refusal::NothingToChange.into());
            }
            return Ok(SignsAnswered { until: None });
        };
        let days = days_of(&user.id, work).await?;
        let phone = team::same_phone(&mut work.tx, &billing.company_id, &user.id).await?;
        let names: Vec<_> =
            signs(days, phone, &work.policy).into_iter().map(|(sign, _, _)| sign.name()).collect();
        if names.is_empty() {
            return Err(Refusal::NothingToChange.into());
        }
        // What came up after the screen was read was not seen, so it is not answered.
        if names.iter().any(|name| !self.signs.iter().any(|shown| shown == name)) {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let kept = names.join(",");
        work.note("answer", answer.name().to_owned());
        work.note("signs", kept.clone());
        let kept = AnswerKept { answer: answer.name(), signs: &kept, by: &billing.id };
        team::answer_signs(&mut work.tx, &billing.company_id, &user.id, kept, work.now).await?;
        Ok(SignsAnswered { until: Some(answer_until(answer, work.now, &work.policy).0) })
    }
}
