//! How far a long command is: a bar on a terminal, nothing into a pipe or a log.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar that counts these; hidden where standard error is no terminal.
    pub fn new(what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let template = format!("{{wide_bar}} {{human_pos}} of {{human_len}} {what}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// This many of that many are done.
    pub fn at(&self, done: i64, all: i64) {
        self.0.set_length(u64::try_from(all).unwrap_or_default());
        self.0.set_position(u64::try_from(done).unwrap_or_default());
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}
