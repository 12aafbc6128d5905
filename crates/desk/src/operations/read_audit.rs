//! Reading the audit log in pages, for whoever checks it (`audit/check.rs`).

use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::audit::sealer::signed_head;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::audit::{self, AuditRow};
use crate::work::Work;

/// Entries read at once; keyset pages of this size were faster than a stream on both engines.
const PAGE: i64 = 2_000;

/// Asks for the chained entries behind a number, a page of them.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadAudit {
    /// The number of the last entry that was read; 0 at the start.
    pub after: i64,
}

/// A page.
#[derive(Debug, Serialize)]
pub struct AuditPage {
    /// In the order of their numbers.
    pub rows: Vec<AuditRow>,
    /// The number of the last entry there is.
    pub last: i64,
    /// Entries that wait for the sealer.
    pub waiting: i64,
    /// The number of the last head that was signed.
    pub signed: Option<i64>,
}

impl Operation for ReadAudit {
    const NAME: &'static str = "read_audit";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = AuditPage;
    type Shape = PlainShape;
}

impl Plain for ReadAudit {
    async fn run(self, work: &mut Work<'_>) -> Result<AuditPage, Stop> {
        let rows = audit::after(&mut work.tx, self.after, PAGE).await?;
        let last = audit::head(&mut work.tx).await?.map_or(0, |head| head.seq);
        let waiting = audit::count_unchained(&mut work.tx).await?;
        let signed = signed_head(&mut work.tx).await?;
        Ok(AuditPage { rows, last, waiting, signed })
    }
}
