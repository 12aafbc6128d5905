//! "This wasn't me" of a change of address, out of the old mailbox: before the change it stops it, after it the old
//! address is back, the account is locked and phone recovery stops. It can do nothing else.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, LockedBy};
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};

use crate::account_change;
use crate::failure::Stop;
use crate::letters_queue::{self, Letter};
use crate::operation::{Kind, Operation, Plain};
use crate::operations::operator_sign_in::folded;
use crate::operations::unlock_link::link_hash;
use crate::perform::PlainShape;
use crate::secret::SecretText;
use crate::store::email_changes::{self, EmailChange};
use crate::store::{links, users};
use crate::work::Work;

/// Reads the link; changes nothing.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadEmailChange {
    /// The link's secret.
    pub link: SecretText,
}

/// What the page shows.
#[derive(Debug, Serialize)]
pub struct EmailChangeView {
    /// When it was asked for, UTC ms.
    pub asked_at: i64,
    /// First letter and domain of the new address.
    pub masked_new: String,
    /// Whether the address is changed already.
    pub changed: bool,
    /// Whether it was stopped before.
    pub stopped: bool,
}

impl Operation for ReadEmailChange {
    const NAME: &'static str = "read_email_change";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = EmailChangeView;
    type Shape = PlainShape;
}

impl Plain for ReadEmailChange {
    async fn run(self, work: &mut Work<'_>) -> Result<EmailChangeView, Stop> {
        let (_, change) = find(&self.link, work).await?;
        Ok(EmailChangeView {
            asked_at: change.asked_at,
            masked_new: recovery_rules::mask::masked_email(&change.new_email),
            changed: change.confirmed_at.is_some(),
            stopped: change.stopped_at.is_some(),
        })
    }
}

/// Presses the button.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopEmailChange {
    /// The link's secret.
    pub link: SecretText,
}

/// What was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EmailChangeStopped {
    /// Whether the account was locked, because the address had been changed.
    pub locked: bool,
    /// Whether the old address is the account's again; not where it has another account by now.
    pub address_back: bool,
}

impl Operation for StopEmailChange {
    const NAME: &'static str = "stop_email_change";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = EmailChangeStopped;
    type Shape = PlainShape;
}

impl Plain for StopEmailChange {
    async fn run(self, work: &mut Work<'_>) -> Result<EmailChangeStopped, Stop> {
        let (link, found) = find(&self.link, work).await?;
        // The user's row comes first, as in the confirmation: of both at once exactly one comes first.
        let user = users::lock(&mut work.tx, &link.user_id).await?.ok_or(Refusal::LinkUnknown)?;
        let change = email_changes::of_stop(&mut work.tx, &link.id).await?.ok_or(Refusal::LinkUnknown)?;
        let locked = change.confirmed_at.is_some();
        if !links::take(&mut work.tx, &link.id, link.epoch, work.now).await? {
            let address_back = folded(&user.email) == folded(&change.former_email);
            return Ok(EmailChangeStopped { locked, address_back });
        }
        email_changes::stop_since(&mut work.tx, &user.id, found.asked_at, work.now).await?;
        if locked {
            shut(&user, work).await?;
        }
        // Whoever asked for the change knows the password: at least their session is over.
        account_change::end_what_was_before(&user, None, work).await?;
        let address_back = !locked || take_back(&user, &change, work).await?;
        if locked {
            let told = if address_back { Change::AddressTakenBack } else { Change::AddressTaken };
            let facts = serde_json::json!({ "change": told.name(), "at": work.now.0, "until": null });
            let letter = Letter::to(&user.id, &change.former_email, "notice");
            letters_queue::queue(work, letter, facts).await?;
        } else {
            letters_queue::tell(work, &user, Change::AddressChangeStopped, None).await?;
        }
        work.note("locked", locked);
        work.note("address_back", address_back);
        Ok(EmailChangeStopped { locked, address_back })
    }
}

/// Nobody gets in, and nobody can be verified by phone for a while: whoever changed the address may know the answers too.
async fn shut(user: &users::User, work: &mut Work<'_>) -> Result<(), Stop> {
    users::lock_account(&mut work.tx, &user.id, LockedBy::Owner).await?;
    let until = work.now + work.policy.span(Number::StopLength);
    Ok(users::stop_phone_recovery(&mut work.tx, &user.id, until).await?)
}

/// The old address again, unless another account has it by now: then the account stays shut with the new one, and the desk
/// has to sort it out. Nothing more is told to the address that was put there.
async fn take_back(user: &users::User, change: &EmailChange, work: &mut Work<'_>) -> Result<bool, Stop> {
    let address = (change.former_email.as_str(), &*folded(&change.former_email));
    let there = users::by_email(&mut work.tx, address.1).await?;
    let free = there.is_none_or(|there| there.id == user.id);
    if free {
        users::set_email(&mut work.tx, &user.id, address, None).await?;
    }
    Ok(free)
}

/// The link of a secret while it lives. A change of the account doesn't end it: that is when it is needed.
async fn find(secret: &SecretText, work: &mut Work<'_>) -> Result<(links::Link, EmailChange), Stop> {
    let hash = link_hash(work, "address_not_me", secret.expose());
    let link = links::by_secret(&mut work.tx, &hash, "address_not_me").await?.ok_or(Refusal::LinkUnknown)?;
    work.about_user(&link.user_id);
    if link.ended_at.is_some() {
        return Err(Refusal::LinkStopped.into());
    }
    if link.expires_at.is_none_or(|end| work.now >= Moment(end)) {
        return Err(Refusal::LinkExpired.into());
    }
    let change = email_changes::of_stop(&mut work.tx, &link.id).await?.ok_or(Refusal::LinkUnknown)?;
    Ok((link, change))
}
