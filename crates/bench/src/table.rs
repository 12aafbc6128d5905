//! The one table a run prints.

use std::fmt;

use crate::ratio::{Goal, Ratio};

/// Rows of ratios, each shown as soon as it is there.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Ratio>,
}

impl Table {
    /// Adds a row and shows it at once, so that a long run can be followed.
    #[expect(clippy::print_stderr, reason = "progress of a program for the command line")]
    pub fn add(&mut self, ratio: Ratio) {
        eprintln!("{}", Row(&ratio));
        self.rows.push(ratio);
    }

    /// Rows whose goal is not met.
    pub fn missed(&self) -> usize {
        self.rows.iter().filter(|row| row.met() == Some(false)).count()
    }
}

struct Row<'a>(&'a Ratio);

impl fmt::Display for Row<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ratio { what, against, rounds, goal } = self.0;
        let (low, high) = self.0.spread();
        let goal = match goal {
            Goal::AtMost(most) => format!("≤ {}", number(*most)),
            Goal::AtLeast(least) => format!("≥ {}", number(*least)),
            Goal::Told => "-".to_owned(),
        };
        let met = match self.0.met() {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "-",
        };
        let spread = format!("{} - {}", number(low), number(high));
        let median = number(self.0.median());
        write!(formatter, "| {what} | {against} | {median} | {spread} | {} | {goal} | {met} |", rounds.len())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "| what | held against | median | spread | rounds | goal | met |")?;
        writeln!(formatter, "|---|---|---|---|---|---|---|")?;
        self.rows.iter().try_for_each(|row| writeln!(formatter, "{}", Row(row)))
    }
}

/// Three figures that say something.
fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_was_measured_against_what_and_whether_that_is_enough() {
        let mut table = Table::default();
        table.add(Ratio {
            what: "four answers".to_owned(),
            against: "one hash".to_owned(),
            rounds: vec![2.4, 2.2, 2.6],
            goal: Goal::AtMost(2.3),
        });
        assert!(
            table.to_string().contains("| four answers | one hash | 2.40 | 2.20 - 2.60 | 3 | ≤ 2.30 | NO |")
        );
        assert_eq!(table.missed(), 1);
    }
}
