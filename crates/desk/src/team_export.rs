//! A review as a file: CSV or XLSX, the same rows and the same words. Written beside its place and renamed when it is
//! whole, so that a full disk or a folder that can't be written leaves the former file, or none, and never half of one.
//! Asking for the rows (role, limit, audit entry) is the operation `export_review`; this only writes.

mod columns;
mod sheet;

use std::io::{self, Write};
use std::path::Path;

use crate::letters::ShownTimes;
use crate::operations::team::{ExportPage, MemberRow, ReviewRow};

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values [RFC 4180], UTF-8 with a byte order mark, so that spreadsheets read names right.
    Csv,
    /// A workbook of strings alone: no cell is a formula, a number or a link.
    Xlsx,
}

impl Format {
    /// As the operation knows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportProblem<E> {
    /// The back office did not give the rows.
    #[error("the rows were not given")]
    NotGiven(E),
    /// What was shown changed while the pages were read; nothing was written.
    #[error("the review changed meanwhile")]
    Changed,
    /// The file can't be written; what was there before is still there.
    #[error("the file can't be written: {0}")]
    NotWritten(io::Error),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Members in the file.
    pub members: usize,
    /// The review, as it was shown.
    pub review: ReviewRow,
}

/// Reads every page by `next` (it is given where the page begins) and writes the file.
///
/// # Errors
/// What `next` said, or why nothing could be written.
pub async fn export<E, F>(
    format: Format,
    times: &ShownTimes,
    to: &Path,
    mut next: F,
) -> Result<Exported, ExportProblem<E>>
where
    F: AsyncFnMut(Option<String>) -> Result<ExportPage, E>,
{
    let first = next(None).await.map_err(ExportProblem::NotGiven)?;
    let review = first.review.ok_or(ExportProblem::Changed)?;
    let (company, mut members, mut after) = (first.company, first.members, first.next);
    while let Some(place) = after {
        let page = next(Some(place)).await.map_err(ExportProblem::NotGiven)?;
        members.extend(page.members);
        after = page.next;
    }
    let bytes = match format {
        Format::Csv => csv(&members, times).map_err(ExportProblem::NotWritten)?,
        Format::Xlsx => {
            sheet::workbook(&company, &review, &members, times).map_err(ExportProblem::NotWritten)?
        }
    };
    write_whole(to, &bytes).map_err(ExportProblem::NotWritten)?;
    Ok(Exported { members: members.len(), review })
}

fn csv(members: &[MemberRow], times: &ShownTimes) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(columns::HEADINGS)?;
    for member in members {
        writer.write_record(columns::cells(member, times).map(|cell| inert(&cell)))?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

/// A cell that no spreadsheet takes for a formula: what could begin one stands behind an apostrophe (OWASP ASVS 5.0,
/// 1.2.10; D12.4).
pub fn inert(cell: &str) -> String {
    let text: String = cell.chars().filter(|c| *c != '\0').collect();
    let begins = text.trim_start_matches([' ', '\u{a0}', '\u{feff}', '\u{200b}']).chars().next();
    if begins.is_some_and(|c| "=+-@\t\r\n＝＋－＠".contains(c)) || text.starts_with(['\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text
    }
}

/// Writes beside, then renames. The file is new (never a link's target), readable by its owner alone, and on the disk
/// before it takes the place.
fn write_whole(to: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = to.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", std::process::id()));
    let beside = folder.join(beside);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    let done = written.and_then(|()| std::fs::rename(&beside, to));
    if done.is_err() {
        // What could not be finished is not left lying; that it can't be removed either changes nothing.
        let _ = std::fs::remove_file(&beside);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d12_4_a_cell_that_could_begin_a_formula_is_inert() {
        for hostile in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u{feff}=1", "＝1"] {
            assert!(inert(hostile).starts_with('\''), "{hostile:?}");
        }
        assert_eq!(inert("\0=1"), "'=1");
        for plain in ["Priya Raman", "priya.raman@hartwell.example", "Obi-Wan", "", "a=b"] {
            assert_eq!(inert(plain), plain);
        }
    }

    #[test]
    fn a_file_is_whole_or_the_former_one_is_still_there() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("review.csv");
        write_whole(&to, b"one").unwrap();
        write_whole(&to, b"two").unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"two");
        // A folder stands where the file shall be: the rename fails, and nothing is left beside it.
        let taken = folder.path().join("taken");
        std::fs::create_dir_all(taken.join("in")).unwrap();
        assert!(write_whole(&taken, b"three").is_err());
        assert!(write_whole(&folder.path().join("nowhere").join("review.csv"), b"four").is_err());
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("review.csv");
        write_whole(&to, b"one").unwrap();
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
