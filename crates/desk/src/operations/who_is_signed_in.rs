//! Forward authentication: a reverse proxy asks for another application of the same site "who is this?".

use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::users;
use crate::work::Work;

/// Asks who is signed in on the account pages.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhoIsSignedIn {}

/// The user, as other applications of the site may know them.
#[derive(Debug, Serialize)]
pub struct KnownUser {
    /// Their id; it never changes.
    pub user_id: String,
    /// Their address.
    pub email: String,
    /// Given and family name.
    pub name: String,
    /// Their company.
    pub company_id: String,
    /// `standard` or `billing`.
    pub kind: String,
    /// Whether a second step was done in this session.
    pub second_step: bool,
}

impl Operation for WhoIsSignedIn {
    const NAME: &'static str = "who_is_signed_in";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    // Using the other application is a use of the session, and not worth an audit entry for every picture it shows.
    const KIND: Kind = Kind::Maintain;
    type Answer = KnownUser;
    type Shape = PlainShape;
}

impl Plain for WhoIsSignedIn {
    async fn run(self, work: &mut Work<'_>) -> Result<KnownUser, Stop> {
        let actor = work.user()?.clone();
        let user = users::by_id(&mut work.tx, &actor.id)
            .await?
            .ok_or(recovery_rules::refusal::Refusal::SignedOut)?;
        Ok(KnownUser {
            name: format!("{} {}", user.given_name, user.family_name),
            user_id: user.id,
            email: user.email,
            company_id: user.company_id,
            kind: user.kind,
            second_step: actor.second_step,
        })
    }
}
