//! What the 2-step page shows: the state, the phone's last two digits, when the recovery code was made, the browsers
//! that are remembered. Nothing here leads back to a code or a number.

use recovery_rules::mask::masked_phone_last_two;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::TwoStep;
use recovery_rules::time::Moment;
use recovery_rules::two_step::{later_until, second_step_needed};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{remembered_browsers, security_answers, two_step, users};
use crate::work::Work;

/// Asks for the own 2-step.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadTwoStep {}

/// The own 2-step.
#[derive(Debug, Serialize)]
pub struct TwoStepView {
    /// The state.
    pub state: TwoStep,
    /// Since when, UTC ms.
    pub since: i64,
    /// The phone as screens may show it: `•••• 42`.
    pub phone: Option<String>,
    /// The number an import brought, as screens may show it: taken when none is typed.
    pub offered_phone: Option<String>,
    /// When the recovery code was made, UTC ms.
    pub recovery_code_at: Option<i64>,
    /// The recovery code was never acknowledged: it is void, and a new one comes first.
    pub pending_acknowledgement: bool,
    /// How many of the four questions are answered.
    pub questions_answered: i64,
    /// A second step in this session comes first, for whatever asks for one.
    pub second_step_needed: bool,
    /// Until when setting it up again can be put off, UTC ms; none where it can't be (any more).
    pub later_until: Option<i64>,
    /// Characters a password needs now.
    pub password_minimum: i64,
    /// Characters a password needs once 2-step is off.
    pub password_alone: i64,
    /// The browsers that are not asked for a code.
    pub browsers: Vec<BrowserView>,
}

/// A remembered browser.
#[derive(Debug, Serialize)]
pub struct BrowserView {
    /// Its id.
    pub id: String,
    /// What it says it is, in our words.
    pub label: String,
    /// UTC ms.
    pub remembered_at: i64,
    /// UTC ms.
    pub last_used_at: i64,
    /// UTC ms.
    pub expires_at: i64,
}

impl TwoStepView {
    /// Whether it is on.
    pub const fn on(&self) -> bool {
        matches!(self.state, TwoStep::On)
    }

    /// Whether it is to be set up again.
    pub const fn again(&self) -> bool {
        matches!(self.state, TwoStep::ToBeSetUpAgain)
    }
}

impl Operation for ReadTwoStep {
    const NAME: &'static str = "read_two_step";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = TwoStepView;
    type Shape = PlainShape;
}

impl Plain for ReadTwoStep {
    async fn run(self, work: &mut Work<'_>) -> Result<TwoStepView, Stop> {
        let session = work.user()?.clone();
        let user = users::by_id(&mut work.tx, &session.id).await?.ok_or(Refusal::SignedOut)?;
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        let state = two_step.state()?;
        let browsers =
            remembered_browsers::of_user(&mut work.tx, &user.id, user.security_epoch, work.now).await?;
        let later = later_until(Moment(two_step.changed_at), &work.policy);
        Ok(TwoStepView {
            state,
            since: two_step.changed_at,
            phone: two_step.phone.as_deref().map(masked_phone_last_two),
            offered_phone: users::offered_phone(&mut work.tx, &user.id)
                .await?
                .as_deref()
                .map(masked_phone_last_two),
            recovery_code_at: two_step.recovery_code_at,
            pending_acknowledgement: two_step.pending_acknowledgement(),
            questions_answered: security_answers::count(&mut work.tx, &user.id).await?,
            second_step_needed: second_step_needed(state, session.second_step),
            later_until: (state == TwoStep::ToBeSetUpAgain && work.now < later).then_some(later.0),
            password_minimum: work.policy.count(if state == TwoStep::On {
                Number::PasswordLengthWithTwoStep
            } else {
                Number::PasswordLength
            }),
            password_alone: work.policy.count(Number::PasswordLength),
            browsers: browsers
                .into_iter()
                .map(|browser| BrowserView {
                    id: browser.id,
                    label: browser.label,
                    remembered_at: browser.remembered_at,
                    last_used_at: browser.last_used_at,
                    expires_at: browser.expires_at,
                })
                .collect(),
        })
    }
}
