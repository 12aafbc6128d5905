//! A number that is to become the second step: kept aside while its verification code is on the way. It becomes a
//! factor only when the code comes back in the same session (`turn_two_step_on`, `change_phone`); of two tabs the last
//! number counts, and an abandoned one is gone when the code's life is over (D3.2, D3.5).

use recovery_rules::mask::masked_phone_last_two;
use recovery_rules::phone::PhoneNumber;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{CodePurpose, TwoStep};
use serde::{Deserialize, Serialize};

use crate::confirmed::Owner;
use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::short_codes::{self, Sending, Tried};
use crate::store::pending_phones::{self, PendingPhone};
use crate::store::{codes, security_answers, two_step, users};
use crate::work::Work;

/// A verification code on its way to a new number.
#[derive(Debug, Serialize)]
pub struct PhoneCodeOnItsWay {
    /// Whether it turns 2-step on; else it changes the phone.
    pub turns_on: bool,
    /// The number as screens may show it: `•••• 42`.
    pub masked: String,
    /// Two characters that stand in the message too.
    pub reference: String,
    /// Until when it works, UTC ms; none until the message is taken for sending.
    pub works_until: Option<i64>,
}

/// Refuses what can't be begun: questions that are missing, a state that doesn't fit, a number that can't be used.
pub(super) async fn may_begin(
    owner: &Owner,
    purpose: CodePurpose,
    typed: &str,
    work: &mut Work<'_>,
) -> Result<PhoneNumber, Stop> {
    fits(owner, purpose, work).await?;
    let offered = match purpose {
        CodePurpose::TurnOn if typed.trim().is_empty() => {
            users::offered_phone(&mut work.tx, &owner.user.id).await?.unwrap_or_default()
        }
        _ => String::new(),
    };
    let typed = if offered.is_empty() { typed } else { &offered };
    let phone = PhoneNumber::parse(typed, work.desk.settings.default_region.as_str())
        .map_err(|problem| Refusal::BadField { field: "phone", problem: problem.code() })?;
    if owner.two_step.phone.as_deref() == Some(phone.as_str()) {
        return Err(Refusal::BadField { field: "phone", problem: "phone_same" }.into());
    }
    let others = two_step::others_with_phone(&mut work.tx, phone.as_str(), &owner.user.id).await?;
    if others >= work.policy.count(Number::AccountsAPhone) {
        work.note("phone", "on too many accounts");
        return Err(Refusal::BadField { field: "phone", problem: "phone_not_usable" }.into());
    }
    Ok(phone)
}

async fn fits(owner: &Owner, purpose: CodePurpose, work: &mut Work<'_>) -> Result<(), Stop> {
    let on = owner.two_step.state()? == TwoStep::On;
    if on != (purpose == CodePurpose::ChangePhone) {
        return Err(Refusal::TwoStepState.into());
    }
    if !on && security_answers::count(&mut work.tx, &owner.user.id).await? < 4 {
        return Err(Refusal::QuestionsMissing.into());
    }
    Ok(())
}

/// Sends a code to a number and keeps the number aside, in the place of one before.
pub(super) async fn send(
    owner: &Owner,
    purpose: CodePurpose,
    phone: &str,
    again: bool,
    work: &mut Work<'_>,
) -> Result<PhoneCodeOnItsWay, Stop> {
    let session = &owner.session.session_id;
    let sending = Sending { purpose, bound_to: session, kind: "sms", address: phone, again };
    let sent = short_codes::send(&owner.user, sending, work).await?;
    let pending = PendingPhone {
        user_id: owner.user.id.clone(),
        session_id: session.clone(),
        code_id: sent.code_id,
        phone: phone.to_owned(),
        epoch: owner.user.security_epoch,
        asked_at: work.now.0,
        // The code's own life begins when its message is taken; a number waits no longer than two of them.
        expires_at: (work.now
            + work.policy.span(Number::VerificationCodeLife)
            + work.policy.span(Number::VerificationCodeLife))
        .0,
    };
    pending_phones::put(&mut work.tx, &pending).await?;
    Ok(PhoneCodeOnItsWay {
        turns_on: purpose == CodePurpose::TurnOn,
        masked: masked_phone_last_two(phone),
        reference: sent.reference,
        works_until: None,
    })
}

/// The number that waits in this session.
async fn waiting(owner: &Owner, work: &mut Work<'_>) -> Result<PendingPhone, Stop> {
    let (user, session) = (&owner.user, &owner.session.session_id);
    let found = pending_phones::of(&mut work.tx, &user.id, session, user.security_epoch, work.now).await?;
    Ok(found.ok_or(Refusal::CodeDead)?)
}

/// Spends a try of the code that was sent to the number that waits.
pub(super) async fn spend_try(purpose: CodePurpose, typed: &str, work: &mut Work<'_>) -> Result<Tried, Stop> {
    let owner = Owner::lock(work).await?;
    fits(&owner, purpose, work).await?;
    let waiting = waiting(&owner, work).await?;
    let tried = short_codes::spend_try(purpose, &owner.session.session_id, typed, work).await?;
    if tried.code.id != waiting.code_id {
        return Err(Refusal::CodeDead.into());
    }
    Ok(tried)
}

/// The proved number: its code is used, once, and the number no longer waits.
pub(super) async fn proved(
    tried: &Tried,
    purpose: CodePurpose,
    work: &mut Work<'_>,
) -> Result<(Owner, PhoneNumber), Stop> {
    let owner = Owner::lock(work).await?;
    owner.second_step()?;
    fits(&owner, purpose, work).await?;
    let waiting = waiting(&owner, work).await?;
    if tried.code.id != waiting.code_id {
        return Err(Refusal::CodeDead.into());
    }
    short_codes::take(tried, purpose, &owner.user, work).await?;
    pending_phones::forget(&mut work.tx, &owner.user.id).await?;
    let phone = PhoneNumber::parse(&waiting.phone, work.desk.settings.default_region.as_str())
        .map_err(|problem| Fault::Stored(format!("a number that waits: {}", problem.code())))?;
    Ok((owner, phone))
}

/// How a verification code was. A wrong one is an outcome: its try stays spent.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum PhoneCodeEntered<T> {
    /// Right, and the change is made.
    Done(T),
    /// Not right.
    NotRight {
        /// Tries left.
        tries_left: i64,
    },
}

/// Asks about the number that waits.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadPhoneCode {}

impl Operation for ReadPhoneCode {
    const NAME: &'static str = "read_phone_code";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = PhoneCodeOnItsWay;
    type Shape = PlainShape;
}

impl Plain for ReadPhoneCode {
    async fn run(self, work: &mut Work<'_>) -> Result<PhoneCodeOnItsWay, Stop> {
        let owner = Owner::read(work).await?;
        let waiting = waiting(&owner, work).await?;
        let code = codes::by_id(&mut work.tx, &waiting.code_id).await?.ok_or(Refusal::CodeDead)?;
        Ok(PhoneCodeOnItsWay {
            turns_on: code.purpose == CodePurpose::TurnOn.name(),
            masked: masked_phone_last_two(&waiting.phone),
            reference: short_codes::reference(&work.desk.keys, &code.id),
            works_until: code.expires_at,
        })
    }
}

/// Sends the code to the number that waits once more.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResendPhoneCode {}

impl Operation for ResendPhoneCode {
    const NAME: &'static str = "resend_phone_code";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = PhoneCodeOnItsWay;
    type Shape = PlainShape;
}

impl Plain for ResendPhoneCode {
    async fn run(self, work: &mut Work<'_>) -> Result<PhoneCodeOnItsWay, Stop> {
        let owner = Owner::lock(work).await?;
        let waiting = waiting(&owner, work).await?;
        let on = owner.two_step.state()? == TwoStep::On;
        let purpose = if on { CodePurpose::ChangePhone } else { CodePurpose::TurnOn };
        send(&owner, purpose, &waiting.phone, true, work).await
    }
}
