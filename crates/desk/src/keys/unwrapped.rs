//! The data keys as one opaque line, for the operating system's keyring or a 0600 file at the server.
//!
//! `rdk1;pepper:<id>:<base64url>;code:…;outbox:…;audit:…`, the key in use first, former ones after it.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::errors::KeysError;
use super::key_ring::{DataKey, KeyId, KeyRing};
pub use super::private_file::IfExists;
use super::{DataKeys, Rings, private_file};
use crate::chance::Chance;

const PREFIX: &str = "rdk";
const VERSION: u32 = 1;
/// Room for one key's part: kind, id, 43 characters of key, separators.
const PART_LENGTH: usize = 64;

impl DataKeys {
    /// The keys as one line of ASCII. Whoever has it has everything the keys protect.
    pub fn to_unwrapped(&self) -> SecretString {
        SecretString::from(self.unwrapped_text().as_str())
    }

    /// Reads what [`DataKeys::to_unwrapped`] gave. White space around is ignored (editors add a line end).
    ///
    /// # Errors
    /// [`KeysError::NotKeys`], [`KeysError::NewerVersion`].
    pub fn from_unwrapped(text: &SecretString) -> Result<Self, KeysError> {
        Self::parse_unwrapped(text.expose_secret().trim())
    }

    pub(super) fn unwrapped_text(&self) -> Zeroizing<String> {
        let rings = [
            ("pepper", &self.0.pepper),
            ("code", &self.0.code),
            ("outbox", &self.0.outbox),
            ("audit", &self.0.audit),
        ];
        let keys: usize = rings.iter().map(|(_, ring)| ring.all().count()).sum();
        // Allocated once: a growing string would leave copies of keys behind that nobody wipes.
        let mut text = Zeroizing::new(String::with_capacity(8 + keys * PART_LENGTH));
        text.push_str(PREFIX);
        text.push_str(&VERSION.to_string());
        for (kind, ring) in rings {
            for key in ring.all() {
                let mut encoded = Zeroizing::new([0; 43]);
                let written = URL_SAFE_NO_PAD.encode_slice(key.bytes.as_slice(), encoded.as_mut_slice());
                debug_assert_eq!(written.ok(), Some(43), "32 bytes are 43 characters of base64");
                text.extend([";", kind, ":", key.id.as_str(), ":"]);
                text.extend(encoded.iter().copied().map(char::from));
            }
        }
        text
    }

    pub(super) fn parse_unwrapped(text: &str) -> Result<Self, KeysError> {
        let mut parts = text.split(';');
        let version = parts.next().and_then(|head| head.strip_prefix(PREFIX)).ok_or(KeysError::NotKeys)?;
        let version: u32 = version.parse().map_err(|_| KeysError::NotKeys)?;
        if version > VERSION {
            return Err(KeysError::NewerVersion { found: version, known: VERSION });
        }
        let (mut pepper, mut code, mut outbox, mut audit) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            let (kind, key) = part.split_once(':').ok_or(KeysError::NotKeys)?;
            let ring = match kind {
                "pepper" => &mut pepper,
                "code" => &mut code,
                "outbox" => &mut outbox,
                "audit" => &mut audit,
                _ => return Err(KeysError::NotKeys),
            };
            ring.push(parse_key(key)?);
        }
        let ring = |keys| KeyRing::from_keys(keys).ok_or(KeysError::NotKeys);
        Ok(Self(Arc::new(Rings {
            pepper: ring(pepper)?,
            code: ring(code)?,
            outbox: ring(outbox)?,
            audit: ring(audit)?,
        })))
    }
}

/// Reads keys from a file that only its owner may read (a server's secret file).
///
/// # Errors
/// [`KeysError::ReadableByOthers`], [`KeysError::NotKeys`], [`KeysError::NewerVersion`], [`KeysError::Disk`].
pub fn read_file(path: &Path) -> Result<DataKeys, KeysError> {
    private_file::check_private(path)?;
    DataKeys::parse_unwrapped(private_file::read(path)?.trim())
}

/// Writes keys to a file that only its owner may read.
///
/// # Errors
/// [`KeysError::Exists`], [`KeysError::Disk`].
pub fn write_file(
    path: &Path,
    keys: &DataKeys,
    if_exists: IfExists,
    chance: &Chance,
) -> Result<(), KeysError> {
    private_file::write(path, keys.unwrapped_text().as_bytes(), if_exists, chance)
}

fn parse_key(text: &str) -> Result<DataKey, KeysError> {
    let (id, encoded) = text.split_once(':').ok_or(KeysError::NotKeys)?;
    let mut bytes = Zeroizing::new([0; 32]);
    match URL_SAFE_NO_PAD.decode_slice(encoded, bytes.as_mut_slice()) {
        Ok(32) => Ok(DataKey { id: KeyId::parse(id)?, bytes }),
        _ => Err(KeysError::NotKeys),
    }
}
