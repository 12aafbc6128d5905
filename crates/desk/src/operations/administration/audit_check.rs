//! Checking the chain of the audit log from the window, a page at a time. Signed heads lie in files elsewhere and are
//! checked by the command line (`audit/check.rs`), which no desk can reach.

use recovery_rules::roles::Door;
use serde::{Deserialize, Serialize};

use super::ADMINISTRATORS;
use crate::audit::chain::Walk;
use crate::audit::check::Finding;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::audit::{self, Head};
use crate::work::Work;

/// Entries checked at once.
const PAGE: i64 = 2_000;

/// Checks the entries behind a number.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CheckAuditLog {
    /// The number of the last entry that was checked; 0 at the start.
    pub after: i64,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AuditChecked {
    /// The number of the last entry checked.
    pub checked: i64,
    /// The number of the last entry there is.
    pub last: i64,
    /// Whether this was the last page.
    pub end: bool,
    /// Entries that wait for the sealer.
    pub waiting: i64,
    /// What is wrong, a sentence each.
    pub findings: Vec<String>,
}

impl Operation for CheckAuditLog {
    const NAME: &'static str = "check_audit_log";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Look;
    type Answer = AuditChecked;
    type Shape = PlainShape;
}

impl Plain for CheckAuditLog {
    async fn run(self, work: &mut Work<'_>) -> Result<AuditChecked, Stop> {
        // The entry that was checked last is read once more: what follows is held against what stands there.
        let rows = audit::after(&mut work.tx, self.after - 1, PAGE + 1).await?;
        let before = rows.first().filter(|row| self.after > 0 && row.seq == Some(self.after));
        let stands = before.map(|row| Head { seq: self.after, hash: row.hash.clone().unwrap_or_default() });
        let known = usize::from(stands.is_some());
        let mut walk = Walk::from(stands);
        let findings: Vec<_> = rows
            .iter()
            .skip(known)
            .filter_map(|row| walk.step(row))
            .map(|broken| Finding::Chain(broken).to_string())
            .collect();
        let last = audit::head(&mut work.tx).await?.map_or(0, |head| head.seq);
        let waiting = audit::count_unchained(&mut work.tx).await?;
        let checked = walk.head.map_or(self.after, |head| head.seq);
        let mut answer =
            AuditChecked { checked, last, end: rows.len() <= known || checked >= last, waiting, findings };
        if answer.end && waiting > 0 && !work.desk.database.is_postgres() {
            answer.findings.push(Finding::Unchained { count: waiting }.to_string());
        }
        Ok(answer)
    }
}
