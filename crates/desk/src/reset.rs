//! What the steps of a password reset share: the link while it lives, the code on its way, and the end, when the
//! staged password begins to count.
//!
//! A reset link is not bound to the security epoch like others are: a change of 2-step meanwhile switches the way of
//! the code and does not kill the link (D8.5, D8.6). Address, password, lock and phone are looked at one by one
//! instead, and any of them kills it; its codes are bound to the epoch like all codes.

use recovery_rules::mask::{masked_email, masked_phone_last_two};
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::reset::{code_way, freezes, password_minimum};
use recovery_rules::states::{Account, Change, CodePurpose, MessageState, TwoStep};
use recovery_rules::time::Moment;
use recovery_rules::two_step::Way;
use serde::Serialize;

use crate::failure::{Fault, Stop};
use crate::keys::{DataKeys, same_hash};
use crate::letters_queue;
use crate::operations::unlock_link::link_hash;
use crate::secret::SecretText;
use crate::short_codes::{self, Sending};
use crate::store::counters::{self, Counter};
use crate::store::two_step::TwoStepRow;
use crate::store::{codes, links, outbox, resets, two_step, users};
use crate::work::Work;
use crate::{account_change, recovery_codes};

/// A reset that can go on.
#[derive(Clone, Debug)]
pub struct Live {
    /// The link.
    pub link: links::Link,
    /// What is staged.
    pub reset: resets::Reset,
    /// Whose it is; the row is locked where the transaction writes.
    pub user: users::User,
    /// Their 2-step now.
    pub two_step: TwoStepRow,
}

impl Live {
    /// Which way the code travels now.
    pub fn way(&self) -> Result<Way, Fault> {
        Ok(code_way(self.two_step.state()?))
    }

    /// The purpose of a code of that way; none where there is no code.
    pub const fn purpose(way: Way) -> Option<CodePurpose> {
        match way {
            Way::None => None,
            Way::TextMessage => Some(CodePurpose::ResetSms),
            Way::Mail => Some(CodePurpose::ResetMail),
        }
    }
}

/// The reset of a link's secret, if it can go on; else which way it can't. `lock`: the user's row first, so that two
/// operations about one person wait for each other.
pub async fn live(secret: &SecretText, lock: bool, work: &mut Work<'_>) -> Result<Live, Stop> {
    let hash = link_hash(work, "reset", secret.expose());
    let link = links::by_secret(&mut work.tx, &hash, "reset").await?.ok_or(Refusal::LinkUnknown)?;
    work.about_user(&link.user_id);
    crate::clock_guard::check(work).await?;
    let user = if lock {
        users::lock(&mut work.tx, &link.user_id).await?
    } else {
        users::by_id(&mut work.tx, &link.user_id).await?
    };
    let user = user.ok_or(Refusal::LinkUnknown)?;
    let link = links::by_id(&mut work.tx, &link.id).await?.ok_or(Refusal::LinkUnknown)?;
    if link.used_at.is_some() {
        return Err(Refusal::LinkUsed.into());
    }
    if link.ended_at.is_some() {
        return Err(Refusal::LinkStopped.into());
    }
    if link.expires_at.is_none_or(|end| work.now >= Moment(end)) {
        return Err(Refusal::LinkExpired.into());
    }
    let reset = resets::of_link(&mut work.tx, &link.id).await?.ok_or(Refusal::LinkUnknown)?;
    let unchanged = user.account()? == Account::Active
        && user.email == link.address
        && same_hash(&reset.password_mark, &password_mark(&work.desk.keys, &user));
    if !unchanged {
        return Err(Refusal::LinkStopped.into());
    }
    let two_step = two_step::of(&mut work.tx, &user.id).await?;
    // D7.8: another phone than the one the code went to means starting again.
    if let (Some(before), Some(phone)) = (&reset.phone_mark, &two_step.phone)
        && !same_hash(before, &phone_mark(&work.desk.keys, &user, phone))
    {
        return Err(Refusal::LinkStopped.into());
    }
    Ok(Live { link, reset, user, two_step })
}

/// Stands for the password a link was asked for; another password makes another mark.
pub fn password_mark(keys: &DataKeys, user: &users::User) -> [u8; 32] {
    let hash = user.password_hash.as_deref().unwrap_or_default();
    keys.keyed_hash("password_mark", &[user.id.as_bytes(), hash.as_bytes()])
}

fn phone_mark(keys: &DataKeys, user: &users::User, phone: &str) -> [u8; 32] {
    keys.keyed_hash("phone_mark", &[user.id.as_bytes(), phone.as_bytes()])
}

/// Sends the reset code of the way it travels now. The first time the pause doesn't count; a code of this link that
/// still works is left alone then, so that choosing another password costs no other text.
pub async fn send_code(live: &Live, again: bool, work: &mut Work<'_>) -> Result<(), Stop> {
    let way = live.way()?;
    let Some(purpose) = Live::purpose(way) else { return Ok(()) };
    for other in [CodePurpose::ResetSms, CodePurpose::ResetMail] {
        if other != purpose {
            codes::end_all(&mut work.tx, &live.user.id, other, work.now).await?;
        }
    }
    if !again && usable_code(live, purpose, work).await?.is_some() {
        return Ok(());
    }
    let (kind, address) = match &live.two_step.phone {
        Some(phone) if way == Way::TextMessage => ("sms", phone.as_str()),
        _ => ("mail", live.user.email.as_str()),
    };
    let sending = Sending { purpose, bound_to: &live.link.id, kind, address, again };
    match short_codes::send(&live.user, sending, work).await {
        Ok(_) => {}
        // The day's codes are used: the recovery code and the desk are still there, and the page says so.
        Err(Stop::Refused(Refusal::CodesUsed { .. })) if !again => work.note("code", "none_left_today"),
        Err(other) => return Err(other),
    }
    let mark = (kind == "sms").then(|| phone_mark(&work.desk.keys, &live.user, address));
    Ok(resets::mark_phone(&mut work.tx, &live.link.id, mark).await?)
}

/// The code of this link that can still be typed: not used, not ended, of this epoch, or waiting to be sent.
pub async fn usable_code(
    live: &Live,
    purpose: CodePurpose,
    work: &mut Work<'_>,
) -> Result<Option<codes::Code>, Stop> {
    let code = codes::bound_to(&mut work.tx, purpose, &live.link.id).await?;
    Ok(code.filter(|code| {
        code.used_at.is_none()
            && code.ended_at.is_none()
            && code.epoch == live.user.security_epoch
            && code.expires_at.is_none_or(|end| work.now < Moment(end))
    }))
}

/// What the pages show of a reset.
#[derive(Debug, Serialize)]
pub struct ResetView {
    /// First letter and domain of the address.
    pub masked_email: String,
    /// Until when the link works, UTC ms.
    pub works_until: i64,
    /// Characters a new password needs.
    pub password_minimum: usize,
    /// Whether the account has no password yet: an imported user chooses the first one.
    pub first_password: bool,
    /// Whether a reset code will be asked for: known once the link is proved.
    pub code_asked: bool,
    /// The code page, once a password is staged.
    pub code: Option<CodeView>,
}

/// What the code page shows.
#[derive(Debug, Serialize)]
pub struct CodeView {
    /// Whether the code travels by e-mail and not by text message.
    pub by_mail: bool,
    /// The end of the number, or the masked address.
    pub sent_to: String,
    /// The code that was sent; none where 2-step was changed meanwhile or today's codes are used.
    pub sent: Option<SentView>,
}

/// A code on its way.
#[derive(Debug, Serialize)]
pub struct SentView {
    /// The two characters in the message and on the page.
    pub reference: String,
    /// When it was asked for, UTC ms.
    pub at: i64,
    /// Until when it works; none while its message waits. UTC ms.
    pub works_until: Option<i64>,
    /// How far the message is.
    pub state: MessageState,
}

/// The view of a reset.
pub async fn view(live: &Live, work: &mut Work<'_>) -> Result<ResetView, Stop> {
    let state = live.two_step.state()?;
    let code = match (&live.reset.staged_hash, Live::purpose(live.way()?)) {
        (Some(_), Some(purpose)) => Some(code_view(live, purpose, work).await?),
        _ => None,
    };
    Ok(ResetView {
        masked_email: masked_email(&live.user.email),
        works_until: live.link.expires_at.unwrap_or(work.now.0),
        password_minimum: password_minimum(state, &work.policy),
        first_password: live.user.password_hash.is_none(),
        code_asked: live.way()? != Way::None,
        code,
    })
}

async fn code_view(live: &Live, purpose: CodePurpose, work: &mut Work<'_>) -> Result<CodeView, Stop> {
    let by_mail = purpose == CodePurpose::ResetMail;
    let sent_to = match &live.two_step.phone {
        Some(phone) if !by_mail => masked_phone_last_two(phone),
        _ => masked_email(&live.user.email),
    };
    let code = codes::bound_to(&mut work.tx, purpose, &live.link.id).await?;
    let sent = match code.filter(|code| code.epoch == live.user.security_epoch) {
        None => None,
        Some(code) => sent_view(&code, work).await?,
    };
    Ok(CodeView { by_mail, sent_to, sent })
}

/// The newest code as the page shows it: on its way, or known not to arrive. None once it is dead for another reason.
async fn sent_view(code: &codes::Code, work: &mut Work<'_>) -> Result<Option<SentView>, Stop> {
    let message = outbox::of_code(&mut work.tx, &code.id).await?;
    let state = message.as_ref().map(outbox::Message::state).transpose()?.unwrap_or(MessageState::Waiting);
    let lost = matches!(state, MessageState::Failed | MessageState::Expired);
    let over = code.used_at.is_some()
        || code.ended_at.is_some()
        || code.expires_at.is_some_and(|end| work.now >= Moment(end));
    Ok((lost || !over).then(|| SentView {
        reference: short_codes::reference(&work.desk.keys, &code.id),
        at: code.created_at,
        works_until: code.expires_at.filter(|_| !lost),
        state,
    }))
}

/// How a reset was proved.
#[derive(Debug)]
pub enum Proof {
    /// By its link alone: 2-step was never on.
    Link,
    /// By the code that was sent.
    Code(short_codes::Tried),
    /// By the recovery code.
    RecoveryCode(recovery_codes::Tried),
}

/// A reset that is done.
#[derive(Debug, Serialize)]
pub struct ResetDone {
    /// Counts as the second step of the first sign-in in this browser, where a recovery code finished it.
    #[serde(skip)]
    pub proof: Option<SecretText>,
    /// Until when it counts, UTC ms.
    pub proof_until: Option<i64>,
    /// Whether the next sign-in asks for a verification code.
    pub code_at_sign_in: bool,
}

/// The staged password begins to count; everything older is dead in the same transaction.
pub async fn finish(live: &Live, hash: &str, proof: Proof, work: &mut Work<'_>) -> Result<ResetDone, Stop> {
    let (user, way, state) = (&live.user, live.way()?, live.two_step.state()?);
    // Of a hundred at once one gets through here.
    if !links::take(&mut work.tx, &live.link.id, live.link.epoch, work.now).await? {
        return Err(Refusal::LinkUsed.into());
    }
    let by_recovery_code = matches!(proof, Proof::RecoveryCode(_));
    match &proof {
        Proof::Link => {}
        Proof::Code(tried) => {
            let purpose = Live::purpose(way).ok_or(Refusal::CodeDead)?;
            short_codes::take(tried, purpose, user, work).await?;
        }
        // The new one is void until its owner has seen it: the first sign-in shows another.
        Proof::RecoveryCode(tried) => {
            recovery_codes::use_up(tried, user, work).await?;
        }
    }
    resets::unstage(&mut work.tx, &live.link.id).await?;
    users::set_password(&mut work.tx, &user.id, hash).await?;
    let epoch = account_change::end_what_was_before(user, None, work).await?;
    links::end_all(&mut work.tx, &user.id, "reset", "account_changed", work.now).await?;
    // The counter of the factor that is new; the others stay.
    let address = crate::operations::operator_sign_in::folded(&user.email);
    counters::clear(&mut work.tx, &work.desk.keys, Counter::UserPassword, &address).await?;
    let until = freezes(way, by_recovery_code).then(|| work.now + work.policy.span(Number::FreezeLength));
    if let Some(until) = until {
        users::freeze(&mut work.tx, &user.id, until).await?;
    }
    work.note("way", if by_recovery_code { "recovery_code" } else { way_name(way) });
    letters_queue::tell(work, user, Change::PasswordReset, until).await?;
    if by_recovery_code {
        letters_queue::tell(work, user, Change::RecoveryCodeUsed, None).await?;
    }
    let proof = if by_recovery_code { Some(keep_proof(user, epoch, work).await?) } else { None };
    let (proof, proof_until) = proof.unzip();
    Ok(ResetDone {
        proof,
        proof_until,
        code_at_sign_in: matches!(state, TwoStep::On | TwoStep::ToBeSetUpAgain),
    })
}

const fn way_name(way: Way) -> &'static str {
    match way {
        Way::None => "link",
        Way::TextMessage => "text_message",
        Way::Mail => "mail",
    }
}

async fn keep_proof(user: &users::User, epoch: i64, work: &mut Work<'_>) -> Result<(SecretText, i64), Stop> {
    let token = crate::operations::operator_sign_in::new_token(work);
    let until = work.now + work.policy.span(Number::ResetCountsAsSecondStep);
    let hash = proof_hash(&work.desk.keys, &token);
    resets::keep_proof(&mut work.tx, &hash, &user.id, epoch, until).await?;
    Ok((token, until.0))
}

/// Uses the proof a browser holds of a reset, once, as the second step of a sign-in of the same user.
pub async fn take_proof(
    user: &users::User,
    proof: Option<&SecretText>,
    work: &mut Work<'_>,
) -> Result<bool, Stop> {
    let Some(proof) = proof else { return Ok(false) };
    let hash = proof_hash(&work.desk.keys, proof);
    Ok(resets::take_proof(&mut work.tx, &hash, &user.id, user.security_epoch, work.now).await?)
}

fn proof_hash(keys: &DataKeys, token: &SecretText) -> [u8; 32] {
    keys.keyed_hash("reset_proof", &[token.expose().as_bytes()])
}
