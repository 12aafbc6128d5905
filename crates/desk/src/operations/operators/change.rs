//! Role, suspension and sessions of an operator. Each takes effect with the next thing the operator asks for.

use recovery_rules::roles::Role;
use serde::Deserialize;

use super::{OperatorChanged, another, changes_an_operator, operator_role, put_out, tell};
use crate::failure::Stop;
use crate::operation::Plain;
use crate::store::operators;
use crate::work::Work;

/// Changes an operator's role.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ChangeOperatorRole {
    /// Who.
    pub operator_id: String,
    /// `agent` or `administrator`.
    pub role: String,
}

macro_rules! of_an_operator {
    ($(#[$doc:meta])* $request:ident) => {
        $(#[$doc])*
        #[derive(Debug, Hash, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[serde(deny_unknown_fields)]
        pub struct $request {
            /// Who.
            pub operator_id: String,
        }
    };
}
of_an_operator!(
    /// Suspends an operator: signed out at once, no sign-in until resumed.
    SuspendOperator
);
of_an_operator!(
    /// Lets a suspended operator in again.
    ResumeOperator
);
of_an_operator!(
    /// Ends an operator's sessions; they sign in anew.
    EndOperatorSessions
);

changes_an_operator!(ChangeOperatorRole, "change_operator_role");
changes_an_operator!(SuspendOperator, "suspend_operator");
changes_an_operator!(ResumeOperator, "resume_operator");
changes_an_operator!(EndOperatorSessions, "end_operator_sessions");

impl Plain for ChangeOperatorRole {
    async fn run(self, work: &mut Work<'_>) -> Result<OperatorChanged, Stop> {
        let role = operator_role(&self.role)?;
        let operator = another(&self.operator_id, role != Role::Administrator, work).await?;
        work.note("role_before", operator.role.clone());
        work.note("role", role.name());
        if operator.role != role.name() {
            operators::set_role_and_state(&mut work.tx, &operator.id, role.name(), &operator.state).await?;
            if role == Role::Administrator {
                let me = work.operator()?.id.clone();
                operators::given_access(&mut work.tx, &operator.id, &me, work.now).await?;
            }
            put_out(&operator.id, work).await?;
            tell(&operator, role.name(), work).await?;
        }
        Ok(OperatorChanged { operator_id: operator.id })
    }
}

impl Plain for SuspendOperator {
    async fn run(self, work: &mut Work<'_>) -> Result<OperatorChanged, Stop> {
        let operator = another(&self.operator_id, true, work).await?;
        if operator.state != "suspended" {
            operators::set_role_and_state(&mut work.tx, &operator.id, &operator.role, "suspended").await?;
            put_out(&operator.id, work).await?;
            tell(&operator, "suspended", work).await?;
        }
        Ok(OperatorChanged { operator_id: operator.id })
    }
}

impl Plain for ResumeOperator {
    async fn run(self, work: &mut Work<'_>) -> Result<OperatorChanged, Stop> {
        let operator = another(&self.operator_id, false, work).await?;
        if operator.state == "suspended" {
            // Whoever never accepted the invitation is invited still, not active.
            let state = if operator.password_hash.is_some() { "active" } else { "invited" };
            operators::set_role_and_state(&mut work.tx, &operator.id, &operator.role, state).await?;
            tell(&operator, "resumed", work).await?;
        }
        Ok(OperatorChanged { operator_id: operator.id })
    }
}

impl Plain for EndOperatorSessions {
    async fn run(self, work: &mut Work<'_>) -> Result<OperatorChanged, Stop> {
        let operator = another(&self.operator_id, false, work).await?;
        put_out(&operator.id, work).await?;
        Ok(OperatorChanged { operator_id: operator.id })
    }
}
