//! What the sign-in screen needs before anybody is signed in. Names nobody but, in a demo, its invented staff.

use recovery_rules::policy::Number;
use recovery_rules::roles::{Door, Role, Who};
use serde::{Deserialize, Serialize};

use crate::API_VERSION;
use crate::demo;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::settings::Organisation;
use crate::store::operators;
use crate::work::Work;

/// Asks for it.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Greet {}

/// What the sign-in screen shows.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Greeting {
    /// Who runs this desk.
    pub organisation: Organisation,
    /// Whether this is demo data.
    pub demo: bool,
    /// Whether there is an active operator; if not, the first administrator is made.
    pub operators_exist: bool,
    /// The version of the wire.
    pub api_version: i64,
    /// ms without use until the desk locks.
    pub idle_lock_ms: i64,
    /// One-click sign-in, demo data only.
    pub demo_operators: Vec<DemoOperator>,
}

/// An invented operator, or billing user.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DemoOperator {
    /// The role they have.
    #[cfg_attr(test, ts(type = "Role"))]
    pub role: Role,
    /// Their name.
    pub name: String,
}

impl Operation for Greet {
    const NAME: &'static str = "greeting";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = Greeting;
    type Shape = PlainShape;
}

impl Plain for Greet {
    async fn run(self, work: &mut Work<'_>) -> Result<Greeting, Stop> {
        let mut demo_operators = Vec::new();
        if work.desk.demo {
            for role in [Role::Agent, Role::Administrator] {
                if let Some(operator) = operators::first_of_role(&mut work.tx, role.name()).await? {
                    demo_operators.push(DemoOperator { role, name: operator.name });
                }
            }
            if let Some(user) = demo::billing_user(&mut work.tx).await? {
                demo_operators.push(DemoOperator { role: Role::Billing, name: user.name() });
            }
        }
        Ok(Greeting {
            organisation: work.desk.settings.organisation.clone(),
            demo: work.desk.demo,
            operators_exist: operators::count_active(&mut work.tx).await? > 0,
            api_version: API_VERSION,
            idle_lock_ms: work.policy.span(Number::OperatorSessionIdle).0,
            demo_operators,
        })
    }
}
