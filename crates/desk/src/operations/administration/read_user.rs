//! One user, as administrators see them before they change anything: states, and what a change would need.

use recovery_rules::approvals::WhySecond;
use recovery_rules::mask::{masked_email, masked_phone_last_two};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use recovery_rules::states::MessageState;
use serde::{Deserialize, Serialize};

use super::accounts::why_second;
use super::{ADMINISTRATORS, not_the_own};
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{
    approvals, calls, companies, links, operators, outbox, remembered_browsers, security_answers, sessions,
    two_step, users,
};
use crate::work::Work;

/// Opens the page of a user.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadUser {
    /// The user.
    pub user_id: String,
}

/// What the page shows.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UserPage {
    /// The user.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// Their address, masked: whoever resets 2-step types it.
    pub email: String,
    /// Their company.
    pub company: String,
    /// Whether the company is protected.
    pub protected: bool,
    /// Whether they are a billing user.
    pub billing: bool,
    /// `active`, `locked` or `closed`.
    pub account: String,
    /// `recovery`, `owner` or `administrator`.
    pub locked_by: Option<String>,
    /// `never`, `on`, `off` or `to_be_set_up_again`.
    pub two_step: String,
    /// When that began, UTC ms.
    pub two_step_since: i64,
    /// Where text messages go, as screens may show it: `•••• 42`; none unless 2-step is on.
    pub phone: Option<String>,
    /// When the recovery code was made, UTC ms; none unless 2-step is on.
    pub recovery_code_at: Option<i64>,
    /// Whether that code is void because its owner never confirmed that it was saved.
    pub recovery_code_void: bool,
    /// How many questions are answered.
    pub answers: i64,
    /// When they were answered, UTC ms.
    pub answers_at: Option<i64>,
    /// Until when phone verification is paused, UTC ms; with and without a call reference, the later of them.
    pub paused_until: Option<i64>,
    /// Until when phone recovery is stopped after "this wasn't me", UTC ms.
    pub stopped_until: Option<i64>,
    /// Until when a contact change is frozen, UTC ms.
    pub frozen_until: Option<i64>,
    /// Last sign-in, UTC ms.
    pub last_sign_in_at: Option<i64>,
    /// Live sessions, which a reset ends.
    pub sessions: i64,
    /// Remembered browsers, which a reset forgets.
    pub browsers: i64,
    /// Who is on a call about this user.
    pub call_with: Option<String>,
    /// The unlock e-mail that can still be used.
    pub unlock: Option<UserUnlock>,
    /// Why a reset needs a second administrator; none if one suffices.
    pub reset_second_because: Option<String>,
    /// Whether opening the account needs a second administrator: somebody else locked it, alone or before.
    pub unlock_needs_second: bool,
    /// Requests about this user that wait, by kind.
    pub waiting: Vec<String>,
    /// Why whoever asks can't change this account: it is the own one, or one of the own company.
    pub cannot: Option<String>,
}

/// An unlock e-mail under way, without its address and link.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UserUnlock {
    /// Its state.
    #[cfg_attr(test, ts(type = "MessageState"))]
    pub state: MessageState,
    /// UTC ms.
    pub queued_at: i64,
    /// UTC ms.
    pub accepted_at: Option<i64>,
    /// When it is tried again, while it is put off; UTC ms.
    pub deferred_until: Option<i64>,
    /// When the button was pressed, UTC ms.
    pub opened_at: Option<i64>,
    /// Until when the link works, UTC ms.
    pub link_expires_at: Option<i64>,
}

impl Operation for ReadUser {
    const NAME: &'static str = "read_user";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Look;
    type Answer = UserPage;
    type Shape = PlainShape;
}

impl Plain for ReadUser {
    async fn run(self, work: &mut Work<'_>) -> Result<UserPage, Stop> {
        let user = users::by_id(&mut work.tx, &self.user_id).await?.ok_or(Refusal::NotFound)?;
        work.about_user(&user.id);
        let company = companies::by_id(&mut work.tx, &user.company_id).await?.ok_or(Refusal::NotFound)?;
        let two_step = two_step::of(&mut work.tx, &user.id).await?;
        let now = work.now.0;
        let mut waiting = Vec::new();
        for kind in ["reset_two_step", "resume_phone", "unlock_account"] {
            if approvals::waiting_about(&mut work.tx, kind, &user.id, work.now).await?.is_some() {
                waiting.push(kind.to_owned());
            }
        }
        let cannot = match not_the_own(&user, work) {
            Err(Stop::Refused(refusal)) => Some(refusal.code().to_owned()),
            Err(fault) => return Err(fault),
            Ok(()) => None,
        };
        let call_with = match calls::open_of_user(&mut work.tx, &user.id).await? {
            Some(call) => Some(operators::name(&mut work.tx, &call.operator_id).await?),
            None => None,
        };
        let unlock = unlock_of(&user.id, work).await?;
        let because = why_second(&user, false, work).await?;
        Ok(UserPage {
            name: user.name(),
            email: masked_email(&user.email),
            company: company.name,
            protected: company.protected,
            billing: user.kind == "billing",
            paused_until: [user.paused_until, user.reference_paused_until]
                .into_iter()
                .flatten()
                .filter(|until| *until > now)
                .max(),
            stopped_until: user.stopped_until.filter(|until| *until > now),
            phone: two_step.phone.as_deref().map(masked_phone_last_two),
            recovery_code_void: two_step.pending_acknowledgement(),
            recovery_code_at: two_step.recovery_code_at,
            frozen_until: user.frozen_until.filter(|until| *until > now),
            two_step: two_step.state,
            two_step_since: two_step.changed_at,
            answers: security_answers::count(&mut work.tx, &user.id).await?,
            answers_at: security_answers::saved_at(&mut work.tx, &user.id).await?,
            call_with,
            unlock,
            sessions: sessions::live_of_user(&mut work.tx, &user.id, work.now).await?,
            browsers: remembered_browsers::live(&mut work.tx, &user.id, work.now).await?,
            reset_second_because: because.map(WhySecond::code).map(str::to_owned),
            unlock_needs_second: users::locked_by_others(&mut work.tx, &user.id).await?,
            waiting,
            cannot,
            account: user.account,
            locked_by: user.locked_by,
            last_sign_in_at: user.last_sign_in_at,
            user_id: user.id,
        })
    }
}

/// The unlock e-mail whose link is neither used, ended nor run out.
async fn unlock_of(user_id: &str, work: &mut Work<'_>) -> Result<Option<UserUnlock>, Stop> {
    let Some(link) = links::live_unlock(&mut work.tx, user_id).await? else { return Ok(None) };
    let Some(call_id) = link.call_id.filter(|_| link.expires_at.is_none_or(|end| work.now.0 < end)) else {
        return Ok(None);
    };
    let Some(message) = outbox::newest_of_call(&mut work.tx, &call_id, "unlock").await? else {
        return Ok(None);
    };
    let state = message.state()?;
    Ok(Some(UserUnlock {
        deferred_until: (state == MessageState::Deferred).then_some(message.next_at),
        state,
        queued_at: message.queued_at,
        accepted_at: message.accepted_at,
        opened_at: link.opened_at,
        link_expires_at: link.expires_at,
    }))
}
