//! Using the unlock link: call code, contact code where the company asks for one, and new password together, once. Afterwards the account is active again
//! (an administrator's lock stays), everything older is dead, and 2-step is to be set up again.

use recovery_rules::codes::{CallCode, CodeKind, MailCode};
use recovery_rules::outcome::outcome;
use recovery_rules::passwords::Password;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, CodePurpose, TwoStep};
use serde::{Deserialize, Serialize};

use crate::contact;
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::keys::same_hash;
use crate::letters_queue::{self, Letter};
use crate::new_password;
use crate::operation::{Judging, Kind, Operation};
use crate::operations::call_happened::happened;
use crate::operations::send_unlock::call_code_hash;
use crate::operations::unlock_link::live_unlock_link;
use crate::perform::JudgingShape;
use crate::secret::SecretText;
use crate::short_codes;
use crate::store::{
    calls, codes, companies, events, links, pending_phones, remembered_browsers, sessions, two_step, users,
};
use crate::work::Work;

/// Uses an unlock link.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedeemUnlock {
    /// The link's secret.
    pub link: SecretText,
    /// The call code, where policy asks for it.
    pub call_code: SecretText,
    /// The code of the recovery contact, where the page asks for it.
    pub contact_code: SecretText,
    /// The new password.
    pub new_password: SecretText,
}

/// How it went. A wrong code is an outcome: its try stays spent, and the other code's is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Redeemed {
    /// The new password is set.
    Done {
        /// Whether the account can be signed in to; an administrator's lock stays.
        active: bool,
    },
    /// The call code is not right.
    CallCodeNotRight {
        /// Tries left; at none the link is dead.
        tries_left: i64,
    },
    /// The contact code is not right; the call code was.
    ContactCodeNotRight {
        /// Tries left; at none the link is dead.
        tries_left: i64,
    },
    /// The codes are right and the password is the one before. Their tries are given back: whoever knows the codes could
    /// only lose the link by it.
    SamePassword,
}

/// What is judged.
#[derive(Debug)]
pub struct Reserved {
    link: links::Link,
    call: Option<Typed>,
    contact: Option<Typed>,
    former_password: Option<String>,
}

/// A code that was typed, its try spent.
#[derive(Debug)]
struct Typed {
    code_id: String,
    stored: Vec<u8>,
    typed: [u8; 32],
    tries_left: i64,
}

impl Typed {
    fn is_right(&self) -> bool {
        same_hash(&self.stored, &self.typed)
    }
}

/// What came out.
#[derive(Debug)]
pub enum Judged {
    /// The call code is wrong; the contact code was not looked at.
    WrongCallCode,
    /// The call code is right and the contact code wrong.
    WrongContactCode,
    /// The password is the one before.
    SamePassword,
    /// All right; the new hash.
    Right(String),
}

impl Operation for RedeemUnlock {
    const NAME: &'static str = "redeem_unlock";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Redeemed;
    type Shape = JudgingShape;
}

impl Judging for RedeemUnlock {
    type Reserved = Reserved;
    type Judged = Judged;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Reserved, Stop> {
        let link = live_unlock_link(&self.link, work).await?;
        let user = users::lock(&mut work.tx, &link.user_id).await?.ok_or(Refusal::LinkUnknown)?;
        let company =
            companies::by_id(&mut work.tx, &user.company_id).await?.map(|c| c.name).unwrap_or_default();
        // What is wrong with the form costs no try.
        let minimum = usize::try_from(work.policy.count(Number::PasswordLength)).unwrap_or(15);
        let password = Password::new(self.new_password.expose().to_owned());
        let context = [user.email.as_str(), &user.given_name, &user.family_name, &company];
        new_password::judge(work.desk, &password, minimum, &context)?
            .map_err(|p| Refusal::of_password("new_password", p))?;
        let call = match codes::bound_to(&mut work.tx, CodePurpose::Call, &link.id).await? {
            None => None,
            Some(code) => {
                let typed = CallCode::parse(self.call_code.expose())
                    .map_err(|problem| Refusal::of_code("call_code", CodeKind::Call, problem))?;
                Some((call_code_hash(work, &link.id, &typed), code))
            }
        };
        let contact = match contact::code_of(&link, &user, work).await? {
            None => None,
            // Its letter waits in the queue: nothing that is typed now can be right.
            Some(code) if code.code_hash.is_none() => {
                return Err(
                    Refusal::BadField { field: "contact_code", problem: "contact_code_on_its_way" }.into()
                );
            }
            Some(code) => {
                let typed = MailCode::parse(self.contact_code.expose())
                    .map_err(|problem| Refusal::of_code("contact_code", CodeKind::Contact, problem))?;
                let keys = &work.desk.keys;
                Some((short_codes::hash(keys, CodePurpose::Contact, &code.id, typed.expose()), code))
            }
        };
        Ok(Reserved {
            call: spend(call, work).await?,
            contact: spend(contact, work).await?,
            link,
            former_password: user.password_hash,
        })
    }

    async fn judge(&self, reserved: &Reserved, hasher: &InLine) -> Result<Judged, Stop> {
        if reserved.call.as_ref().is_some_and(|call| !call.is_right()) {
            return Ok(Judged::WrongCallCode);
        }
        if reserved.contact.as_ref().is_some_and(|contact| !contact.is_right()) {
            return Ok(Judged::WrongContactCode);
        }
        let password = Password::new(self.new_password.expose().to_owned());
        if let Some(former) = &reserved.former_password
            && hasher.verify_password(&password, former).await?
        {
            return Ok(Judged::SamePassword);
        }
        Ok(Judged::Right(hasher.hash_password(&password).await?))
    }

    async fn settle(self, reserved: Reserved, judged: Judged, work: &mut Work<'_>) -> Result<Redeemed, Stop> {
        match judged {
            Judged::WrongCallCode => {
                let tries_left =
                    wrong("call_code", reserved.call, reserved.contact, &reserved.link, work).await?;
                Ok(Redeemed::CallCodeNotRight { tries_left })
            }
            Judged::WrongContactCode => {
                let tries_left =
                    wrong("contact_code", reserved.contact, reserved.call, &reserved.link, work).await?;
                Ok(Redeemed::ContactCodeNotRight { tries_left })
            }
            Judged::SamePassword => {
                work.note("new_password", "the one before");
                users::lock(&mut work.tx, &reserved.link.user_id).await?;
                for right in [reserved.call, reserved.contact].into_iter().flatten() {
                    codes::give_back(&mut work.tx, &right.code_id).await?;
                }
                Ok(Redeemed::SamePassword)
            }
            Judged::Right(hash) => {
                // Looked at again under the lock: it may have been used, replaced or stopped meanwhile, and the
                // page says which. The contact is locked too: of their removal and this one comes first.
                let user = contact::lock_both(&reserved.link, work).await?;
                live_unlock_link(&self.link, work).await?;
                let code = contact::code_of(&reserved.link, &user, work).await?;
                if code.map(|code| code.id) != reserved.contact.map(|contact| contact.code_id) {
                    return Err(Refusal::LinkStopped.into());
                }
                unlock(&reserved.link, user, &hash, work).await
            }
        }
    }
}

/// Spends a try of a code before anything is compared.
async fn spend(typed: Option<([u8; 32], codes::Code)>, work: &mut Work<'_>) -> Result<Option<Typed>, Stop> {
    let Some((typed, code)) = typed else { return Ok(None) };
    let limit = work.policy.count(Number::CodeTries);
    let spent =
        codes::spend_try(&mut work.tx, &code.id, limit, work.now).await?.ok_or(Refusal::LinkStopped)?;
    let stored = code.code_hash.ok_or(Refusal::LinkStopped)?;
    Ok(Some(Typed { code_id: code.id, stored, typed, tries_left: limit - spent }))
}

/// A code was wrong: says how many tries are left, and ends the link with the last. Each code has tries of its own, so
/// that of the other one, which was right or not looked at, is given back.
async fn wrong(
    which: &'static str,
    wrong: Option<Typed>,
    other: Option<Typed>,
    link: &links::Link,
    work: &mut Work<'_>,
) -> Result<i64, Stop> {
    work.note(which, "wrong");
    users::lock(&mut work.tx, &link.user_id).await?;
    if let Some(other) = other {
        codes::give_back(&mut work.tx, &other.code_id).await?;
    }
    let tries_left = wrong.map_or(0, |wrong| wrong.tries_left);
    if tries_left == 0 {
        // This link alone: a newer one, sent meanwhile, has codes and tries of its own.
        links::end(&mut work.tx, &link.id, "tries_used", work.now).await?;
        for purpose in [CodePurpose::Call, CodePurpose::Contact] {
            codes::end_bound(&mut work.tx, purpose, &link.id, work.now).await?;
        }
        tell(link, work).await?;
    }
    Ok(tries_left)
}

async fn unlock(
    link: &links::Link,
    user: users::User,
    password_hash: &str,
    work: &mut Work<'_>,
) -> Result<Redeemed, Stop> {
    if user.account()? == Account::Closed {
        return Err(Refusal::LinkStopped.into());
    }
    // Of a hundred at once one gets through here.
    if !links::take(&mut work.tx, &link.id, user.security_epoch, work.now).await? {
        return Err(Refusal::LinkUsed.into());
    }
    codes::end_of_unlock(&mut work.tx, &user.id, work.now).await?;
    codes::end_all(&mut work.tx, &user.id, CodePurpose::SignIn, work.now).await?;
    // The new epoch kills every session, link and code made before, in this very transaction.
    users::set_password(&mut work.tx, &user.id, password_hash).await?;
    users::reopen(&mut work.tx, &user.id).await?;
    sessions::end_all(&mut work.tx, sessions::Owner::User(&user.id), work.now).await?;
    let former = two_step::of(&mut work.tx, &user.id).await?.state()?;
    // Also for those who never had it: the account was just opened by telephone, so the next sign-in asks for
    // a mailed code, and 2-step is offered.
    two_step::to_be_set_up_again(&mut work.tx, &user.id, work.now).await?;
    remembered_browsers::end_all(&mut work.tx, &user.id).await?;
    pending_phones::forget(&mut work.tx, &user.id).await?;
    work.note("two_step_before", TwoStep::name(former));
    finish_call(link, work).await?;
    notify(link, &user, work).await?;
    tell(link, work).await?;
    let after = users::by_id(&mut work.tx, &user.id).await?.ok_or(Refusal::LinkUnknown)?;
    Ok(Redeemed::Done { active: after.account()? == Account::Active })
}

/// The outcome of the call becomes *unlocked* by itself, whether the call is still open or not.
async fn finish_call(link: &links::Link, work: &mut Work<'_>) -> Result<(), Stop> {
    let Some(call_id) = &link.call_id else { return Ok(()) };
    let Some(call) = calls::by_id(&mut work.tx, call_id).await? else { return Ok(()) };
    if call.ended_at.is_some() {
        let outcome = outcome(&happened(&call, false, work).await?);
        calls::revise_outcome(&mut work.tx, &call.id, outcome).await?;
    }
    Ok(())
}

async fn notify(link: &links::Link, user: &users::User, work: &mut Work<'_>) -> Result<(), Stop> {
    let call_id = link.call_id.as_deref();
    let facts = serde_json::json!({ "at": work.now.0, "name": user.name() });
    let letter = Letter { call_id, ..Letter::to(&user.id, &user.email, "unlocked_notice") };
    letters_queue::queue_to_all(work, user, letter, &facts).await?;
    for billing in users::billing_contacts(&mut work.tx, &user.company_id, &user.id).await? {
        let letter = Letter { call_id, ..Letter::to(&user.id, &billing, "unlocked_notice_billing") };
        letters_queue::queue(work, letter, facts.clone()).await?;
    }
    Ok(())
}

async fn tell(link: &links::Link, work: &mut Work<'_>) -> Result<(), Stop> {
    let about =
        events::About { call_id: link.call_id.as_deref(), user_id: Some(&link.user_id), operator_id: None };
    work.tell_desks(events::Kind::MessageChanged, about).await
}
