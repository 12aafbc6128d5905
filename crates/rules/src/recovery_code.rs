//! The recovery code: 115 random bits that a person keeps on paper, and a check character for slips.
//!
//! The check character is computed from the other 23 and from nothing else, so refusing a slip before a try
//! is spent tells a guesser only what he could compute himself: there are still 2^115 codes to guess (D4.5).

use zeroize::{Zeroize, Zeroizing};

use crate::codes::CodeProblem;
use crate::crockford;

/// Twenty-three random Crockford base32 characters and one check character. Wiped when dropped, never printed.
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// Characters, the check character included.
    pub const LENGTH: usize = 24;

    /// A code out of random bytes, the first 115 bits of them.
    pub fn from_random(random: &[u8; 15]) -> Self {
        let symbols: Zeroizing<Vec<u8>> =
            Zeroizing::new(crockford::symbols(random).take(Self::LENGTH - 1).collect());
        let mut code = String::with_capacity(Self::LENGTH);
        code.extend(symbols.iter().copied().map(crockford::character));
        code.push(crockford::character(weighted_sum(&symbols)));
        Self(code)
    }

    /// Reads what was typed: any case, any grouping, `O` for `0`, `I` and `L` for `1`.
    ///
    /// # Errors
    /// `Empty`, `Unexpected`, `Characters`, `CheckCharacter`: none of them should cost a try.
    pub fn parse(text: &str) -> Result<Self, CodeProblem> {
        let code = Self(crockford::read(text, Self::LENGTH)?);
        let symbols: Zeroizing<Vec<u8>> =
            Zeroizing::new(code.0.chars().filter_map(crockford::symbol).collect());
        match symbols.split_last() {
            Some((check, rest)) if weighted_sum(rest) == *check => Ok(code),
            _ => Err(CodeProblem::CheckCharacter),
        }
    }

    /// The 24 characters, upper case, without separators, for the HMAC.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Six groups of four, for the one time it is shown.
    pub fn expose_grouped(&self) -> Zeroizing<String> {
        crockford::grouped(&self.0)
    }
}

impl Drop for RecoveryCode {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

/// The last group of a code as it was typed: four characters, any case and separators, `O` for `0`, `I` and `L` for
/// `1`. Typing it shows that a copy was made.
///
/// # Errors
/// `Empty`, `Unexpected`, `Characters`.
pub fn last_group(text: &str) -> Result<Zeroizing<String>, CodeProblem> {
    crockford::read(text, GROUP).map(Zeroizing::new)
}

/// Characters of a group.
const GROUP: usize = 4;

/// The check symbol: each symbol times its own power of two in the field of 32 elements, added up.
///
/// The powers 2^1 to 2^23 and the check's own 2^0 are all different (there are 31 of them) and none is
/// zero. So one wrong character always shows, and so does *any* two exchanged characters, neighbours or not.
fn weighted_sum(symbols: &[u8]) -> u8 {
    // Horner: ((s0·2 + s1)·2 + …)·2; the first symbol gets the highest power.
    symbols.iter().fold(0, |sum, symbol| doubled(sum ^ symbol))
}

/// Times two in GF(32), modulo x^5 + x^2 + 1 (primitive: two generates all 31 elements but zero).
fn doubled(element: u8) -> u8 {
    let shifted = element << 1;
    if shifted & 32 == 0 { shifted } else { (shifted ^ 0b10_0101) & 31 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code() -> RecoveryCode {
        RecoveryCode::from_random(&[
            0x3A, 0x91, 0x07, 0xFE, 0x55, 0xC2, 0x18, 0x6D, 0xB4, 0x20, 0x99, 0x4F, 0xE1, 0x7B, 0x83,
        ])
    }

    #[test]
    fn d4_5_case_and_separators_are_ignored() {
        let code = code();
        let grouped = code.expose_grouped();
        assert_eq!(grouped.len(), 29);
        for typed in [
            grouped.to_lowercase(),
            grouped.replace('-', "  "),
            format!(" {} \n", code.expose()),
            grouped.replace('-', "–"),
            grouped.replace('0', "O").replace('1', "l"),
            grouped.replace('0', "o").replace('1', "I"),
        ] {
            assert_eq!(RecoveryCode::parse(&typed).unwrap().expose(), code.expose(), "{typed}");
        }
    }

    #[test]
    fn d4_5_every_single_wrong_character_is_found() {
        let right: Vec<char> = code().expose().chars().collect();
        for position in 0..right.len() {
            for symbol in 0..32 {
                let mut typed = right.clone();
                typed[position] = crockford::character(symbol);
                let parsed = RecoveryCode::parse(&typed.iter().collect::<String>());
                assert_eq!(parsed.is_ok(), typed == right, "position {position}, symbol {symbol}");
            }
        }
    }

    #[test]
    fn d4_5_any_two_exchanged_characters_are_found() {
        let right: Vec<char> = code().expose().chars().collect();
        for one in 0..right.len() {
            for other in 0..one {
                let mut typed = right.clone();
                typed.swap(one, other);
                let parsed = RecoveryCode::parse(&typed.iter().collect::<String>());
                assert_eq!(parsed.is_ok(), right[one] == right[other], "{other} and {one}");
            }
        }
    }

    #[test]
    fn a_slip_is_named_precisely() {
        assert_eq!(RecoveryCode::parse("").unwrap_err(), CodeProblem::Empty);
        assert_eq!(
            RecoveryCode::parse("ABCD-EF").unwrap_err(),
            CodeProblem::Characters { expected: 24, got: 6 }
        );
        assert_eq!(RecoveryCode::parse("AB!D").unwrap_err(), CodeProblem::Unexpected { position: 3 });
        assert_eq!(RecoveryCode::parse(&"1".repeat(24)).unwrap_err(), CodeProblem::CheckCharacter);
    }

    #[test]
    fn the_check_leaves_all_115_bits_to_the_guesser() {
        // Each of the 32 values of any one random symbol gives another check character: nothing is predetermined.
        let mut seen = std::collections::BTreeSet::new();
        for value in 0..32_u8 {
            let mut random = [0; 15];
            random[0] = value << 3;
            seen.insert(RecoveryCode::from_random(&random).expose().chars().last());
        }
        assert_eq!(seen.len(), 32);
    }

    #[test]
    fn the_last_group_is_read_like_the_code() {
        let code = code();
        let last = code.expose()[20..].to_owned();
        assert_eq!(last_group(&format!(" {} ", last.to_lowercase())).unwrap().as_str(), last);
        assert!(last_group("K7Q").is_err() && last_group("").is_err() && last_group("K7Q!").is_err());
    }

    #[test]
    fn it_does_not_print() {
        assert_eq!(format!("{:?}", code()), "RecoveryCode(..)");
    }

    proptest! {
        #[test]
        fn a_code_comes_back_as_it_went(random in any::<[u8; 15]>()) {
            let code = RecoveryCode::from_random(&random);
            let grouped = code.expose_grouped();
            let again = RecoveryCode::parse(&grouped).unwrap();
            prop_assert_eq!(again.expose(), code.expose());
        }
    }
}
