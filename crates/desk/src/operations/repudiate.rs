//! "This wasn't me": a secret of its own, valid 72 hours. Before the link is used it stops the recovery; after
//! the fact it locks the account. It can't unlock, and the unlock link can't repudiate.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, LockedBy, Outcome};
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::letters_queue::{self, Letter};
use crate::operation::{Kind, Operation, Plain};
use crate::operations::unlock_link::link_hash;
use crate::perform::PlainShape;
use crate::secret::SecretText;
use crate::store::{calls, codes, events, links, outbox, sessions, users};
use crate::work::Work;

/// Reads a "this wasn't me" link; changes nothing.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadRepudiation {
    /// The link's secret.
    pub link: SecretText,
}

/// What the page shows.
#[derive(Debug, Serialize)]
pub struct Repudiation {
    /// When the call was, UTC ms.
    pub called_at: i64,
    /// Whether it was pressed before.
    pub done: bool,
}

impl Operation for ReadRepudiation {
    const NAME: &'static str = "read_repudiation";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = Repudiation;
    type Shape = PlainShape;
}

impl Plain for ReadRepudiation {
    async fn run(self, work: &mut Work<'_>) -> Result<Repudiation, Stop> {
        let link = find(&self.link, work).await?;
        let call = match &link.call_id {
            Some(id) => calls::by_id(&mut work.tx, id).await?,
            None => None,
        };
        Ok(Repudiation {
            called_at: call.map_or(link.created_at, |c| c.opened_at),
            done: link.used_at.is_some(),
        })
    }
}

/// Presses "This wasn't me".
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repudiate {
    /// The link's secret.
    pub link: SecretText,
}

/// What was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Repudiated {
    /// Until when phone recovery is stopped, UTC ms.
    pub stopped_until: i64,
    /// Whether the account is locked, because the unlock link had been used.
    pub locked: bool,
    /// Whether it had been pressed before.
    pub again: bool,
}

impl Operation for Repudiate {
    const NAME: &'static str = "repudiate";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Repudiated;
    type Shape = PlainShape;
}

impl Plain for Repudiate {
    async fn run(self, work: &mut Work<'_>) -> Result<Repudiated, Stop> {
        let link = find(&self.link, work).await?;
        work.about_user(&link.user_id);
        let call_id = link.call_id.clone().ok_or(Refusal::LinkUnknown)?;
        work.about_call(&call_id);
        // The user's row is locked first, as the unlock does: of both at once exactly one comes first.
        let user = users::lock(&mut work.tx, &link.user_id).await?.ok_or(Refusal::LinkUnknown)?;
        let first = links::take(&mut work.tx, &link.id, link.epoch, work.now).await?;
        if !first {
            let locked = user.account()? == Account::Locked;
            return Ok(Repudiated {
                stopped_until: user.stopped_until.unwrap_or(work.now.0),
                locked,
                again: true,
            });
        }
        let locked = stop_recovery(&user, &call_id, Moment(link.created_at), work).await?;
        let until = work.now + work.policy.span(Number::StopLength);
        users::stop_phone_recovery(&mut work.tx, &user.id, until).await?;
        end_call(&call_id, work).await?;
        let facts = serde_json::json!({ "until": until.0, "locked": locked });
        let letter = Letter {
            call_id: Some(&call_id),
            ..Letter::to(&user.id, &user.email, "recovery_stopped_notice")
        };
        letters_queue::queue_to_all(work, &user, letter, &facts).await?;
        let about = events::About { call_id: Some(&call_id), user_id: Some(&user.id), operator_id: None };
        work.tell_desks(events::Kind::Repudiated, about).await?;
        work.note("locked", locked);
        Ok(Repudiated { stopped_until: until.0, locked, again: false })
    }
}

/// Ends link and code; locks the account if a link was used since this letter, from this call or a later one.
async fn stop_recovery(
    user: &users::User,
    call_id: &str,
    since: Moment,
    work: &mut Work<'_>,
) -> Result<bool, Stop> {
    outbox::supersede_unlock_of_call(&mut work.tx, call_id).await?;
    links::end_all(&mut work.tx, &user.id, "unlock", "stopped", work.now).await?;
    codes::end_of_unlock(&mut work.tx, &user.id, work.now).await?;
    if !links::any_used_since(&mut work.tx, &user.id, since).await? {
        return Ok(false);
    }
    users::lock_account(&mut work.tx, &user.id, LockedBy::Owner).await?;
    sessions::end_all(&mut work.tx, sessions::Owner::User(&user.id), work.now).await?;
    Ok(true)
}

async fn end_call(call_id: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    calls::repudiated(&mut work.tx, call_id, work.now).await?;
    if !calls::end(&mut work.tx, call_id, Outcome::Repudiated, work.now).await? {
        calls::revise_outcome(&mut work.tx, call_id, Outcome::Repudiated).await?;
    }
    Ok(())
}

/// The link of a secret while it lives. A change of the account doesn't end it: that is when it is needed.
async fn find(secret: &SecretText, work: &mut Work<'_>) -> Result<links::Link, Stop> {
    let hash = link_hash(work, "repudiate", secret.expose());
    let link = links::by_secret(&mut work.tx, &hash, "repudiate").await?.ok_or(Refusal::LinkUnknown)?;
    // Ended without having been pressed (a backup was restored, the clock was set right): it stopped nothing, and saying
    // that it was pressed before would send its owner away reassured.
    match link.ended_because.as_deref() {
        None => {}
        Some("expired") => return Err(Refusal::LinkExpired.into()),
        Some(_) => return Err(Refusal::LinkStopped.into()),
    }
    if link.expires_at.is_none_or(|end| work.now >= Moment(end)) {
        return Err(Refusal::LinkExpired.into());
    }
    Ok(link)
}
