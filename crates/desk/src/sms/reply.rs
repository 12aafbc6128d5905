//! What a gateway says, made fit to be stored and shown: gateways like to quote the number they refuse, and who
//! reads this line must not see it.

use std::error::Error as _;

use crate::smtp::one_line;

/// Digits in a row that may be part of a number or be a code; an error number of a gateway has five.
const DIGITS_SHOWN: usize = 5;

/// One safe line without long runs of digits.
pub(super) fn safe(words: &str) -> String {
    let mut line = String::new();
    let mut run = String::new();
    for c in words.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            run.push(c);
            continue;
        }
        line.push_str(if run.len() > DIGITS_SHOWN { "…" } else { &run });
        run.clear();
        line.push(c);
    }
    one_line(&line)
}

/// What went wrong on the way, without the address: it may hold an account's name.
pub(super) fn of_error(error: &reqwest::Error) -> String {
    if error.is_timeout() && !error.is_connect() {
        return "the SMS gateway did not answer in time".to_owned();
    }
    let mut cause: Option<&dyn std::error::Error> = error.source();
    let mut words = String::new();
    while let Some(current) = cause {
        words = current.to_string();
        cause = current.source();
    }
    let what = if error.is_connect() {
        "the SMS gateway can't be reached"
    } else {
        "the connection to the SMS gateway broke off"
    };
    safe(&format!("{what}: {words}"))
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn a_number_that_is_quoted_is_not_kept_and_an_error_number_is() {
        assert_eq!(
            safe("400 21211: +447700900123 is not\na mobile number"),
            "400 21211: +… is not a mobile number"
        );
        assert_eq!(safe("493021"), "…");
    }
}
