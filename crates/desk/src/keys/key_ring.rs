//! One kind of key: the one in use, and the former ones that still open what they protected.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::errors::KeysError;
use crate::chance::Chance;

/// Lower-case Crockford base32: no letter that is read as a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The kinds of data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// In every Argon2 hash.
    Pepper,
    /// In keyed hashes of links, codes, sessions, counters and request digests.
    Code,
    /// Seals secrets that wait in the outbox, and operators' authenticator secrets.
    Outbox,
    /// Signs heads of the audit log.
    Audit,
}

impl KeyKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pepper, Self::Code, Self::Outbox, Self::Audit];

    /// The name in files and in the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pepper => "pepper",
            Self::Code => "code",
            Self::Outbox => "outbox",
            Self::Audit => "audit",
        }
    }
}

/// Names a key without saying anything of it: 8 lower-case letters and digits (8 bytes is also what fits into the
/// `keyid` of an Argon2 PHC string).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// Length in bytes and characters.
    pub const LENGTH: usize = 8;

    /// Reads an id.
    ///
    /// # Errors
    /// [`KeysError::NotKeys`] unless it is 8 lower-case ASCII letters or digits.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let well_formed = text.len() == Self::LENGTH
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if well_formed { Ok(Self(text.to_owned())) } else { Err(KeysError::NotKeys) }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn fresh(chance: &Chance) -> Self {
        let random: [u8; Self::LENGTH] = chance.bytes();
        Self(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for KeyId {
    type Error = KeysError;

    fn try_from(text: String) -> Result<Self, KeysError> {
        Self::parse(&text)
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// 256 random bits and their name.
#[derive(Clone)]
pub(super) struct DataKey {
    pub(super) id: KeyId,
    pub(super) bytes: Zeroizing<[u8; 32]>,
}

/// The key in use and the former ones, newest first.
#[derive(Clone)]
pub(super) struct KeyRing {
    current: DataKey,
    former: Vec<DataKey>,
}

impl KeyRing {
    pub(super) fn fresh(chance: &Chance) -> Self {
        Self { current: DataKey::fresh(chance), former: Vec::new() }
    }

    /// A ring whose key stands in the source code: demo databases only.
    pub(super) fn published(id: &str, bytes: [u8; 32]) -> Self {
        let current = DataKey { id: KeyId(id.to_owned()), bytes: Zeroizing::new(bytes) };
        Self { current, former: Vec::new() }
    }

    /// Newest first; `None` when there is no key at all.
    pub(super) fn from_keys(keys: Vec<DataKey>) -> Option<Self> {
        let mut keys = keys.into_iter();
        let current = keys.next()?;
        Some(Self { current, former: keys.collect() })
    }

    pub(super) fn current(&self) -> &DataKey {
        &self.current
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &DataKey> {
        std::iter::once(&self.current).chain(&self.former)
    }

    pub(super) fn with_id(&self, id: &str) -> Option<&DataKey> {
        self.all().find(|key| key.id.as_str() == id)
    }

    pub(super) fn replace(&mut self, chance: &Chance) {
        let former = std::mem::replace(&mut self.current, DataKey::fresh(chance));
        self.former.insert(0, former);
    }
}

impl DataKey {
    fn fresh(chance: &Chance) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        chance.fill(bytes.as_mut_slice());
        Self { id: KeyId::fresh(chance), bytes }
    }
}
