//! How names are folded for the look-up, and where a found name is marked.
//!
//! The folded form is stored in columns of its own. It is pinned to one version of the folding that answers
//! use, but numbered by itself: columns can be written anew, hashes of answers can't.

use crate::answers::{AnswerRule, canonical, fold_v1};

pub use crate::look_up_query::Query;
pub use crate::similar_names::similar_names;

/// Version of `search_fold`. Kept in the database: another number means that the columns must be folded anew.
pub const SEARCH_FOLD_VERSION: i64 = 1;

/// `text` as look-up columns hold it: lower case without accents, words of letters and digits with one
/// space between, at most 200 characters. `%`, `_` and `*` come out as spaces, so nothing typed is a wildcard.
pub fn search_fold(text: &str) -> String {
    canonical(AnswerRule::V1, text)
}

/// Where `display` matches: for each word that begins with one of the folded `tokens`, the start and
/// length of the matching part in UTF-16 code units (what the window counts in), the longest token winning.
pub fn marks(display: &str, tokens: &[String]) -> Vec<(u32, u32)> {
    words(display)
        .iter()
        .filter_map(|word| {
            let length = tokens
                .iter()
                .filter(|token| word.folded.starts_with(token.as_str()))
                .map(String::len)
                .max()?;
            let end = word.ends.iter().find(|(folded_end, _)| *folded_end >= length)?.1;
            (length > 0).then_some((word.start, end - word.start))
        })
        .collect()
}

/// A word of a shown name: its folded form, and for each cluster of it the end in both.
struct Word {
    folded: String,
    /// UTF-16 units before the word.
    start: u32,
    /// (bytes of `folded`, UTF-16 units of the name) up to and with each cluster.
    ends: Vec<(usize, u32)>,
}

fn words(display: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut inside = false;
    let mut units = 0;
    for cluster in clusters(display) {
        let start = units;
        units += cluster.encode_utf16().count() as u32;
        let folded = fold_v1(cluster.chars());
        if folded.contains(' ') {
            inside = false;
        } else if let Some(word) = words.last_mut().filter(|_| inside) {
            word.folded.push_str(&folded);
            word.ends.push((word.folded.len(), units));
        } else if !folded.is_empty() {
            words.push(Word { ends: vec![(folded.len(), units)], folded, start });
            inside = true;
        }
    }
    words
}

/// Characters with the marks and Hangul parts that follow them: what folding must see as one.
fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let joined = |c: char| {
            unicode_normalization::char::is_combining_mark(c) || ('\u{1160}'..='\u{11FF}').contains(&c)
        };
        let end =
            rest.char_indices().skip(1).find(|(_, c)| !joined(*c)).map_or(rest.len(), |(index, _)| index);
        let (cluster, after) = rest.split_at(end);
        rest = after;
        (!cluster.is_empty()).then_some(cluster)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(display: &str, tokens: &[&str]) -> Vec<String> {
        let tokens: Vec<String> = tokens.iter().map(|token| (*token).to_owned()).collect();
        let units: Vec<u16> = display.encode_utf16().collect();
        marks(display, &tokens)
            .iter()
            .map(|(start, length)| {
                String::from_utf16(&units[*start as usize..(start + length) as usize]).unwrap()
            })
            .collect()
    }

    #[test]
    fn accents_and_case_do_not_matter() {
        assert_eq!(search_fold("  Zoë O’Brien-ŁUCZAK "), "zoe obrien luczak");
        assert_eq!(search_fold("Calder & Finch"), "calder finch");
    }

    #[test]
    fn d9_1_wildcards_are_no_wildcards() {
        assert_eq!(search_fold("a%b_c*"), "a b c");
        assert_eq!(search_fold("%%%"), "");
    }

    #[test]
    fn the_beginning_of_each_matching_word_is_marked() {
        assert_eq!(marked("Priya Shah", &["pri", "sha"]), ["Pri", "Sha"]);
        assert_eq!(marked("Priya Shah", &["riya"]), Vec::<String>::new());
        assert_eq!(marked("Zoë O’Brien-Łuczak", &["zoe", "obr", "lucz"]), ["Zoë", "O’Br", "Łucz"]);
        assert_eq!(marked("Zoe\u{308} Smith", &["zoe"]), ["Zoe\u{308}"]);
        assert_eq!(marked("Straßer", &["stras"]), ["Straß"]);
        assert_eq!(marked("Ann Annesley", &["ann", "annes"]), ["Ann", "Annes"]);
        assert_eq!(marked("Priya", &[""]), Vec::<String>::new());
    }

    #[test]
    fn places_are_counted_in_utf16_units() {
        assert_eq!(marks("😀 Shah", &["sh".to_owned()]), [(3, 2)]);
        assert_eq!(marked("서울 상사", &["상"]), ["상"]);
        assert_eq!(marked("𝐒hah", &["sh"]), ["𝐒h"]);
    }

    proptest! {
        #[test]
        fn marks_lie_inside_the_name_and_fold_to_the_token(display in any::<String>(), token in "[a-z]{1,3}") {
            let units: Vec<u16> = display.encode_utf16().collect();
            for (start, length) in marks(&display, std::slice::from_ref(&token)) {
                let part = String::from_utf16(&units[start as usize..(start + length) as usize]);
                prop_assert!(part.is_ok_and(|part| search_fold(&part).starts_with(&token)));
            }
        }

        #[test]
        fn every_word_marks_itself(display in "[A-Za-zà-öø-ÿ’ -]{0,30}") {
            let words = search_fold(&display);
            for word in words.split(' ').filter(|word| !word.is_empty()) {
                prop_assert!(!marks(&display, &[word.to_owned()]).is_empty(), "{} in {}", word, display);
            }
        }
    }
}
