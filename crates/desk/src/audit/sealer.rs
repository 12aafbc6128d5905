//! Chains what PostgreSQL took unchained, and signs the head on both engines. One holder at a time by a
//! lease with a fence; entries are numbered in the order they were committed and seen.
//!
//! Two transactions: a head is signed only after the chaining of it was committed. Signed before, a commit that
//! fails would leave a signature for entries that stand in another order afterwards, and the log would look forged.

use serde::{Deserialize, Serialize};

use recovery_rules::roles::{Door, Who};
use recovery_rules::time::Span;

use crate::audit::{chain, heads};
use crate::database::Tx;
use crate::fail_points;
use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{audit, leases, meta};
use crate::work::Work;

/// Entries chained in one transaction.
const BATCH: i64 = 500;
const LEASE: Span = Span::seconds(10);
/// The lease's name.
const SEALER: &str = "audit_sealer";
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
    pub to_chain: bool,
    /// Whether `sign_audit_head` has.
    pub to_sign: bool,
    /// How long the oldest entry that is not chained waits.
    pub waits: Span,
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
        let oldest = audit::unchained(&mut work.tx, 1).await?;
        let waits = oldest.first().map_or(Span(0), |row| Span((work.now.0 - row.at).max(0)));
        let to_chain = !oldest.is_empty();
        if work.desk.audit_heads.is_none() {
            return Ok(Waiting { to_chain, to_sign: false, waits });
        }
        let head = audit::head(&mut work.tx).await?.map(|head| head.seq);
        let signed = signed_head(&mut work.tx).await?;
        Ok(Waiting { to_chain, to_sign: to_chain || head != signed, waits })
    }
}

/// Chains the entries that wait.
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
        if !leases::take(&mut work.tx, SEALER, &self.holder, work.now, LEASE).await? {
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
        Ok(Sealed { chained })
    }
}

/// Signs the head of the chain into this desk's file of heads, if nobody has signed it yet.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignAuditHead {
    /// Which process asks; the lease is held under this name.
    pub holder: String,
}

/// Which head was signed.
#[derive(Debug, Serialize)]
pub struct HeadSigned {
    /// The number of the entry; none if there was nothing to sign.
    pub seq: Option<i64>,
}

impl Operation for SignAuditHead {
    const NAME: &'static str = "sign_audit_head";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Maintain;
    type Answer = HeadSigned;
    type Shape = PlainShape;
}

impl Plain for SignAuditHead {
    async fn run(self, work: &mut Work<'_>) -> Result<HeadSigned, Stop> {
        let nothing = HeadSigned { seq: None };
        let Some(path) = work.desk.audit_heads.clone() else { return Ok(nothing) };
        if !leases::take(&mut work.tx, SEALER, &self.holder, work.now, LEASE).await? {
            return Ok(nothing);
        }
        let signed = signed_head(&mut work.tx).await?;
        let Some(head) = audit::head(&mut work.tx).await?.filter(|head| Some(head.seq) != signed) else {
            return Ok(nothing);
        };
        if signed.is_some_and(|signed| signed > head.seq) {
            // Signed all the same: the file then holds both, and the check tells.
            tracing::error!(head = head.seq, ?signed, "the audit log lost entries that were signed");
        }
        let seq = head.seq;
        let keys = work.desk.keys.clone();
        tokio::task::spawn_blocking(move || heads::append(&path, &keys, &head))
            .await
            .map_err(|error| Fault::Stored(error.to_string()))?
            .map_err(|error| Fault::Stored(format!("signed heads of the audit log: {error}")))?;
        // Died here, the same head is signed once more: the file may repeat itself.
        fail_points::pass([Self::NAME, "after_file", ""]);
        meta::set(&mut work.tx, SIGNED_HEAD, &seq.to_string()).await?;
        Ok(HeadSigned { seq: Some(seq) })
    }
}

/// The number of the last head that was signed.
pub async fn signed_head(tx: &mut Tx) -> Result<Option<i64>, sqlx::Error> {
    Ok(meta::get(tx, SIGNED_HEAD).await?.and_then(|text| text.parse().ok()))
}
