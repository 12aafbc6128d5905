//! Who works at the desk: for the command line on the database's own machine.

use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::operators;
use crate::work::Work;

/// Asks for all operators.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListOperators {}

/// All operators, by name.
#[derive(Debug, Serialize)]
pub struct Operators {
    /// Each of them.
    pub operators: Vec<ListedOperator>,
}

/// One operator.
#[derive(Debug, Serialize)]
pub struct ListedOperator {
    /// The name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// The role.
    pub role: String,
    /// `invited`, `active` or `suspended`.
    pub state: String,
}

impl Operation for ListOperators {
    const NAME: &'static str = "list_operators";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = Operators;
    type Shape = PlainShape;
}

impl Plain for ListOperators {
    async fn run(self, work: &mut Work<'_>) -> Result<Operators, Stop> {
        let all = operators::all(&mut work.tx).await?;
        let operators = all
            .into_iter()
            .map(|o| ListedOperator { name: o.name, email: o.email, role: o.role, state: o.state })
            .collect();
        Ok(Operators { operators })
    }
}
