//! How entries are chained. Written so that somebody else can write a checker: the format is documented in
//! docs/audit-log.md, and this is all of it.

use sha2::{Digest, Sha256};

use crate::store::audit::{AuditRow, Head};

/// Names the format inside each hash.
const FORMAT: &[u8] = b"recovery-desk audit 1";
/// What the first entry follows.
pub const START: [u8; 32] = [0; 32];

/// The hash of an entry's detail, which stays when the detail is erased.
pub fn detail_hash(detail: &str) -> [u8; 32] {
    Sha256::digest(detail.as_bytes()).into()
}

/// The hash of an entry that stands at `seq` after `previous`: SHA-256 over the format's name, the previous
/// hash, and each field as its length (8 bytes, big-endian) and its bytes; an absent field has length 2^64-1.
pub fn entry_hash(row: &AuditRow, seq: i64, previous: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(FORMAT);
    hash.update(previous);
    let mut field = |bytes: Option<&[u8]>| match bytes {
        Some(bytes) => {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
        None => hash.update(u64::MAX.to_be_bytes()),
    };
    field(Some(&seq.to_be_bytes()));
    field(Some(row.id.as_bytes()));
    field(Some(&row.at.to_be_bytes()));
    field(Some(row.operation.as_bytes()));
    field(Some(row.result.as_bytes()));
    field(row.code.as_deref().map(str::as_bytes));
    field(Some(row.actor_kind.as_bytes()));
    field(row.actor_id.as_deref().map(str::as_bytes));
    field(row.user_id.as_deref().map(str::as_bytes));
    field(row.call_id.as_deref().map(str::as_bytes));
    field(Some(&row.detail_hash));
    hash.finalize().into()
}

/// Puts an entry behind the head of the chain.
pub fn link(row: &mut AuditRow, head: Option<&Head>) {
    let seq = head.map_or(1, |head| head.seq + 1);
    let previous = head.map_or(START.to_vec(), |head| head.hash.clone());
    row.hash = Some(entry_hash(row, seq, &previous).to_vec());
    row.seq = Some(seq);
    row.previous_hash = Some(previous);
}

/// What is wrong with a chain, at the first place where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The number of the entry.
    pub seq: i64,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Checks entries in the order of their numbers, from the first one on.
pub fn check<'a>(rows: impl IntoIterator<Item = &'a AuditRow>) -> Result<Option<Head>, Broken> {
    check_from(None, rows)
}

/// Checks the entries that follow a head that was checked; a long chain is checked in pages.
pub fn check_from<'a>(
    mut head: Option<Head>,
    rows: impl IntoIterator<Item = &'a AuditRow>,
) -> Result<Option<Head>, Broken> {
    for row in rows {
        let expected = head.as_ref().map_or(1, |head| head.seq + 1);
        let previous = head.as_ref().map_or(START.to_vec(), |head| head.hash.clone());
        let seq = row.seq.unwrap_or(0);
        if seq != expected {
            return Err(Broken { seq: expected, what: "an entry is missing" });
        }
        if row.previous_hash.as_deref() != Some(&previous[..]) {
            return Err(Broken { seq, what: "the entry before is another one" });
        }
        if row.detail.as_deref().is_some_and(|detail| detail_hash(detail)[..] != row.detail_hash[..]) {
            return Err(Broken { seq, what: "the detail was edited" });
        }
        let hash = entry_hash(row, seq, &previous).to_vec();
        if row.hash.as_deref() != Some(&hash[..]) {
            return Err(Broken { seq, what: "the entry was edited" });
        }
        head = Some(Head { seq, hash });
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str) -> AuditRow {
        let detail = format!("{{\"of\":\"{id}\"}}");
        AuditRow {
            id: id.to_owned(),
            seq: None,
            at: 5,
            operation: "look_up".to_owned(),
            result: "done".to_owned(),
            code: None,
            actor_kind: "operator".to_owned(),
            actor_id: Some("O".to_owned()),
            user_id: None,
            call_id: None,
            detail_hash: detail_hash(&detail).to_vec(),
            detail: Some(detail),
            previous_hash: None,
            hash: None,
        }
    }

    fn chain(n: usize) -> Vec<AuditRow> {
        let mut rows = Vec::new();
        let mut head = None;
        for i in 0..n {
            let mut entry = row(&i.to_string());
            link(&mut entry, head.as_ref());
            head = entry.seq.zip(entry.hash.clone()).map(|(seq, hash)| Head { seq, hash });
            rows.push(entry);
        }
        rows
    }

    #[test]
    fn d14_1_edits_swaps_and_gaps_are_found_where_they_are() {
        assert_eq!(check(&chain(4)).map(|head| head.map(|h| h.seq)), Ok(Some(4)));
        let mut edited = chain(4);
        edited[2].result = "refused".to_owned();
        assert_eq!(check(&edited).unwrap_err(), Broken { seq: 3, what: "the entry was edited" });
        let mut swapped = chain(4);
        swapped.swap(1, 2);
        assert_eq!(check(&swapped).unwrap_err().seq, 2);
        let mut gap = chain(4);
        gap.remove(0);
        assert_eq!(check(&gap).unwrap_err(), Broken { seq: 1, what: "an entry is missing" });
        let mut detail = chain(4);
        detail[1].detail = Some("{}".to_owned());
        assert_eq!(check(&detail).unwrap_err(), Broken { seq: 2, what: "the detail was edited" });
    }

    #[test]
    fn d14_4_an_erased_detail_leaves_the_chain_intact() {
        let mut rows = chain(3);
        rows[1].detail = None;
        assert!(check(&rows).is_ok());
    }
}
