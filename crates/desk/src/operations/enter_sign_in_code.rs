//! The second half of a sign-in: what its page shows, the verification code (five tries, ten minutes, once, in the
//! browser that asked for it), and sending it again. The way without a code is in `sign_in_with_recovery_code`.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, CodePurpose, SecondStep};
use recovery_rules::time::Span;
use recovery_rules::two_step::{Way, way};
use serde::{Deserialize, Serialize};

use crate::browsers;
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::operation::{Judging, Kind, Operation, Plain, SessionChange};
use crate::operations::user_sign_in::{SignedIn, challenge_hash, send_code, sign_in};
use crate::perform::{JudgingShape, PlainShape};
use crate::secret::SecretText;
use crate::short_codes::{self, Tried};
use crate::store::challenges::{self, Challenge};
use crate::store::{codes, two_step, users};
use crate::work::Work;

/// Asks what the page of the second half shows.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadSignIn {
    /// From the browser's cookie.
    pub challenge: SecretText,
}

/// A verification code on its way.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CodeOnItsWay {
    /// Whether it travels by e-mail (2-step is to be set up again) and not by text message.
    pub by_mail: bool,
    /// The number as screens may show it: `•••• 42`; empty for an e-mail.
    pub masked: String,
    /// Two characters that stand in the message too.
    pub reference: String,
    /// Until when it works, UTC ms; none until the message is taken for sending.
    pub works_until: Option<i64>,
    /// Days this browser would not be asked again, if its user ticks so.
    pub remember_days: i64,
}

impl Operation for ReadSignIn {
    const NAME: &'static str = "read_sign_in";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = CodeOnItsWay;
    type Shape = PlainShape;
}

impl Plain for ReadSignIn {
    async fn run(self, work: &mut Work<'_>) -> Result<CodeOnItsWay, Stop> {
        let challenge = live(&self.challenge, work).await?;
        let two_step = two_step::of(&mut work.tx, &challenge.user_id).await?;
        on_its_way(CodePurpose::SignIn, &challenge.id, &two_step, work).await
    }
}

/// What a page shows of the newest code of a purpose.
pub(super) async fn on_its_way(
    purpose: CodePurpose,
    bound_to: &str,
    two_step: &two_step::TwoStepRow,
    work: &mut Work<'_>,
) -> Result<CodeOnItsWay, Stop> {
    let code = codes::bound_to(&mut work.tx, purpose, bound_to).await?.ok_or(Refusal::CodeDead)?;
    Ok(CodeOnItsWay {
        by_mail: way(two_step.state()?) == Way::Mail,
        masked: two_step
            .phone
            .as_deref()
            .map(recovery_rules::mask::masked_phone_last_two)
            .unwrap_or_default(),
        reference: short_codes::reference(&work.desk.keys, &code.id),
        works_until: code.expires_at,
        remember_days: work.policy.span(Number::RememberedBrowser).0 / Span::days(1).0,
    })
}

/// The sign-in of a browser's cookie, while it lives and nothing about the account changed.
pub(super) async fn live(secret: &SecretText, work: &mut Work<'_>) -> Result<Challenge, Stop> {
    let hash = challenge_hash(&work.desk.keys, secret);
    let challenge = challenges::live(&mut work.tx, &hash, work.now).await?.ok_or(Refusal::CodeDead)?;
    work.about_user(&challenge.user_id);
    let user = users::by_id(&mut work.tx, &challenge.user_id).await?.ok_or(Refusal::CodeDead)?;
    if user.account()? != Account::Active || user.security_epoch != challenge.epoch {
        return Err(Refusal::CodeDead.into());
    }
    Ok(challenge)
}

/// The same with the user's row locked; only for an active account in the epoch the sign-in began in.
pub(super) async fn live_and_locked(
    secret: &SecretText,
    work: &mut Work<'_>,
) -> Result<(Challenge, users::User), Stop> {
    let challenge = live(secret, work).await?;
    let user = users::lock(&mut work.tx, &challenge.user_id).await?.ok_or(Refusal::CodeDead)?;
    if user.account()? != Account::Active || user.security_epoch != challenge.epoch {
        return Err(Refusal::CodeDead.into());
    }
    Ok((challenge, user))
}

/// Enters the code.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterSignInCode {
    /// From the browser's cookie.
    pub challenge: SecretText,
    /// What was typed.
    pub code: SecretText,
    /// Whether this browser shall not be asked for a code for a while.
    #[serde(default)]
    pub remember: bool,
    /// What the browser says it is, for the list of remembered ones.
    #[serde(default)]
    pub user_agent: String,
}

/// How it went. A wrong code is an outcome: its try stays spent.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum CodeEntered {
    /// In.
    Done(SignedIn),
    /// Not right.
    NotRight {
        /// Tries left.
        tries_left: i64,
    },
}

impl Operation for EnterSignInCode {
    const NAME: &'static str = "enter_sign_in_code";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = CodeEntered;
    type Shape = JudgingShape;

    fn session(answer: &CodeEntered) -> SessionChange {
        match answer {
            CodeEntered::Done(signed_in) => SessionChange::Started(signed_in.token.clone()),
            CodeEntered::NotRight { .. } => SessionChange::None,
        }
    }
}

impl Judging for EnterSignInCode {
    type Reserved = Tried;
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Tried, Stop> {
        // The user first, like the second half: a try that takes counter and code, beside a right one that takes user, code
        // and counter, waited for each other in a circle until PostgreSQL ended one of them.
        let (challenge, _) = live_and_locked(&self.challenge, work).await?;
        short_codes::spend_try(CodePurpose::SignIn, &challenge.id, self.code.expose(), work).await
    }

    async fn judge(&self, tried: &Tried, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(tried.is_right())
    }

    async fn settle(self, tried: Tried, right: bool, work: &mut Work<'_>) -> Result<CodeEntered, Stop> {
        if !right {
            work.note("code", "wrong");
            return Ok(CodeEntered::NotRight { tries_left: tried.tries_left });
        }
        let (challenge, user) = live_and_locked(&self.challenge, work).await?;
        short_codes::take(&tried, CodePurpose::SignIn, &user, work).await?;
        if !challenges::finish(&mut work.tx, &challenge.id, work.now).await? {
            return Err(Refusal::CodeDead.into());
        }
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        let by_mail = way(two_step.state()?) == Way::Mail;
        let second_step = if by_mail { SecondStep::Mail } else { SecondStep::TextMessage };
        let mut signed_in = sign_in(&user, Some(second_step), work).await?;
        // A code by e-mail proves no phone: such a browser is asked again until 2-step is set up.
        if self.remember && !by_mail && work.policy.span(Number::RememberedBrowser).0 > 0 {
            signed_in.remembered = Some(browsers::remember(&user, &self.user_agent, work).await?);
            work.note("browser", "remembered from now on");
        }
        Ok(CodeEntered::Done(signed_in))
    }
}

/// Asks for the code again; the one before is dead.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResendSignInCode {
    /// From the browser's cookie.
    pub challenge: SecretText,
}

impl Operation for ResendSignInCode {
    const NAME: &'static str = "resend_sign_in_code";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = CodeOnItsWay;
    type Shape = PlainShape;
}

impl Plain for ResendSignInCode {
    async fn run(self, work: &mut Work<'_>) -> Result<CodeOnItsWay, Stop> {
        let (challenge, user) = live_and_locked(&self.challenge, work).await?;
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        send_code(&user, &two_step, &challenge.id, true, work).await?;
        on_its_way(CodePurpose::SignIn, &challenge.id, &two_step, work).await
    }
}
