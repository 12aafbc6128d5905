//! A user signs in on the account pages: e-mail and password, then a verification code where 2-step asks for
//! one. Unknown, wrong, locked and closed look the same and take the same time.

use recovery_rules::passwords::Password;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, TwoStep};
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::failure::Stop;
use crate::letters_queue::{self, Letter};
use crate::operation::{Judging, Kind, Operation, SessionChange};
use crate::operations::operator_sign_in::{folded, new_token};
use crate::password_tries;
use crate::perform::JudgingShape;
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::{codes, events, links, sessions, two_step, users};
use crate::work::Work;

/// Signs in.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSignIn {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: SecretText,
}

/// How far it came.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum UserSignedIn {
    /// In.
    Done {
        /// The session's token.
        #[serde(skip)]
        token: SecretText,
    },
    /// A verification code is on its way.
    CodeNeeded {
        /// Binds the code to this browser.
        #[serde(skip)]
        challenge: SecretText,
        /// Whether it travels by e-mail (2-step is to be set up again) and not by text message.
        by_mail: bool,
    },
}

impl Operation for UserSignIn {
    const NAME: &'static str = "user_sign_in";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = UserSignedIn;
    type Shape = JudgingShape;

    fn session(answer: &UserSignedIn) -> SessionChange {
        match answer {
            UserSignedIn::Done { token } => SessionChange::Started(token.clone()),
            UserSignedIn::CodeNeeded { .. } => SessionChange::None,
        }
    }
}

impl Judging for UserSignIn {
    type Reserved = Option<users::User>;
    type Judged = bool;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        let address = folded(&self.email);
        password_tries::spend(Counter::UserPassword, &address, work).await?;
        let user = users::by_email(&mut work.tx, &address).await?;
        if let Some(user) = &user {
            work.about_user(&user.id);
        }
        Ok(user)
    }

    async fn judge(&self, reserved: &Self::Reserved, desk: &Desk) -> Result<bool, Stop> {
        let password = Password::new(self.password.expose().to_owned());
        match reserved.as_ref().and_then(|user| user.password_hash.as_deref()) {
            Some(hash) => Ok(desk.hasher.verify_password(&password, hash).await?),
            None => {
                desk.hasher.verify_against_nothing(&password).await?;
                Ok(false)
            }
        }
    }

    async fn settle(
        self,
        reserved: Self::Reserved,
        judged: bool,
        work: &mut Work<'_>,
    ) -> Result<UserSignedIn, Stop> {
        let Some(before) = reserved.filter(|_| judged) else { return Err(Refusal::SignInNotRight.into()) };
        let user = users::lock(&mut work.tx, &before.id).await?.ok_or(Refusal::SignInNotRight)?;
        if user.account()? != Account::Active || user.security_epoch != before.security_epoch {
            return Err(Refusal::SignInNotRight.into());
        }
        let keys = &work.desk.keys;
        counters::give_back(&mut work.tx, keys, Counter::UserPassword, &folded(&self.email)).await?;
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        match two_step.state()? {
            TwoStep::Never | TwoStep::Off => {
                Ok(UserSignedIn::Done { token: start_session(&user, work).await? })
            }
            TwoStep::ToBeSetUpAgain => challenge(&user, None, work).await,
            TwoStep::On => challenge(&user, two_step.phone.as_deref(), work).await,
        }
    }
}

/// Starts a user's session.
pub async fn start_session(user: &users::User, work: &mut Work<'_>) -> Result<SecretText, Stop> {
    let token = new_token(work);
    let hash = sessions::token_hash(&work.desk.keys, &token);
    let expires_at = work.now + work.policy.span(Number::UserSession);
    let id = work.new_id();
    let owner = sessions::Owner::User(&user.id);
    sessions::start(&mut work.tx, &id, &hash, owner, user.security_epoch, work.now, expires_at).await?;
    users::signed_in(&mut work.tx, &user.id, work.now).await?;
    // Whoever got in without it needs no unlock link any more; one left lying would only be a risk.
    if links::end_unlock(&mut work.tx, &user.id, "account_changed", work.now).await? > 0 {
        codes::end_all(&mut work.tx, &user.id, "call", work.now).await?;
        work.note("unlock_link_ended", true);
        let about = events::About { user_id: Some(&user.id), ..events::About::default() };
        work.tell_desks(events::Kind::MessageChanged, about).await?;
    }
    Ok(token)
}

/// Asks for a verification code, bound to this browser by a challenge; a newer one ends the one before.
async fn challenge(
    user: &users::User,
    phone: Option<&str>,
    work: &mut Work<'_>,
) -> Result<UserSignedIn, Stop> {
    let limit = VERIFICATION_CODES_A_DAY;
    let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
    counters::spend_within(&mut work.tx, keys, Counter::VerificationMails, &user.id, limit, day, now)
        .await?
        .map_err(|until| Refusal::SignInWait { until })?;
    codes::end_all(&mut work.tx, &user.id, "sign_in", work.now).await?;
    let challenge = new_token(work);
    let id = work.new_id();
    let new = codes::NewCode {
        id: &id,
        user_id: &user.id,
        purpose: "sign_in",
        bound_to: &challenge_key(work, &challenge),
        hash: None,
        epoch: user.security_epoch,
        expires_at: None,
    };
    codes::insert(&mut work.tx, new, work.now).await?;
    let (kind, address) = phone.map_or(("mail", user.email.as_str()), |phone| ("sms", phone));
    let letter = Letter { kind, code_id: Some(&id), ..Letter::to(&user.id, address, "sign_in_code") };
    letters_queue::queue(work, letter, serde_json::json!({})).await?;
    Ok(UserSignedIn::CodeNeeded { challenge, by_mail: phone.is_none() })
}

/// Codes sent to one user a day. SYSTEM.md allows 5 resends of a code a day; a person who signs in several
/// times from new browsers needs more than that, so every sign-in may send one, up to this bound.
const VERIFICATION_CODES_A_DAY: i64 = 20;

/// What a sign-in code is bound to: the keyed hash of the challenge in the browser's cookie.
pub fn challenge_key(work: &Work<'_>, challenge: &SecretText) -> String {
    let hash = work.desk.keys.keyed_hash("challenge", &[challenge.expose().as_bytes()]);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
