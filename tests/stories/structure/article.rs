//! `docs/article-coverage.md` has a row for every line of the article with words on it, and each names the tests that
//! bear the line's number (`article_24_26_…`), or says why there is none.

use std::collections::{BTreeMap, BTreeSet};

use super::found;

/// The lines of the article that are not empty.
const LINES: [usize; 47] = [
    1, 2, 4, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52,
    54, 56, 58, 60, 62, 64, 66, 68, 70, 72, 74, 76, 78, 80, 82, 84, 86, 88, 90,
];

/// The line, the tests named, and whether anything is said where there are none.
type Row = (usize, BTreeSet<String>, bool);

/// `| 24 | our words | `article_24_…` | difference |`
fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> =
        line.strip_prefix('|')?.trim_end().strip_suffix('|')?.split('|').map(str::trim).collect();
    let [number, says, tests, difference] = cells[..] else { return None };
    let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Some((number.parse().ok()?, tests, !says.is_empty() && !difference.is_empty()))
}

/// The lines whose numbers stand at the head of a test's name.
fn borne(name: &str) -> BTreeSet<usize> {
    let Some(rest) = name.strip_prefix("article_") else { return BTreeSet::new() };
    rest.split('_').map_while(|word| word.parse().ok()).collect()
}

fn differences(rows: &[Row], names: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut tests = BTreeMap::<usize, BTreeSet<String>>::new();
    for name in names {
        for line in borne(name) {
            tests.entry(line).or_default().insert(name.clone());
        }
    }
    let none = BTreeSet::new();
    for line in LINES {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.0 == line).collect();
        let [(_, named, explained)] = rows[..] else {
            wrong.push(format!("line {line} has {} rows", rows.len()));
            continue;
        };
        let there = tests.remove(&line);
        let there = there.as_ref().unwrap_or(&none);
        wrong.extend(there.difference(named).map(|name| format!("line {line}: {name} is not named")));
        wrong.extend(
            named
                .difference(there)
                .map(|name| format!("line {line}: {name} does not exist, or doesn't bear it")),
        );
        if named.is_empty() && !explained {
            wrong.push(format!("line {line}: neither a test nor a reason"));
        }
    }
    wrong.extend(tests.keys().map(|line| format!("tests bear line {line}, which the article hasn't")));
    wrong
}

#[test]
fn every_line_of_the_article_is_listed_with_the_tests_named_after_it() {
    let text = std::fs::read_to_string(found::root().join("docs/article-coverage.md")).unwrap();
    let rows: Vec<_> = text.lines().filter_map(row).collect();
    let wrong = differences(&rows, &found::stories());
    assert!(wrong.is_empty(), "docs/article-coverage.md:\n{}", wrong.join("\n"));
}

#[test]
fn a_line_without_its_test_and_a_test_without_its_line_are_found() {
    let whole = || LINES.into_iter().map(|line| row(&format!("| {line} | words | | reason |")).unwrap());
    let rows: Vec<_> = whole().collect();
    assert_eq!(differences(&rows, &BTreeSet::new()), Vec::<String>::new());
    let names = BTreeSet::from(["article_24_28_words_30".to_owned(), "article_3_words".to_owned()]);
    assert_eq!(
        differences(&rows, &names),
        [
            "line 24: article_24_28_words_30 is not named",
            "line 28: article_24_28_words_30 is not named",
            "tests bear line 3, which the article hasn't",
        ]
    );
    let mut rows: Vec<_> = whole().filter(|row| ![12, 16, 90].contains(&row.0)).collect();
    rows.push(row("| 12 | words | `article_12_gone` | |").unwrap());
    rows.push(row("| 90 | words | | |").unwrap());
    assert_eq!(
        differences(&rows, &BTreeSet::new()),
        [
            "line 12: article_12_gone does not exist, or doesn't bear it",
            "line 16 has 0 rows",
            "line 90: neither a test nor a reason",
        ]
    );
}
