//! Free-text notes of a call: refused when they hold what nobody may write down (D9.14).
//!
//! A net with wide meshes on purpose: a phone number, a date or a time passes; what has the shape of a code
//! or a card does not, even if it is something else. The agent rewords, nothing is lost.

use unicode_normalization::UnicodeNormalization;

use crate::answers::{CanonicalAnswer, collapse, decimal_digit, fold_v1};
use crate::crockford;
use crate::recovery_code::RecoveryCode;

/// Why notes are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteProblem {
    /// Six digits, in any grouping or spelt as words: a verification, reset or call code.
    SixDigits,
    /// Eight letters and digits mixed: a code sent by mail.
    MailCode,
    /// Twenty-four letters and digits: a recovery code.
    RecoveryCode,
    /// Thirteen to nineteen digits that satisfy the check digit of payment cards [ISO/IEC 7812-1].
    CardNumber,
}

impl NoteProblem {
    /// Stable code for wire and audit.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SixDigits => "notes_six_digits",
            Self::MailCode => "notes_mail_code",
            Self::RecoveryCode => "notes_recovery_code",
            Self::CardNumber => "notes_card_number",
        }
    }
}

/// The first thing in `notes` that looks like a code or a card number.
pub fn notes_hold_a_code(notes: &str) -> Option<NoteProblem> {
    let notes: String = notes.nfkc().map(|c| decimal_digit(c).unwrap_or(c)).collect();
    let words = words(&notes);
    if holds_recovery_code(&words) {
        return Some(NoteProblem::RecoveryCode);
    }
    digit_chains(&words).find_map(|chain| judge_digits(chain)).or_else(|| {
        if holds_spelt_digits(&words) {
            Some(NoteProblem::SixDigits)
        } else {
            holds_mail_code(&words).then_some(NoteProblem::MailCode)
        }
    })
}

/// Whether one of `answers` stands in `notes`, word by word as answers are compared. Answers of one or two
/// letters are not looked for: "Li" stands in too many notes.
pub fn holds_answer(notes: &str, answers: &[CanonicalAnswer]) -> bool {
    let notes = zeroize::Zeroizing::new(format!(" {} ", collapse(&fold_v1(notes.chars()))));
    answers.iter().map(CanonicalAnswer::expose).any(|answer| {
        answer.chars().count() > 2 && notes.contains(zeroize::Zeroizing::new(format!(" {answer} ")).as_str())
    })
}

/// A run of digits or of letters and digits, and what stands before it.
struct Word<'a> {
    text: &'a str,
    /// The characters between the word before and this one.
    gap: &'a str,
}

impl Word<'_> {
    fn is_digits(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_digit())
    }

    /// Whether it may continue the group before it: separated as people group digits when they write or dictate.
    fn continues(&self) -> bool {
        // A comma without a space is part of an amount (£123,456), with one it is dictation (4, 8, 2).
        self.gap != "," && self.gap.chars().count() <= 3 && self.gap.chars().all(is_separator)
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '-' | '\u{2010}'..='\u{2015}' | '.' | '/' | '(' | ')' | ',')
}

fn words(notes: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut end_of_last = 0;
    let mut start = None;
    for (index, c) in notes.char_indices().chain([(notes.len(), ' ')]) {
        match start {
            None if c.is_alphanumeric() => start = Some(index),
            Some(begin) if !c.is_alphanumeric() => {
                words.push(Word { text: &notes[begin..index], gap: &notes[end_of_last..begin] });
                end_of_last = index;
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// Runs of groups of digits that belong together.
fn digit_chains<'a>(words: &'a [Word<'a>]) -> impl Iterator<Item = &'a [Word<'a>]> {
    words.chunk_by(|one, next| one.is_digits() && next.is_digits() && next.continues())
}

fn judge_digits(chain: &[Word<'_>]) -> Option<NoteProblem> {
    let digits: String =
        chain.iter().flat_map(|word| word.text.chars().filter(char::is_ascii_digit)).collect();
    let is_phone = chain[0].gap.ends_with('+');
    let six = digits.len() == 6 || (digits.len() < 9 && chain.iter().any(|word| word.text.len() == 6));
    if six && chain[0].is_digits() && !is_phone && !is_date(chain) {
        return Some(NoteProblem::SixDigits);
    }
    // "AB482091C": digits inside one word.
    if chain.len() == 1 && !chain[0].is_digits() && longest_run(chain[0].text) == 6 {
        return Some(NoteProblem::SixDigits);
    }
    let is_card = (13..=19).contains(&digits.len()) && digits.starts_with(['2', '3', '4', '5', '6']);
    (is_card && chain[0].is_digits() && !is_phone && has_check_digit(&digits))
        .then_some(NoteProblem::CardNumber)
}

/// Day, month and two digits of the year (or backwards), with hyphens, dots or slashes between.
fn is_date(chain: &[Word<'_>]) -> bool {
    let [one, two, three] = chain else { return false };
    let written_as_date = two.gap == three.gap && matches!(two.gap, "-" | "." | "/");
    let number = |word: &Word<'_>| word.text.parse::<u32>().ok().filter(|_| word.text.len() == 2);
    let (Some(first), Some(month), Some(last)) = (number(one), number(two), number(three)) else {
        return false;
    };
    let american = (1..=31).contains(&month) && (1..=12).contains(&first);
    written_as_date
        && (((1..=12).contains(&month) && ((1..=31).contains(&first) || (1..=31).contains(&last)))
            || american)
}

fn longest_run(word: &str) -> usize {
    word.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

/// The Luhn formula of ISO/IEC 7812-1.
fn has_check_digit(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Six to eight digits one after the other of which at least one is spelt ("four eight two, oh nine one").
fn holds_spelt_digits(words: &[Word<'_>]) -> bool {
    let mut count = 0;
    let mut spelt = false;
    let mut times = 1;
    for word in words.iter().map(|word| word.text.to_lowercase()).chain([String::new()]) {
        match word.as_str() {
            "double" => times = 2,
            "triple" | "treble" => times = 3,
            "zero" | "oh" | "o" | "nought" | "one" | "two" | "three" | "four" | "five" | "six" | "seven"
            | "eight" | "nine" => {
                count += times;
                (spelt, times) = (true, 1);
            }
            digits
                if !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()) =>
            {
                count += times * digits.len();
                times = 1;
            }
            _ => {
                if spelt && (6..=8).contains(&count) {
                    return true;
                }
                (count, spelt, times) = (0, false, 1);
            }
        }
    }
    false
}

/// Twenty-four characters of the code's alphabet in one piece or in equal groups. English words come in
/// groups of four too, hence the digits: three, or one and a check character that fits.
fn holds_recovery_code(words: &[Word<'_>]) -> bool {
    (0..words.len()).any(|start| {
        let size = words[start].text.chars().count();
        if size < 3 || !RecoveryCode::LENGTH.is_multiple_of(size) {
            return false;
        }
        let Some(groups) = words.get(start..start + RecoveryCode::LENGTH / size) else { return false };
        if groups.iter().skip(1).any(|word| !word.continues() || word.text.chars().count() != size) {
            return false;
        }
        let code = zeroize::Zeroizing::new(groups.iter().map(|word| word.text).collect::<String>());
        let digits = code.bytes().filter(u8::is_ascii_digit).count();
        code.chars().all(|c| crockford::symbol(c).is_some())
            && digits < RecoveryCode::LENGTH
            && (digits >= 3 || (digits >= 1 && RecoveryCode::parse(&code).is_ok()))
    })
}

/// Eight characters in one piece or four and four with a hyphen, letters and digits alternating at least twice.
fn holds_mail_code(words: &[Word<'_>]) -> bool {
    let halves =
        words.windows(2).filter(|pair| pair[1].gap == "-" && pair.iter().all(|word| word.text.len() == 4));
    let halves = halves.filter(|pair| !pair.iter().any(|word| is_everyday(word.text)));
    let halves = halves.map(|pair| format!("{}{}", pair[0].text, pair[1].text));
    let whole = words.iter().filter(|word| word.text.len() == 8).map(|word| word.text.to_owned());
    halves.chain(whole).any(|code| {
        let kinds: Vec<bool> = code.chars().map(|c| c.is_ascii_digit()).collect();
        let digits = kinds.iter().filter(|digit| **digit).count();
        let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
        code.chars().all(|c| crockford::symbol(c).is_some()) && (2..=6).contains(&digits) && changes >= 2
    })
}

/// "10am", "24th".
fn is_everyday(word: &str) -> bool {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    matches!(rest.as_str(), "am" | "pm" | "st" | "nd" | "rd" | "th")
}

#[cfg(test)]
mod tests;
