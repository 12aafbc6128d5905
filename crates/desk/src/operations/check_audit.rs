//! Checking the audit log: the whole chain in pages, and every signed head that was kept elsewhere. One
//! reading transaction, so that nothing moves meanwhile.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::audit::chain;
use crate::audit::heads::{self, SignedHead};
use crate::failure::Stop;
use crate::keys::{DataKeys, head_is_signed};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::audit::{self, Head};
use crate::work::Work;

/// Entries read at once; keyset pages of this size were faster than a stream on both engines.
const PAGE: i64 = 2_000;

/// Checks the audit log of this desk's database, and the file of signed heads the desk was opened with.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckAudit {}

/// What the check found.
#[derive(Debug, Serialize)]
pub struct CheckedAudit {
    /// Entries whose place in the chain is right.
    pub entries: i64,
    /// Entries that wait for the sealer.
    pub waiting: i64,
    /// Signed heads that fit; none if no file was given.
    pub heads: Option<usize>,
    /// The first thing that is wrong, in words, with the number of the entry.
    pub broken: Option<BrokenAt>,
}

/// Where the log is broken.
#[derive(Debug, Serialize)]
pub struct BrokenAt {
    /// The number of the entry.
    pub seq: i64,
    /// What is wrong.
    pub what: String,
}

impl Operation for CheckAudit {
    const NAME: &'static str = "check_audit";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = CheckedAudit;
    type Shape = PlainShape;
}

impl Plain for CheckAudit {
    async fn run(self, work: &mut Work<'_>) -> Result<CheckedAudit, Stop> {
        let kept = match &work.desk.audit_heads {
            None => Ok(None),
            Some(path) => read_heads(path, &work.desk.keys).map(Some),
        };
        let waiting = audit::count_unchained(&mut work.tx).await?;
        let found = |entries, heads, broken| CheckedAudit { entries, waiting, heads, broken };
        let kept = match kept {
            Ok(kept) => kept,
            Err(broken) => return Ok(found(0, None, Some(broken))),
        };
        let mut head: Option<Head> = None;
        let mut fitting = 0;
        loop {
            let next = head.as_ref().map_or(1, |head| head.seq + 1);
            let rows = audit::from(&mut work.tx, next, PAGE).await?;
            if rows.is_empty() {
                break;
            }
            head = match chain::check_from(head, &rows) {
                Ok(head) => head,
                Err(chain::Broken { seq, what }) => {
                    let broken = BrokenAt { seq, what: what.to_owned() };
                    return Ok(found(seq - 1, kept.map(|_| fitting), Some(broken)));
                }
            };
            for row in &rows {
                match fits(kept.as_ref(), row) {
                    None => {}
                    Some(true) => fitting += 1,
                    Some(false) => {
                        let seq = row.seq.unwrap_or_default();
                        let what = "the chain was made anew: a signed head says otherwise".to_owned();
                        return Ok(found(seq - 1, Some(fitting), Some(BrokenAt { seq, what })));
                    }
                }
            }
        }
        let entries = head.map_or(0, |head| head.seq);
        let last_signed = kept.as_ref().and_then(|kept| kept.last_key_value()).map_or(0, |(seq, _)| *seq);
        let broken = (last_signed > entries).then(|| BrokenAt {
            seq: entries + 1,
            what: format!("the last entries are missing: entry {last_signed} was signed"),
        });
        Ok(found(entries, kept.map(|_| fitting), broken))
    }
}

/// Whether an entry is the one a signed head names; nothing where no head does.
fn fits(kept: Option<&BTreeMap<i64, Vec<u8>>>, row: &audit::AuditRow) -> Option<bool> {
    let signed = kept?.get(&row.seq?)?;
    Some(row.hash.as_ref() == Some(signed))
}

/// Heads by number. A line that is none, or whose signature isn't ours, breaks the check.
fn read_heads(path: &Path, keys: &DataKeys) -> Result<BTreeMap<i64, Vec<u8>>, BrokenAt> {
    let text = std::fs::read_to_string(path).map_err(|error| BrokenAt {
        seq: 0,
        what: format!("the file of signed heads can't be read: {error}"),
    })?;
    let public = keys.head_verifying_key(keys.key_ids().audit.as_str());
    let mut kept = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let head = signed_head(line).filter(|(head, signature)| {
            public.is_some_and(|key| head_is_signed(&key, &heads::message(head), signature))
        });
        let Some((head, _)) = head else {
            let what = format!("line {} of the file of signed heads is not signed by these keys", at + 1);
            return Err(BrokenAt { seq: 0, what });
        };
        kept.insert(head.seq, head.hash);
    }
    Ok(kept)
}

fn signed_head(line: &str) -> Option<(Head, [u8; 64])> {
    let signed: SignedHead = serde_json::from_str(line).ok()?;
    let hash = BASE64_STANDARD.decode(signed.hash).ok()?;
    let signature = BASE64_STANDARD.decode(signed.signature).ok()?.try_into().ok()?;
    Some((Head { seq: signed.seq, hash }, signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_counts_only_with_our_signature() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads");
        let keys = DataKeys::published_demo();
        let head = Head { seq: 7, hash: vec![3; 32] };
        heads::append(&path, &keys, &head).unwrap();
        assert_eq!(read_heads(&path, &keys).unwrap(), BTreeMap::from([(7, vec![3; 32])]));
        let moved = std::fs::read_to_string(&path).unwrap().replace("\"seq\":7", "\"seq\":8");
        std::fs::write(&path, moved).unwrap();
        assert!(read_heads(&path, &keys).unwrap_err().what.contains("line 1"));
    }

    #[test]
    fn an_entry_no_head_names_is_not_judged_and_another_hash_does_not_fit() {
        let kept = BTreeMap::from([(2, vec![1; 32])]);
        let row = |seq, byte| audit::AuditRow {
            id: String::new(),
            seq: Some(seq),
            at: 0,
            operation: String::new(),
            result: String::new(),
            code: None,
            actor_kind: String::new(),
            actor_id: None,
            user_id: None,
            call_id: None,
            detail: None,
            detail_hash: Vec::new(),
            previous_hash: None,
            hash: Some(vec![byte; 32]),
        };
        assert_eq!(fits(Some(&kept), &row(1, 1)), None);
        assert_eq!(fits(Some(&kept), &row(2, 1)), Some(true));
        assert_eq!(fits(Some(&kept), &row(2, 9)), Some(false));
        assert_eq!(fits(None, &row(2, 9)), None);
    }
}
