//! Where the command line speaks: the one file of this crate that writes to the terminal. A reader that went
//! away (`| head`) is no reason to fall over, so nothing is made of a line that can't be written.

use std::fmt::Display;
use std::io::Write;

/// A line for the person at the terminal.
pub fn line(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Where lines go that are the command's product, such as an export: whoever writes them must hear that nobody reads
/// them any more.
pub fn stream() -> impl Write {
    std::io::stdout().lock()
}

/// A line about what went wrong.
pub fn problem(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
