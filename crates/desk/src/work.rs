//! The transaction of one operation: its moment, its actor, the numbers in force, and what it says for the
//! audit log. Operations get it from `perform` and hand it to the store.

use recovery_rules::policy::Policy;
use recovery_rules::refusal::Refusal;
use recovery_rules::time::Moment;
use serde_json::{Map, Value};

use crate::caller::{Actor, ArrivingActor, BillingActor, OperatorActor, UserActor};
use crate::database::Tx;
use crate::desk::Desk;
use crate::failure::Stop;
use crate::id::new_id;
use crate::store::events;

/// What an operation works with.
#[derive(Debug)]
pub struct Work<'desk> {
    /// The transaction.
    pub tx: Tx,
    /// The one reading of the clock.
    pub now: Moment,
    /// Who acts.
    pub actor: Actor,
    /// The numbers in force.
    pub policy: Policy,
    /// Keys, chance, hashing, settings.
    pub desk: &'desk Desk,
    /// The device that asks, if one does: a session that starts is bound to it.
    pub device_key: Option<[u8; 32]>,
    /// Whether the caller's token is or was a session's: whoever has none is a stranger, whose refusals fill no log.
    pub session_found: bool,
    /// What the audit entry will say.
    pub about: About,
}

/// Whom and what an audit entry is about.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The user.
    pub user_id: Option<String>,
    /// The call.
    pub call_id: Option<String>,
    /// Further facts; never a secret.
    pub detail: Map<String, Value>,
}

impl Work<'_> {
    /// A new id.
    pub fn new_id(&self) -> String {
        new_id(self.now, &self.desk.chance)
    }

    /// The operator who acts; the operations table has made sure there is one.
    pub fn operator(&self) -> Result<&OperatorActor, Stop> {
        match &self.actor {
            Actor::Operator(operator) => Ok(operator),
            _ => Err(Refusal::SignedOut.into()),
        }
    }

    /// The user who acts.
    pub fn user(&self) -> Result<&UserActor, Stop> {
        match &self.actor {
            Actor::User(user) => Ok(user),
            _ => Err(Refusal::SignedOut.into()),
        }
    }

    /// The billing user who acts.
    pub fn billing(&self) -> Result<&BillingActor, Stop> {
        match &self.actor {
            Actor::Billing(user) => Ok(user),
            _ => Err(Refusal::SignedOut.into()),
        }
    }

    /// The billing user who acts, where more than looking is asked for.
    pub fn billing_proved(&self) -> Result<BillingActor, Stop> {
        let billing = self.billing()?;
        if billing.second_step { Ok(billing.clone()) } else { Err(Refusal::TwoStepFirst.into()) }
    }

    /// Whoever is on the way in.
    pub fn arriving(&self) -> Result<&ArrivingActor, Stop> {
        match &self.actor {
            Actor::Arriving(arriving) => Ok(arriving),
            _ => Err(Refusal::SignedOut.into()),
        }
    }

    /// The audit entry is about this user.
    pub fn about_user(&mut self, user_id: &str) {
        self.about.user_id = Some(user_id.to_owned());
    }

    /// The audit entry is about this call.
    pub fn about_call(&mut self, call_id: &str) {
        self.about.call_id = Some(call_id.to_owned());
    }

    /// Adds a fact to the audit entry.
    pub fn note(&mut self, name: &str, value: impl Into<Value>) {
        self.about.detail.insert(name.to_owned(), value.into());
    }

    /// Tells every desk, ids only.
    pub async fn tell_desks(&mut self, event: events::Kind, about: events::About<'_>) -> Result<(), Stop> {
        let id = self.new_id();
        Ok(events::add(&mut self.tx, &id, self.now, event, about).await?)
    }
}
