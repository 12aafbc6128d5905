//! The reset code: entered, sent again, or replaced by the recovery code. Its tries and those of the recovery code
//! are two counts of the account: neither closes the other, and going from one to the other gives no new ones.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::two_step::Way;
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::hashing::InLine;
use crate::operation::{Judging, Kind, Operation, Plain};
use crate::perform::{JudgingShape, PlainShape};
use crate::reset::{self, Live, Proof, ResetDone, ResetView};
use crate::secret::SecretText;
use crate::store::resets;
use crate::work::Work;
use crate::{recovery_codes, short_codes};

/// Enters the code.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterResetCode {
    /// The link's secret.
    pub link: SecretText,
    /// What was typed.
    pub code: SecretText,
}

/// How it went. A wrong code is an outcome: its try stays spent.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum ResetCodeEntered {
    /// The new password counts.
    Done(ResetDone),
    /// Not right.
    NotRight {
        /// Tries left.
        tries_left: i64,
    },
    /// 2-step was changed meanwhile: that code is dead, and another travels another way.
    Switched(ResetView),
    /// 2-step was turned off meanwhile, and the new password is too short to be the only factor.
    PasswordAgain,
}

/// What is judged.
#[derive(Debug)]
pub enum Reserved {
    /// A code, its try spent.
    Tried(Box<short_codes::Tried>),
    /// Nothing: there is no code of the way it would travel now.
    Switch,
}

impl Operation for EnterResetCode {
    const NAME: &'static str = "enter_reset_code";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = ResetCodeEntered;
    type Shape = JudgingShape;
}

impl Judging for EnterResetCode {
    type Reserved = Reserved;
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Reserved, Stop> {
        let live = staged(&self.link, work).await?;
        let Some(purpose) = Live::purpose(live.way()?) else { return Ok(Reserved::Switch) };
        if must_switch(&live, work).await? {
            return Ok(Reserved::Switch);
        }
        let tried = short_codes::spend_try(purpose, &live.link.id, self.code.expose(), work).await?;
        Ok(Reserved::Tried(Box::new(tried)))
    }

    async fn judge(&self, reserved: &Reserved, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(matches!(reserved, Reserved::Tried(tried) if tried.is_right()))
    }

    async fn settle(
        self,
        reserved: Reserved,
        right: bool,
        work: &mut Work<'_>,
    ) -> Result<ResetCodeEntered, Stop> {
        let live = staged(&self.link, work).await?;
        let tried = match reserved {
            Reserved::Tried(tried) if !must_switch(&live, work).await? => tried,
            _ => return switch(live, work).await,
        };
        if !right {
            work.note("code", "wrong");
            return Ok(ResetCodeEntered::NotRight { tries_left: tried.tries_left });
        }
        let hash = live.reset.staged_hash.clone().ok_or(Refusal::LinkStopped)?;
        Ok(ResetCodeEntered::Done(reset::finish(&live, &hash, Proof::Code(*tried), work).await?))
    }
}

/// Whether the code that was sent travelled another way than it would now, or for another state of the account.
async fn must_switch(live: &Live, work: &mut Work<'_>) -> Result<bool, Stop> {
    let Some(purpose) = Live::purpose(live.way()?) else { return Ok(true) };
    let newest = crate::store::codes::bound_to(&mut work.tx, purpose, &live.link.id).await?;
    Ok(newest.is_none_or(|code| code.epoch != live.user.security_epoch))
}

/// The way of now: its code is sent, what was sent before is dead (D8.5, D8.6).
async fn switch(live: Live, work: &mut Work<'_>) -> Result<ResetCodeEntered, Stop> {
    work.note("switched", true);
    let way = live.way()?;
    if way != Way::TextMessage && !live.reset.staged_stands_alone {
        resets::unstage(&mut work.tx, &live.link.id).await?;
        return Ok(ResetCodeEntered::PasswordAgain);
    }
    reset::send_code(&live, false, work).await?;
    let live = Live { reset: resets::Reset { phone_mark: None, ..live.reset }, ..live };
    Ok(ResetCodeEntered::Switched(reset::view(&live, work).await?))
}

/// Sends the code again, in the place of the one before.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResendResetCode {
    /// The link's secret.
    pub link: SecretText,
}

impl Operation for ResendResetCode {
    const NAME: &'static str = "resend_reset_code";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = ResetCodeEntered;
    type Shape = PlainShape;
}

impl Plain for ResendResetCode {
    async fn run(self, work: &mut Work<'_>) -> Result<ResetCodeEntered, Stop> {
        let live = staged(&self.link, work).await?;
        if must_switch(&live, work).await? {
            return switch(live, work).await;
        }
        reset::send_code(&live, true, work).await?;
        Ok(ResetCodeEntered::Switched(reset::view(&live, work).await?))
    }
}

/// Enters the recovery code in the place of the code by text message.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetByRecoveryCode {
    /// The link's secret.
    pub link: SecretText,
    /// What was typed.
    pub recovery_code: SecretText,
}

impl Operation for ResetByRecoveryCode {
    const NAME: &'static str = "reset_by_recovery_code";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = ResetCodeEntered;
    type Shape = JudgingShape;
}

impl Judging for ResetByRecoveryCode {
    type Reserved = Option<recovery_codes::Tried>;
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Option<recovery_codes::Tried>, Stop> {
        let live = staged(&self.link, work).await?;
        // Only 2-step has a recovery code; turned off meanwhile, the code comes by e-mail.
        if live.way()? != Way::TextMessage {
            return Ok(None);
        }
        Ok(Some(recovery_codes::spend_try(&live.user, &live.two_step, &self.recovery_code, work).await?))
    }

    async fn judge(&self, tried: &Option<recovery_codes::Tried>, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(tried.as_ref().is_some_and(|tried| tried.right))
    }

    async fn settle(
        self,
        tried: Option<recovery_codes::Tried>,
        right: bool,
        work: &mut Work<'_>,
    ) -> Result<ResetCodeEntered, Stop> {
        let live = staged(&self.link, work).await?;
        let Some(tried) = tried.filter(|_| live.way().is_ok_and(|way| way == Way::TextMessage)) else {
            return switch(live, work).await;
        };
        if !right {
            work.note("recovery_code", "wrong");
            return Ok(ResetCodeEntered::NotRight { tries_left: tried.tries_left });
        }
        let hash = live.reset.staged_hash.clone().ok_or(Refusal::LinkStopped)?;
        Ok(ResetCodeEntered::Done(reset::finish(&live, &hash, Proof::RecoveryCode(tried), work).await?))
    }
}

/// A reset whose new password is staged.
async fn staged(link: &SecretText, work: &mut Work<'_>) -> Result<Live, Stop> {
    let live = reset::live(link, true, work).await?;
    if live.reset.staged_hash.is_none() {
        return Err(Refusal::PasswordFirst.into());
    }
    Ok(live)
}
