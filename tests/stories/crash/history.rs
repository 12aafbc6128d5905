//! What clients asked and heard, a JSON line each, in a file that outlives the process: a line is written before
//! anything is asked and after each answer.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a line says of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A process began.
    Life,
    /// About to be asked.
    Invoke,
    /// Answered.
    Ok,
    /// Refused: nothing was done.
    Fail,
    /// No answer, or one that says nothing of what was done.
    Info,
    /// The round is over; the facts say whether it came to its end.
    Over,
}

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// The client.
    pub client: usize,
    /// The round of that client.
    pub round: usize,
    /// The step of the round.
    pub step: String,
    /// The request id, where the operation has one.
    pub request: Option<String>,
    /// What is said.
    pub kind: Kind,
    /// What was heard; what later steps need.
    pub facts: Value,
    /// The worker's clock, UTC ms.
    pub clock: i64,
    /// Milliseconds since this process began.
    pub since_start: u64,
}

impl Line {
    /// The name of the step without its number: `check.2` is a `check`.
    pub fn name(&self) -> &str {
        self.step.split('.').next().unwrap_or_default()
    }
}

/// The file, shared by the clients of one process.
#[derive(Clone, Debug)]
pub struct History {
    file: Arc<Mutex<File>>,
    began: Instant,
}

impl History {
    /// Goes on with the history in that file.
    pub fn go_on(path: &Path) -> Self {
        let file = File::options().create(true).append(true).open(path).unwrap();
        Self { file: Arc::new(Mutex::new(file)), began: Instant::now() }
    }

    /// Writes a line, whole or not at all.
    pub fn write(&self, mut line: Line) {
        line.since_start = self.began.elapsed().as_millis() as u64;
        let text = serde_json::to_string(&line).unwrap() + "\n";
        self.file.lock().unwrap().write_all(text.as_bytes()).unwrap();
    }
}

/// Everything so far.
pub fn read(path: &PathBuf) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Line {
    /// A process began.
    pub fn life(clock: i64) -> Self {
        let (step, facts) = ("life".to_owned(), Value::Null);
        Self {
            client: usize::MAX,
            round: 0,
            step,
            request: None,
            kind: Kind::Life,
            facts,
            clock,
            since_start: 0,
        }
    }
}
