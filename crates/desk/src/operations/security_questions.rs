//! The security questions of a user: whether they are answered and since when, and saving a full new set. What was
//! answered is never given back, not even its length (D2.1); which question was chosen neither.

use recovery_rules::acceptable_answer::{AnswerContext, acceptable_answer};
use recovery_rules::answers::{AnswerRule, CanonicalAnswer};
use recovery_rules::passwords::Password;
use recovery_rules::policy::Number;
use recovery_rules::questions::{QUESTIONS_ASKED, QuestionProblem, acceptable_questions};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, UserKind};
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};

use crate::confirmed::{Confirmed, Owner};
use crate::failure::{Fault, Stop};
use crate::hashing::InLine;
use crate::letters_queue;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::{JudgingShape, PlainShape};
use crate::secret::SecretText;
use crate::store::security_answers::{self, AnswerRow};
use crate::store::{calls, companies, events, users};
use crate::work::Work;

/// Asks about the own questions.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadQuestions {}

/// The own questions, as far as anybody may know.
#[derive(Debug, Serialize)]
pub struct QuestionsView {
    /// How many are answered; only four count.
    pub answered: i64,
    /// Since when, UTC ms.
    pub saved_at: Option<i64>,
    /// They were answered half a year ago or more: time to check that they are still known.
    pub check_due: bool,
    /// A second step in this session comes first.
    pub second_step_needed: bool,
    /// Whether the user may invite a colleague.
    pub may_invite: bool,
}

impl Operation for ReadQuestions {
    const NAME: &'static str = "read_questions";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = QuestionsView;
    type Shape = PlainShape;
}

impl Plain for ReadQuestions {
    async fn run(self, work: &mut Work<'_>) -> Result<QuestionsView, Stop> {
        let owner = Owner::read(work).await?;
        let saved_at = security_answers::saved_at(&mut work.tx, &owner.user.id).await?;
        let due = work.policy.span(Number::QuestionsReminder);
        Ok(QuestionsView {
            answered: security_answers::count(&mut work.tx, &owner.user.id).await?,
            saved_at,
            check_due: saved_at.is_some_and(|at| work.now >= Moment(at) + due),
            second_step_needed: owner.second_step().is_err(),
            may_invite: owner.user.kind()? == UserKind::Billing,
        })
    }
}

/// A question and its answer.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// The question's id in the catalogue.
    pub question: String,
    /// The answer as typed.
    pub answer: SecretText,
}

/// Saves a full set in the place of whatever there was.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaveQuestions {
    /// The current password.
    pub password: SecretText,
    /// Four different questions with their answers.
    pub answers: Vec<Answered>,
}

/// Saved.
#[derive(Debug, Serialize)]
pub struct QuestionsSaved {
    /// Until when an administrator has to approve an unlock e-mail, UTC ms; none if a second step proved the change.
    pub frozen_until: Option<i64>,
}

impl Operation for SaveQuestions {
    const NAME: &'static str = "save_questions";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = QuestionsSaved;
    type Shape = JudgingShape;
}

/// Names of the fields, by slot from 0.
const QUESTION: [&str; QUESTIONS_ASKED] = ["question_1", "question_2", "question_3", "question_4"];
/// The same of the answers.
const ANSWER: [&str; QUESTIONS_ASKED] = ["answer_1", "answer_2", "answer_3", "answer_4"];

impl Confirmed for SaveQuestions {
    const SECOND_STEP: bool = true;
    type Prepared = Vec<AnswerRow>;

    fn password(&self) -> &SecretText {
        &self.password
    }

    async fn check(&self, owner: &Owner, work: &mut Work<'_>) -> Result<(), Stop> {
        let company = companies::by_id(&mut work.tx, &owner.user.company_id).await?;
        let company = company.map(|company| company.name).unwrap_or_default();
        self.acceptable(&owner.user, &company).map(drop)
    }

    async fn prepare(&self, _owner: &Owner, hasher: &InLine) -> Result<Vec<AnswerRow>, Stop> {
        let mut rows = Vec::with_capacity(QUESTIONS_ASKED);
        for (answered, slot) in self.answers.iter().zip(1..) {
            let answer = CanonicalAnswer::new(AnswerRule::CURRENT, answered.answer.expose());
            rows.push(AnswerRow {
                slot,
                question_id: answered.question.clone(),
                rule_version: AnswerRule::CURRENT.version(),
                answer_hash: hasher.hash_answer(&answer).await?,
            });
        }
        Ok(rows)
    }

    async fn change(
        self,
        owner: Owner,
        rows: Vec<AnswerRow>,
        work: &mut Work<'_>,
    ) -> Result<QuestionsSaved, Stop> {
        let user = &owner.user;
        let first = security_answers::count(&mut work.tx, &user.id).await? < 4;
        security_answers::replace(&mut work.tx, &user.id, &rows, work.now).await?;
        // Whoever was verified with the old answers isn't any more (D2.3).
        if calls::void_verdict_about(&mut work.tx, &user.id).await? > 0 {
            work.note("verdict_voided", true);
            let about = events::About { user_id: Some(&user.id), ..events::About::default() };
            work.tell_desks(events::Kind::CallChanged, about).await?;
        }
        // The password alone may be a stranger's: then an administrator looks at the next unlock e-mail.
        let until = work.now + work.policy.span(Number::FreezeLength);
        let frozen = !owner.session.second_step;
        if frozen {
            users::freeze(&mut work.tx, &user.id, until).await?;
            work.note("frozen_until", until.0);
        }
        let change = if first { Change::QuestionsAnswered } else { Change::QuestionsReplaced };
        letters_queue::tell(work, user, change, frozen.then_some(until)).await?;
        Ok(QuestionsSaved { frozen_until: frozen.then_some(until.0) })
    }
}

impl SaveQuestions {
    /// The rules of `acceptable_questions` and `acceptable_answer`, named by field.
    fn acceptable(&self, user: &users::User, company: &str) -> Result<(), Stop> {
        let ids: Vec<&str> = self.answers.iter().map(|answered| answered.question.as_str()).collect();
        let questions = acceptable_questions(&ids).map_err(|problem| {
            let slot = match problem {
                QuestionProblem::NotFour => ids.len().min(QUESTIONS_ASKED - 1),
                QuestionProblem::Unknown(slot)
                | QuestionProblem::Retired(slot)
                | QuestionProblem::Twice(slot) => slot,
            };
            Refusal::BadField { field: QUESTION[slot], problem: problem.code() }
        })?;
        let password = Password::new(self.password.expose().to_owned());
        let mut accepted: Vec<CanonicalAnswer> = Vec::with_capacity(QUESTIONS_ASKED);
        for (slot, (answered, question)) in self.answers.iter().zip(questions).enumerate() {
            let context = AnswerContext {
                question: question.text,
                email: &user.email,
                names: &[&user.given_name, &user.family_name],
                company,
                password: (!password.expose().is_empty()).then_some(&password),
            };
            let field = *ANSWER.get(slot).ok_or_else(|| Fault::Stored("a fifth answer".to_owned()))?;
            let answer = acceptable_answer(answered.answer.expose(), &accepted, &context)
                .map_err(|problem| Refusal::BadField { field, problem: problem.code() })?;
            accepted.push(answer);
        }
        Ok(())
    }
}
