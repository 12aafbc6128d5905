//! How the story is told: a line for each step that happened, with the time it took.

use std::time::Instant;

use crate::output::line;

/// Tells the steps.
pub struct Teller {
    began: Instant,
    /// What is being done now; if it doesn't happen, this is what is named.
    doing: &'static str,
}

impl Teller {
    /// Nothing was told yet.
    pub fn new() -> Self {
        Self { began: Instant::now(), doing: "beginning" }
    }

    /// Begins a step.
    pub fn begin(&mut self, doing: &'static str) {
        self.began = Instant::now();
        self.doing = doing;
    }

    /// Says what happened, and how long it took.
    pub fn step(&self, what: impl std::fmt::Display) {
        line(format!("  \u{2713} {:>5} ms  {what}", self.began.elapsed().as_millis()));
    }

    /// A line that belongs to the step before.
    pub fn aside(&self, what: impl std::fmt::Display) {
        line(format!("              {what}"));
    }

    /// Says that the step didn't happen, and which one it was.
    pub fn failed(&self) -> &'static str {
        line(format!("  \u{2717} FAILED     {}", self.doing));
        self.doing
    }
}
