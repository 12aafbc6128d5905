//! Invites a user into the own company: the very thing the account pages do, from the desk.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{BILLING, Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::invite_colleague::{InviteColleague, invite};
use crate::perform::PlainShape;
use crate::store::users;
use crate::work::Work;

/// Invites a user.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct InviteMember {
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// E-mail address.
    pub email: String,
}

/// Invited. The answer is the same for an address that has an account elsewhere.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MemberInvited {
    /// Always true; anything else is a refusal.
    pub ok: bool,
}

impl Operation for InviteMember {
    const NAME: &'static str = "invite_member";
    const WHO: Who = Who::Operator(BILLING);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = MemberInvited;
    type Shape = PlainShape;

    async fn repeated(self, _kept: &str, _work: &mut Work<'_>) -> Result<MemberInvited, Stop> {
        Ok(MemberInvited { ok: true })
    }
}

impl Plain for InviteMember {
    async fn run(self, work: &mut Work<'_>) -> Result<MemberInvited, Stop> {
        let billing = work.billing_proved()?;
        work.about_user(&billing.id);
        let by = users::lock(&mut work.tx, &billing.id).await?.ok_or(Refusal::SignedOut)?;
        let InviteMember { given_name, family_name, email } = self;
        invite(InviteColleague { given_name, family_name, email }, &by, work).await?;
        Ok(MemberInvited { ok: true })
    }
}
