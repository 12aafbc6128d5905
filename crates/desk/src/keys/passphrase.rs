//! The recovery passphrase: what brings the data keys back on a new machine.

use secrecy::{ExposeSecret, SecretString};

/// Fewest characters of a recovery passphrase: what NIST SP 800-63B-4, 3.1.1.2 asks of a password that stands alone.
pub const PASSPHRASE_MINIMUM: usize = 15;

/// A recovery passphrase that is long enough. It can't be printed.
#[derive(Debug)]
pub struct Passphrase(SecretString);

/// The passphrase has too few characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "A recovery passphrase needs at least {PASSPHRASE_MINIMUM} characters. Several words are easiest to keep."
)]
pub struct PassphraseTooShort;

impl Passphrase {
    /// Takes what was typed. Spaces at both ends are dropped: they come from copying, and nobody sees them.
    ///
    /// # Errors
    /// [`PassphraseTooShort`] under [`PASSPHRASE_MINIMUM`] characters.
    pub fn parse(typed: &SecretString) -> Result<Self, PassphraseTooShort> {
        let trimmed = typed.expose_secret().trim();
        if trimmed.chars().count() < PASSPHRASE_MINIMUM {
            return Err(PassphraseTooShort);
        }
        Ok(Self(SecretString::from(trimmed)))
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::{Passphrase, PassphraseTooShort};

    #[test]
    fn a_passphrase_has_fifteen_characters_or_is_refused() {
        assert_eq!(Passphrase::parse(&"fourteen chars".into()).err(), Some(PassphraseTooShort));
        assert!(Passphrase::parse(&"fifteen chars!!".into()).is_ok());
        assert!(Passphrase::parse(&"äöüäöüäöüäöüäöü".into()).is_ok(), "characters count, not bytes");
        assert!(Passphrase::parse(&"   short one      ".into()).is_err(), "spaces around don't count");
    }

    #[test]
    fn a_passphrase_is_not_in_its_debug_output() {
        let passphrase = Passphrase::parse(&"canary canary canary".into()).unwrap();
        assert!(!format!("{passphrase:?}").contains("canary"));
    }
}
