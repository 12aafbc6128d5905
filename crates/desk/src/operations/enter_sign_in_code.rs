//! The verification code of a sign-in: five tries, ten minutes, once, in the browser that asked for it.

use recovery_rules::codes::SmsCode;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::Account;
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::failure::Stop;
use crate::keys::same_hash;
use crate::operation::{Judging, Kind, Operation, SessionChange};
use crate::operations::user_sign_in::{challenge_key, start_session};
use crate::perform::JudgingShape;
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::{codes, users};
use crate::work::Work;

/// Wrong codes of one user a day: four codes of five tries each.
const CODE_TRIES_A_DAY: i64 = 20;

/// Enters the code.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterSignInCode {
    /// From the browser's cookie.
    pub challenge: SecretText,
    /// What was typed.
    pub code: SecretText,
}

/// How it went. A wrong code is an outcome: its try stays spent.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum CodeEntered {
    /// In.
    Done {
        /// The session's token.
        #[serde(skip)]
        token: SecretText,
    },
    /// Not right.
    NotRight {
        /// Tries left.
        tries_left: i64,
    },
}

impl Operation for EnterSignInCode {
    const NAME: &'static str = "enter_sign_in_code";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = CodeEntered;
    type Shape = JudgingShape;

    fn session(answer: &CodeEntered) -> SessionChange {
        match answer {
            CodeEntered::Done { token } => SessionChange::Started(token.clone()),
            CodeEntered::NotRight { .. } => SessionChange::None,
        }
    }
}

impl Judging for EnterSignInCode {
    type Reserved = (codes::Code, [u8; 32], i64);
    type Judged = bool;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        let bound_to = challenge_key(work, &self.challenge);
        let code = codes::bound_to(&mut work.tx, "sign_in", &bound_to).await?.ok_or(Refusal::CodeDead)?;
        work.about_user(&code.user_id);
        crate::clock_guard::check(work).await?;
        let typed = SmsCode::parse(self.code.expose())
            .map_err(|_| Refusal::BadField { field: "code", problem: "code_digits" })?;
        // Over all codes of the user: a new code for each five tries would be no limit.
        let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
        counters::spend_within(
            &mut work.tx,
            keys,
            Counter::SignInCodeTries,
            &code.user_id,
            CODE_TRIES_A_DAY,
            day,
            now,
        )
        .await?
        .map_err(|_| Refusal::CodeDead)?;
        let limit = work.policy.count(Number::CodeTries);
        let spent =
            codes::spend_try(&mut work.tx, &code.id, limit, work.now).await?.ok_or(Refusal::CodeDead)?;
        let hash = sign_in_code_hash(work, &code.id, &typed);
        Ok((code, hash, limit - spent))
    }

    async fn judge(&self, (code, typed, _): &Self::Reserved, _desk: &Desk) -> Result<bool, Stop> {
        Ok(code.code_hash.as_ref().is_some_and(|stored| same_hash(stored, typed)))
    }

    async fn settle(
        self,
        (code, _, tries_left): Self::Reserved,
        right: bool,
        work: &mut Work<'_>,
    ) -> Result<CodeEntered, Stop> {
        if !right {
            work.note("code", "wrong");
            return Ok(CodeEntered::NotRight { tries_left });
        }
        let user = users::lock(&mut work.tx, &code.user_id).await?.ok_or(Refusal::CodeDead)?;
        if user.account()? != Account::Active
            || !codes::take(&mut work.tx, &code.id, user.security_epoch, work.now).await?
        {
            return Err(Refusal::CodeDead.into());
        }
        counters::clear(&mut work.tx, &work.desk.keys, Counter::SignInCodeTries, &user.id).await?;
        Ok(CodeEntered::Done { token: start_session(&user, work).await? })
    }
}

/// The keyed hash of a sign-in code: bound to its row, so a code of another purpose never fits.
pub fn sign_in_code_hash(work: &Work<'_>, code_id: &str, code: &SmsCode) -> [u8; 32] {
    work.desk.keys.keyed_hash("sign_in_code", &[code_id.as_bytes(), code.expose().as_bytes()])
}
