//! Writes lists to a file that the operator chooses in the system's own dialog. Either the whole file is there at the
//! end or nothing is: it is written beside its place and moved there once it is complete.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use recovery_desk::failure::WireFailure;
use recovery_desk::operation::Operation;
use recovery_desk::operations::administration::ExportAuditLog;
use recovery_desk::operations::statistics::ExportStatistics;
use recovery_desk::team_export::inert;
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
    let mut file = Unfinished::beside(target).map_err(|problem| problem.wire())?;
    file.line(COLUMNS.iter().map(|(title, _)| (*title).to_owned())).map_err(|problem| problem.wire())?;
    let mut entries = 0;
    let mut before = Value::Null;
    loop {
        let mut request = filter.clone();
        request["before"] = before;
        let page = perform::perform(connection, ExportAuditLog::NAME, None, request).await?;
        for entry in page["entries"].as_array().into_iter().flatten() {
            file.line(COLUMNS.iter().map(|(_, field)| text(field, &entry[*field])))
                .map_err(|problem| problem.wire())?;
            entries += 1;
        }
        before = page["next"].clone();
        if before.is_null() {
            break;
        }
    }
    file.finish().map_err(|problem| problem.wire())?;
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
    let mut file = Unfinished::beside(target).map_err(|problem| problem.wire())?;
    let mut lines = 0;
    for line in table["lines"].as_array().into_iter().flatten() {
        let cells = line.as_array().into_iter().flatten();
        file.line(cells.map(|cell| cell.as_str().unwrap_or_default().to_owned()))
            .map_err(|problem| problem.wire())?;
        lines += 1;
    }
    file.finish().map_err(|problem| problem.wire())?;
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

/// A file that is not complete yet. Dropped before its end, it is gone.
struct Unfinished {
    file: Option<std::io::BufWriter<std::fs::File>>,
    unfinished: PathBuf,
    target: PathBuf,
}

impl Unfinished {
    fn beside(target: &Path) -> Result<Self, Problem> {
        // A name of its own for each export, so that nothing of anybody's is in the way or taken away.
        static EXPORTS: AtomicU32 = AtomicU32::new(0);
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}.{}.part", std::process::id(), EXPORTS.fetch_add(1, Ordering::Relaxed)));
        let unfinished = target.with_file_name(name);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&unfinished)
            .map_err(|source| Problem::NotWritten { path: target.to_path_buf(), source })?;
        Ok(Self { file: Some(std::io::BufWriter::new(file)), unfinished, target: target.to_path_buf() })
    }

    fn line(&mut self, cells: impl Iterator<Item = String>) -> Result<(), Problem> {
        let cells: Vec<_> = cells.map(|text| cell(&text)).collect();
        let line = format!("{}\r\n", cells.join(","));
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(line.as_bytes())
            .map_err(|source| Problem::NotWritten { path: self.target.clone(), source })
    }

    fn finish(mut self) -> Result<(), Problem> {
        let problem = |source| Problem::NotWritten { path: self.target.clone(), source };
        if let Some(file) = self.file.take() {
            let file = file.into_inner().map_err(|error| problem(error.into_error()))?;
            file.sync_all().map_err(problem)?;
        }
        std::fs::rename(&self.unfinished, &self.target).map_err(problem)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Finished, it is not there any more.
        self.file = None;
        let _ = std::fs::remove_file(&self.unfinished);
    }
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
    fn a_file_broken_off_leaves_nothing_and_a_finished_one_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("log.csv");
        let mut broken_off = Unfinished::beside(&target).unwrap();
        broken_off.line(["a".to_owned()].into_iter()).unwrap();
        drop(broken_off);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut whole = Unfinished::beside(&target).unwrap();
        whole.line(["a".to_owned(), "b".to_owned()].into_iter()).unwrap();
        whole.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "\"a\",\"b\"\r\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_clear_sentence_and_the_former_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("missing").join("log.csv");
        let problem = Unfinished::beside(&nowhere).err().unwrap().wire();
        assert_eq!(problem.code, "not_written");
        assert!(problem.message.contains("Nothing was exported"), "{}", problem.message);
        let target = folder.path().join("log.csv");
        std::fs::write(&target, "former").unwrap();
        drop(Unfinished::beside(&target).unwrap());
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "former");
    }
}
