//! Where the command line speaks: the one file of this crate that prints.

/// A line for the person at the terminal.
#[expect(clippy::print_stdout, reason = "printing is what a command line is for")]
pub fn line(text: impl std::fmt::Display) {
    println!("{text}");
}

/// A line about what went wrong.
#[expect(clippy::print_stderr, reason = "printing is what a command line is for")]
pub fn problem(text: impl std::fmt::Display) {
    eprintln!("{text}");
}
