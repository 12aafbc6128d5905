//! What the caretaker tells owners by itself: a sign-in that stopped before its second step (once, not once a try:
//! D1.2), and half a year after answering, whether the answers are still known.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, Change};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::letters_queue;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{challenges, users};
use crate::work::Work;

/// Owners told in one round.
const BATCH: i64 = 50;

/// Who is to be told of what.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnersToTell {}

/// Users, by what they are to be told.
#[derive(Debug, Serialize)]
pub struct ToTell {
    /// Of a sign-in that stopped before its second step.
    pub unfinished: Vec<String>,
    /// To check their answers.
    pub questions: Vec<String>,
}

impl Operation for OwnersToTell {
    const NAME: &'static str = "owners_to_tell";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = ToTell;
    type Shape = PlainShape;
}

impl Plain for OwnersToTell {
    async fn run(self, work: &mut Work<'_>) -> Result<ToTell, Stop> {
        let before = work.now - work.policy.span(Number::UnfinishedSignInTold);
        let due = work.now - work.policy.span(Number::QuestionsReminder);
        Ok(ToTell {
            unfinished: challenges::unfinished_users(&mut work.tx, before, BATCH).await?,
            questions: if work.policy.on(Number::QuestionsReminderSent) {
                users::to_be_reminded(&mut work.tx, due, BATCH).await?
            } else {
                Vec::new()
            },
        })
    }
}

/// Tells an owner.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TellOwner {
    /// The user.
    pub user_id: String,
    /// What: `unfinished_sign_in` or `questions_reminder`.
    pub change: Change,
}

/// Told.
#[derive(Debug, Serialize)]
pub struct Told {}

impl Operation for TellOwner {
    const NAME: &'static str = "tell_owner";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Told;
    type Shape = PlainShape;
}

impl Plain for TellOwner {
    async fn run(self, work: &mut Work<'_>) -> Result<Told, Stop> {
        let user = users::lock(&mut work.tx, &self.user_id).await?.ok_or(Refusal::NotFound)?;
        work.about_user(&user.id);
        work.note("told", self.change.name());
        // Looked at again under the lock: two servers' caretakers tell it once.
        match self.change {
            Change::UnfinishedSignIn => {
                let before = work.now - work.policy.span(Number::UnfinishedSignInTold);
                let began = challenges::unfinished_of(&mut work.tx, &user.id, before).await?;
                if began.is_none() {
                    return Err(Refusal::NotFound.into());
                }
                challenges::told(&mut work.tx, &user.id, work.now).await?;
            }
            Change::QuestionsReminder => {
                let due = work.now - work.policy.span(Number::QuestionsReminder);
                if !users::reminded(&mut work.tx, &user.id, due, work.now).await? {
                    return Err(Refusal::NotFound.into());
                }
            }
            _ => return Err(Refusal::MalformedRequest.into()),
        }
        if user.account()? != Account::Closed {
            letters_queue::tell(work, &user, self.change, None).await?;
        }
        Ok(Told {})
    }
}
