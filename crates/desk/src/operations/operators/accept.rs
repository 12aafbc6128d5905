//! Accepting an invitation: the code of the letter, a password, then the authenticator, tried once before anybody is
//! active. In two steps, like the first administrator.

use recovery_rules::codes::CodeKind;
use recovery_rules::passwords::{MINIMUM_ALONE, Password};
use recovery_rules::recovery_code::RecoveryCode;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use super::invitation_hash;
use crate::authenticator;
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::new_password;
use crate::operation::{Judging, Kind, Operation, Plain};
use crate::operations::operator_sign_in::folded;
use crate::perform::{JudgingShape, PlainShape};
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::operators;
use crate::work::Work;

/// Tries of an address in an hour, as for the recovery code (SYSTEM.md 4); the code has 115 bits.
const TRIES: i64 = 10;
const WINDOW: Span = Span::hours(1);

/// Accepts an invitation.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// The address the letter came to.
    pub email: String,
    /// The code in it.
    pub invitation_code: SecretText,
    /// The password to sign in with.
    pub password: SecretText,
}

/// What the authenticator app is given, shown once.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Accepted {
    /// To confirm with.
    pub operator_id: String,
    /// `otpauth://…`
    pub authenticator_uri: String,
    /// Base32, for typing in.
    pub authenticator_secret: String,
}

impl Operation for AcceptInvitation {
    const NAME: &'static str = "accept_invitation";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Accepted;
    type Shape = JudgingShape;
}

impl Judging for AcceptInvitation {
    /// The operator, if address and code are right; known only after the try is committed.
    type Reserved = Option<operators::Operator>;
    /// The hash of the password.
    type Judged = String;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        let code = RecoveryCode::parse(self.invitation_code.expose())
            .map_err(|problem| Refusal::of_code("invitation_code", CodeKind::Invitation, problem))?;
        let operator = invited(&folded(&self.email), &code, work).await?;
        if let Some(operator) = &operator {
            // What is wrong with the password is told to whoever holds the code, and costs no invitation.
            let password = Password::new(self.password.expose().to_owned());
            new_password::judge(work.desk, &password, MINIMUM_ALONE, &[&operator.email, &operator.name])?
                .map_err(|p| Refusal::of_password("password", p))?;
            work.note("operator", operator.id.clone());
        }
        Ok(operator)
    }

    async fn judge(&self, _reserved: &Self::Reserved, hasher: &InLine) -> Result<String, Stop> {
        let password = Password::new(self.password.expose().to_owned());
        Ok(hasher.hash_password(&password).await?)
    }

    async fn settle(
        self,
        reserved: Self::Reserved,
        password_hash: String,
        work: &mut Work<'_>,
    ) -> Result<Accepted, Stop> {
        let operator = reserved.ok_or(Refusal::InvitationNotRight)?;
        let now = operators::lock(&mut work.tx, &operator.id).await?.ok_or(Refusal::InvitationNotRight)?;
        if now.state != "invited" || now.session_epoch != operator.session_epoch {
            return Err(Refusal::InvitationNotRight.into());
        }
        let desk = work.desk;
        let organisation = &desk.settings.organisation.name;
        let enrolment = authenticator::enrol(&desk.keys, &desk.chance, organisation, &operator.email)?;
        operators::enrol(&mut work.tx, &operator.id, &password_hash, enrolment.sealed).await?;
        work.note("operator", operator.id.clone());
        Ok(Accepted {
            operator_id: operator.id,
            authenticator_uri: enrolment.uri,
            authenticator_secret: enrolment.secret,
        })
    }
}

/// Confirms that the authenticator works; then the operator is active and the invitation is used.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ConfirmInvitation {
    /// The address the letter came to.
    pub email: String,
    /// The code in it, once more: whoever only knows an id gets nowhere.
    pub invitation_code: SecretText,
    /// The code the app shows.
    pub code: SecretText,
}

/// Whether the code was right; a wrong one is an outcome, its try stays spent.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InvitationConfirmed {
    /// Active from now on.
    pub ok: bool,
}

impl Operation for ConfirmInvitation {
    const NAME: &'static str = "confirm_invitation";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = InvitationConfirmed;
    type Shape = PlainShape;
}

impl Plain for ConfirmInvitation {
    async fn run(self, work: &mut Work<'_>) -> Result<InvitationConfirmed, Stop> {
        let invitation =
            RecoveryCode::parse(self.invitation_code.expose()).map_err(|_| Refusal::InvitationNotRight)?;
        // What is wrong with the form costs none of the invitation's tries.
        let code = authenticator::typed(&self.code)?;
        let address = folded(&self.email);
        let Some(operator) = invited(&address, &invitation, work).await? else {
            return Ok(InvitationConfirmed { ok: false });
        };
        let sealed = operator.authenticator.as_deref().ok_or(Refusal::InvitationNotRight)?;
        // The step is not spent: the same code may be used for the sign-in that follows at once.
        if authenticator::time_step(&work.desk.keys, sealed, &code, work.now)?.is_none() {
            return Ok(InvitationConfirmed { ok: false });
        }
        work.note("operator", operator.id.clone());
        let ok = operators::activate(&mut work.tx, &operator.id).await?;
        counters::clear(&mut work.tx, &work.desk.keys, Counter::Invitations, &address).await?;
        Ok(InvitationConfirmed { ok })
    }
}

/// The operator whose live invitation has this address and code. The try is spent first, for unknown addresses too.
async fn invited(
    address: &str,
    code: &RecoveryCode,
    work: &mut Work<'_>,
) -> Result<Option<operators::Operator>, Stop> {
    let (keys, now) = (&work.desk.keys, work.now);
    counters::spend_within(&mut work.tx, keys, Counter::Invitations, address, TRIES, WINDOW, now)
        .await?
        .map_err(|until| Refusal::SignInWait { until })?;
    let known = operators::by_email(&mut work.tx, address).await?;
    let hash = invitation_hash(keys, known.as_ref().map_or("", |operator| &operator.id), code);
    Ok(operators::invited(&mut work.tx, address, &hash, now).await?)
}
