//! The unlock link, up to its button: reading it changes nothing, pressing the button is *opened*.

use recovery_rules::mask::masked_email;
use recovery_rules::passwords::password_minimum;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::CodePurpose;
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};

use crate::contact;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::secret::SecretText;
use crate::store::{calls, codes, events, links, users};
use crate::work::Work;

/// Reads an unlock link.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadUnlockLink {
    /// The link's secret.
    pub link: SecretText,
}

/// What the page shows of a link that works.
#[derive(Debug, Serialize)]
pub struct UnlockLink {
    /// When the call was, UTC ms.
    pub called_at: i64,
    /// First letter and domain of the address.
    pub masked_email: String,
    /// Until when it works, UTC ms.
    pub works_until: i64,
    /// Whether the call code is asked for.
    pub call_code_asked: bool,
    /// Whether a code of the recovery contact is asked for too. Never who that is.
    pub contact_code_asked: bool,
    /// Characters a new password needs.
    pub password_minimum: i64,
    /// Whether the button was pressed before.
    pub opened: bool,
}

impl Operation for ReadUnlockLink {
    const NAME: &'static str = "read_unlock_link";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = UnlockLink;
    type Shape = PlainShape;
}

impl Plain for ReadUnlockLink {
    async fn run(self, work: &mut Work<'_>) -> Result<UnlockLink, Stop> {
        let link = live_unlock_link(&self.link, work).await?;
        view(&link, work).await
    }
}

/// Presses the button: *opened*.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenUnlockLink {
    /// The link's secret.
    pub link: SecretText,
}

impl Operation for OpenUnlockLink {
    const NAME: &'static str = "open_unlock_link";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = UnlockLink;
    type Shape = PlainShape;
}

impl Plain for OpenUnlockLink {
    async fn run(self, work: &mut Work<'_>) -> Result<UnlockLink, Stop> {
        let link = live_unlock_link(&self.link, work).await?;
        let view = view(&link, work).await?;
        if links::opened(&mut work.tx, &link.id, work.now).await? {
            let about = events::About {
                call_id: link.call_id.as_deref(),
                user_id: Some(&link.user_id),
                operator_id: None,
            };
            work.tell_desks(events::Kind::MessageChanged, about).await?;
        }
        Ok(UnlockLink { opened: true, ..view })
    }
}

async fn view(link: &links::Link, work: &mut Work<'_>) -> Result<UnlockLink, Stop> {
    let call = match &link.call_id {
        Some(id) => calls::by_id(&mut work.tx, id).await?,
        None => None,
    };
    let alone = i64::try_from(password_minimum(false)).unwrap_or(15);
    let user = users::by_id(&mut work.tx, &link.user_id).await?.ok_or(Refusal::LinkUnknown)?;
    let contact_code_asked = contact::code_of(link, &user, work).await?.is_some();
    Ok(UnlockLink {
        called_at: call.map_or(link.created_at, |call| call.opened_at),
        masked_email: masked_email(&link.address),
        works_until: link.expires_at.unwrap_or(work.now.0),
        call_code_asked: codes::bound_to(&mut work.tx, CodePurpose::Call, &link.id).await?.is_some(),
        contact_code_asked,
        password_minimum: work.policy.count(Number::PasswordLength).max(alone),
        opened: link.opened_at.is_some(),
    })
}

/// The keyed hash a link is found by.
pub fn link_hash(work: &Work<'_>, purpose: &str, secret: &str) -> [u8; 32] {
    work.desk.keys.keyed_hash("link", &[purpose.as_bytes(), secret.as_bytes()])
}

/// The link of a secret, if it still works; else which way it doesn't.
pub async fn live_unlock_link(secret: &SecretText, work: &mut Work<'_>) -> Result<links::Link, Stop> {
    let hash = link_hash(work, "unlock", secret.expose());
    let link = links::by_secret(&mut work.tx, &hash, "unlock").await?.ok_or(Refusal::LinkUnknown)?;
    work.about_user(&link.user_id);
    if let Some(call_id) = &link.call_id {
        work.about_call(call_id);
    }
    crate::clock_guard::check(work).await?;
    if link.used_at.is_some() {
        return Err(Refusal::LinkUsed.into());
    }
    match link.ended_because.as_deref() {
        None => {}
        Some("replaced") => return Err(Refusal::LinkReplaced.into()),
        Some("expired") => return Err(Refusal::LinkExpired.into()),
        Some(_) => return Err(Refusal::LinkStopped.into()),
    }
    if link.expires_at.is_none_or(|end| work.now >= Moment(end)) {
        return Err(Refusal::LinkExpired.into());
    }
    let user = users::by_id(&mut work.tx, &link.user_id).await?.ok_or(Refusal::LinkUnknown)?;
    if user.security_epoch != link.epoch || user.email != link.address {
        return Err(Refusal::LinkStopped.into());
    }
    Ok(link)
}
