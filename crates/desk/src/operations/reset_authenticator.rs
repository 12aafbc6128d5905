//! A lost authenticator: the command line on the database's own machine gives the operator a new one, audited.
//! The way of another administrator comes with the administrator's screens.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::authenticator;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::operator_sign_in::folded;
use crate::perform::PlainShape;
use crate::store::{operators, sessions};
use crate::work::Work;

/// Gives an operator a new authenticator.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetAuthenticator {
    /// Their address.
    pub email: String,
}

/// What their app is given, shown once.
#[derive(Serialize)]
pub struct NewAuthenticator {
    /// Their name.
    pub name: String,
    /// `otpauth://…`
    pub authenticator_uri: String,
    /// Base32.
    pub authenticator_secret: String,
}

impl Operation for ResetAuthenticator {
    const NAME: &'static str = "reset_authenticator";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = NewAuthenticator;
    type Shape = PlainShape;
}

impl Plain for ResetAuthenticator {
    async fn run(self, work: &mut Work<'_>) -> Result<NewAuthenticator, Stop> {
        let operator =
            operators::by_email(&mut work.tx, &folded(&self.email)).await?.ok_or(Refusal::NotFound)?;
        let desk = work.desk;
        let organisation = &desk.settings.organisation.name;
        let enrolment = authenticator::enrol(&desk.keys, &desk.chance, organisation, &operator.email)?;
        operators::replace_authenticator(&mut work.tx, &operator.id, enrolment.sealed).await?;
        sessions::end_all(&mut work.tx, sessions::Owner::Operator(&operator.id), work.now).await?;
        work.note("operator", operator.id);
        Ok(NewAuthenticator {
            name: operator.name,
            authenticator_uri: enrolment.uri,
            authenticator_secret: enrolment.secret,
        })
    }
}
