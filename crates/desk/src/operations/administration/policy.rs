//! The numbers of the policy: reading them with bounds and who changed them, and changing one. Tightening is done at
//! once; loosening needs a second administrator (D9.8).

use recovery_rules::policy::{RULES, Rule, Unit};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use serde::{Deserialize, Serialize};

use super::asking::ask_second;
use super::wanted::Wanted;
use super::{ADMINISTRATORS, Decided, of_an_administrator, reason};
use crate::failure::Stop;
use crate::fresh_code;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{approvals, operators, policy};
use crate::work::Work;

/// Asks for the policy.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadPolicy {}

/// Every number, in the order of the table.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PolicyRows {
    /// Each of them.
    pub numbers: Vec<PolicyRow>,
}

/// One number.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PolicyRow {
    /// Its name.
    pub name: String,
    /// `milliseconds`, `count` or `switch`.
    pub unit: String,
    /// The value in force.
    pub value: i64,
    /// The value nobody changed.
    pub default: i64,
    /// The least that can be set.
    pub least: i64,
    /// The most that can be set.
    pub most: i64,
    /// Whether a larger value loosens the protection.
    pub larger_is_looser: bool,
    /// Where the default comes from.
    pub source: String,
    /// Who changed it last.
    pub changed_by: Option<String>,
    /// When, UTC ms.
    pub changed_at: Option<i64>,
    /// The request to loosen it that waits.
    pub approval_id: Option<String>,
}

/// Changes one number.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ChangePolicy {
    /// Which.
    pub name: String,
    /// The value that was shown.
    pub from: i64,
    /// The new one.
    pub to: i64,
    /// Why.
    pub reason: String,
}

of_an_administrator!(ChangePolicy, "change_policy");

impl Operation for ReadPolicy {
    const NAME: &'static str = "read_policy";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = PolicyRows;
    type Shape = PlainShape;
}

impl Plain for ReadPolicy {
    async fn run(self, work: &mut Work<'_>) -> Result<PolicyRows, Stop> {
        let changed = policy::changed(&mut work.tx).await?;
        let mut numbers = Vec::with_capacity(RULES.len());
        for rule in RULES {
            let change = changed.iter().find(|change| change.name == rule.name);
            let changed_by = match change {
                Some(change) => Some(operators::name(&mut work.tx, &change.changed_by).await?),
                None => None,
            };
            let waiting =
                approvals::waiting_about(&mut work.tx, "change_policy", rule.name, work.now).await?;
            numbers.push(PolicyRow {
                name: rule.name.to_owned(),
                unit: unit(rule.unit).to_owned(),
                value: work.policy.count(rule.number),
                default: rule.default,
                least: rule.least,
                most: rule.most,
                larger_is_looser: rule.larger_is_looser,
                source: rule.source.to_owned(),
                changed_by,
                changed_at: change.map(|change| change.changed_at),
                approval_id: waiting.map(|request| request.id),
            });
        }
        Ok(PolicyRows { numbers })
    }
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Milliseconds => "milliseconds",
        Unit::Count => "count",
        Unit::Switch => "switch",
    }
}

impl Plain for ChangePolicy {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        fresh_code::required(work).await?;
        let rule =
            Rule::named(&self.name).ok_or(Refusal::BadField { field: "name", problem: "number_unknown" })?;
        if !(rule.least..=rule.most).contains(&self.to) {
            return Err(Refusal::BadField { field: "to", problem: "number_out_of_bounds" }.into());
        }
        let reason = reason(&self.reason)?;
        work.note("number", rule.name);
        work.note("from", self.from);
        work.note("to", self.to);
        work.note("reason", reason.clone());
        let wanted = Wanted::ChangePolicy { name: rule.name.to_owned(), from: self.from, to: self.to };
        wanted.possible(work).await?;
        if rule.loosens(self.from, self.to) {
            return ask_second(&wanted, &reason, work).await;
        }
        wanted.carry_out(work).await?;
        Ok(Decided::DONE)
    }
}
