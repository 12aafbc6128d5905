//! Short codes from asking to using, the same for every purpose: sent with a limit, tried with a limit that no new
//! code begins anew, used once. What a code is for, and what follows from it, stands in the operations.

use recovery_rules::codes::{CodeKind, CodeProblem, MailCode, SmsCode, code_reference};
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::states::CodePurpose;
use recovery_rules::time::Span;
use recovery_rules::two_step::{NotYet, one_more_sending};
use zeroize::Zeroizing;

use crate::failure::{Fault, Stop};
use crate::keys::{DataKeys, same_hash};
use crate::letters_queue::{self, Letter};
use crate::store::counters::{self, Counter};
use crate::store::{codes, users};
use crate::work::Work;

/// A code to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// What it is for.
    pub purpose: CodePurpose,
    /// What it belongs to: a challenge, a session, a link.
    pub bound_to: &'a str,
    /// `sms` or `mail`.
    pub kind: &'a str,
    /// The number or address.
    pub address: &'a str,
    /// Whether it is asked for again: then the pause and the day's resends count.
    pub again: bool,
}

/// A code on its way.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The code's id.
    pub code_id: String,
    /// Two characters that stand on the screen and in the message, so that a late message is recognised (D7.5).
    pub reference: String,
}

/// Queues a code in the place of the one before of the same purpose. The mailer makes it when it takes the message.
pub async fn send(user: &users::User, sending: Sending<'_>, work: &mut Work<'_>) -> Result<Sent, Stop> {
    let about = about(user, sending.purpose);
    let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
    let limit = work.policy.count(Number::CodesADay);
    if sending.again {
        let sent = counters::spent(&mut work.tx, keys, Counter::CodesSent, &about).await?;
        let resent = counters::spent(&mut work.tx, keys, Counter::CodesResent, &about).await?;
        one_more_sending(sent, resent, &work.policy, now).map_err(|not_yet| match not_yet {
            NotYet::Pause(until) => Refusal::ResendWait { until },
            NotYet::Used(until) => Refusal::CodesUsed { until },
        })?;
        counters::spend(&mut work.tx, keys, Counter::CodesResent, &about, day, now).await?;
    }
    counters::spend_within(&mut work.tx, keys, Counter::CodesSent, &about, limit, day, now)
        .await?
        .map_err(|until| Refusal::CodesUsed { until })?;
    codes::end_all(&mut work.tx, &user.id, sending.purpose, now).await?;
    let id = work.new_id();
    let new = codes::NewCode {
        id: &id,
        user_id: &user.id,
        purpose: sending.purpose,
        bound_to: sending.bound_to,
        hash: None,
        epoch: user.security_epoch,
        expires_at: None,
    };
    codes::insert(&mut work.tx, new, now).await?;
    let letter =
        Letter { kind: sending.kind, code_id: Some(&id), ..Letter::to(&user.id, sending.address, "code") };
    // A text says how long it works, the same each time it is sent: its life begins with the first.
    let minutes = work.policy.span(Number::VerificationCodeLife).0 / Span::minutes(1).0;
    let facts = serde_json::json!({ "purpose": sending.purpose.name(), "minutes": minutes });
    letters_queue::queue(work, letter, facts).await?;
    let reference = reference(&work.desk.keys, &id);
    Ok(Sent { code_id: id, reference })
}

/// A code that was typed, its try spent.
#[derive(Debug)]
pub struct Tried {
    /// The code it is tried against.
    pub code: codes::Code,
    /// Tries left after this one.
    pub tries_left: i64,
    typed: [u8; 32],
}

/// Spends a try of a code, of its own five and of the user's day. What is wrong in form costs none.
pub async fn spend_try(
    purpose: CodePurpose,
    bound_to: &str,
    typed: &str,
    work: &mut Work<'_>,
) -> Result<Tried, Stop> {
    let code = codes::bound_to(&mut work.tx, purpose, bound_to).await?.ok_or(Refusal::CodeDead)?;
    work.about_user(&code.user_id);
    crate::clock_guard::check(work).await?;
    let text =
        parse(purpose, typed).map_err(|problem| Refusal::of_code("code", kind_of(purpose), problem))?;
    let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
    let about = format!("{}:{}", code.user_id, purpose.name());
    let a_day = work.policy.count(Number::CodeTriesADay);
    counters::spend_within(&mut work.tx, keys, Counter::CodeTries, &about, a_day, day, now)
        .await?
        .map_err(|until| Refusal::CodesUsed { until })?;
    let limit = work.policy.count(Number::CodeTries);
    let spent = codes::spend_try(&mut work.tx, &code.id, limit, now).await?.ok_or(Refusal::CodeDead)?;
    let typed = hash(&work.desk.keys, purpose, &code.id, &text);
    Ok(Tried { code, tries_left: limit - spent, typed })
}

impl Tried {
    /// Whether it is the code. Its life and single use are decided by [`take`].
    pub fn is_right(&self) -> bool {
        self.code.code_hash.as_ref().is_some_and(|stored| same_hash(stored, &self.typed))
    }
}

/// Uses a code that was right, once, in the epoch it was made in; the wrong ones before are forgotten.
pub async fn take(
    tried: &Tried,
    purpose: CodePurpose,
    user: &users::User,
    work: &mut Work<'_>,
) -> Result<(), Stop> {
    if !codes::take(&mut work.tx, &tried.code.id, user.security_epoch, work.now).await? {
        return Err(Refusal::CodeDead.into());
    }
    let about = about(user, purpose);
    Ok(counters::clear(&mut work.tx, &work.desk.keys, Counter::CodeTries, &about).await?)
}

/// Makes the code of a message that is taken for sending, and says when it ends; none if it is dead by now.
pub async fn arm(
    code_id: &str,
    work: &mut Work<'_>,
) -> Result<Option<(Zeroizing<String>, recovery_rules::time::Moment)>, Stop> {
    let Some(code) = codes::by_id(&mut work.tx, code_id).await? else { return Ok(None) };
    let purpose = CodePurpose::from_name(&code.purpose)
        .ok_or_else(|| Fault::Stored(format!("code purpose {}", code.purpose)))?;
    let (plain, life) = if typed_as_mail_code(purpose) {
        let made = MailCode::from_random(&work.desk.chance.bytes());
        let life =
            if purpose == CodePurpose::Contact { Number::ContactCodeLife } else { Number::MailCodeLife };
        (Zeroizing::new(made.expose().to_owned()), life)
    } else {
        let made = SmsCode::from_random(&work.desk.chance.bytes());
        (Zeroizing::new(made.expose().to_owned()), Number::VerificationCodeLife)
    };
    let expires_at = work.now + work.policy.span(life);
    let hash = hash(&work.desk.keys, purpose, code_id, &plain);
    let armed = codes::arm(&mut work.tx, code_id, &hash, expires_at).await?;
    Ok(armed.then_some((plain, expires_at)))
}

/// The two characters of a code, derived from its id: nothing about the code itself.
pub fn reference(keys: &DataKeys, code_id: &str) -> String {
    let hash = keys.keyed_hash("code_reference", &[code_id.as_bytes()]);
    code_reference(&[hash[0], hash[1]])
}

/// The keyed hash of a code: bound to its purpose and row, so that a code of another purpose never fits (D1.7).
pub fn hash(keys: &DataKeys, purpose: CodePurpose, code_id: &str, text: &str) -> [u8; 32] {
    keys.keyed_hash("short_code", &[purpose.name().as_bytes(), code_id.as_bytes(), text.as_bytes()])
}

fn about(user: &users::User, purpose: CodePurpose) -> String {
    format!("{}:{}", user.id, purpose.name())
}

const fn typed_as_mail_code(purpose: CodePurpose) -> bool {
    matches!(purpose, CodePurpose::ResetMail | CodePurpose::Contact)
}

fn parse(purpose: CodePurpose, typed: &str) -> Result<Zeroizing<String>, CodeProblem> {
    Ok(Zeroizing::new(if typed_as_mail_code(purpose) {
        MailCode::parse(typed)?.expose().to_owned()
    } else {
        SmsCode::parse(typed)?.expose().to_owned()
    }))
}

/// What the person who types it knows the code as.
const fn kind_of(purpose: CodePurpose) -> CodeKind {
    match purpose {
        CodePurpose::Call => CodeKind::Call,
        CodePurpose::Contact => CodeKind::Contact,
        CodePurpose::ResetSms => CodeKind::Reset,
        CodePurpose::ResetMail => CodeKind::ResetByMail,
        CodePurpose::SignIn | CodePurpose::TurnOn | CodePurpose::ChangePhone | CodePurpose::StepUp => {
            CodeKind::Verification
        }
    }
}
