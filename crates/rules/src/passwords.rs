//! Passwords: the type that carries one, and which ones may be set [NIST SP 800-63B-4 3.1.1].
//!
//! A password is compared exactly (D0.8): no trimming, no case folding, no Unicode normalisation, no cutting.
//! 63B-4 would allow NFC; without it a password never changes meaning when tables of Unicode do.

use zeroize::Zeroize;

use crate::answers::{collapse, fold_v1};

/// Characters a password needs when it is the only factor [63B-4 3.1.1.2].
pub const MINIMUM_ALONE: usize = 15;

/// Characters a password needs when 2-step is on [63B-4 3.1.1.2].
pub const MINIMUM_WITH_TWO_STEP: usize = 8;

/// Most characters of a password [63B-4 3.1.1.2: at least 64 must be allowed]; bounds the work of judging it.
pub const PASSWORD_MAXIMUM: usize = 128;

/// Fewer guesses than 10^6 and it is *common*: zxcvbn's bound for guessing online under a limit of tries.
const COMMON_BELOW_LOG10_GUESSES: f64 = 6.0;

/// The most frequent passwords of breaches, sorted by bytes; where they come from stands in `passwords/common.md`.
const COMMON: &str = include_str!("passwords/common.txt");

/// Names shorter than this may be part of a password: "Li" is part of too many words.
const CONTEXT_MINIMUM: usize = 4;

/// A password as typed. Wiped when dropped, never printed, never serialised, not comparable.
pub struct Password(String);

impl Password {
    /// Takes the text over as it is.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for hashing. The only way out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Length in Unicode characters, each counting one [63B-4 3.1.1.2].
    pub fn characters(&self) -> usize {
        self.0.chars().count()
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Fewer characters than needed.
    TooShort {
        /// Characters needed.
        minimum: usize,
        /// Characters typed.
        got: usize,
    },
    /// More characters than allowed.
    TooLong {
        /// Characters allowed.
        maximum: usize,
    },
    /// One character over and over.
    OneCharacter,
    /// Contains the part of the mail address before the `@`, a name, or the company's name.
    ContainsName,
    /// On the lists of common passwords, or made of them in a way that guessers try first.
    Common,
    /// Known from a breach.
    Breached,
}

impl PasswordProblem {
    /// Stable code for wire and audit.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "password_too_short",
            Self::TooLong { .. } => "password_too_long",
            Self::OneCharacter => "password_one_character",
            Self::ContainsName => "password_contains_name",
            Self::Common => "password_common",
            Self::Breached => "password_breached",
        }
    }
}

/// The minimum for an account.
pub const fn password_minimum(two_step_on: bool) -> usize {
    if two_step_on { MINIMUM_WITH_TWO_STEP } else { MINIMUM_ALONE }
}

/// Judges a new password. `minimum` in characters; `context` are the words that must not be in it (mail address
/// or its local part, names, company; shorter ones than four letters are ignored); `breached` is asked last, and
/// only for a password that passes everything else. There is no rule of composition [63B-4 3.1.1.2 says shall not].
///
/// # Errors
/// The first `PasswordProblem`, in the order of the type.
pub fn acceptable_password(
    password: &Password,
    minimum: usize,
    context: &[&str],
    breached: impl FnOnce(&Password) -> bool,
) -> Result<(), PasswordProblem> {
    let got = password.characters();
    if got < minimum {
        return Err(PasswordProblem::TooShort { minimum, got });
    }
    if got > PASSWORD_MAXIMUM {
        return Err(PasswordProblem::TooLong { maximum: PASSWORD_MAXIMUM });
    }
    let first = password.expose().chars().next();
    if password.expose().chars().all(|c| Some(c) == first) {
        return Err(PasswordProblem::OneCharacter);
    }
    let folded = letters_of(password.expose());
    let contains = |word: &&&str| {
        // Of an address the part before the `@` is the name.
        let word = letters_of(word.split('@').next().unwrap_or_default());
        word.chars().count() >= CONTEXT_MINIMUM && folded.contains(word.as_str())
    };
    if context.iter().any(|word| contains(&word)) {
        return Err(PasswordProblem::ContainsName);
    }
    // Single words of names and company too: zxcvbn then counts them as the first thing a guesser tries.
    let words: Vec<&str> =
        context.iter().flat_map(|text| text.split([' ', '@', '.', '-'])).filter(|w| !w.is_empty()).collect();
    if is_listed(password.expose())
        || zxcvbn::zxcvbn(password.expose(), &words).guesses_log10() < COMMON_BELOW_LOG10_GUESSES
    {
        return Err(PasswordProblem::Common);
    }
    if breached(password) {
        return Err(PasswordProblem::Breached);
    }
    Ok(())
}

/// Whether a password is on the list, capitals or not.
fn is_listed(password: &str) -> bool {
    let small = zeroize::Zeroizing::new(password.to_lowercase());
    lines().binary_search(&small.as_str()).is_ok()
}

fn lines() -> &'static [&'static str] {
    static LINES: std::sync::LazyLock<Vec<&str>> = std::sync::LazyLock::new(|| COMMON.lines().collect());
    &LINES
}

/// Letters and digits only, folded, so that "Hartwell-Logistics" is found in "hartwelllogistics2026".
fn letters_of(text: &str) -> zeroize::Zeroizing<String> {
    let folded = zeroize::Zeroizing::new(fold_v1(text.chars()));
    zeroize::Zeroizing::new(collapse(&folded).chars().filter(|c| *c != ' ').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: [&str; 4] = ["priya.shah@hartwell.example", "Priya", "Li", "Hartwell Logistics"];

    fn judge(text: &str, minimum: usize) -> Result<(), PasswordProblem> {
        acceptable_password(&Password::new(text.to_owned()), minimum, &CONTEXT, |p| {
            p.expose() == "known from a breach once"
        })
    }

    #[test]
    fn long_phrases_in_any_script_are_accepted() {
        for text in [
            "correct-horse-battery-staple",
            "seven purple otters sing",
            "  spaces at the ends  ",
            "отличный пароль для меня",
            "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 on four bytes",
        ] {
            assert_eq!(judge(text, MINIMUM_ALONE), Ok(()), "{text}");
        }
        assert_eq!(judge("vK4!tq9w", MINIMUM_WITH_TWO_STEP), Ok(()));
    }

    #[test]
    fn d7_3_length_is_counted_in_characters() {
        assert_eq!(judge("vK4!tq9wLp2xRm", 15), Err(PasswordProblem::TooShort { minimum: 15, got: 14 }));
        assert_eq!(judge("🦊🐙🦉🐝🦔🐢🦀", 8), Err(PasswordProblem::TooShort { minimum: 8, got: 7 }));
        let long: String = (0..129).map(|i| char::from(b'!' + (i * 37 % 90) as u8)).collect();
        assert_eq!(judge(&long, 15), Err(PasswordProblem::TooLong { maximum: 128 }));
        assert_eq!(judge(&long[..128], 15), Ok(()));
        assert_eq!((password_minimum(true), password_minimum(false)), (8, 15));
    }

    #[test]
    fn d7_3_common_passwords_are_refused() {
        for text in ["password", "12345678", "qwertyuiop", "iloveyou", "P@ssw0rd1", "football1"] {
            assert_eq!(judge(text, 8), Err(PasswordProblem::Common), "{text}");
        }
        for text in ["passwordpassword", "qwertyuiopasdfghjkl", "abcabcabcabcabcabc", "abcdefghijklmnopq"] {
            assert_eq!(judge(text, 15), Err(PasswordProblem::Common), "{text}");
        }
        assert_eq!(judge("aaaaaaaaaaaaaaaa", 15), Err(PasswordProblem::OneCharacter));
    }

    #[test]
    fn d7_3_every_password_of_the_list_is_refused_capitals_or_not() {
        assert_eq!(lines().len(), 8_354);
        assert!(lines().is_sorted(), "a binary search needs it");
        for text in lines() {
            assert!(judge(text, 8).is_err(), "{text}");
            assert!(judge(&text.to_uppercase(), 8).is_err(), "{text}");
        }
        // What the estimate of guesses alone would let through: that is what the list is for.
        let only_listed = lines()
            .iter()
            .filter(|text| zxcvbn::zxcvbn(text, &[]).guesses_log10() >= COMMON_BELOW_LOG10_GUESSES);
        assert!(only_listed.count() > 0, "the list adds nothing");
    }

    #[test]
    fn d7_3_mail_and_company_names_are_refused_however_written() {
        for text in
            ["my Priya-Shah secret", "HARTWELL logistics 2026!", "hartwell.logistics", "priyashah 1234567"]
        {
            assert_eq!(judge(text, 15), Err(PasswordProblem::ContainsName), "{text}");
        }
        assert_eq!(judge("a lively blue lighthouse", 15), Ok(()), "two letters of a name don't count");
    }

    #[test]
    fn the_breach_list_is_asked_last() {
        assert_eq!(judge("known from a breach once", 15), Err(PasswordProblem::Breached));
        let asked = std::cell::Cell::new(false);
        let short = Password::new("short".to_owned());
        let _ = acceptable_password(&short, 8, &[], |_| {
            asked.set(true);
            false
        });
        assert!(!asked.get());
    }

    #[test]
    fn it_is_kept_exactly_and_does_not_print() {
        let password = Password::new("  E\u{301} ".to_owned());
        assert_eq!(password.expose(), "  E\u{301} ");
        assert_eq!(format!("{password:?}"), "Password(..)");
    }
}
