//! What the mail server says, made fit to be stored and shown: hostile text, and it may quote our letter.

use std::error::Error as _;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;

/// Characters kept of a reply.
const LONGEST: usize = 200;
/// A longer word is a link or a code of ours that a filter quotes, not a sentence.
const LONGEST_WORD: usize = 48;

/// A reply as one line of at most 200 visible characters, without links.
///
/// Spam filters quote the links they dislike, and this line is shown to people who must never see an unlock link.
pub fn one_line(reply: &str) -> String {
    let visible: String = reply.chars().map(|c| if is_visible(c) { c } else { ' ' }).collect();
    let mut line = String::new();
    for word in visible.split_whitespace() {
        let quoted = word.contains("://") || word.chars().count() > LONGEST_WORD;
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(if quoted { "…" } else { word });
    }
    match line.char_indices().nth(LONGEST) {
        None => line,
        Some(_) => line.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

/// The words of a positive reply.
pub(super) fn of_response(response: &Response) -> String {
    let words: Vec<&str> = response.message().collect();
    one_line(&format!("{} {}", response.code(), words.join(" ")))
}

/// The server's words where it spoke, else what went wrong on the way.
pub(super) fn of_error(error: &Error) -> String {
    let words = error.source().map(ToString::to_string).unwrap_or_else(|| error.to_string());
    match error.status() {
        Some(code) => one_line(&format!("{code} {words}")),
        None => one_line(&words),
    }
}

fn is_visible(c: char) -> bool {
    // Controls, and everything that reorders or hides text: a reply must not change how the row reads.
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_reply_is_one_short_visible_line() {
        assert_eq!(one_line("550 5.1.1\r\n\tno such\u{1b}[31m user\0"), "550 5.1.1 no such [31m user");
        assert_eq!(one_line("a\u{202e}b"), "a b");
        let long = one_line(&"word ".repeat(500));
        assert_eq!((long.chars().count(), long.ends_with('…')), (200, true));
        assert_eq!(one_line(""), "");
    }

    #[test]
    fn a_link_that_the_server_quotes_is_not_kept() {
        let reply = "554 blocked: https://desk.example/unlock#3q2-7wAAAAB (phishing)";
        assert_eq!(one_line(reply), "554 blocked: … (phishing)");
        let bare = format!("554 desk.example/unlock/{} is listed", "x".repeat(43));
        assert_eq!(one_line(&bare), "554 … is listed");
    }
}
