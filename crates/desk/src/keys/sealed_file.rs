//! `keys.sealed`: the data keys under the recovery passphrase, beside the data.
//!
//! JSON, so that a person can see what it is and which keys it holds; the keys themselves are sealed with
//! XChaCha20-Poly1305 under a key that Argon2id makes of the passphrase. Everything in clear is authenticated.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::errors::KeysError;
pub use super::private_file::IfExists;
use super::{DataKeys, KeyIds, NONCE_LENGTH, Passphrase, open_bytes, private_file, seal_bytes};
use crate::chance::Chance;

const FORMAT: &str = "recovery-desk keys";
const VERSION: u32 = 1;

/// RFC 9106, section 4, second recommended option: 64 MiB, 3 passes, 4 lanes, 128-bit salt, 256-bit result.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
const SALT_LENGTH: usize = 16;
/// A file may ask for more than today's numbers, within what a small machine can do.
const MEMORY_KIB_BOUND: u32 = 1024 * 1024;
const PASSES_BOUND: u32 = 32;
const LANES_BOUND: u32 = 16;

#[derive(Serialize, Deserialize)]
struct SealedFile {
    #[serde(flatten)]
    head: Head,
    /// Base64.
    sealed: String,
}

/// What stands in clear, and is authenticated as it stands.
#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    key_ids: KeyIds,
    argon2id: PassphraseHashing,
    /// Base64, 24 bytes.
    nonce: String,
}

#[derive(Serialize, Deserialize)]
struct PassphraseHashing {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    /// Base64, 16 bytes.
    salt: String,
}

/// Writes `keys.sealed`: a temporary file (0600) beside it, synced, then renamed.
///
/// # Errors
/// [`KeysError::Exists`] unless `if_exists` says replace, [`KeysError::Disk`].
pub fn seal_to_file(
    path: &Path,
    keys: &DataKeys,
    passphrase: &Passphrase,
    if_exists: IfExists,
    chance: &Chance,
) -> Result<(), KeysError> {
    let salt: [u8; SALT_LENGTH] = chance.bytes();
    let nonce: [u8; NONCE_LENGTH] = chance.bytes();
    let head = Head {
        format: FORMAT.to_owned(),
        version: VERSION,
        key_ids: keys.key_ids(),
        argon2id: PassphraseHashing {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: STANDARD.encode(salt),
        },
        nonce: STANDARD.encode(nonce),
    };
    let wrapping_key = wrapping_key(&head.argon2id, passphrase)?;
    let sealed = seal_bytes(&wrapping_key, &nonce, &authenticated(&head)?, keys.unwrapped_text().as_bytes());
    let file = SealedFile { head, sealed: STANDARD.encode(sealed) };
    let mut text = serde_json::to_vec_pretty(&file).map_err(|_| KeysError::NotKeys)?;
    text.push(b'\n');
    private_file::write(path, &text, if_exists, chance)
}

/// Opens `keys.sealed`. Takes the time of one RFC 9106 hash and 64 MiB: call it from a blocking thread.
///
/// # Errors
/// [`KeysError::WrongPassphrase`], [`KeysError::NotKeys`], [`KeysError::NewerVersion`], [`KeysError::Disk`].
pub fn open_file(path: &Path, passphrase: &Passphrase) -> Result<DataKeys, KeysError> {
    let file = parse(&private_file::read(path)?)?;
    let nonce = decode::<NONCE_LENGTH>(&file.head.nonce)?;
    let sealed = STANDARD.decode(&file.sealed).map_err(|_| KeysError::NotKeys)?;
    let wrapping_key = wrapping_key(&file.head.argon2id, passphrase)?;
    let opened = open_bytes(&wrapping_key, &nonce, &authenticated(&file.head)?, &sealed)
        .map_err(|_| KeysError::WrongPassphrase)?;
    DataKeys::parse_unwrapped(std::str::from_utf8(&opened).map_err(|_| KeysError::NotKeys)?)
}

/// The ids of the keys in the file, without the passphrase: enough to see that it is the wrong file.
///
/// # Errors
/// [`KeysError::NotKeys`], [`KeysError::NewerVersion`], [`KeysError::Disk`].
pub fn key_ids_in_file(path: &Path) -> Result<KeyIds, KeysError> {
    Ok(parse(&private_file::read(path)?)?.head.key_ids)
}

fn parse(text: &str) -> Result<SealedFile, KeysError> {
    #[derive(Deserialize)]
    struct Kind {
        format: String,
        version: u32,
    }
    // Version first: a newer file may have other fields, and then "update" is the sentence that helps.
    let kind: Kind = serde_json::from_str(text).map_err(|_| KeysError::NotKeys)?;
    if kind.format != FORMAT {
        return Err(KeysError::NotKeys);
    }
    if kind.version > VERSION {
        return Err(KeysError::NewerVersion { found: kind.version, known: VERSION });
    }
    serde_json::from_str(text).map_err(|_| KeysError::NotKeys)
}

fn authenticated(head: &Head) -> Result<Vec<u8>, KeysError> {
    serde_json::to_vec(head).map_err(|_| KeysError::NotKeys)
}

fn wrapping_key(
    hashing: &PassphraseHashing,
    passphrase: &Passphrase,
) -> Result<Zeroizing<[u8; 32]>, KeysError> {
    if hashing.memory_kib > MEMORY_KIB_BOUND || hashing.passes > PASSES_BOUND || hashing.lanes > LANES_BOUND {
        return Err(KeysError::NotKeys);
    }
    let salt = decode::<SALT_LENGTH>(&hashing.salt)?;
    let params = Params::new(hashing.memory_kib, hashing.passes, hashing.lanes, Some(32))
        .map_err(|_| KeysError::NotKeys)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose(), &salt, key.as_mut_slice())
        .map_err(|_| KeysError::NotKeys)?;
    Ok(key)
}

fn decode<const N: usize>(text: &str) -> Result<[u8; N], KeysError> {
    STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(KeysError::NotKeys)
}
