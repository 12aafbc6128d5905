//! Chains what PostgreSQL took unchained, and signs the head on both engines. One holder at a time by a
//! lease with a fence; entries are numbered in the order they were committed and seen.

use serde::{Deserialize, Serialize};

use recovery_rules::roles::{Door, Who};
use recovery_rules::time::Span;

use crate::audit::{chain, heads};
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{audit, leases, meta};
use crate::work::Work;

/// Entries chained in one transaction.
const BATCH: i64 = 500;
const LEASE: Span = Span::seconds(10);
/// The number of the last head that was signed, in `meta`.
const SIGNED_HEAD: &str = "signed_head";

/// Whether there is anything to chain or to sign: asked each second, so that an idle desk writes nothing.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditWaits {}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Waiting {
    /// Whether `seal_audit` has something to do.
    pub waits: bool,
}

impl Operation for AuditWaits {
    const NAME: &'static str = "audit_waits";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = Waiting;
    type Shape = PlainShape;
}

impl Plain for AuditWaits {
    async fn run(self, work: &mut Work<'_>) -> Result<Waiting, Stop> {
        if !audit::unchained(&mut work.tx, 1).await?.is_empty() {
            return Ok(Waiting { waits: true });
        }
        if work.desk.audit_heads.is_none() {
            return Ok(Waiting { waits: false });
        }
        let head = audit::head(&mut work.tx).await?.map(|head| head.seq.to_string());
        let signed = meta::get(&mut work.tx, SIGNED_HEAD).await?;
        Ok(Waiting { waits: head != signed })
    }
}

/// Chains the entries that wait, and signs the new head.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealAudit {
    /// Which process asks; the lease is held under this name.
    pub holder: String,
}

/// How many were chained.
#[derive(Debug, Serialize)]
pub struct Sealed {
    /// Entries chained now.
    pub chained: i64,
}

impl Operation for SealAudit {
    const NAME: &'static str = "seal_audit";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    // Sealing adds no entry of its own: it would never come to an end.
    const KIND: Kind = Kind::Maintain;
    type Answer = Sealed;
    type Shape = PlainShape;
}

impl Plain for SealAudit {
    async fn run(self, work: &mut Work<'_>) -> Result<Sealed, Stop> {
        if !leases::take(&mut work.tx, "audit_sealer", &self.holder, work.now, LEASE).await? {
            return Ok(Sealed { chained: 0 });
        }
        let mut head = audit::head(&mut work.tx).await?;
        let mut chained = 0;
        for mut row in audit::unchained(&mut work.tx, BATCH).await? {
            chain::link(&mut row, head.as_ref());
            head = row.seq.zip(row.hash.clone()).map(|(seq, hash)| audit::Head { seq, hash });
            audit::chain(&mut work.tx, row).await?;
            chained += 1;
        }
        let signed = meta::get(&mut work.tx, SIGNED_HEAD).await?;
        if let (Some(path), Some(head)) = (&work.desk.audit_heads, &head)
            && signed.as_deref() != Some(&head.seq.to_string())
        {
            heads::append(path, &work.desk.keys, head)
                .map_err(|e| crate::failure::Fault::Stored(e.to_string()))?;
            meta::set(&mut work.tx, SIGNED_HEAD, &head.seq.to_string()).await?;
        }
        Ok(Sealed { chained })
    }
}
