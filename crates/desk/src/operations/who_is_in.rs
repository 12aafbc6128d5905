//! Everything the window needs to paint itself: who is in, which organisation, the numbers in force.

use recovery_rules::look_up_query::{LOOK_UP_MINIMUM, LOOK_UP_SURNAME_MINIMUM};
use recovery_rules::policy::Number;
use recovery_rules::roles::{ANY_OPERATOR, Door, Role, Who, screens};
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use crate::API_VERSION;
use crate::caller::{Actor, BillingActor};
use crate::failure::Stop;
use crate::look_up::LIMIT;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::settings::Organisation;
use crate::work::Work;

/// How long before the idle lock the window warns.
const IDLE_WARNING: Span = Span::seconds(60);

/// Asks for it.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct WhoIsIn {}

/// Who is in.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeskView {
    /// Who runs this desk.
    pub organisation: Organisation,
    /// Who is signed in.
    pub operator: OperatorView,
    /// The screens of their role.
    pub screens: Vec<&'static str>,
    /// Whether this is demo data.
    pub demo: bool,
    /// The version of the wire.
    pub api_version: i64,
    /// The numbers the window shows; it decides nothing with them.
    pub policy: Numbers,
}

/// The operator as the window shows them.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OperatorView {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their role.
    #[cfg_attr(test, ts(type = "Role"))]
    pub role: Role,
}

/// Numbers the window shows.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Numbers {
    /// Checks of the answers in one call.
    pub checks_per_call: i64,
    /// Letters and digits a look-up needs.
    pub look_up_minimum: i64,
    /// Letters a family name alone needs.
    pub look_up_surname_minimum: i64,
    /// Rows a look-up shows at most.
    pub look_up_rows: i64,
    /// Searches an hour.
    pub look_up_limit_per_hour: i64,
    /// ms without use until the desk locks.
    pub idle_lock_ms: i64,
    /// ms before that, when it warns.
    pub idle_warning_ms: i64,
    /// ms a verdict lasts.
    pub verified_ms: i64,
    /// ms an unlock link works.
    pub link_ms: i64,
}

impl Operation for WhoIsIn {
    const NAME: &'static str = "who_is_in";
    const WHO: Who = Who::Operator(ANY_OPERATOR);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = DeskView;
    type Shape = PlainShape;
}

impl Plain for WhoIsIn {
    async fn run(self, work: &mut Work<'_>) -> Result<DeskView, Stop> {
        if let Actor::Billing(billing) = &work.actor {
            return Ok(desk_view(work, billing_view(billing)));
        }
        let operator = work.operator()?;
        let view = OperatorView {
            id: operator.id.clone(),
            name: operator.name.clone(),
            email: operator.email.clone(),
            role: operator.role,
        };
        Ok(desk_view(work, view))
    }
}

/// A billing user as the window shows whoever is in.
pub fn billing_view(billing: &BillingActor) -> OperatorView {
    OperatorView {
        id: billing.id.clone(),
        name: billing.name.clone(),
        email: billing.email.clone(),
        role: Role::Billing,
    }
}

/// The view of a desk with this operator signed in.
pub fn desk_view(work: &Work<'_>, operator: OperatorView) -> DeskView {
    let policy = &work.policy;
    DeskView {
        screens: screens(operator.role).to_vec(),
        organisation: work.desk.settings.organisation.clone(),
        operator,
        demo: work.desk.demo,
        api_version: API_VERSION,
        policy: Numbers {
            checks_per_call: policy.count(Number::ChecksACall),
            look_up_minimum: i64::try_from(LOOK_UP_MINIMUM).unwrap_or(3),
            look_up_surname_minimum: i64::try_from(LOOK_UP_SURNAME_MINIMUM).unwrap_or(2),
            look_up_rows: i64::try_from(LIMIT).unwrap_or(8),
            look_up_limit_per_hour: policy.count(Number::LookUpsAnHour),
            idle_lock_ms: policy.span(Number::OperatorSessionIdle).0,
            idle_warning_ms: IDLE_WARNING.0,
            verified_ms: policy.span(Number::VerifiedLasts).0,
            link_ms: policy.span(Number::LinkLife).0,
        },
    }
}
