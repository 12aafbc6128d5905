//! How an answer to a security question is written before it is hashed or compared: the versioned rule.
//!
//! What an answer may be is in `acceptable_answer`; hashing is not here (it needs keys and threads).
//! A rule, once released, never changes: hashes made under it could never match again. A new habit is
//! a new version, and an answer is compared under the version it was saved with.

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

pub use crate::acceptable_answer::{AnswerContext, AnswerProblem, acceptable_answer};

/// Characters (Unicode scalar values) kept of a canonical answer, and the most an answer may have.
pub const ANSWER_MAXIMUM: usize = 200;

/// Characters of the raw text looked at. Far above `ANSWER_MAXIMUM`; it only bounds the work a request can cause.
const RAW_MAXIMUM: usize = 4096;

/// The rule an answer was made canonical by. Its number is stored beside the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerRule {
    /// NFKC, full case folding, accents folded, punctuation dropped, spaces collapsed.
    V1,
}

impl AnswerRule {
    /// The rule new answers are saved with.
    pub const CURRENT: Self = Self::V1;

    /// The rule of a stored number; `None` for a number this program does not know.
    pub fn from_version(version: i64) -> Option<Self> {
        (version == 1).then_some(Self::V1)
    }

    /// The number to store.
    pub const fn version(self) -> i64 {
        match self {
            Self::V1 => 1,
        }
    }
}

/// An answer as it is compared. Wiped when dropped; cannot be printed, serialised or compared by `==`.
pub struct CanonicalAnswer(String);

impl CanonicalAnswer {
    /// Makes `text` canonical under `rule`. May be empty: `acceptable_answer` refuses that when answers are
    /// saved; when a caller is verified, an empty one matches nothing that could have been saved.
    pub fn new(rule: AnswerRule, text: &str) -> Self {
        Self(canonical(rule, text))
    }

    /// The text, for hashing. The only way out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True if nothing is left of the answer.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for CanonicalAnswer {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for CanonicalAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CanonicalAnswer(..)")
    }
}

/// `text` as it is compared under `rule`: words of letters and digits with one space between, at most
/// `ANSWER_MAXIMUM` characters. Making it canonical again changes nothing.
///
/// | written | compared as | because |
/// |---|---|---|
/// | `  São  Paulo ` | `sao paulo` | accents, case and spaces are ignored |
/// | `St. Mary's, Thornbury` | `st marys thornbury` | apostrophes and full stops join, other punctuation separates |
/// | `Straße`, `STRASSE` | `strasse` | full case folding |
/// | `İzmir`, `IZMIR`, `ızmır` | `izmir` | the four Turkish i are one: nobody on the phone says which |
/// | `Müller` | `muller` | as the ear hears the letter; `Mueller` stays another answer |
/// | `Ærø`, `Łódź` | `aero`, `lodz` | letters that Unicode does not decompose: a table |
pub fn canonical(rule: AnswerRule, text: &str) -> String {
    match rule {
        AnswerRule::V1 => {
            let folded = Zeroizing::new(fold_v1(text.chars().take(RAW_MAXIMUM)));
            let mut answer: String = collapse(&folded).chars().take(ANSWER_MAXIMUM).collect();
            answer.truncate(answer.trim_end().len());
            answer
        }
    }
}

/// Words of a folded text with one space between them.
pub(crate) fn collapse(folded: &str) -> String {
    let mut collapsed = String::with_capacity(folded.len());
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

/// Folding of version 1 without collapsing: letters, digits and spaces, as many as come out.
pub(crate) fn fold_v1(text: impl Iterator<Item = char>) -> String {
    // Joiners first: NFKC would turn some of them into a space and a mark.
    let joined: Zeroizing<String> = Zeroizing::new(text.filter(|c| !joins(*c)).nfkc().collect());
    let lower = Zeroizing::new(CaseMapper::new().fold_string(&joined).into_owned());
    let mut folded = Zeroizing::new(String::with_capacity(lower.len()));
    for c in lower.nfkd().filter(|c| !joins(*c) && !is_accent(*c)) {
        if let Some(letters) = undecomposed(c) {
            folded.push_str(letters);
        } else if let Some(digit) = decimal_digit(c) {
            folded.push(digit);
        } else if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) {
            folded.push(c);
        } else {
            folded.push(' ');
        }
    }
    folded.nfc().collect()
}

/// Characters that vanish without separating: apostrophes and what is typed for them, full stops, and
/// everything invisible (controls but white space, bidirectional controls, joiners, soft hyphen, variation selectors).
fn joins(c: char) -> bool {
    match c {
        '\'' | '.' | '`' | '\u{B4}' | '\u{2B9}'..='\u{2BF}' | '\u{2C8}' | '\u{2018}'..='\u{201B}' => true,
        '\u{2032}' | '\u{2024}' | '\u{FF07}' | '\u{FF0E}' | '\u{5F3}' | '\u{55A}' | '\u{A78B}'
        | '\u{A78C}' => true,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' => true,
        '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' => true,
        '\u{E0000}'..='\u{E0FFF}' => true,
        _ => c.is_control() && !c.is_whitespace(),
    }
}

/// Marks that people leave out: accents on European letters, Hebrew points, Arabic vowel signs.
/// Marks that make another syllable (Indic vowels, Thai, the kana voicing marks) stay.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
        | '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}')
}

/// Latin letters that no normal form takes apart, as most people write them without the right keyboard.
fn undecomposed(c: char) -> Option<&'static str> {
    Some(match c {
        'ı' => "i",
        'ȷ' => "j",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ĸ' => "k",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

/// Decimal digits of the scripts people type answers in, as ASCII.
pub(crate) fn decimal_digit(c: char) -> Option<char> {
    const ZEROS: [u32; 11] = [0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xD66, 0xE50];
    let code = u32::from(c);
    ZEROS.iter().find_map(|zero| char::from_digit(code.checked_sub(*zero).filter(|d| *d < 10)?, 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn v1(text: &str) -> String {
        canonical(AnswerRule::V1, text)
    }

    /// Golden vectors: a failure here means that saved answers stop matching. Never edit a line, add a version.
    #[test]
    fn version_1_never_changes() {
        for (written, compared) in [
            ("Vauxhall Corsa", "vauxhall corsa"),
            ("St. Mary's, Thornbury", "st marys thornbury"),
            ("St Mary’s Thornbury", "st marys thornbury"),
            ("Pippin!", "pippin"),
            ("Weston-super-Mare", "weston super mare"),
            ("U.S.A.", "usa"),
            ("Marks & Spencer", "marks spencer"),
            ("1984", "1984"),
            ("１９８４", "1984"),
            ("١٩٨٤", "1984"),
            ("O´Brien", "obrien"),
            ("ﬁne", "fine"),
            ("Ærø", "aero"),
            ("Łódź", "lodz"),
            ("Þór", "thor"),
            ("Đặng", "dang"),
            ("Ἀθῆναι", "αθηναι"),
            ("ΟΔΟΣ", "οδοσ"),
            ("Ёлкин", "елкин"),
            ("हिन्दी", "हिन्दी"),
            ("ガード", "ガード"),
            ("ｶﾞｰﾄﾞ", "ガード"),
            ("서울", "서울"),
            ("李", "李"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
            ("😀", ""),
            ("...", ""),
            ("a\u{202E}b\u{0}c\u{AD}d", "abcd"),
            ("tab\tnew\nline", "tab new line"),
        ] {
            assert_eq!(v1(written), compared, "{written:?}");
        }
    }

    #[test]
    fn d2_4_accents_case_and_spaces_match() {
        assert_eq!(v1("  São  Paulo "), v1("sao paulo"));
        assert_eq!(v1("SÃO PAULO"), v1("sao paulo"));
        assert_eq!(v1("Sa\u{303}o Paulo"), v1("São Paulo"), "composed and decomposed");
        assert_eq!(v1("Zoë"), v1("Zoe"));
        assert_eq!(v1("Straße"), v1("STRASSE"));
        assert_eq!(v1("STRAẞE"), v1("strasse"));
        for turkish in ["İzmir", "IZMIR", "ızmır", "izmir", "İZMİR"] {
            assert_eq!(v1(turkish), "izmir", "{turkish}");
        }
        assert_ne!(v1("Müller"), v1("Mueller"), "as documented");
        assert_ne!(v1("Thornbury"), v1("Thornby"));
    }

    #[test]
    fn the_examples_of_the_documentation_are_true() {
        let page = include_str!("../../../docs/security-questions.md");
        let cells = page
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.strip_suffix("` |")?.split_once("` | `"));
        let examples: Vec<_> = cells.collect();
        assert!(examples.len() >= 16);
        for (written, compared) in examples {
            assert_eq!(v1(written), compared, "{written}");
        }
    }

    #[test]
    fn every_single_character_is_stable() {
        for c in '\0'..=char::MAX {
            let once = v1(&c.to_string());
            assert_eq!(v1(&once), once, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn long_text_is_cut_and_stays_trimmed() {
        let long = format!("{} tail", "a".repeat(199));
        assert_eq!(v1(&long).chars().count(), 199);
        assert_eq!(v1(&"é".repeat(10_000)).chars().count(), ANSWER_MAXIMUM);
    }

    #[test]
    fn a_rule_is_found_by_its_number() {
        assert_eq!(AnswerRule::from_version(AnswerRule::CURRENT.version()), Some(AnswerRule::CURRENT));
        assert_eq!(AnswerRule::from_version(0), None);
        assert_eq!(AnswerRule::from_version(2), None);
    }

    #[test]
    fn letters_that_no_normal_form_takes_apart_are_written_as_most_people_do() {
        for (letters, compared) in [
            ("ı ȷ ø ł đ ð", "i j o l d d"),
            ("ħ ŧ ŋ ĸ", "h t n k"),
            ("æ œ þ", "ae oe th"),
            ("Ħ Ŧ Ŋ Œ Ð", "h t n oe d"),
        ] {
            assert_eq!(v1(letters), compared);
        }
    }

    #[test]
    fn digits_of_each_script_end_at_nine() {
        for (digits, compared) in [("٠٩", "09"), ("۰۹", "09"), ("०९", "09"), ("๐๙", "09")] {
            assert_eq!(v1(digits), compared);
        }
        // U+066A, behind the Arabic nine: a percent sign.
        assert_eq!(decimal_digit('\u{66A}'), None);
        assert_eq!(decimal_digit('7'), None);
    }

    #[test]
    fn what_is_empty_is_only_what_nothing_is_left_of() {
        assert!(CanonicalAnswer::new(AnswerRule::V1, " ...! ").is_empty());
        assert!(!CanonicalAnswer::new(AnswerRule::V1, "x").is_empty());
    }

    #[test]
    fn what_cannot_be_seen_joins() {
        for joiner in [
            '\u{2019}',
            '\u{2032}',
            '\u{5F3}',
            '\u{A78B}',
            '\u{FF0E}',
            '\u{200D}',
            '\u{2060}',
            '\u{FE0F}',
            '\u{FEFF}',
            '\u{E0020}',
            '\u{7}',
        ] {
            assert_eq!(v1(&format!("a{joiner}b")), "ab", "U+{:04X}", u32::from(joiner));
        }
        for separator in ['\t', '-', '/', '\u{85}'] {
            assert_eq!(v1(&format!("a{separator}b")), "a b", "U+{:04X}", u32::from(separator));
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let answer = CanonicalAnswer::new(AnswerRule::V1, "Pippin");
        assert_eq!(format!("{answer:?}"), "CanonicalAnswer(..)");
        assert_eq!(answer.expose(), "pippin");
    }

    proptest! {
        #[test]
        fn canonical_again_changes_nothing(text in any::<String>()) {
            let once = v1(&text);
            prop_assert_eq!(v1(&once), once.clone());
            prop_assert!(!once.contains("  ") && once.trim() == once);
        }

        #[test]
        fn case_never_matters_for_latin_text(text in "[a-zA-Zà-öø-ÿ '.-]{0,40}") {
            prop_assert_eq!(v1(&text.to_uppercase()), v1(&text));
        }
    }
}
