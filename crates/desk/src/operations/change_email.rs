//! Changing the e-mail address: current password, second step, a link to the new address, and a letter to the old one
//! with a "this wasn't me" of its own. Nothing changes until the new mailbox answered.

use recovery_rules::email::Email;
use recovery_rules::mask::masked_email;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, Change};
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use crate::account_change;
use crate::confirmed::{Confirmed, Owner};
use crate::failure::Stop;
use crate::hashing::InLine;
use crate::letters_queue::{self, Letter};
use crate::operation::{Kind, Operation, Plain};
use crate::operations::unlock_link::link_hash;
use crate::perform::{JudgingShape, PlainShape};
use crate::secret::SecretText;
use crate::store::counters::{self, Counter};
use crate::store::email_changes::{self, EmailChange};
use crate::store::{links, users};
use crate::work::Work;

/// Changes asked for by one user in a day.
const CHANGES_A_DAY: i64 = 3;

/// Asks for the change.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeEmail {
    /// The current password.
    pub password: SecretText,
    /// The new address.
    pub new_email: String,
}

/// Asked. Whether the address belongs to another account is not said.
#[derive(Debug, Serialize)]
pub struct EmailChangeAsked {
    /// The address, as it was read.
    pub new_email: String,
}

impl Operation for ChangeEmail {
    const NAME: &'static str = "change_email";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = EmailChangeAsked;
    type Shape = JudgingShape;
}

impl Confirmed for ChangeEmail {
    const SECOND_STEP: bool = true;
    type Prepared = ();

    fn password(&self) -> &SecretText {
        &self.password
    }

    async fn check(&self, owner: &Owner, _work: &mut Work<'_>) -> Result<(), Stop> {
        let email = parsed(&self.new_email)?;
        if email.folded() == crate::operations::operator_sign_in::folded(&owner.user.email) {
            return Err(Refusal::BadField { field: "new_email", problem: "email_same_as_before" }.into());
        }
        Ok(())
    }

    async fn prepare(&self, _owner: &Owner, _hasher: &InLine) -> Result<(), Stop> {
        Ok(())
    }

    async fn change(
        self,
        owner: Owner,
        _prepared: (),
        work: &mut Work<'_>,
    ) -> Result<EmailChangeAsked, Stop> {
        let (user, email) = (&owner.user, parsed(&self.new_email)?);
        let (keys, day, now) = (&work.desk.keys, Span::days(1), work.now);
        counters::spend_within(
            &mut work.tx,
            keys,
            Counter::AddressChanges,
            &user.id,
            CHANGES_A_DAY,
            day,
            now,
        )
        .await?
        .map_err(|until| Refusal::SignInWait { until })?;
        email_changes::replace(&mut work.tx, &user.id, now).await?;
        let confirm = links::Link::new(work.new_id(), user, "confirm_address", email.as_str(), now);
        let stop = links::Link::new(work.new_id(), user, "address_not_me", &user.email, now);
        for link in [&confirm, &stop] {
            links::insert(&mut work.tx, link).await?;
        }
        let change = EmailChange {
            confirm_link_id: confirm.id.clone(),
            stop_link_id: stop.id.clone(),
            user_id: user.id.clone(),
            former_email: user.email.clone(),
            new_email: email.as_str().to_owned(),
            proved: owner.session.second_step,
            asked_at: now.0,
            confirmed_at: None,
            stopped_at: None,
        };
        email_changes::insert(&mut work.tx, &change).await?;
        // An address that belongs to somebody gets no letter, and nobody is told why.
        let taken = taken(&email, &user.id, work).await?;
        work.note("taken", taken);
        if !taken {
            let letter = Letter {
                link_id: Some(&confirm.id),
                ..Letter::to(&user.id, email.as_str(), "confirm_address")
            };
            letters_queue::queue(work, letter, serde_json::json!({})).await?;
        }
        let facts = serde_json::json!({ "to": masked_email(email.as_str()) });
        let letter =
            Letter { link_id: Some(&stop.id), ..Letter::to(&user.id, &user.email, "address_not_me") };
        letters_queue::queue(work, letter, facts).await?;
        Ok(EmailChangeAsked { new_email: email.as_str().to_owned() })
    }
}

/// Whether an address has an account, or had one until lately whose owner can still take it back.
async fn taken(email: &Email, user_id: &str, work: &mut Work<'_>) -> Result<bool, Stop> {
    let fold = email.folded();
    Ok(users::by_email(&mut work.tx, &fold).await?.is_some()
        || email_changes::is_held(&mut work.tx, &fold, user_id, work.now).await?)
}

fn parsed(text: &str) -> Result<Email, Refusal> {
    Email::parse(text).map_err(|problem| Refusal::BadField { field: "new_email", problem: problem.code() })
}

/// Reads a confirming link; changes nothing.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadAddressLink {
    /// The link's secret.
    pub link: SecretText,
}

/// What the page of a confirming link shows.
#[derive(Debug, Serialize)]
pub struct AddressLink {
    /// The new address: whoever reads this has its mailbox.
    pub new_email: String,
    /// Until when the link works, UTC ms.
    pub works_until: i64,
}

impl Operation for ReadAddressLink {
    const NAME: &'static str = "read_address_link";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = AddressLink;
    type Shape = PlainShape;
}

impl Plain for ReadAddressLink {
    async fn run(self, work: &mut Work<'_>) -> Result<AddressLink, Stop> {
        let (link, _, change) = to_confirm(&self.link, work).await?;
        Ok(AddressLink { new_email: change.new_email, works_until: link.expires_at.unwrap_or(work.now.0) })
    }
}

/// Confirms the new address.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmAddress {
    /// The link's secret.
    pub link: SecretText,
}

/// Changed.
#[derive(Debug, Serialize)]
pub struct AddressChanged {
    /// Until when contacts are frozen, where no second step proved the change, UTC ms.
    pub frozen_until: Option<i64>,
}

impl Operation for ConfirmAddress {
    const NAME: &'static str = "confirm_address";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = AddressChanged;
    type Shape = PlainShape;
}

impl Plain for ConfirmAddress {
    async fn run(self, work: &mut Work<'_>) -> Result<AddressChanged, Stop> {
        let (link, before, change) = to_confirm(&self.link, work).await?;
        let user = users::lock(&mut work.tx, &before.id).await?.ok_or(Refusal::LinkUnknown)?;
        let email = parsed(&change.new_email)?;
        if user.account()? != Account::Active || taken(&email, &user.id, work).await? {
            return Err(Refusal::LinkStopped.into());
        }
        if !links::take(&mut work.tx, &link.id, user.security_epoch, work.now).await? {
            return Err(Refusal::LinkUsed.into());
        }
        let told_until = work.now + work.policy.span(Number::FormerAddressTold);
        users::set_email(
            &mut work.tx,
            &user.id,
            (email.as_str(), &email.folded()),
            Some((&user.email, told_until)),
        )
        .await?;
        email_changes::confirmed(&mut work.tx, &link.id, work.now).await?;
        account_change::end_what_was_before(&user, None, work).await?;
        let until = (!change.proved).then(|| work.now + work.policy.span(Number::FreezeLength));
        if let Some(until) = until {
            users::freeze(&mut work.tx, &user.id, until).await?;
        }
        let user = users::by_id(&mut work.tx, &user.id).await?.ok_or(Refusal::LinkUnknown)?;
        letters_queue::tell(work, &user, Change::AddressChanged, until).await?;
        Ok(AddressChanged { frozen_until: until.map(|until| until.0) })
    }
}

async fn to_confirm(
    secret: &SecretText,
    work: &mut Work<'_>,
) -> Result<(links::Link, users::User, EmailChange), Stop> {
    let hash = link_hash(work, "confirm_address", secret.expose());
    let link = links::by_secret(&mut work.tx, &hash, "confirm_address").await?.ok_or(Refusal::LinkUnknown)?;
    work.about_user(&link.user_id);
    crate::clock_guard::check(work).await?;
    if link.used_at.is_some() {
        return Err(Refusal::LinkUsed.into());
    }
    match link.ended_because.as_deref() {
        None => {}
        Some("replaced") => return Err(Refusal::LinkReplaced.into()),
        Some(_) => return Err(Refusal::LinkStopped.into()),
    }
    if link.expires_at.is_none_or(|end| work.now >= Moment(end)) {
        return Err(Refusal::LinkExpired.into());
    }
    let user = users::by_id(&mut work.tx, &link.user_id).await?.ok_or(Refusal::LinkUnknown)?;
    if user.security_epoch != link.epoch {
        return Err(Refusal::LinkStopped.into());
    }
    let change = email_changes::of_confirm(&mut work.tx, &link.id).await?.ok_or(Refusal::LinkUnknown)?;
    Ok((link, user, change))
}
