//! An operator signs in: e-mail, password and authenticator code together, one answer for all three.

use recovery_rules::codes::AuthenticatorCode;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Role, Who};
use serde::{Deserialize, Serialize};

use crate::authenticator;
use crate::failure::{Fault, Stop};
use crate::hashing::InLine;
use crate::operation::{Judging, Kind, Operation, SessionChange};
use crate::operations::who_is_in::{DeskView, OperatorView, desk_view};
use crate::password_tries::{self, Compared};
use crate::perform::JudgingShape;
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::{calls, events, operators, sessions};
use crate::work::Work;

/// Signs in at the desk.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct OperatorSignIn {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: SecretText,
    /// The code the authenticator shows.
    pub code: SecretText,
}

/// Signed in. The token goes to whoever keeps sessions, never into JSON.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SignedIn {
    /// What the window paints itself with.
    #[serde(flatten)]
    pub desk: DeskView,
    /// The session's token.
    #[serde(skip)]
    pub token: SecretText,
}

impl Operation for OperatorSignIn {
    const NAME: &'static str = "operator_sign_in";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = SignedIn;
    type Shape = JudgingShape;

    fn session(answer: &SignedIn) -> SessionChange {
        SessionChange::Started(answer.token.clone())
    }
}

impl Judging for OperatorSignIn {
    /// The operator, if there is one of that address, and whether the rest of what was typed lets them in: only then a
    /// password takes longer to be right than to be wrong.
    type Reserved = Option<(operators::Operator, bool)>;
    type Judged = Compared;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        // What is wrong with its form costs no try and is told before anybody is looked for: the same to everybody.
        let code = authenticator::typed(&self.code)?;
        let address = folded(&self.email);
        password_tries::spend(Counter::OperatorPassword, &address, work).await?;
        let operator = operators::by_email(&mut work.tx, &address).await?;
        if let Some(operator) = &operator {
            work.note("operator", operator.id.clone());
        }
        let Some(operator) = operator else { return Ok(None) };
        let comes_in = operator.state == "active" && matches!(step(&code, &operator, work), Ok(Some(_)));
        Ok(Some((operator, comes_in)))
    }

    async fn judge(&self, reserved: &Self::Reserved, hasher: &InLine) -> Result<Compared, Stop> {
        let hash = reserved.as_ref().and_then(|(operator, _)| operator.password_hash.as_deref());
        let comes_in = reserved.as_ref().is_some_and(|(_, comes_in)| *comes_in);
        password_tries::compare(&self.password, hash, comes_in, hasher).await
    }

    async fn settle(
        self,
        reserved: Self::Reserved,
        judged: Compared,
        work: &mut Work<'_>,
    ) -> Result<SignedIn, Stop> {
        let operator = match reserved {
            Some((operator, _)) => operators::by_id(&mut work.tx, &operator.id).await?,
            None => None,
        };
        let operator =
            operator.filter(|o| judged.right() && o.state == "active").ok_or(Refusal::SignInNotRight)?;
        let code = authenticator::typed(&self.code)?;
        let step = step(&code, &operator, work)?.ok_or(Refusal::SignInNotRight)?;
        // A code works once: somebody who saw it over a shoulder gets nowhere.
        if !operators::take_time_step(&mut work.tx, &operator.id, step).await? {
            return Err(Refusal::SignInNotRight.into());
        }
        if let (Compared::Right { renewed: Some(hash) }, Some(before)) = (judged, &operator.password_hash) {
            operators::renew_password_hash(&mut work.tx, &operator.id, before, &hash).await?;
            work.note("password_hash", "renewed");
        }
        let keys = &work.desk.keys;
        counters::clear(&mut work.tx, keys, Counter::OperatorPassword, &folded(&self.email)).await?;
        start_session(operator, work).await
    }
}

/// The time step of the authenticator's code that was typed; none if it is not one of now.
fn step(
    code: &AuthenticatorCode,
    operator: &operators::Operator,
    work: &Work<'_>,
) -> Result<Option<i64>, Stop> {
    let Some(sealed) = operator.authenticator.as_deref() else { return Ok(None) };
    Ok(authenticator::time_step(&work.desk.keys, sealed, code, work.now)?)
}

/// Starts the operator's session; the newest wins and the former is told.
pub async fn start_session(operator: operators::Operator, work: &mut Work<'_>) -> Result<SignedIn, Stop> {
    let owner = sessions::Owner::Operator(&operator.id);
    if sessions::end_all(&mut work.tx, owner, work.now).await? > 0 {
        let about = events::About { operator_id: Some(&operator.id), ..events::About::default() };
        work.tell_desks(events::Kind::SignedOut, about).await?;
    }
    // Whoever signs in anew has not heard the caller: a verdict of the session before is void.
    calls::void_verdict_of(&mut work.tx, &operator.id).await?;
    let token = new_token(work);
    let hash = sessions::token_hash(&work.desk.keys, &token);
    let expires_at = work.now + work.policy.span(Number::OperatorSession);
    let id = work.new_id();
    sessions::start(&mut work.tx, &id, &hash, owner, operator.session_epoch, work.now, expires_at).await?;
    if let Some(key) = &work.device_key {
        sessions::bind_to_device(&mut work.tx, &id, key).await?;
    }
    // The code of the sign-in is a fresh one.
    sessions::confirmed(&mut work.tx, &id, work.now).await?;
    work.note("operator", operator.id.clone());
    let role =
        Role::from_name(&operator.role).ok_or_else(|| Fault::Stored(format!("role {}", operator.role)))?;
    let view = OperatorView { id: operator.id, name: operator.name, email: operator.email, role };
    Ok(SignedIn { desk: desk_view(work, view), token })
}

/// A session's token: 256 bits, base64url.
pub fn new_token(work: &Work<'_>) -> SecretText {
    let secret = recovery_rules::link_secret::LinkSecret::from_random(&work.desk.chance.bytes());
    SecretText::new(secret.expose())
}

/// The address as accounts are found by it; what is no address is counted too.
pub fn folded(email: &str) -> String {
    recovery_rules::email::Email::parse(email)
        .map_or_else(|_| email.trim().to_lowercase().chars().take(254).collect(), |email| email.folded())
}
