//! The list of operators.

use recovery_rules::roles::Door;
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use super::ADMINISTRATORS;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::operators;
use crate::work::Work;

/// Asks for all operators.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadOperators {}

/// All of them, by name.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OperatorRows {
    /// Each of them.
    pub operators: Vec<OperatorRow>,
}

/// One operator.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OperatorRow {
    /// Their id.
    pub operator_id: String,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// `agent` or `administrator`.
    pub role: String,
    /// `invited`, `active` or `suspended`.
    pub state: String,
    /// Last seen, UTC ms.
    pub last_seen_at: Option<i64>,
    /// Calls opened in the last seven days.
    pub calls_this_week: i64,
    /// When the invitation ends, UTC ms; none before its letter left.
    pub invitation_expires_at: Option<i64>,
    /// Whether it is the one who asks; the own entry can't be changed.
    pub me: bool,
}

impl Operation for ReadOperators {
    const NAME: &'static str = "read_operators";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = OperatorRows;
    type Shape = PlainShape;
}

impl Plain for ReadOperators {
    async fn run(self, work: &mut Work<'_>) -> Result<OperatorRows, Stop> {
        let me = work.operator()?.id.clone();
        let rows = operators::seen(&mut work.tx, work.now - Span::days(7)).await?;
        let operators = rows
            .into_iter()
            .map(|row| OperatorRow {
                me: row.id == me,
                operator_id: row.id,
                name: row.name,
                email: row.email,
                role: row.role,
                state: row.state,
                last_seen_at: row.last_seen_at,
                calls_this_week: row.calls,
                invitation_expires_at: row.invitation_expires_at,
            })
            .collect();
        Ok(OperatorRows { operators })
    }
}
