//! Addresses and numbers as an operator or a half-proved visitor may see them.

/// At most so many dots stand for the rest of a local part; longer ones look alike.
const DOTS_MAXIMUM: usize = 12;

/// First letter, a dot for each further one (at most 12), and the domain: `p•••••••••@hartwell.example`.
/// A local part of one letter is not shown at all. Text that is no address becomes dots only.
/// Controls and bidirectional controls are dropped: the text comes out of the database.
pub fn masked_email(email: &str) -> String {
    let email: String = email.chars().filter(|c| !crate::display_name::is_unsafe(*c)).collect();
    let Some((local_part, domain)) = email.rsplit_once('@') else { return "•".repeat(3) };
    let mut letters = local_part.chars();
    let first = letters.next();
    let rest = letters.count().min(DOTS_MAXIMUM);
    match first {
        Some(first) if rest > 0 => format!("{first}{}@{domain}", "•".repeat(rest)),
        _ => format!("•@{domain}"),
    }
}

/// The last two digits: `•••• 42`. Fewer than four digits show nothing: two would be half of them.
pub fn masked_phone_last_two(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.as_slice() {
        [_, _, .., tens, ones] => format!("•••• {tens}{ones}"),
        _ => "••••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_its_first_letter_and_domain() {
        assert_eq!(masked_email("priya.shah@hartwell.example"), "p•••••••••@hartwell.example");
        assert_eq!(masked_email("li@hartwell.example"), "l•@hartwell.example");
        assert_eq!(masked_email("élodie@hartwell.example"), "é•••••@hartwell.example");
    }

    #[test]
    fn short_long_and_broken_addresses_give_nothing_away() {
        assert_eq!(masked_email("x@hartwell.example"), "•@hartwell.example");
        assert_eq!(
            masked_email(&format!("{}@a.example", "b".repeat(60))),
            format!("b{}@a.example", "•".repeat(12))
        );
        assert_eq!(masked_email("no address"), "•••");
        assert_eq!(masked_email(""), "•••");
        assert_eq!(masked_email("@a.example"), "•@a.example");
        assert_eq!(masked_email("ab@a.ex\r\nample\u{202E}"), "a•@a.example");
    }

    #[test]
    fn a_phone_shows_two_digits() {
        assert_eq!(masked_phone_last_two("+447700900142"), "•••• 42");
        assert_eq!(masked_phone_last_two("112"), "••••");
        assert_eq!(masked_phone_last_two(""), "••••");
    }
}
