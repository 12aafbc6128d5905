//! The call reference: `K7-204-QX`, read out by the caller to lead the agent straight to the account.
//!
//! It proves nothing and is no secret; it is matched exactly and misses are counted elsewhere.

use unicode_normalization::UnicodeNormalization;

pub use crate::check_words::check_words;

/// Letters that neither look nor sound like another letter or digit: no B D E G P T V Z (they rhyme with each
/// other and with C), no I L O S U (they look like digits or V), no N (M). Said plainly, without a spelling table.
const LETTERS: [char; 12] = ['A', 'C', 'F', 'H', 'J', 'K', 'M', 'Q', 'R', 'W', 'X', 'Y'];

/// How many references there are: letter, four digits in all, two letters.
const COUNT: u128 = 12 * 10 * 1_000 * 12 * 12;

/// A well-formed call reference; whether it leads anywhere the database knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallReference([char; 7]);

/// Why a text is no call reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallReferenceProblem {
    /// Not seven letters and digits, separators left aside.
    Length {
        /// How many there were.
        got: usize,
    },
    /// A letter where a digit belongs, or the other way round, or a letter that references don't use; from 1.
    Unexpected {
        /// Which one, from 1.
        position: usize,
    },
}

impl CallReferenceProblem {
    /// Stable code for wire and audit.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length { .. } => "call_reference_length",
            Self::Unexpected { .. } => "call_reference_unexpected",
        }
    }
}

impl CallReference {
    /// Letters and digits of a reference.
    pub const LENGTH: usize = 7;

    /// A reference out of random bytes, each equally likely (the bias is below 2^-100).
    pub fn from_random(random: &[u8; 16]) -> Self {
        let mut rest = u128::from_le_bytes(*random) % COUNT;
        let mut take = |base: usize| {
            let value = (rest % base as u128) as usize;
            rest /= base as u128;
            value
        };
        Self(std::array::from_fn(|place| {
            if is_digit_place(place) {
                char::from(b'0' + take(10) as u8)
            } else {
                LETTERS[take(LETTERS.len())]
            }
        }))
    }

    /// Reads a reference in any case and with any separators; in digit places `O` is `0`, `I` and `L` are `1`.
    ///
    /// # Errors
    /// `Length`, `Unexpected`.
    pub fn parse(text: &str) -> Result<Self, CallReferenceProblem> {
        let typed: Vec<char> = text
            .nfkc()
            .filter(|c| {
                !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '.' | '/')
            })
            .map(|c| c.to_ascii_uppercase())
            .take(64)
            .collect();
        let got = typed.len();
        let mut places: [char; Self::LENGTH] =
            typed.try_into().map_err(|_| CallReferenceProblem::Length { got })?;
        for (place, c) in places.iter_mut().enumerate() {
            let expected = if is_digit_place(place) {
                *c = match *c {
                    'O' => '0',
                    'I' | 'L' => '1',
                    other => other,
                };
                c.is_ascii_digit()
            } else {
                LETTERS.contains(c)
            };
            if !expected {
                return Err(CallReferenceProblem::Unexpected { position: place + 1 });
            }
        }
        Ok(Self(places))
    }

    /// The form it is stored, matched, shown and read out in: `K7-204-QX`.
    pub fn text(&self) -> String {
        let [a, b, c, d, e, f, g] = self.0;
        String::from_iter([a, b, '-', c, d, e, '-', f, g])
    }
}

impl std::fmt::Display for CallReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::fmt::Debug for CallReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CallReference({self})")
    }
}

/// Letter, digit, three digits, two letters.
fn is_digit_place(place: usize) -> bool {
    (1..=4).contains(&place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn any_case_and_separators_are_read() {
        for typed in [
            "K7-204-QX",
            "k7204qx",
            " K7 204 QX ",
            "k 7 2 0 4 q x",
            "K7–204–QX",
            "Ｋ７-２０４-ＱＸ",
            "K7.2O4.QX",
        ] {
            assert_eq!(CallReference::parse(typed).unwrap().to_string(), "K7-204-QX", "{typed}");
        }
        assert_eq!(CallReference::parse("AIL-0O1-CF").unwrap_err(), CallReferenceProblem::Length { got: 8 });
        assert_eq!(CallReference::parse("Ai-lo1-CF").unwrap().to_string(), "A1-101-CF");
    }

    #[test]
    fn what_is_no_reference_is_refused_with_the_place() {
        for (typed, problem) in [
            ("", CallReferenceProblem::Length { got: 0 }),
            ("K7-204-Q", CallReferenceProblem::Length { got: 6 }),
            ("K7-204-QXX", CallReferenceProblem::Length { got: 8 }),
            ("77-204-QX", CallReferenceProblem::Unexpected { position: 1 }),
            ("B7-204-QX", CallReferenceProblem::Unexpected { position: 1 }),
            ("KK-204-QX", CallReferenceProblem::Unexpected { position: 2 }),
            ("K7-204-Q1", CallReferenceProblem::Unexpected { position: 7 }),
            ("Hartley", CallReferenceProblem::Unexpected { position: 2 }),
        ] {
            assert_eq!(CallReference::parse(typed).unwrap_err(), problem, "{typed}");
        }
    }

    #[test]
    fn the_first_and_the_last_reference_come_up() {
        assert_eq!(CallReference::from_random(&[0; 16]).to_string(), "A0-000-AA");
        assert_eq!(CallReference::from_random(&(COUNT - 1).to_le_bytes()).to_string(), "Y9-999-YY");
        assert_eq!(CallReference::from_random(&COUNT.to_le_bytes()).to_string(), "A0-000-AA");
    }

    proptest! {
        #[test]
        fn a_reference_comes_back_as_it_went(random in any::<[u8; 16]>()) {
            let reference = CallReference::from_random(&random);
            prop_assert_eq!(CallReference::parse(&reference.text()), Ok(reference));
            prop_assert_eq!(CallReference::parse(&reference.text().to_lowercase().replace('-', "")), Ok(reference));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = CallReference::parse(&text);
        }
    }
}
