//! A report as the lines of a table, for a file: what the table view shows, in plain numbers. Under a name of its own, so
//! that the audit log says it was exported. Writing the file, and making its cells inert, is the desk app's.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{ADMINISTRATORS, Door, Who};
use serde::{Deserialize, Serialize};

use super::{MailsOf, Statistics, statistics};
use crate::failure::Stop;
use crate::letters::ShownTimes;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::work::Work;

/// Asks for a report as lines.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ExportStatistics {
    /// `endings`, `reached`, `times`, `mails` or `unusual`.
    pub report: String,
    /// Days up to and with today: 7, 28 or 91.
    pub days: i64,
}

/// A report as lines; the first holds the headings.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReportTable {
    /// Each line's cells.
    pub lines: Vec<Vec<String>>,
}

impl Operation for ExportStatistics {
    const NAME: &'static str = "export_statistics";
    const WHO: Who = Who::Operator(ADMINISTRATORS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Look;
    type Answer = ReportTable;
    type Shape = PlainShape;
}

impl Plain for ExportStatistics {
    async fn run(self, work: &mut Work<'_>) -> Result<ReportTable, Stop> {
        let lines = match self.report.as_str() {
            "endings" => endings,
            "reached" => reached,
            "times" => times,
            "mails" => mails,
            "unusual" => unusual,
            _ => return Err(Refusal::BadField { field: "report", problem: "choice_unknown" }.into()),
        };
        let found = statistics(self.days, work).await?;
        work.note("report", self.report);
        Ok(ReportTable { lines: lines(&found, &work.desk.settings.times) })
    }
}

fn line<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn day(day: i64, times: &ShownTimes) -> String {
    times.date(times.start_of_day(day))
}

fn endings(found: &Statistics, times: &ShownTimes) -> Vec<Vec<String>> {
    let mut lines = vec![line([&format!("Day ({})", found.zone), "How calls ended", "Calls"])];
    for row in &found.endings {
        lines.push(line([&day(row.day, times), ending(&row.ending), &row.calls.to_string()]));
    }
    lines
}

fn ending(name: &str) -> &str {
    match name {
        "unlocked" => "Unlocked",
        "mail_sent" => "Email sent, not used",
        "not_verified" => "Not verified",
        "paused" => "Phone verification paused",
        "passed_on" => "Passed to administrators",
        "refused" => "Could not be verified",
        "abandoned" => "Ended early",
        "repudiated" => "This wasn't me",
        "going_on" => "Going on",
        other => other,
    }
}

fn reached(found: &Statistics, _times: &ShownTimes) -> Vec<Vec<String>> {
    let reached = &found.reached;
    let steps = [
        ("Call opened", reached.opened),
        ("Answers checked", reached.checked),
        ("Verified", reached.verified),
        ("Unlock email accepted by the other server", reached.accepted),
        ("Button in it pressed", reached.pressed),
        ("Unlocked", reached.unlocked),
    ];
    let mut lines = vec![line(["What", "Of how many", "How many"])];
    lines.extend(steps.map(|(step, calls)| line([step, "", &calls.to_string()])));
    for row in &found.verdicts {
        let what = format!("Verified at check {} of a call", row.check);
        lines.push(line([&what, &row.checks.to_string(), &row.verified.to_string()]));
    }
    for row in &found.questions {
        let what = format!("Answer not known, percent, rounded to tens: {}", row.question);
        lines.push(line([&what, &format!("about {}", row.asked_about), &row.not_known_percent.to_string()]));
    }
    lines
}

fn times(found: &Statistics, times: &ShownTimes) -> Vec<Vec<String>> {
    let mut lines = vec![line([
        &format!("Week from ({})", found.zone),
        "From opened until",
        "Calls",
        "Half within, seconds",
        "Nine in ten within, seconds",
    ])];
    for row in found.times.iter().chain(&found.times_by_week) {
        lines.push(line([
            &row.monday.map_or_else(|| "All".to_owned(), |monday| day(monday, times)),
            &row.until,
            &row.calls.to_string(),
            &(row.half_ms / 1_000).to_string(),
            &(row.nine_in_ten_ms / 1_000).to_string(),
        ]));
    }
    lines
}

fn mails(found: &Statistics, _times: &ShownTimes) -> Vec<Vec<String>> {
    let headings = [
        "Domain",
        "Emails",
        "Accepted at once",
        "Accepted later",
        "On their way",
        "Failed or came back",
        "Not sure",
    ];
    let mut lines = vec![line(headings)];
    lines.push(mails_line("All", &found.mails));
    lines.extend(found.mails_by_domain.iter().map(|row| mails_line(&row.domain, row)));
    lines
}

fn mails_line(name: &str, row: &MailsOf) -> Vec<String> {
    let mut cells = vec![name.to_owned()];
    cells.extend(
        [row.mails, row.at_once, row.later, row.waiting, row.failed, row.unsure].map(|n| n.to_string()),
    );
    cells
}

fn unusual(found: &Statistics, times: &ShownTimes) -> Vec<Vec<String>> {
    let mut lines =
        vec![line([&format!("Day ({})", found.zone), "More than usual of", "Counted", "Usual up to"])];
    for row in &found.unusual {
        let what = match row.kind.as_str() {
            "not_verified" => "Checks not verified",
            "paused" => "Phone verifications paused",
            _ => "Emails failed",
        };
        lines.push(line([
            &day(row.day, times),
            what,
            &row.counted.to_string(),
            &row.usual_up_to.to_string(),
        ]));
    }
    lines
}
