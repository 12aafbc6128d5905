//! The secret of a link: 256 bits that travel in a mail, base64url without padding [RFC 4648 5].

use zeroize::Zeroize;

use crate::codes::CodeProblem;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What a reset, unlock, cancel or confirmation link carries. Wiped when dropped, never printed.
pub struct LinkSecret(String);

impl LinkSecret {
    /// Characters of the written form: 32 octets in base64url.
    pub const LENGTH: usize = 43;

    /// A secret out of 256 random bits.
    pub fn from_random(random: &[u8; 32]) -> Self {
        let mut text = String::with_capacity(Self::LENGTH);
        for chunk in random.chunks(3) {
            let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            // n octets fill n + 1 characters.
            for index in 0..=chunk.len() {
                text.push(char::from(ALPHABET[(bits >> (18 - 6 * index) & 63) as usize]));
            }
        }
        Self(text)
    }

    /// Reads the secret of a link exactly as it was sent. A second spelling of the same bits is refused
    /// (the last character carries four bits), so that one secret has one form and one hash.
    ///
    /// # Errors
    /// `Empty`, `Characters`, `Unexpected`.
    pub fn parse(text: &str) -> Result<Self, CodeProblem> {
        if text.is_empty() {
            return Err(CodeProblem::Empty);
        }
        let value = |c: char| ALPHABET.iter().position(|known| char::from(*known) == c);
        if let Some(index) = text.chars().position(|c| value(c).is_none()) {
            return Err(CodeProblem::Unexpected { position: index + 1 });
        }
        if text.len() != Self::LENGTH {
            return Err(CodeProblem::Characters { expected: Self::LENGTH, got: text.len() });
        }
        match text.chars().last().and_then(value) {
            Some(last) if last % 4 == 0 => Ok(Self(text.to_owned())),
            _ => Err(CodeProblem::Unexpected { position: Self::LENGTH }),
        }
    }

    /// The written form, for the address and the hash. The only way out.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for LinkSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_written_form_is_base64url_of_rfc_4648() {
        // Reference: printf of the octets piped through `base64 -w0 | tr '+/' '-_' | tr -d =`.
        assert_eq!(LinkSecret::from_random(&[0; 32]).expose(), "A".repeat(43));
        assert_eq!(LinkSecret::from_random(&[0xFF; 32]).expose(), format!("{}8", "_".repeat(42)));
        let counting: [u8; 32] = std::array::from_fn(|i| i as u8);
        assert_eq!(
            LinkSecret::from_random(&counting).expose(),
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
        );
    }

    #[test]
    fn only_the_exact_form_is_read() {
        assert_eq!(LinkSecret::parse("").unwrap_err(), CodeProblem::Empty);
        assert_eq!(
            LinkSecret::parse(&"A".repeat(42)).unwrap_err(),
            CodeProblem::Characters { expected: 43, got: 42 }
        );
        assert_eq!(LinkSecret::parse("AAA=").unwrap_err(), CodeProblem::Unexpected { position: 4 });
        let second_spelling = format!("{}B", "A".repeat(42));
        assert_eq!(
            LinkSecret::parse(&second_spelling).unwrap_err(),
            CodeProblem::Unexpected { position: 43 }
        );
    }

    #[test]
    fn it_does_not_print() {
        assert_eq!(format!("{:?}", LinkSecret::from_random(&[1; 32])), "LinkSecret(..)");
    }

    proptest! {
        #[test]
        fn a_secret_comes_back_as_it_went(random in any::<[u8; 32]>()) {
            let secret = LinkSecret::from_random(&random);
            let again = LinkSecret::parse(secret.expose()).unwrap();
            prop_assert_eq!(again.expose(), secret.expose());
        }

        #[test]
        fn different_bits_are_written_differently(one in any::<[u8; 32]>(), other in any::<[u8; 32]>()) {
            let same = LinkSecret::from_random(&one).expose() == LinkSecret::from_random(&other).expose();
            prop_assert_eq!(same, one == other);
        }

        #[test]
        fn one_changed_character_is_another_secret_or_none(
            random in any::<[u8; 32]>(), at in 0..LinkSecret::LENGTH, to in any::<char>(),
        ) {
            let secret = LinkSecret::from_random(&random);
            let changed: String = secret.expose().chars().enumerate().map(|(i, c)| if i == at { to } else { c }).collect();
            match LinkSecret::parse(&changed) {
                Ok(other) => prop_assert_eq!(other.expose(), changed),
                Err(_) => prop_assert_ne!(secret.expose(), changed),
            }
        }

        #[test]
        fn whatever_is_read_is_its_only_spelling(text in "[A-Za-z0-9_-]{43}") {
            if let Ok(secret) = LinkSecret::parse(&text) {
                // 42 characters of six bits and one of four are 256 bits: written again they are the same text.
                let value = |c: char| ALPHABET.iter().position(|known| char::from(*known) == c).unwrap() as u8;
                let bits: Vec<bool> = text.chars().flat_map(|c| (0..6).rev().map(move |i| value(c) >> i & 1 == 1)).collect();
                let octets: Vec<u8> = bits.chunks(8).take(32).map(|octet| octet.iter().fold(0, |octet, bit| octet << 1 | u8::from(*bit))).collect();
                let again = LinkSecret::from_random(&octets.try_into().unwrap());
                prop_assert_eq!(again.expose(), secret.expose());
            }
        }
    }
}
