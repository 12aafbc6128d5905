//! A billing user adds a colleague: the account exists at once, without a password. The letter carries no link and no
//! code: the colleague chooses the first password through *Forgot password*, which proves the address. An address that
//! has an account elsewhere gets no second one, and the answer doesn't tell.

use recovery_rules::display_name::DisplayName;
use recovery_rules::email::Email;
use recovery_rules::fold::search_fold;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, TwoStep, UserKind};
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use crate::confirmed::Owner;
use crate::failure::Stop;
use crate::letters_queue::{self, Letter};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::counters::{self, Counter};
use crate::store::{email_changes, two_step, users};
use crate::work::Work;

/// Invites a colleague into the own company.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteColleague {
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// E-mail address.
    pub email: String,
}

/// Invited.
#[derive(Debug, Serialize)]
pub struct Invited {}

impl Operation for InviteColleague {
    const NAME: &'static str = "invite_colleague";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Invited;
    type Shape = PlainShape;
}

impl Plain for InviteColleague {
    async fn run(self, work: &mut Work<'_>) -> Result<Invited, Stop> {
        let owner = Owner::lock(work).await?;
        if owner.user.kind()? != UserKind::Billing {
            return Err(Refusal::NotAllowed.into());
        }
        invite(self, &owner.user, work).await
    }
}

/// Makes the account and queues the letter; the same from the account pages and from the desk. `by` is a billing user
/// whose row is locked.
pub(crate) async fn invite(
    asked: InviteColleague,
    by: &users::User,
    work: &mut Work<'_>,
) -> Result<Invited, Stop> {
    let bad = |field, problem| Refusal::BadField { field, problem };
    let given = DisplayName::parse(&asked.given_name).map_err(|p| bad("given_name", p.code()))?;
    let family = DisplayName::parse(&asked.family_name).map_err(|p| bad("family_name", p.code()))?;
    let email = Email::parse(&asked.email).map_err(|p| bad("email", p.code()))?;
    let (limit, day) = (work.policy.count(Number::InvitationsADay), Span::days(1));
    let (keys, now) = (&work.desk.keys, work.now);
    counters::spend_within(&mut work.tx, keys, Counter::Colleagues, &by.id, limit, day, now)
        .await?
        .map_err(|_| bad("email", "invitations_used"))?;
    if let Some(there) = users::by_email(&mut work.tx, &email.folded()).await? {
        if there.company_id == by.company_id {
            return Err(bad("email", "email_in_company").into());
        }
        work.note("invited", "an address that has an account elsewhere");
        return Ok(Invited {});
    }
    // Its owner can still take it back: an account of that address would stand in the way.
    if email_changes::is_held(&mut work.tx, &email.folded(), "", now).await? {
        work.note("invited", "an address that an account had until lately");
        return Ok(Invited {});
    }
    let user = users::User {
        id: work.new_id(),
        company_id: by.company_id.clone(),
        kind: UserKind::Standard.name().to_owned(),
        given_name: given.as_str().to_owned(),
        family_name: family.as_str().to_owned(),
        email: email.as_str().to_owned(),
        account: Account::Active.name().to_owned(),
        locked_by: None,
        password_hash: None,
        security_epoch: 1,
        paused_until: None,
        reference_paused_until: None,
        stopped_until: None,
        frozen_until: None,
        last_sign_in_at: None,
    };
    let folded = users::Folded {
        given: search_fold(given.as_str()),
        family: search_fold(family.as_str()),
        email: email.folded(),
    };
    users::insert(&mut work.tx, &user, &folded, now).await?;
    two_step::insert(&mut work.tx, &user.id, TwoStep::Never, None, None, now).await?;
    work.note("invited", user.id.clone());
    let facts = serde_json::json!({ "by": by.name() });
    letters_queue::queue(work, Letter::to(&user.id, email.as_str(), "invitation"), facts).await?;
    Ok(Invited {})
}
