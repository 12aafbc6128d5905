//! A billing user signs in at the desk with the own account: password, and a code where 2-step asks for one. The session
//! is bound to the own company and, over the network, to the device; the newest wins. A remembered browser counts for
//! nothing here. Unknown, wrong, locked, closed and not a billing user look the same and take the same time.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, CodePurpose, SecondStep, TwoStep, UserKind};
use recovery_rules::time::Moment;
use recovery_rules::two_step::{Way, later_until, way};
use serde::{Deserialize, Serialize};

use crate::caller::BillingActor;
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::operation::{Judging, Kind, Operation, Plain, SessionChange};
use crate::operations::enter_sign_in_code::{CodeOnItsWay, on_its_way};
use crate::operations::operator_sign_in::{SignedIn, folded, new_token};
use crate::operations::user_sign_in::{renew, send_code, signed_in_again};
use crate::operations::who_is_in::{billing_view, desk_view};
use crate::password_tries::{self, Compared};
use crate::perform::{JudgingShape, PlainShape};
use crate::secret::SecretText;
use crate::short_codes::{self, Tried};
use crate::store::challenges::{self, Challenge};
use crate::store::counters::{self, Counter};
use crate::store::{desk_sessions, events, sessions, two_step, users};
use crate::work::Work;

/// Signs a billing user in at the desk.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct BillingSignIn {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: SecretText,
}

/// Half way in.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HalfWay {
    /// The code on its way.
    #[serde(flatten)]
    pub code: CodeOnItsWay,
    /// What the desk holds until then; never in JSON.
    #[serde(skip)]
    pub token: SecretText,
}

/// How far it came.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum BillingSignedIn {
    /// In.
    SignedIn(Box<SignedIn>),
    /// A verification code is on its way.
    CodeNeeded(HalfWay),
}

impl Operation for BillingSignIn {
    const NAME: &'static str = "billing_sign_in";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = BillingSignedIn;
    type Shape = JudgingShape;

    fn session(answer: &BillingSignedIn) -> SessionChange {
        match answer {
            BillingSignedIn::SignedIn(signed_in) => SessionChange::Started(signed_in.token.clone()),
            BillingSignedIn::CodeNeeded(half) => SessionChange::Arriving(half.token.clone()),
        }
    }
}

impl Judging for BillingSignIn {
    type Reserved = Option<users::User>;
    type Judged = Compared;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        let address = folded(&self.email);
        // The same counter as on the account pages: two doors give no second set of tries.
        password_tries::spend(Counter::UserPassword, &address, work).await?;
        let user = users::by_email(&mut work.tx, &address).await?;
        if let Some(user) = &user {
            work.about_user(&user.id);
        }
        Ok(user)
    }

    async fn judge(&self, reserved: &Self::Reserved, hasher: &InLine) -> Result<Compared, Stop> {
        let hash = reserved.as_ref().and_then(|user| user.password_hash.as_deref());
        let comes_in =
            reserved.as_ref().is_some_and(|user| user.account == "active" && user.kind == "billing");
        password_tries::compare(&self.password, hash, comes_in, hasher).await
    }

    async fn settle(
        self,
        reserved: Self::Reserved,
        judged: Compared,
        work: &mut Work<'_>,
    ) -> Result<BillingSignedIn, Stop> {
        // Whoever can't come in here costs as many statements with the right password as with a wrong one.
        let comes_in = |user: &users::User| {
            judged.right()
                && matches!(user.account(), Ok(Account::Active))
                && matches!(user.kind(), Ok(UserKind::Billing))
        };
        let Some(before) = reserved.filter(comes_in) else { return Err(Refusal::SignInNotRight.into()) };
        let user = users::lock(&mut work.tx, &before.id).await?.ok_or(Refusal::SignInNotRight)?;
        let may = user.account()? == Account::Active
            && user.security_epoch == before.security_epoch
            && user.kind()? == UserKind::Billing;
        if !may {
            return Err(Refusal::SignInNotRight.into());
        }
        renew(&user, judged, work).await?;
        let (keys, address) = (&work.desk.keys, folded(&self.email));
        counters::give_back(&mut work.tx, keys, Counter::UserPassword, &address).await?;
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        let state = two_step.state()?;
        if state == TwoStep::ToBeSetUpAgain
            && work.now >= later_until(Moment(two_step.changed_at), &work.policy)
        {
            return Err(Refusal::SetUpFirst.into());
        }
        if way(state) == Way::None {
            return Ok(BillingSignedIn::SignedIn(Box::new(start(&user, None, work).await?)));
        }
        desk_sessions::end_challenges(&mut work.tx, &user.id, work.now).await?;
        let token = new_token(work);
        let challenge = Challenge {
            id: work.new_id(),
            user_id: user.id.clone(),
            epoch: user.security_epoch,
            began_at: work.now.0,
            expires_at: (work.now + work.policy.span(Number::SignInChallengeLife)).0,
        };
        let hash = desk_sessions::challenge_hash(&work.desk.keys, &token);
        challenges::insert(&mut work.tx, &challenge, &hash).await?;
        let device = work.device_key;
        desk_sessions::bind_challenge(&mut work.tx, &challenge.id, device).await?;
        send_code(&user, &two_step, &challenge.id, false, work).await?;
        let code = on_its_way(CodePurpose::SignIn, &challenge.id, &two_step, work).await?;
        Ok(BillingSignedIn::CodeNeeded(HalfWay { code, token }))
    }
}

/// Starts the session; the former one at another desk ends and is told.
pub(super) async fn start(
    user: &users::User,
    second_step: Option<SecondStep>,
    work: &mut Work<'_>,
) -> Result<SignedIn, Stop> {
    if desk_sessions::end_all(&mut work.tx, &user.id, work.now).await? > 0 {
        let about = events::About { operator_id: Some(&user.id), ..events::About::default() };
        work.tell_desks(events::Kind::SignedOut, about).await?;
    }
    let token = new_token(work);
    let hash = sessions::token_hash(&work.desk.keys, &token);
    let expires_at = work.now + work.policy.span(Number::OperatorSession);
    let (id, owner, device) = (work.new_id(), sessions::Owner::User(&user.id), work.device_key);
    sessions::start(&mut work.tx, &id, &hash, owner, user.security_epoch, work.now, expires_at).await?;
    if let Some(by) = second_step {
        sessions::second_step(&mut work.tx, &id, by, work.now).await?;
    }
    desk_sessions::bind(&mut work.tx, &id, &user.company_id, device).await?;
    signed_in_again(user, work).await?;
    work.note("company", user.company_id.clone());
    let billing = BillingActor {
        id: user.id.clone(),
        name: user.name(),
        email: user.email.clone(),
        company_id: user.company_id.clone(),
        session_id: id,
        second_step: second_step == Some(SecondStep::TextMessage),
    };
    Ok(SignedIn { desk: desk_view(work, billing_view(&billing)), token })
}

/// Gives the code of the sign-in.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct EnterBillingCode {
    /// What was typed.
    pub code: SecretText,
}

/// How it went. A wrong code is an outcome: its try stays spent.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum BillingCodeEntered {
    /// In.
    SignedIn(Box<SignedIn>),
    /// Not right.
    NotRight {
        /// Tries left.
        tries_left: i64,
    },
}

impl Operation for EnterBillingCode {
    const NAME: &'static str = "enter_billing_code";
    const WHO: Who = Who::Arriving;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = BillingCodeEntered;
    type Shape = JudgingShape;

    fn session(answer: &BillingCodeEntered) -> SessionChange {
        match answer {
            BillingCodeEntered::SignedIn(signed_in) => SessionChange::Started(signed_in.token.clone()),
            BillingCodeEntered::NotRight { .. } => SessionChange::None,
        }
    }
}

impl Judging for EnterBillingCode {
    type Reserved = Tried;
    type Judged = bool;
    const HASHES: usize = 0;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Tried, Stop> {
        // The user's row first, as where the code is right: two at once would wait for each other in a circle.
        lock_arriving(work).await?;
        let challenge_id = work.arriving()?.challenge_id.clone();
        short_codes::spend_try(CodePurpose::SignIn, &challenge_id, self.code.expose(), work).await
    }

    async fn judge(&self, tried: &Tried, _hasher: &InLine) -> Result<bool, Stop> {
        Ok(tried.is_right())
    }

    async fn settle(
        self,
        tried: Tried,
        right: bool,
        work: &mut Work<'_>,
    ) -> Result<BillingCodeEntered, Stop> {
        if !right {
            work.note("code", "wrong");
            return Ok(BillingCodeEntered::NotRight { tries_left: tried.tries_left });
        }
        let arriving = work.arriving()?.clone();
        let user = lock_arriving(work).await?;
        short_codes::take(&tried, CodePurpose::SignIn, &user, work).await?;
        if !challenges::finish(&mut work.tx, &arriving.challenge_id, work.now).await? {
            return Err(Refusal::CodeDead.into());
        }
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        let by_mail = way(two_step.state()?) == Way::Mail;
        let second_step = if by_mail { SecondStep::Mail } else { SecondStep::TextMessage };
        Ok(BillingCodeEntered::SignedIn(Box::new(start(&user, Some(second_step), work).await?)))
    }
}

/// Asks for the code again; the one before is dead.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ResendBillingCode {}

impl Operation for ResendBillingCode {
    const NAME: &'static str = "resend_billing_code";
    const WHO: Who = Who::Arriving;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = CodeOnItsWay;
    type Shape = PlainShape;
}

impl Plain for ResendBillingCode {
    async fn run(self, work: &mut Work<'_>) -> Result<CodeOnItsWay, Stop> {
        let challenge_id = work.arriving()?.challenge_id.clone();
        let user = lock_arriving(work).await?;
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        send_code(&user, &two_step, &challenge_id, true, work).await?;
        on_its_way(CodePurpose::SignIn, &challenge_id, &two_step, work).await
    }
}

/// Whoever is on the way in, locked, and still who they were.
async fn lock_arriving(work: &mut Work<'_>) -> Result<users::User, Stop> {
    let user_id = work.arriving()?.user_id.clone();
    let seen = users::by_id(&mut work.tx, &user_id).await?.ok_or(Refusal::SignedOut)?;
    work.about_user(&user_id);
    let user = users::lock(&mut work.tx, &user_id).await?.ok_or(Refusal::SignedOut)?;
    let stands = user.account()? == Account::Active
        && user.security_epoch == seen.security_epoch
        && user.kind()? == UserKind::Billing;
    if stands { Ok(user) } else { Err(Refusal::SignedOut.into()) }
}
