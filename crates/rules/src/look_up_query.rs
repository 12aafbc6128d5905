//! What an agent typed into the look-up, taken apart: a call reference, an e-mail address, or words.
//!
//! Matching is the store's: half-open ranges over folded columns, never LIKE, so there are no wildcards to escape.

use crate::call_reference::CallReference;
use crate::fold::search_fold;

/// Letters and digits a look-up needs by default (policy `look_up_minimum`).
pub const LOOK_UP_MINIMUM: usize = 3;

/// Letters enough for a single word, which then is looked for among family names only ("Li").
pub const LOOK_UP_SURNAME_MINIMUM: usize = 2;

/// Words looked at; what is typed beyond them narrows nothing.
const TOKENS_MAXIMUM: usize = 4;

/// Last digits of a phone number that count.
const PHONE_DIGITS: usize = 4;

/// Characters of typed text looked at.
const TEXT_MAXIMUM: usize = 254;

/// A look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Leads straight to the account that holds it, or to nothing.
    CallReference(CallReference),
    /// Beginnings of words of a name or company, each of which must match a word.
    Words {
        /// Folded, at least one, at most four. A single token of two letters is a family name's
        /// beginning only: see `family_name_only`.
        tokens: Vec<String>,
        /// A run of at least four digits, only ever together with a word: of a phone, whose last four
        /// count ([`last_four`]), or a company's own number ("Studio 2020", "Studio 16040"). Match either.
        number: Option<String>,
        /// What was typed if it could be the beginning of an address ("p.shah"), lower case.
        email_prefix: Option<String>,
    },
    /// The beginning of an address, lower case; it contains the `@`.
    EmailPrefix(String),
    /// Too little to look for. Nothing is searched, nothing is counted.
    TooShort,
}

impl Query {
    /// Takes `text` apart with the default minimum.
    pub fn parse(text: &str) -> Self {
        Self::parse_with_minimum(text, LOOK_UP_MINIMUM)
    }

    /// Takes `text` apart. `minimum` letters and digits are needed over all words; two are enough for a
    /// single word of two, which then is looked for among family names only. Digits alone find nobody: four
    /// digits of a phone are few enough to try out.
    pub fn parse_with_minimum(text: &str, minimum: usize) -> Self {
        let text: String = text.trim().chars().take(TEXT_MAXIMUM).collect();
        if let Some(reference) = reference(&text) {
            return Self::CallReference(reference);
        }
        let one_word = !text.contains(char::is_whitespace);
        if one_word && text.contains('@') {
            let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
            let before_at = !text.starts_with('@');
            return if letters >= minimum.min(2) && text.chars().count() >= minimum && before_at {
                Self::EmailPrefix(text.to_lowercase())
            } else {
                Self::TooShort
            };
        }
        let (mut tokens, number) = split_digits(&search_fold(&text));
        tokens.truncate(TOKENS_MAXIMUM);
        let letters: usize = tokens.iter().map(|token| token.chars().count()).sum();
        let enough = letters >= minimum
            || (letters == LOOK_UP_SURNAME_MINIMUM && tokens.len() == 1 && minimum <= LOOK_UP_MINIMUM);
        let only_digits = tokens.iter().all(|token| is_digits(token));
        if tokens.is_empty() || only_digits || !enough {
            return Self::TooShort;
        }
        let is_address = one_word && letters >= minimum && text.bytes().all(|b| b.is_ascii_graphic());
        Self::Words { tokens, number, email_prefix: is_address.then(|| text.to_ascii_lowercase()) }
    }

    /// True for a single token of two letters: match it against family names only.
    pub fn family_name_only(&self) -> bool {
        matches!(self, Self::Words { tokens, .. } if tokens.len() == 1 && tokens[0].chars().count() == LOOK_UP_SURNAME_MINIMUM)
    }
}

/// What counts of a phone number: the last four digits of a run of at least four.
pub fn last_four(number: &str) -> &str {
    number.len().checked_sub(PHONE_DIGITS).and_then(|from| number.get(from..)).unwrap_or(number)
}

/// Words, and the last run of at least four digits ("0123", "07700 900123"). Shorter runs belong to a name
/// ("Studio 54").
fn split_digits(folded: &str) -> (Vec<String>, Option<String>) {
    let mut tokens = Vec::new();
    let mut number = None;
    let mut run: Vec<&str> = Vec::new();
    for word in folded.split(' ').chain([""]) {
        if is_digits(word) {
            run.push(word);
            continue;
        }
        let digits = run.concat();
        if digits.len() >= PHONE_DIGITS {
            number = Some(digits);
        } else {
            tokens.extend(run.iter().map(|word| (*word).to_owned()));
        }
        run.clear();
        if !word.is_empty() {
            tokens.push(word.to_owned());
        }
    }
    (tokens, number)
}

fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// A call reference, if it was typed with a digit at least: with the letters that are read as digits (*I*, *L*, *O*) alone
/// it is a name ("Willora").
fn reference(text: &str) -> Option<CallReference> {
    text.contains(char::is_numeric).then(|| CallReference::parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(tokens: &[&str], number: Option<&str>, email: Option<&str>) -> Query {
        Query::Words {
            tokens: tokens.iter().map(|token| (*token).to_owned()).collect(),
            number: number.map(str::to_owned),
            email_prefix: email.map(str::to_owned),
        }
    }

    #[test]
    fn a_call_reference_is_known_by_its_shape() {
        let reference = CallReference::parse("K7-204-QX").unwrap();
        assert_eq!(Query::parse(" k7 204 qx"), Query::CallReference(reference));
        assert_eq!(
            Query::parse("k7-204-q"),
            words(&["k7", "204", "q"], None, Some("k7-204-q")),
            "not complete yet"
        );
    }

    #[test]
    fn a_name_of_letters_that_could_be_digits_is_a_name() {
        assert!(CallReference::parse("Willora").is_ok(), "or this test shows nothing");
        assert_eq!(Query::parse("Willora"), words(&["willora"], None, Some("willora")));
        let reference = CallReference::parse("W1-110-RA").unwrap();
        assert_eq!(Query::parse("w1llora"), Query::CallReference(reference));
    }

    #[test]
    fn words_are_folded_and_at_most_four() {
        assert_eq!(Query::parse("  Zoë  O’Brien "), words(&["zoe", "obrien"], None, None));
        assert_eq!(Query::parse("a bb cc dd ee ff"), words(&["a", "bb", "cc", "dd"], None, None));
        assert_eq!(Query::parse("P.Shah"), words(&["pshah"], None, Some("p.shah")));
        assert_eq!(Query::parse("Studio 54"), words(&["studio", "54"], None, None));
    }

    #[test]
    fn d9_1_too_little_finds_nothing() {
        for text in [
            "",
            "  ",
            "s",
            "é",
            "%",
            "%%%",
            "___",
            "***",
            "%_*",
            "a%",
            "12",
            "123",
            "1234",
            "07700 900123",
            "@",
            "a@",
            "@hartwell",
        ] {
            assert_eq!(Query::parse(text), Query::TooShort, "{text:?}");
        }
        assert_eq!(Query::parse_with_minimum("shah", 5), Query::TooShort);
    }

    #[test]
    fn d9_1_two_letters_are_a_family_name() {
        let query = Query::parse("Li");
        assert_eq!(query, words(&["li"], None, None));
        assert!(query.family_name_only());
        assert!(!Query::parse("Lim").family_name_only());
        assert!(!Query::parse("jo li").family_name_only());
        assert_eq!(Query::parse("a b"), Query::TooShort);
        assert_eq!(
            Query::parse_with_minimum("li", 4),
            Query::TooShort,
            "a stricter policy holds for surnames too"
        );
    }

    #[test]
    fn d9_1_wildcards_are_letters_like_others() {
        assert_eq!(Query::parse("sh%h"), words(&["sh", "h"], None, Some("sh%h")));
        assert_eq!(Query::parse("p_shah@"), Query::EmailPrefix("p_shah@".to_owned()));
    }

    #[test]
    fn an_at_sign_makes_it_an_address() {
        assert_eq!(Query::parse(" Priya.Shah@Hart"), Query::EmailPrefix("priya.shah@hart".to_owned()));
        assert_eq!(Query::parse("li@"), Query::EmailPrefix("li@".to_owned()));
    }

    #[test]
    fn digits_count_only_beside_a_word() {
        assert_eq!(Query::parse("shah 0142"), words(&["shah"], Some("0142"), None));
        assert_eq!(Query::parse("shah +44 7700 900 142"), words(&["shah"], Some("447700900142"), None));
        assert_eq!(Query::parse("07700 900142 Hartwell"), words(&["hartwell"], Some("07700900142"), None));
        assert_eq!(last_four("07700900142"), "0142");
        assert_eq!(last_four("0142"), "0142");
        assert_eq!(Query::parse("54 1234"), Query::TooShort);
    }

    proptest! {
        #[test]
        fn tokens_are_folded_words_and_digits_are_at_least_four(text in any::<String>()) {
            if let Query::Words { tokens, number, .. } = Query::parse(&text) {
                prop_assert!(!tokens.is_empty() && tokens.len() <= TOKENS_MAXIMUM);
                for token in &tokens {
                    prop_assert!(!token.contains([' ', '%', '_', '*']) && search_fold(token) == *token);
                }
                let of_four = number.is_none_or(|number| {
                    number.len() >= PHONE_DIGITS && is_digits(&number) && last_four(&number).len() == PHONE_DIGITS
                });
                prop_assert!(of_four);
            }
        }
    }
}
