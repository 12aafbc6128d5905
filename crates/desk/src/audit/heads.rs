//! Signed heads of the chain, one JSON line each, in a file on another path than the database: a chain that
//! was made anew, or lost its last entries, no longer fits them.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::keys::{DataKeys, HeadKey, head_is_signed};
use crate::store::audit::Head;

/// Names the format inside each signature.
const FORMAT: &[u8] = b"recovery-desk audit head 1";

/// One signed head.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedHead {
    /// The number of the entry.
    pub seq: i64,
    /// Its hash, base64.
    pub hash: String,
    /// The id of the audit key that signed.
    pub key: String,
    /// Ed25519 over the format's name, the number (8 bytes, big-endian) and the hash; base64.
    pub signature: String,
}

/// Signs a head and appends it, on disk before this returns.
pub fn append(path: &Path, keys: &DataKeys, head: &Head) -> io::Result<()> {
    let signed = SignedHead {
        seq: head.seq,
        hash: BASE64_STANDARD.encode(&head.hash),
        key: keys.key_ids().audit.to_string(),
        signature: BASE64_STANDARD.encode(keys.sign_head(&message(head))),
    };
    let mut options = std::fs::OpenOptions::new();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut line = serde_json::to_string(&signed).map_err(io::Error::other)?;
    line.push('\n');
    if cut_short(&mut file)? {
        line.insert(0, '\n');
    }
    // One write: what a crash or a full disk leaves is a line or the beginning of one, never a mixture.
    file.write_all(line.as_bytes())?;
    file.sync_data()
}

/// Whether the last line has no end: a crash or a full disk can do that.
fn cut_short(file: &mut std::fs::File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// What is signed of a head.
fn message(head: &Head) -> Vec<u8> {
    [FORMAT, &head.seq.to_be_bytes(), &head.hash].concat()
}

/// The heads of one or more files, by number.
#[derive(Debug, Default)]
pub struct Kept {
    /// Sorted by number; the same number may stand there twice, and both must fit.
    heads: Vec<Head>,
    /// Lines that are cut short.
    pub cut_short: usize,
}

/// Why a file of heads is no witness.
#[derive(Debug)]
pub enum HeadsProblem {
    /// It can't be read.
    Unreadable {
        /// Which.
        path: PathBuf,
        /// The operating system's words.
        source: io::Error,
    },
    /// There is no head in it.
    Empty {
        /// Which.
        path: PathBuf,
    },
    /// A line's signature is not that of its key, or these keys don't hold it.
    NotSigned {
        /// Which.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// A line is signed with a key that was replaced before.
    FormerKey {
        /// Which.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

impl Kept {
    /// Reads files of heads and checks every signature.
    pub fn read(paths: &[PathBuf], keys: &[HeadKey]) -> Result<Self, HeadsProblem> {
        let mut kept = Self::default();
        for path in paths {
            kept.read_one(path, keys)?;
        }
        kept.heads.sort_by_key(|head| head.seq);
        Ok(kept)
    }

    fn read_one(&mut self, path: &Path, keys: &[HeadKey]) -> Result<(), HeadsProblem> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| HeadsProblem::Unreadable { path: path.to_owned(), source })?;
        let before = self.heads.len();
        // The keys stand newest first: from line to line their place may only fall.
        let mut oldest = keys.len();
        for (at, line) in text.lines().enumerate() {
            let Ok(signed) = serde_json::from_str::<SignedHead>(line) else {
                self.cut_short += usize::from(!line.is_empty());
                continue;
            };
            let not_signed = || HeadsProblem::NotSigned { path: path.to_owned(), line: at + 1 };
            let (place, head) = checked(&signed, keys).ok_or_else(not_signed)?;
            if place > oldest {
                return Err(HeadsProblem::FormerKey { path: path.to_owned(), line: at + 1 });
            }
            oldest = place;
            self.heads.push(head);
        }
        if self.heads.len() == before {
            return Err(HeadsProblem::Empty { path: path.to_owned() });
        }
        Ok(())
    }

    /// The hashes that were signed for a number.
    pub fn of(&self, seq: i64) -> &[Head] {
        let from = self.heads.partition_point(|head| head.seq < seq);
        let to = self.heads.partition_point(|head| head.seq <= seq);
        &self.heads[from..to]
    }

    /// The last number that was signed.
    pub fn last(&self) -> i64 {
        self.heads.last().map_or(0, |head| head.seq)
    }
}

/// The head and the place of its key, if its signature is right.
fn checked(signed: &SignedHead, keys: &[HeadKey]) -> Option<(usize, Head)> {
    let place = keys.iter().position(|key| key.id.as_str() == signed.key)?;
    let hash = BASE64_STANDARD.decode(&signed.hash).ok()?;
    let signature = BASE64_STANDARD.decode(&signed.signature).ok()?.try_into().ok()?;
    let head = Head { seq: signed.seq, hash };
    head_is_signed(&keys[place].public, &message(&head), &signature).then_some((place, head))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use crate::keys::KeyKind;

    fn head(seq: i64, byte: u8) -> Head {
        Head { seq, hash: vec![byte; 32] }
    }

    fn file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads");
        (folder, path)
    }

    #[test]
    fn a_head_counts_only_with_our_signature() {
        let (_folder, path) = file();
        let keys = DataKeys::published_demo();
        append(&path, &keys, &head(7, 3)).unwrap();
        let kept = Kept::read(std::slice::from_ref(&path), &keys.head_keys()).unwrap();
        assert_eq!((kept.of(7), kept.of(8), kept.last()), (&[head(7, 3)][..], &[][..], 7));
        let moved = std::fs::read_to_string(&path).unwrap().replace("\"seq\":7", "\"seq\":8");
        std::fs::write(&path, moved).unwrap();
        let refused = Kept::read(&[path], &keys.head_keys());
        assert!(matches!(refused, Err(HeadsProblem::NotSigned { line: 1, .. })));
    }

    #[test]
    fn old_heads_verify_after_the_audit_key_was_replaced_and_new_ones_must_bear_the_new_key() {
        let (_folder, path) = file();
        let chance = Chance::seeded(1);
        let old = DataKeys::fresh(&chance);
        let new = old.replaced(KeyKind::Audit, &chance);
        append(&path, &old, &head(1, 1)).unwrap();
        append(&path, &new, &head(2, 2)).unwrap();
        let kept = Kept::read(std::slice::from_ref(&path), &new.head_keys()).unwrap();
        assert_eq!((kept.of(1).len(), kept.of(2).len()), (1, 1));
        assert!(matches!(
            Kept::read(std::slice::from_ref(&path), &old.head_keys()),
            Err(HeadsProblem::NotSigned { line: 2, .. })
        ));
        append(&path, &old, &head(3, 3)).unwrap();
        let stolen = Kept::read(&[path], &new.head_keys());
        assert!(matches!(stolen, Err(HeadsProblem::FormerKey { line: 3, .. })), "{stolen:?}");
    }

    #[test]
    fn two_heads_of_one_number_are_both_kept() {
        let (_folder, path) = file();
        let keys = DataKeys::published_demo();
        append(&path, &keys, &head(4, 1)).unwrap();
        append(&path, &keys, &head(4, 2)).unwrap();
        let kept = Kept::read(&[path], &keys.head_keys()).unwrap();
        assert_eq!(kept.of(4).len(), 2, "whoever shortened the chain and let it grow again is not believed");
    }

    #[test]
    fn a_line_cut_short_spoils_no_other() {
        let (_folder, path) = file();
        let keys = DataKeys::published_demo();
        append(&path, &keys, &head(1, 1)).unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole[..], &whole[..whole.len() / 2]].concat()).unwrap();
        append(&path, &keys, &head(2, 2)).unwrap();
        let kept = Kept::read(std::slice::from_ref(&path), &keys.head_keys()).unwrap();
        assert_eq!((kept.cut_short, kept.last(), kept.of(1).len()), (1, 2, 1));
        std::fs::write(&path, "").unwrap();
        assert!(matches!(Kept::read(&[path], &keys.head_keys()), Err(HeadsProblem::Empty { .. })));
    }
}
