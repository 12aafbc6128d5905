//! A user signs in on the account pages: e-mail and password, then a verification code where 2-step asks for
//! one and the browser isn't remembered. Unknown, wrong, locked and closed look the same and take the same time.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, CodePurpose, SecondStep};
use recovery_rules::two_step::{Way, way};
use serde::{Deserialize, Serialize};

use crate::browsers;
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::keys::DataKeys;
use crate::operation::{Judging, Kind, Operation, SessionChange};
use crate::operations::operator_sign_in::{folded, new_token};
use crate::password_tries::{self, Compared};
use crate::perform::JudgingShape;
use crate::reset;
use crate::secret::SecretText;
use crate::short_codes::{self, Sending, Sent};
use crate::store::counters::{self, Counter};
use crate::store::{challenges, codes, events, links, sessions, two_step, users};
use crate::work::Work;

/// Signs in.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSignIn {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: SecretText,
    /// What this browser knows from earlier.
    #[serde(default)]
    pub browser: BrowserCookies,
}

/// The cookies of a browser that a sign-in looks at. None of them is needed.
#[derive(Debug, Default, Hash, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BrowserCookies {
    /// It signed in to some account before: strangers' wrong passwords then don't make it wait.
    pub known: Option<SecretText>,
    /// It is remembered for some account: no verification code is asked for.
    pub remembered: Option<SecretText>,
    /// A sign-in that this one takes the place of.
    pub challenge: Option<SecretText>,
    /// A reset that a recovery code finished in this browser a moment ago: it is the second step, once.
    pub reset: Option<SecretText>,
}

/// Somebody is in.
#[derive(Debug, Serialize)]
pub struct SignedIn {
    /// The session's token.
    #[serde(skip)]
    pub token: SecretText,
    /// Marks this browser as one that signed in to this account.
    #[serde(skip)]
    pub known: SecretText,
    /// Remembers this browser, where that was asked for.
    #[serde(skip)]
    pub remembered: Option<SecretText>,
}

/// How far it came.
#[derive(Debug, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum UserSignedIn {
    /// In.
    Done(SignedIn),
    /// A verification code is on its way.
    CodeNeeded {
        /// Binds the rest of the sign-in to this browser.
        #[serde(skip)]
        challenge: SecretText,
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
            UserSignedIn::Done(signed_in) => SessionChange::Started(signed_in.token.clone()),
            UserSignedIn::CodeNeeded { .. } => SessionChange::None,
        }
    }
}

impl Judging for UserSignIn {
    type Reserved = Option<users::User>;
    type Judged = Compared;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        let (counter, about) = self.counted(&work.desk.keys);
        password_tries::spend(counter, &about, work).await?;
        let user = users::by_email(&mut work.tx, &folded(&self.email)).await?;
        if let Some(user) = &user {
            work.about_user(&user.id);
        }
        Ok(user)
    }

    async fn judge(&self, reserved: &Self::Reserved, hasher: &InLine) -> Result<Compared, Stop> {
        let hash = reserved.as_ref().and_then(|user| user.password_hash.as_deref());
        let comes_in = reserved.as_ref().is_some_and(|user| user.account == "active");
        password_tries::compare(&self.password, hash, comes_in, hasher).await
    }

    async fn settle(
        self,
        reserved: Self::Reserved,
        judged: Compared,
        work: &mut Work<'_>,
    ) -> Result<UserSignedIn, Stop> {
        // An account that can't be used is left here too: the right password for it costs the statements of a wrong one.
        let before = match reserved {
            Some(user) if judged.right() && user.account()? == Account::Active => user,
            _ => return Err(Refusal::SignInNotRight.into()),
        };
        let user = users::lock(&mut work.tx, &before.id).await?.ok_or(Refusal::SignInNotRight)?;
        if user.account()? != Account::Active || user.security_epoch != before.security_epoch {
            return Err(Refusal::SignInNotRight.into());
        }
        renew(&user, judged, work).await?;
        let (counter, about) = self.counted(&work.desk.keys);
        counters::give_back(&mut work.tx, &work.desk.keys, counter, &about).await?;
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        let state = two_step.state()?;
        if way(state) == Way::TextMessage
            && browsers::is_remembered(&user, self.browser.remembered.as_ref(), work).await?
        {
            work.note("browser", "remembered");
            return Ok(UserSignedIn::Done(sign_in(&user, None, work).await?));
        }
        if way(state) != Way::None && reset::take_proof(&user, self.browser.reset.as_ref(), work).await? {
            work.note("second_step", "reset");
            return Ok(UserSignedIn::Done(sign_in(&user, Some(SecondStep::Reset), work).await?));
        }
        match way(state) {
            Way::None => Ok(UserSignedIn::Done(sign_in(&user, None, work).await?)),
            Way::Mail | Way::TextMessage => {
                let challenge = begin_challenge(&user, self.browser.challenge.as_ref(), work).await?;
                send_code(&user, &two_step, &challenge.1, false, work).await?;
                Ok(UserSignedIn::CodeNeeded { challenge: challenge.0 })
            }
        }
    }
}

/// Keeps the hash that a comparison made anew.
pub(super) async fn renew(user: &users::User, judged: Compared, work: &mut Work<'_>) -> Result<(), Stop> {
    if let (Compared::Right { renewed: Some(hash) }, Some(before)) = (judged, &user.password_hash) {
        users::renew_password_hash(&mut work.tx, &user.id, before, &hash).await?;
        work.note("password_hash", "renewed");
    }
    Ok(())
}

impl UserSignIn {
    /// Where a wrong password is counted: with the address; a browser that signed in to that account before has a
    /// count of its own, so that a stranger who hammers the address doesn't make its owner wait.
    fn counted(&self, keys: &DataKeys) -> (Counter, String) {
        let address = folded(&self.email);
        match browsers::known_id(keys, &address, self.browser.known.as_ref()) {
            Some(id) => (Counter::KnownBrowserPassword, format!("{address} {id}")),
            None => (Counter::UserPassword, address),
        }
    }
}

/// Lets a user in: a session with its second step, and what the browser is known by from now on.
pub async fn sign_in(
    user: &users::User,
    second_step: Option<SecondStep>,
    work: &mut Work<'_>,
) -> Result<SignedIn, Stop> {
    let token = start_session(user, second_step, work).await?;
    let known = browsers::known(&work.desk.keys, &folded(&user.email), &work.desk.chance);
    Ok(SignedIn { token, known, remembered: None })
}

/// Starts a user's session.
async fn start_session(
    user: &users::User,
    second_step: Option<SecondStep>,
    work: &mut Work<'_>,
) -> Result<SecretText, Stop> {
    let token = new_token(work);
    let hash = sessions::token_hash(&work.desk.keys, &token);
    let expires_at = work.now + work.policy.span(Number::UserSession);
    let id = work.new_id();
    let owner = sessions::Owner::User(&user.id);
    sessions::start(&mut work.tx, &id, &hash, owner, user.security_epoch, work.now, expires_at).await?;
    if let Some(by) = second_step {
        sessions::second_step(&mut work.tx, &id, by, work.now).await?;
    }
    signed_in_again(user, work).await?;
    Ok(token)
}

/// What every sign-in of a user does beside its session, on the pages and at the desk.
pub(super) async fn signed_in_again(user: &users::User, work: &mut Work<'_>) -> Result<(), Stop> {
    users::signed_in(&mut work.tx, &user.id, work.now).await?;
    // Whoever is in needs no reset link any more either (D6.5).
    links::end_all(&mut work.tx, &user.id, "reset", "account_changed", work.now).await?;
    // Whoever got in without it needs no unlock link any more; one left lying would only be a risk.
    if links::end_all(&mut work.tx, &user.id, "unlock", "account_changed", work.now).await? > 0 {
        codes::end_of_unlock(&mut work.tx, &user.id, work.now).await?;
        work.note("unlock_link_ended", true);
        let about = events::About { user_id: Some(&user.id), ..events::About::default() };
        work.tell_desks(events::Kind::MessageChanged, about).await?;
    }
    Ok(())
}

/// Begins the second half of a sign-in, bound to this browser; the one of the same browser before is over.
async fn begin_challenge(
    user: &users::User,
    former: Option<&SecretText>,
    work: &mut Work<'_>,
) -> Result<(SecretText, String), Stop> {
    if let Some(former) = former {
        let hash = challenge_hash(&work.desk.keys, former);
        challenges::take_over(&mut work.tx, &hash, &user.id, work.now).await?;
    }
    let secret = new_token(work);
    let challenge = challenges::Challenge {
        id: work.new_id(),
        user_id: user.id.clone(),
        epoch: user.security_epoch,
        began_at: work.now.0,
        expires_at: (work.now + work.policy.span(Number::SignInChallengeLife)).0,
    };
    let hash = challenge_hash(&work.desk.keys, &secret);
    challenges::insert(&mut work.tx, &challenge, &hash).await?;
    Ok((secret, challenge.id))
}

/// Sends the verification code of a sign-in.
pub async fn send_code(
    user: &users::User,
    two_step: &two_step::TwoStepRow,
    challenge_id: &str,
    again: bool,
    work: &mut Work<'_>,
) -> Result<Sent, Stop> {
    let (kind, address) = match two_step.phone.as_deref() {
        Some(phone) => ("sms", phone),
        None => ("mail", user.email.as_str()),
    };
    let sending = Sending { purpose: CodePurpose::SignIn, bound_to: challenge_id, kind, address, again };
    match short_codes::send(user, sending, work).await {
        // A sign-in says the same as with too many passwords; the owner's other ways stay open.
        Err(Stop::Refused(Refusal::CodesUsed { until })) if !again => {
            Err(Refusal::SignInWait { until }.into())
        }
        other => other,
    }
}

/// The keyed hash a challenge is found by.
pub fn challenge_hash(keys: &DataKeys, challenge: &SecretText) -> [u8; 32] {
    keys.keyed_hash("challenge", &[challenge.expose().as_bytes()])
}
