//! How entries are chained, and what is wrong with a chain. Written so that somebody else can write a checker: the
//! format is documented in docs/audit-log.md, and this is all of it.

use sha2::{Digest, Sha256};

use crate::store::audit::{AuditRow, Head};

/// Names the format inside each hash.
const FORMAT: &[u8] = b"recovery-desk audit 1";
/// What the first entry follows.
pub const START: [u8; 32] = [0; 32];
/// How far from its place an intact entry is looked for, to name a swap.
const NEARBY: i64 = 2_000;

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

/// What is wrong at a place of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A field is not what was hashed.
    Edited,
    /// The detail is not what was hashed.
    DetailEdited,
    /// The entry is intact and belongs at another place: entries were swapped, or some before it were taken out and
    /// the rest numbered anew.
    BelongsElsewhere {
        /// Its own place.
        place: i64,
    },
    /// The entry is intact, but the one before it is not the one it was written after.
    FollowsAnother,
    /// Entries are missing, from this place to that one.
    Missing {
        /// The last missing place.
        to: i64,
    },
}

/// Something wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The place in the chain.
    pub seq: i64,
    /// What is wrong there.
    pub what: Wrong,
}

/// Checks entries in the order of their numbers and goes on after what is wrong, so that one edit doesn't hide another.
#[derive(Debug, Default)]
pub struct Walk {
    /// The last entry seen.
    pub head: Option<Head>,
    /// How far the entries seen last stand from their own places: what moved together is told once.
    moved_by: i64,
}

impl From<Option<Head>> for Walk {
    /// Goes on behind an entry that was seen before; none: from the start.
    fn from(head: Option<Head>) -> Self {
        Self { head, moved_by: 0 }
    }
}

impl Walk {
    /// Looks at the next entry.
    pub fn step(&mut self, row: &AuditRow) -> Option<Broken> {
        let expected = self.head.as_ref().map_or(1, |head| head.seq + 1);
        let seq = row.seq.unwrap_or_default();
        let stored = row.hash.as_deref().unwrap_or_default();
        let stored_previous = row.previous_hash.as_deref().unwrap_or_default();
        let what = if seq > expected {
            Some((expected, Wrong::Missing { to: seq - 1 }))
        } else {
            let previous = self.head.as_ref().map_or(&START[..], |head| &head.hash[..]);
            wrong_with(row, seq, stored, stored_previous, previous, self.moved_by).map(|what| (seq, what))
        };
        let moved_by = match what {
            Some((_, Wrong::BelongsElsewhere { place })) => place - seq,
            _ => 0,
        };
        let told = moved_by != 0 && moved_by == self.moved_by;
        self.moved_by = moved_by;
        // What follows is held against what stands here, right or wrong.
        self.head = Some(Head { seq, hash: stored.to_vec() });
        what.filter(|_| !told).map(|(seq, what)| Broken { seq, what })
    }
}

fn wrong_with(
    row: &AuditRow,
    seq: i64,
    stored: &[u8],
    stored_previous: &[u8],
    previous: &[u8],
    moved_by: i64,
) -> Option<Wrong> {
    if row.detail.as_deref().is_some_and(|detail| detail_hash(detail)[..] != row.detail_hash[..]) {
        return Some(Wrong::DetailEdited);
    }
    if stored_previous == previous && entry_hash(row, seq, previous)[..] == *stored {
        return None;
    }
    if entry_hash(row, seq, stored_previous)[..] == *stored {
        return Some(Wrong::FollowsAnother);
    }
    let nearby = std::iter::once(seq + moved_by).chain((seq - NEARBY).max(1)..=seq + NEARBY);
    let own = nearby.into_iter().find(|place| entry_hash(row, *place, stored_previous)[..] == *stored);
    Some(own.map_or(Wrong::Edited, |place| Wrong::BelongsElsewhere { place }))
}

/// The first thing that is wrong with entries in the order of their numbers, or the head.
pub fn check<'a>(rows: impl IntoIterator<Item = &'a AuditRow>) -> Result<Option<Head>, Broken> {
    let mut walk = Walk::default();
    match rows.into_iter().find_map(|row| walk.step(row)) {
        Some(broken) => Err(broken),
        None => Ok(walk.head),
    }
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

    /// Everything that is wrong, in the order of numbers as the database gives them.
    fn all(mut rows: Vec<AuditRow>) -> Vec<(i64, Wrong)> {
        rows.sort_by_key(|row| row.seq);
        let mut walk = Walk::default();
        rows.iter().filter_map(|row| walk.step(row)).map(|broken| (broken.seq, broken.what)).collect()
    }

    #[test]
    fn a_chain_as_it_was_written_is_right_and_ends_at_its_head() {
        assert_eq!(check(&chain(4)).map(|head| head.map(|h| h.seq)), Ok(Some(4)));
        assert_eq!(check(&chain(0)), Ok(None));
    }

    #[test]
    fn d14_1_each_edit_is_found_where_it_is_and_does_not_hide_the_next() {
        let mut rows = chain(8);
        rows[2].result = "refused".to_owned();
        rows[5].detail = Some("{}".to_owned());
        assert_eq!(all(rows), [(3, Wrong::Edited), (6, Wrong::DetailEdited)]);
    }

    #[test]
    fn d14_1_swapped_entries_are_named_with_their_own_places() {
        let mut rows = chain(6);
        (rows[1].seq, rows[3].seq) = (Some(4), Some(2));
        let found = all(rows);
        assert_eq!(found[0], (2, Wrong::BelongsElsewhere { place: 4 }));
        assert!(found.contains(&(4, Wrong::BelongsElsewhere { place: 2 })), "{found:?}");
    }

    #[test]
    fn d14_1_missing_entries_are_named_from_first_to_last() {
        let without = |gone: std::ops::Range<usize>| {
            let mut rows = chain(9);
            rows.drain(gone);
            all(rows)
        };
        assert_eq!(without(0..3), [(1, Wrong::Missing { to: 3 })]);
        assert_eq!(without(4..6), [(5, Wrong::Missing { to: 6 })]);
    }

    #[test]
    fn d14_1_entries_taken_out_and_the_rest_numbered_anew_is_found() {
        let mut rows = chain(6);
        rows.remove(2);
        for row in &mut rows[2..] {
            row.seq = row.seq.map(|seq| seq - 1);
        }
        assert_eq!(
            all(rows),
            [(3, Wrong::BelongsElsewhere { place: 4 })],
            "told once, not for each that moved up"
        );
    }

    #[test]
    fn an_entry_made_anew_breaks_with_the_one_after_it() {
        let mut rows = chain(4);
        rows[1].actor_id = Some("somebody else".to_owned());
        let before = Head { seq: 1, hash: rows[0].hash.clone().unwrap() };
        link(&mut rows[1], Some(&before));
        assert_eq!(all(rows), [(3, Wrong::FollowsAnother)]);
    }

    #[test]
    fn d14_4_an_erased_detail_leaves_the_chain_intact() {
        let mut rows = chain(3);
        rows[1].detail = None;
        assert!(check(&rows).is_ok());
    }
}
