//! The audit log as administrators read it: newest first, by user, operator, operation and result. Reading it is
//! audited too. An export of it asks for a fresh code and spends one of the day's, when it is begun.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use super::ADMINISTRATORS;
use crate::export_place::{self, OnItsWay};
use crate::failure::{Fault, Stop};
use crate::fresh_code;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::audit;
use crate::store::counters::{self, Counter};
use crate::store::users::full_name;
use crate::work::Work;

/// Entries on a page.
const PAGE: i64 = 50;
/// Entries of an export read at once: each such page is an entry of its own in the log.
const EXPORTED: i64 = 1_000;

/// Asks for entries, newest first. What is none filters nothing.
#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadAuditLog {
    /// About this user.
    pub user_id: Option<String>,
    /// By this operator or user.
    pub actor_id: Option<String>,
    /// Of this operation.
    pub operation: Option<String>,
    /// `done`, `reserved` or `refused`.
    pub result: Option<String>,
    /// Since this moment, UTC ms.
    pub since: Option<i64>,
    /// Before this moment, UTC ms.
    pub until: Option<i64>,
    /// Where the page before ended.
    pub before: Option<String>,
}

/// Asks for entries to write to a file, with the same filters and in larger pages: the log says that it was an export.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ExportAuditLog {
    /// What the screen shows, but for its place: where a page of an export begins is what the page before said, and leads
    /// on in that export alone.
    pub shown: ReadAuditLog,
}

/// A page of them.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AuditEntries {
    /// Each of them.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// One entry.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AuditEntry {
    /// Its id.
    pub id: String,
    /// Its number in the chain; none until it is sealed.
    pub number: Option<i64>,
    /// UTC ms.
    pub at: i64,
    /// The operation.
    pub operation: String,
    /// `done`, `reserved` or `refused`.
    pub result: String,
    /// The code of a refusal.
    pub code: Option<String>,
    /// Who acted, by kind.
    pub actor_kind: String,
    /// Their name, of operators and users.
    pub actor: Option<String>,
    /// Their id, of operators and users: what the log can be filtered by.
    pub actor_id: Option<String>,
    /// The user it is about.
    pub user_id: Option<String>,
    /// Their name.
    pub user: Option<String>,
    /// The call.
    pub call_id: Option<String>,
    /// Further facts as JSON: of a change, what it was before and what it is now.
    pub detail: Option<String>,
}

impl Operation for ReadAuditLog {
    const NAME: &'static str = "read_audit_log";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Look;
    type Answer = AuditEntries;
    type Shape = PlainShape;
}

impl Plain for ReadAuditLog {
    async fn run(self, work: &mut Work<'_>) -> Result<AuditEntries, Stop> {
        page(self, PAGE, work).await
    }
}

impl Operation for ExportAuditLog {
    const NAME: &'static str = "export_audit_log";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Look;
    type Answer = AuditEntries;
    type Shape = PlainShape;
}

impl Plain for ExportAuditLog {
    async fn run(self, work: &mut Work<'_>) -> Result<AuditEntries, Stop> {
        let filter = ReadAuditLog { before: None, ..self.shown.clone() };
        let what = serde_json::to_string(&filter).map_err(|error| Fault::Stored(error.to_string()))?;
        let what = format!("{} {what}", Self::NAME);
        let (begun, place) = match &self.shown.before {
            Some(sealed) => {
                let OnItsWay { begun, place } = export_place::open(sealed, &what, work)?;
                (begun, Some(place))
            }
            None => {
                fresh_code::required(work).await?;
                let (limit, day) = (work.policy.count(Number::AuditExportsADay), Span::days(1));
                let (me, keys, now) = (work.operator()?.id.clone(), &work.desk.keys, work.now);
                counters::spend_within(&mut work.tx, keys, Counter::AuditExports, &me, limit, day, now)
                    .await?
                    .map_err(|until| Refusal::BillingLimit { until })?;
                (work.now, None)
            }
        };
        let page = page(ReadAuditLog { before: place, ..filter }, EXPORTED, work).await?;
        work.note("rows", i64::try_from(page.entries.len()).unwrap_or(i64::MAX));
        let next = page.next.map(|place| export_place::seal(&OnItsWay { begun, place }, &what, work));
        Ok(AuditEntries { next, ..page })
    }
}

async fn page(asked: ReadAuditLog, size: i64, work: &mut Work<'_>) -> Result<AuditEntries, Stop> {
    let filter = audit::Filter {
        user_id: asked.user_id,
        actor_id: asked.actor_id,
        operation: asked.operation,
        result: asked.result,
        since: asked.since,
        until: asked.until,
        before: asked.before,
    };
    if filter.result.as_deref().is_some_and(|result| !["done", "reserved", "refused"].contains(&result)) {
        return Err(Refusal::BadField { field: "result", problem: "state_unknown" }.into());
    }
    let rows = audit::page(&mut work.tx, filter, size + 1).await?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let next = (rows.len() > size).then(|| rows[size - 1].row.id.clone());
    let entries = rows.into_iter().take(size).map(entry).collect();
    Ok(AuditEntries { entries, next })
}

fn entry(named: audit::NamedRow) -> AuditEntry {
    let name = |given: Option<String>, family: Option<String>| Some(full_name(&given?, &family?));
    let row = named.row;
    let actor = match row.actor_kind.as_str() {
        "operator" => named.operator_name,
        "user" => name(named.actor_given, named.actor_family),
        // A part of the system itself is named by its id.
        "system" => row.actor_id.clone(),
        _ => None,
    };
    let user = name(named.user_given, named.user_family);
    AuditEntry {
        id: row.id,
        number: row.seq,
        at: row.at,
        operation: row.operation,
        result: row.result,
        code: row.code,
        actor_id: row.actor_id.filter(|_| ["operator", "user"].contains(&row.actor_kind.as_str())),
        actor_kind: row.actor_kind,
        actor,
        user_id: row.user_id,
        user,
        call_id: row.call_id,
        detail: row.detail,
    }
}
