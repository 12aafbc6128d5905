//! Checking the audit log: the whole chain in pages, and every signed head that was kept elsewhere. Entries are only
//! added, so pages need no common transaction, and a check of hours holds nobody up. While one page is checked the
//! next is read.

use std::path::PathBuf;

use recovery_rules::roles::Door;

use super::chain::{Broken, Walk, Wrong};
use super::heads::{HeadsProblem, Kept};
use crate::caller::Caller;
use crate::desk::Desk;
use crate::failure::{Failure, Fault};
use crate::operations::read_audit::{AuditPage, ReadAudit};
use crate::store::audit::AuditRow;

/// Findings that are listed; an auditor who sees that many restores a backup.
pub const FINDINGS_LISTED: usize = 20;

/// What the check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Entries in the chain.
    pub entries: i64,
    /// Entries that wait for the sealer.
    pub waiting: i64,
    /// Signed heads that fit; none if no file was given.
    pub heads: Option<usize>,
    /// Lines of the files of heads that are cut short, as a crash or a full disk leaves them.
    pub heads_cut_short: usize,
    /// The entry that was signed last, where no head of it is in the files given: it may be in another desk's file.
    pub newer_head: Option<i64>,
    /// What is wrong, in the order of the chain; at most [`FINDINGS_LISTED`].
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more: usize,
}

/// Something that is wrong.
#[derive(Debug)]
pub enum Finding {
    /// At a place of the chain.
    Chain(Broken),
    /// A signed head says that another entry stood here: the chain was made anew.
    HeadDiffers {
        /// The place.
        seq: i64,
    },
    /// The last entries are missing: one behind the end of the chain was signed.
    LastMissing {
        /// The first missing place.
        from: i64,
        /// The last one that was signed.
        signed: i64,
    },
    /// Entries stand outside the chain where there is no sealer that they could wait for.
    Unchained {
        /// How many.
        count: i64,
    },
    /// A file of heads is no witness.
    Heads(HeadsProblem),
}

/// Checks the log of this desk's database against these files of heads. `progress` hears how many entries are checked
/// and how many there are.
///
/// # Errors
/// The database can't be read; then nothing was found out.
pub async fn check(
    desk: &Desk,
    heads: &[PathBuf],
    mut progress: impl FnMut(i64, i64),
) -> Result<Checked, Failure> {
    let mut checker = Checker::default();
    if !heads.is_empty() {
        match Kept::read(heads, &desk.keys.head_keys()) {
            Ok(kept) => checker.witness(kept),
            Err(problem) => checker.found(Finding::Heads(problem)),
        }
    }
    let mut page = read(desk, 0).await?;
    let (last, waiting, signed) = (page.last, page.waiting, page.signed);
    while let Some(next) = page.rows.last().and_then(|row| row.seq) {
        let rows = std::mem::take(&mut page.rows);
        let checking = tokio::task::spawn_blocking(move || {
            checker.page(&rows);
            checker
        });
        page = read(desk, next).await?;
        checker = checking.await.map_err(|error| {
            crate::failure::fail("check_audit", Fault::Stored(format!("checking: {error}")).into())
        })?;
        progress(checker.checked.entries, last.max(checker.checked.entries));
    }
    Ok(checker.finished(waiting, signed, desk.database.is_postgres()))
}

async fn read(desk: &Desk, after: i64) -> Result<AuditPage, Failure> {
    desk.perform(&Caller::System("audit check"), Door::System, None, ReadAudit { after }).await
}

#[derive(Default)]
struct Checker {
    walk: Walk,
    kept: Option<Kept>,
    fitting: usize,
    checked: Checked,
}

impl Checker {
    fn witness(&mut self, kept: Kept) {
        self.checked.heads_cut_short = kept.cut_short;
        self.kept = Some(kept);
    }

    fn found(&mut self, finding: Finding) {
        if self.checked.findings.len() < FINDINGS_LISTED {
            self.checked.findings.push(finding);
        } else {
            self.checked.more += 1;
        }
    }

    fn page(&mut self, rows: &[AuditRow]) {
        for row in rows {
            if let Some(broken) = self.walk.step(row) {
                self.found(Finding::Chain(broken));
            }
            self.checked.entries += 1;
            let Some(seq) = row.seq else { continue };
            let signed = self.kept.as_ref().map_or(&[][..], |kept| kept.of(seq));
            let fitting = signed.iter().filter(|head| row.hash.as_ref() == Some(&head.hash)).count();
            self.fitting += fitting;
            if fitting < signed.len() {
                self.found(Finding::HeadDiffers { seq });
            }
        }
    }

    fn finished(mut self, waiting: i64, signed: Option<i64>, has_sealer: bool) -> Checked {
        let end = self.walk.head.as_ref().map_or(0, |head| head.seq);
        if let Some(kept) = self.kept.take() {
            if kept.last() > end {
                self.found(Finding::LastMissing { from: end + 1, signed: kept.last() });
            }
            self.checked.heads = Some(self.fitting);
            self.checked.newer_head = signed.filter(|signed| *signed > kept.last());
        }
        if waiting > 0 && !has_sealer {
            self.found(Finding::Unchained { count: waiting });
        }
        self.checked.waiting = waiting;
        self.checked
    }
}

/// The place in the chain, where a finding has one.
impl Finding {
    /// The number of the entry.
    pub const fn seq(&self) -> Option<i64> {
        match self {
            Self::Chain(Broken { seq, .. }) | Self::HeadDiffers { seq } => Some(*seq),
            Self::LastMissing { from, .. } => Some(*from),
            Self::Unchained { .. } | Self::Heads(_) => None,
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use Wrong::*;
        let Self::Chain(Broken { seq, what }) = self else { return self.about_heads(f) };
        match what {
            Edited => write!(f, "Entry {seq} was edited."),
            DetailEdited => write!(f, "The detail of entry {seq} was edited."),
            BelongsElsewhere { place } => write!(
                f,
                "The entry at place {seq} belongs at {place}: entries were swapped, or some before it were taken out."
            ),
            FollowsAnother => write!(f, "Entry {seq} was not written after the entry that stands before it."),
            Missing { to } if *seq == 1 => write!(f, "The first entries are missing, 1 to {to}."),
            Missing { to } if to == seq => write!(f, "Entry {seq} is missing."),
            Missing { to } => write!(f, "Entries {seq} to {to} are missing."),
        }
    }
}

impl Finding {
    fn about_heads(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Chain(_) => Ok(()),
            Self::HeadDiffers { seq } => {
                write!(f, "The chain was made anew: at entry {seq} a signed head says otherwise.")
            }
            Self::LastMissing { from, signed } => {
                write!(f, "The last entries are missing, from {from} on: entry {signed} was signed.")
            }
            Self::Unchained { count } => {
                write!(
                    f,
                    "{count} entries stand outside the chain: they were put in from outside, or taken out of it."
                )
            }
            Self::Heads(problem) => write!(f, "{problem}"),
        }
    }
}

impl std::fmt::Display for HeadsProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable { path, source } => {
                write!(f, "The signed heads in {} can't be read: {source}", path.display())
            }
            Self::Empty { path } => write!(f, "There is no signed head in {}.", path.display()),
            Self::NotSigned { path, line } => {
                write!(f, "Line {line} of {} is not signed by these keys.", path.display())
            }
            Self::FormerKey { path, line } => write!(
                f,
                "Line {line} of {} is signed with an audit key that was replaced before.",
                path.display()
            ),
        }
    }
}
