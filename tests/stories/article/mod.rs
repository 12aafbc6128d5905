//! The article this system follows, line by line, in real Chromium with a real mail server and a stand-in for the SMS
//! gateway. A test's name begins with the lines it shows; `docs/article-coverage.md` says what each line means for us.
//! More of them stand beside the pages they are about: `account/in_chromium.rs` and `reset_in_chromium.rs`.

mod answers;
mod codes;
mod last_resort;
mod optional;
mod reader;
mod turned_off_and_on;
