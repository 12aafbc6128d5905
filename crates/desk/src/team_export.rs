//! A review as a file: CSV or XLSX, the same rows and the same words, there whole or not at all (`whole_file`).
//! Asking for the rows (role, limit, audit entry) is the operation `export_review`; this only writes.

mod columns;
mod sheet;

use std::io::{self, Write};
use std::path::Path;

use crate::letters::ShownTimes;
use crate::operations::team::{ExportPage, MemberRow, ReviewRow};
use crate::whole_file::WholeFile;

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
    let written =
        WholeFile::beside(to).and_then(|mut file| file.write_all(&bytes).and_then(|()| file.finish()));
    written.map_err(ExportProblem::NotWritten)?;
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
}
