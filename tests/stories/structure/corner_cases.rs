//! `docs/corner-cases.md` names every statement and every test that bears its number, and no other.
//!
//! `RECOVERY_DESK_WRITE_CASES=1 cargo test --workspace --test stories corner_cases` writes the names of the tests into the
//! file; the words and the reasons stay as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::found;

/// How many statements each part has, D0 to D14.
const STATEMENTS: [usize; 15] = [8, 10, 8, 10, 7, 6, 9, 8, 8, 14, 16, 6, 6, 7, 6];

/// One row of the table: the statement's number, what it says, the tests named, and what else stands there.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    number: (usize, usize),
    says: String,
    tests: BTreeSet<String>,
    /// Why there is no test, or what of the statement has none.
    reason: String,
}

fn file() -> PathBuf {
    found::root().join("docs/corner-cases.md")
}

/// `| D0.1 | words | `test`, `test`. Reason |`
fn row(line: &str) -> Option<Row> {
    let mut cells = line.strip_prefix("| D")?.trim_end().strip_suffix('|')?.splitn(3, '|').map(str::trim);
    let (part, statement) = cells.next()?.split_once('.')?;
    let number = (part.parse().ok()?, statement.parse().ok()?);
    let (says, shown) = (cells.next()?.to_owned(), cells.next()?);
    let (names, reason) = names_and_reason(shown);
    Some(Row { number, says, tests: names, reason })
}

/// The list of names the cell begins with, and what stands behind it.
fn names_and_reason(cell: &str) -> (BTreeSet<String>, String) {
    let (mut names, mut rest) = (BTreeSet::new(), cell);
    while let Some((name, behind)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
        names.insert(name.to_owned());
        match behind.strip_prefix(", ") {
            Some(next) => rest = next,
            None => return (names, behind.trim_start_matches('.').trim().to_owned()),
        }
    }
    (names, rest.to_owned())
}

/// Every statement whose number a test's name bears: `d1_6_and_d10_8_…` bears two.
fn borne(name: &str) -> BTreeSet<(usize, usize)> {
    let words: Vec<&str> = name.split('_').collect();
    let number = |pair: &[&str]| -> Option<(usize, usize)> {
        let part = pair[0].strip_prefix('d')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(part) || !digits(pair[1]) {
            return None;
        }
        Some((part.parse().ok()?, pair[1].parse().ok()?))
    };
    words.windows(2).filter_map(number).collect()
}

fn there_are() -> BTreeMap<(usize, usize), BTreeSet<String>> {
    let mut tests = BTreeMap::<_, BTreeSet<String>>::new();
    for name in found::stories().into_iter().chain(found::unit_tests()) {
        for number in borne(&name) {
            tests.entry(number).or_default().insert(name.clone());
        }
    }
    tests
}

/// Everything in which the file and the tests differ.
fn differences(rows: &[Row], tests: &BTreeMap<(usize, usize), BTreeSet<String>>) -> Vec<String> {
    let mut wrong = Vec::new();
    let none = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for row in rows {
        let (part, statement) = row.number;
        let (key, there) = (format!("D{part}.{statement}"), tests.get(&row.number).unwrap_or(&none));
        if !seen.insert(row.number) {
            wrong.push(format!("{key} stands twice"));
        }
        if STATEMENTS.get(part).is_none_or(|count| !(1..=*count).contains(&statement)) {
            wrong.push(format!("{key} is no statement"));
        }
        for name in there.difference(&row.tests) {
            wrong.push(format!("{key}: {name} is not named"));
        }
        for name in row.tests.difference(there) {
            wrong.push(format!("{key}: {name} does not exist, or doesn't bear the number"));
        }
        if row.tests.is_empty() && row.reason.is_empty() {
            wrong.push(format!("{key}: neither a test nor a reason"));
        }
        if row.says.is_empty() {
            wrong.push(format!("{key} says nothing"));
        }
    }
    for (part, count) in STATEMENTS.iter().enumerate() {
        for statement in 1..=*count {
            if !seen.contains(&(part, statement)) {
                wrong.push(format!("D{part}.{statement} is missing"));
            }
        }
    }
    for (part, statement) in tests.keys().filter(|number| !seen.contains(number)) {
        wrong.push(format!("tests bear the number D{part}.{statement}, which has no row"));
    }
    wrong
}

#[test]
fn every_corner_case_is_listed_with_the_tests_that_bear_its_number() {
    let (text, tests) = (std::fs::read_to_string(file()).unwrap(), there_are());
    if std::env::var_os("RECOVERY_DESK_WRITE_CASES").is_some() {
        std::fs::write(file(), written(&text, &tests)).unwrap();
        return;
    }
    let rows: Vec<_> = text.lines().filter_map(row).collect();
    let wrong = differences(&rows, &tests);
    assert!(
        wrong.is_empty(),
        "docs/corner-cases.md (see tests/stories/structure/corner_cases.rs):\n{}",
        wrong.join("\n")
    );
}

/// The file with the tests there are.
fn written(text: &str, tests: &BTreeMap<(usize, usize), BTreeSet<String>>) -> String {
    let mut out = String::new();
    for line in text.lines() {
        match row(line) {
            Some(Row { number: (part, statement), says, reason, .. }) => {
                let names = tests.get(&(part, statement)).into_iter().flatten();
                let names = names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let between = if names.is_empty() || reason.is_empty() { "" } else { ". " };
                out.push_str(&format!("| D{part}.{statement} | {says} | {names}{between}{reason} |\n"));
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

#[test]
fn what_is_missing_unknown_or_without_a_reason_is_found() {
    let whole: Vec<Row> = (STATEMENTS.iter().enumerate())
        .flat_map(|(part, count)| (1..=*count).map(move |statement| (part, statement)))
        .map(|(part, statement)| row(&format!("| D{part}.{statement} | words | a reason |")).unwrap())
        .collect();
    assert_eq!(differences(&whole, &BTreeMap::new()), Vec::<String>::new());
    let tests = BTreeMap::from([((1, 6), BTreeSet::from(["d1_6_one".to_owned()]))]);
    assert_eq!(differences(&whole, &tests), ["D1.6: d1_6_one is not named"]);
    let mut rows: Vec<Row> = whole;
    rows.retain(|row| row.number != (14, 6) && row.number != (1, 6) && row.number != (2, 1));
    rows.push(row("| D1.6 | words | `d1_6_one`, `d1_6_gone`. More |").unwrap());
    rows.push(row("| D2.1 | words | |").unwrap());
    rows.push(row("| D15.1 | words | reason |").unwrap());
    assert_eq!(
        differences(&rows, &tests),
        [
            "D1.6: d1_6_gone does not exist, or doesn't bear the number",
            "D2.1: neither a test nor a reason",
            "D15.1 is no statement",
            "D14.6 is missing",
        ]
    );
    assert_eq!(borne("d1_6_and_d10_8_x_and_2_3"), BTreeSet::from([(1, 6), (10, 8)]));
    let written = written("# Title\n| D1.6 | words | `old`. Part |\n", &tests);
    assert_eq!(written, "# Title\n| D1.6 | words | `d1_6_one`. Part |\n");
    let (names, reason) = names_and_reason("`a`, `b`. As in `c`, later");
    assert_eq!((names.len(), reason.as_str()), (2, "As in `c`, later"));
    assert_eq!(names_and_reason("As in `c`").1, "As in `c`");
}
