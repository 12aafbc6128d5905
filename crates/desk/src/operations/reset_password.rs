//! *Forgot password*, after the link: reading it, the new password, which is staged until the code is right.

use recovery_rules::passwords::Password;
use recovery_rules::refusal::Refusal;
use recovery_rules::reset::password_minimum;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;
use recovery_rules::two_step::Way;
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::hashing::InLine;
use crate::new_password;
use crate::operation::{Judging, Kind, Operation, Plain};
use crate::perform::{JudgingShape, PlainShape};
use crate::reset::{self, Proof, ResetDone, ResetView};
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::{companies, links, resets};
use crate::work::Work;

/// New passwords tried with one link in an hour: each one is hashed, and a person needs a few.
const PASSWORDS_A_LINK: i64 = 20;

/// Reads a reset link; changes nothing.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadReset {
    /// The link's secret.
    pub link: SecretText,
}

impl Operation for ReadReset {
    const NAME: &'static str = "read_reset";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = ResetView;
    type Shape = PlainShape;
}

impl Plain for ReadReset {
    async fn run(self, work: &mut Work<'_>) -> Result<ResetView, Stop> {
        let live = reset::live(&self.link, false, work).await?;
        reset::view(&live, work).await
    }
}

/// Stages a new password, and sends the code where one is asked for.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StagePassword {
    /// The link's secret.
    pub link: SecretText,
    /// The new password.
    pub new_password: SecretText,
}

/// How far it came.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Staged {
    /// 2-step was never on: the new password counts.
    Done(ResetDone),
    /// The old password works until the code is right.
    CodeNeeded(ResetView),
}

/// What came out.
#[derive(Debug)]
pub enum Judged {
    /// The password is the one before.
    Same,
    /// The new hash.
    New(String),
}

impl Operation for StagePassword {
    const NAME: &'static str = "stage_password";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Staged;
    type Shape = JudgingShape;
}

impl Judging for StagePassword {
    type Reserved = Option<String>;
    type Judged = Judged;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Option<String>, Stop> {
        let live = reset::live(&self.link, true, work).await?;
        acceptable(&self.new_password, &live, work).await?;
        let (keys, hour, now) = (&work.desk.keys, Span::hours(1), work.now);
        let (tx, link) = (&mut work.tx, &live.link.id);
        counters::spend_within(tx, keys, Counter::StagedPasswords, link, PASSWORDS_A_LINK, hour, now)
            .await?
            .map_err(|until| Refusal::SignInWait { until })?;
        Ok(live.user.password_hash)
    }

    async fn judge(&self, former: &Option<String>, hasher: &InLine) -> Result<Judged, Stop> {
        let password = Password::new(self.new_password.expose().to_owned());
        if let Some(former) = former
            && hasher.verify_password(&password, former).await?
        {
            return Ok(Judged::Same);
        }
        Ok(Judged::New(hasher.hash_password(&password).await?))
    }

    async fn settle(
        self,
        _former: Option<String>,
        judged: Judged,
        work: &mut Work<'_>,
    ) -> Result<Staged, Stop> {
        let Judged::New(hash) = judged else {
            return Err(
                Refusal::BadField { field: "new_password", problem: "password_same_as_before" }.into()
            );
        };
        let mut live = reset::live(&self.link, true, work).await?;
        acceptable(&self.new_password, &live, work).await?;
        links::opened(&mut work.tx, &live.link.id, work.now).await?;
        if live.way()? == Way::None {
            return Ok(Staged::Done(reset::finish(&live, &hash, Proof::Link, work).await?));
        }
        let alone = password_minimum(TwoStep::Never, &work.policy);
        let stands_alone = Password::new(self.new_password.expose().to_owned()).characters() >= alone;
        resets::stage(&mut work.tx, &live.link.id, &hash, stands_alone, work.now).await?;
        live.reset.staged_hash = Some(hash);
        reset::send_code(&live, false, work).await?;
        work.note("staged", true);
        Ok(Staged::CodeNeeded(reset::view(&live, work).await?))
    }
}

/// Whether a password may be set, by what 2-step is now.
async fn acceptable(password: &SecretText, live: &reset::Live, work: &mut Work<'_>) -> Result<(), Stop> {
    let user = &live.user;
    let company = companies::by_id(&mut work.tx, &user.company_id).await?.map(|c| c.name).unwrap_or_default();
    let context = [user.email.as_str(), &user.given_name, &user.family_name, &company];
    let minimum = password_minimum(live.two_step.state()?, &work.policy);
    let password = Password::new(password.expose().to_owned());
    new_password::judge(work.desk, &password, minimum, &context)?
        .map_err(|problem| Refusal::of_password("new_password", problem).into())
}
