//! The workbook: one sheet of strings. Text is written as text, so no cell can become a formula, whatever it begins with.

use std::io;

use recovery_rules::time::Moment;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::columns;
use crate::letters::ShownTimes;
use crate::operations::team::{MemberRow, ReviewRow};

/// The bytes of the workbook.
pub(super) fn workbook(
    company: &str,
    review: &ReviewRow,
    members: &[MemberRow],
    times: &ShownTimes,
) -> io::Result<Vec<u8>> {
    build(company, review, members, times).map_err(io::Error::other)
}

fn build(
    company: &str,
    review: &ReviewRow,
    members: &[MemberRow],
    times: &ShownTimes,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet().set_name("Members")?;
    for (column, heading) in (0_u16..).zip(columns::HEADINGS) {
        sheet.write_string_with_format(0, column, heading, &bold)?;
        sheet.set_column_width(column, 22)?;
    }
    for (row, member) in (1_u32..).zip(members) {
        for (column, cell) in (0_u16..).zip(columns::cells(member, times)) {
            sheet.write_string(row, column, cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let about = workbook.add_worksheet().set_name("Review")?;
    let at = |at: i64| times.date_and_clock(Moment(at));
    let lines = [
        ("Company", company.to_owned()),
        ("Started by", review.started_by.clone()),
        ("Started", at(review.started_at)),
        ("Signed off by", review.signed_by.clone().unwrap_or_else(|| "Not signed off".to_owned())),
        ("Signed off", review.signed_at.map(at).unwrap_or_default()),
        ("What was seen (SHA-256)", review.digest.clone()),
        ("Note", review.note.clone()),
    ];
    for (row, (name, value)) in (0_u32..).zip(lines) {
        about.write_string_with_format(row, 0, name, &bold)?;
        about.write_string(row, 1, value)?;
    }
    about.set_column_width(0, 26)?;
    about.set_column_width(1, 70)?;
    workbook.save_to_buffer()
}
