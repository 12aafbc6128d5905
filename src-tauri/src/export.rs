//! Writes lists to a file that the operator chooses in the system's own dialog. Either the whole file is there at the
//! end or nothing is (`recovery_desk::whole_file`).

use std::io::Write;
use std::path::Path;

use recovery_desk::failure::{Failure, WireFailure};
use recovery_desk::letters::ShownTimes;
use recovery_desk::operation::Operation;
use recovery_desk::operations::administration::ExportAuditLog;
use recovery_desk::operations::statistics::ExportStatistics;
use recovery_desk::operations::team::{ExportPage, ExportReview};
use recovery_desk::team_export::{ExportProblem, Format, export, inert};
use recovery_desk::whole_file::WholeFile;
use recovery_rules::refusal::Refusal;
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::perform;
use crate::problem::Problem;

/// The columns of an exported audit log, and the fields they come from.
const COLUMNS: [(&str, &str); 11] = [
    ("number", "number"),
    ("time (UTC)", "at"),
    ("operation", "operation"),
    ("result", "result"),
    ("code", "code"),
    ("by (kind)", "actor_kind"),
    ("by", "actor"),
    ("about user", "user"),
    ("user id", "user_id"),
    ("call id", "call_id"),
    ("detail", "detail"),
];

/// Writes the audit log as the screen filters it, newest first, as CSV; says how many entries.
///
/// # Errors
/// The desk says no, or the file can't be written; then there is no file.
pub async fn audit_log(connection: &Connection, filter: Value, target: &Path) -> Result<u64, WireFailure> {
    let not_written = |source| Problem::NotWritten { path: target.to_path_buf(), source }.wire();
    let mut file = WholeFile::beside(target).map_err(not_written)?;
    let titles = line(COLUMNS.iter().map(|(title, _)| (*title).to_owned()));
    file.write_all(titles.as_bytes()).map_err(not_written)?;
    let mut entries = 0;
    let mut before = Value::Null;
    loop {
        let mut request = json!({ "shown": filter });
        request["shown"]["before"] = before;
        let page = perform::perform(connection, ExportAuditLog::NAME, None, request).await?;
        for entry in page["entries"].as_array().into_iter().flatten() {
            let cells = line(COLUMNS.iter().map(|(_, field)| text(field, &entry[*field])));
            file.write_all(cells.as_bytes()).map_err(not_written)?;
            entries += 1;
        }
        before = page["next"].clone();
        if before.is_null() {
            break;
        }
    }
    file.finish().map_err(not_written)?;
    Ok(entries)
}

/// Writes a report as CSV, a line for each of its table; says how many lines below the headings.
///
/// # Errors
/// The desk says no, or the file can't be written; then there is no file.
pub async fn report(
    connection: &Connection,
    report: &str,
    days: i64,
    target: &Path,
) -> Result<u64, WireFailure> {
    let request = json!({ "report": report, "days": days });
    let table = perform::perform(connection, ExportStatistics::NAME, None, request).await?;
    let not_written = |source| Problem::NotWritten { path: target.to_path_buf(), source }.wire();
    let mut file = WholeFile::beside(target).map_err(not_written)?;
    let mut lines = 0;
    for row in table["lines"].as_array().into_iter().flatten() {
        let cells = row.as_array().into_iter().flatten();
        let written = line(cells.map(|cell| cell.as_str().unwrap_or_default().to_owned()));
        file.write_all(written.as_bytes()).map_err(not_written)?;
        lines += 1;
    }
    file.finish().map_err(not_written)?;
    Ok(u64::saturating_sub(lines, 1))
}

/// The filters that an export takes, out of what the page sent; anything else the page sent is left out.
pub fn filter(asked: &Value) -> Value {
    let taken = |name: &str| asked.get(name).cloned().unwrap_or(Value::Null);
    json!({
        "user_id": taken("user_id"), "actor_id": taken("actor_id"), "operation": taken("operation"),
        "result": taken("result"), "since": taken("since"), "until": taken("until"), "before": Value::Null,
    })
}

/// Writes a review as the screen shows it; says how many members. Times are UTC and say so: a file travels further than
/// the clock of this computer.
///
/// # Errors
/// The desk says no, what was shown changed meanwhile, or the file can't be written; then there is no file, or the former.
pub async fn team_review(
    connection: &Connection,
    shown: Value,
    format: Format,
    target: &Path,
) -> Result<u64, WireFailure> {
    let next = async |after: Option<String>| -> Result<ExportPage, WireFailure> {
        let mut shown = shown.clone();
        shown["after"] = json!(after);
        let request = json!({ "shown": shown, "format": format.name() });
        let page = perform::perform(connection, ExportReview::NAME, None, request).await?;
        serde_json::from_value(page).map_err(|error| {
            tracing::warn!(%error, "a page of an export");
            Problem::from(Failure::Refused(Refusal::MalformedRequest)).wire()
        })
    };
    match export(format, &ShownTimes::utc(), target, next).await {
        Ok(exported) => Ok(u64::try_from(exported.members).unwrap_or(u64::MAX)),
        Err(ExportProblem::NotGiven(failure)) => Err(failure),
        Err(ExportProblem::Changed) => Err(Problem::from(Failure::Refused(Refusal::ChangedMeanwhile)).wire()),
        Err(ExportProblem::NotWritten(source)) => {
            Err(Problem::NotWritten { path: target.to_path_buf(), source }.wire())
        }
    }
}

/// What an export of a review takes, out of what the page sent; anything else the page sent is left out.
pub fn shown(asked: &Value) -> Value {
    let taken = |name: &str| asked.get(name).cloned().unwrap_or(Value::Null);
    json!({
        "review_id": taken("review_id"), "filter": taken("filter"), "name": taken("name"), "sort": taken("sort"),
        "descending": taken("descending"), "after": Value::Null,
    })
}

fn text(field: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(at) if field == "at" => at.as_i64().map(time).unwrap_or_default(),
        other => other.to_string(),
    }
}

fn time(at: i64) -> String {
    recovery_desk::letters::rfc3339(recovery_rules::time::Moment(at))
}

/// A cell of CSV. Text is hostile: what a spreadsheet would take for a formula gets an apostrophe, and what ends lines
/// or turns text round becomes a space.
fn cell(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() || recovery_rules::display_name::is_unsafe(c) { ' ' } else { c })
        .collect();
    format!("\"{}\"", inert(&plain).replace('"', "\"\""))
}

/// A line of a CSV file [RFC 4180].
fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<_> = cells.map(|text| cell(&text)).collect();
    format!("{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_ends_no_line() {
        assert_eq!(cell("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
        assert_eq!(cell(" @SUM(A1)"), "\"' @SUM(A1)\"");
        assert_eq!(cell("a\r\nb\u{202e}c"), "\"a  b c\"");
        assert_eq!(cell("O'Brien, Ann"), "\"O'Brien, Ann\"");
    }

    #[test]
    fn what_a_page_adds_to_an_export_of_a_review_is_left_out() {
        let asked = json!({ "review_id": "r", "filter": "all", "name": "", "sort": "name", "descending": true, "after": "x", "path": "/etc" });
        let taken = shown(&asked);
        assert_eq!(taken["after"], Value::Null);
        assert_eq!(taken.as_object().unwrap().len(), 6);
        // What is missing stays missing: the desk refuses it.
        assert_eq!(shown(&json!({}))["review_id"], Value::Null);
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_clear_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("missing").join("log.csv");
        let source = WholeFile::beside(&nowhere).err().unwrap();
        let problem = Problem::NotWritten { path: nowhere, source }.wire();
        assert_eq!(problem.code, "not_written");
        assert!(problem.message.contains("Nothing was exported"), "{}", problem.message);
    }

    #[test]
    fn a_line_ends_once_and_quotes_each_cell() {
        assert_eq!(line(["a".to_owned(), "b\"c".to_owned()].into_iter()), "\"a\",\"b\"\"c\"\r\n");
    }
}
