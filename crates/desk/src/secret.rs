//! Secrets that arrive in a request: they can be read from JSON, never written, printed or compared.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::Deserialize;
use zeroize::Zeroizing;

/// A secret somebody typed or a cookie carried. Wiped when dropped.
#[derive(Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
#[serde(from = "String")]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes a secret into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The only way out; look for this word in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}

/// For the keyed digest of a request body alone.
impl Hash for SecretText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_cannot_be_printed() {
        let secret: SecretText = serde_json::from_str("\"St. Mary's\"").unwrap();
        assert_eq!(secret.expose(), "St. Mary's");
        assert_eq!(format!("{secret:?}"), "SecretText(..)");
    }
}
