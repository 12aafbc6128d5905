//! The data keys: what protects codes, answers, waiting messages and the audit log, and lies outside the database.
//!
//! Four kinds, each with an id so that it can be replaced while what the former one protected stays readable:
//! the *pepper* goes into every Argon2 hash, the *code* key into keyed hashes of links, codes, sessions and
//! counters, the *outbox* key seals secrets that wait to be sent, the *audit* key signs heads of the audit log.
//! How they are kept: `sealed_file` (under a passphrase) and `unwrapped` (operating system's keyring or a 0600
//! file). Never in the database.

mod errors;
mod history;
mod key_ring;
mod passphrase;
mod private_file;
pub mod sealed_file;
pub mod unwrapped;

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::chance::Chance;

pub use errors::{KeysError, NotOpened};
pub use history::{KeyHistory, Standing};
use key_ring::KeyRing;
pub use key_ring::{KeyId, KeyKind};
pub use passphrase::{PASSPHRASE_MINIMUM, Passphrase, PassphraseTooShort};

/// First byte of everything sealed: the layout `version, key id, nonce, ciphertext and tag`.
const SEALED_LAYOUT: u8 = 1;
const NONCE_LENGTH: usize = 24;
const SEALED_HEAD: usize = 1 + KeyId::LENGTH + NONCE_LENGTH;

/// The data keys of one database. A handle: cloning shares the same bytes, which are wiped with the last clone.
/// It can't be printed or serialised.
#[derive(Clone)]
pub struct DataKeys(Arc<Rings>);

#[derive(Clone)]
struct Rings {
    pepper: KeyRing,
    code: KeyRing,
    outbox: KeyRing,
    audit: KeyRing,
}

/// The ids of the keys in use: safe to store and show, they say nothing of the keys.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyIds {
    /// In every Argon2 hash made now.
    pub pepper: KeyId,
    /// In every keyed hash made now.
    pub code: KeyId,
    /// In everything sealed now.
    pub outbox: KeyId,
    /// In every head signed now.
    pub audit: KeyId,
}

/// The public half of an audit key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadKey {
    /// Stands in every head it signed.
    pub id: KeyId,
    /// Ed25519, 32 bytes.
    pub public: [u8; 32],
}

/// What a pepper is for; each use has its own secret, so a hash of one can't pass as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PepperUse {
    /// Passwords of users and operators.
    Password,
    /// Answers to security questions.
    Answer,
}

/// The secret that goes into an Argon2 hash, and the id that is written beside it.
pub struct Pepper {
    /// Written into the PHC string.
    pub key_id: KeyId,
    secret: Zeroizing<[u8; 32]>,
}

impl Pepper {
    /// Argon2's secret input (RFC 9106, 3.1: `K`).
    pub fn secret(&self) -> &[u8] {
        self.secret.as_slice()
    }
}

impl DataKeys {
    /// New keys of all four kinds.
    pub fn fresh(chance: &Chance) -> Self {
        Self(Arc::new(Rings {
            pepper: KeyRing::fresh(chance),
            code: KeyRing::fresh(chance),
            outbox: KeyRing::fresh(chance),
            audit: KeyRing::fresh(chance),
        }))
    }

    /// The keys of demo databases. THEY ARE PUBLISHED, here: everybody who reads this file has them. A demo
    /// database holds invented people only, is marked as such when made, and refuses real post and real users.
    pub fn published_demo() -> Self {
        let published = |id: &str, fill: u8| KeyRing::published(id, [fill; 32]);
        Self(Arc::new(Rings {
            pepper: published("demopepr", 0xd1),
            code: published("democode", 0xd2),
            outbox: published("demopost", 0xd3),
            audit: published("demoaudt", 0xd4),
        }))
    }

    /// These keys with a new one of `kind`. The former stays for what it has protected: old Argon2 hashes still
    /// verify, sealed secrets still open. Keyed hashes know the current code key only, so a new code key ends
    /// every live code, link and session.
    pub fn replaced(&self, kind: KeyKind, chance: &Chance) -> Self {
        let mut rings = Rings::clone(&self.0);
        match kind {
            KeyKind::Pepper => rings.pepper.replace(chance),
            KeyKind::Code => rings.code.replace(chance),
            KeyKind::Outbox => rings.outbox.replace(chance),
            KeyKind::Audit => rings.audit.replace(chance),
        }
        Self(Arc::new(rings))
    }

    /// The ids of the keys in use.
    pub fn key_ids(&self) -> KeyIds {
        KeyIds {
            pepper: self.0.pepper.current().id.clone(),
            code: self.0.code.current().id.clone(),
            outbox: self.0.outbox.current().id.clone(),
            audit: self.0.audit.current().id.clone(),
        }
    }

    /// The ids of one kind, the key in use first, then former ones, newest first.
    fn ids_of(&self, kind: KeyKind) -> Vec<KeyId> {
        let ring = match kind {
            KeyKind::Pepper => &self.0.pepper,
            KeyKind::Code => &self.0.code,
            KeyKind::Outbox => &self.0.outbox,
            KeyKind::Audit => &self.0.audit,
        };
        ring.all().map(|key| key.id.clone()).collect()
    }

    /// HMAC-SHA256 under the code key. `purpose` separates uses ("unlock link", "sms code", …); purpose and parts
    /// go in with their lengths, so ("a", "bc") and ("ab", "c") differ. Compare results with [`same_hash`].
    pub fn keyed_hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        keyed_hash(&self.0.code.current().bytes, purpose, parts)
    }

    /// The pepper for new hashes.
    pub fn pepper(&self, usage: PepperUse) -> Pepper {
        derive_pepper(self.0.pepper.current(), usage)
    }

    /// The pepper an older hash was made with; `None` when these keys don't hold it.
    pub fn pepper_with_id(&self, key_id: &str, usage: PepperUse) -> Option<Pepper> {
        self.0.pepper.with_id(key_id).map(|key| derive_pepper(key, usage))
    }

    /// Seals `plain` (XChaCha20-Poly1305, random nonce). `context` is authenticated, not hidden: name table, column
    /// and row in it, so that a sealed secret moved to another row doesn't open.
    pub fn seal(&self, context: &str, plain: &[u8], chance: &Chance) -> Vec<u8> {
        let key = self.0.outbox.current();
        let nonce: [u8; NONCE_LENGTH] = chance.bytes();
        let mut sealed = Vec::with_capacity(SEALED_HEAD + plain.len() + 16);
        sealed.push(SEALED_LAYOUT);
        sealed.extend_from_slice(key.id.as_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&seal_bytes(&key.bytes, &nonce, context.as_bytes(), plain));
        sealed
    }

    /// Opens what [`DataKeys::seal`] made, with whichever outbox key it was sealed.
    ///
    /// # Errors
    /// [`NotOpened`]: cut short, changed, another context, or a key these keys don't hold.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let (head, ciphertext) = sealed.split_at_checked(SEALED_HEAD).ok_or(NotOpened)?;
        let (layout, head) = head.split_first().ok_or(NotOpened)?;
        let (key_id, nonce) = head.split_at_checked(KeyId::LENGTH).ok_or(NotOpened)?;
        if *layout != SEALED_LAYOUT {
            return Err(NotOpened);
        }
        let key_id = std::str::from_utf8(key_id).map_err(|_| NotOpened)?;
        let key = self.0.outbox.with_id(key_id).ok_or(NotOpened)?;
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().map_err(|_| NotOpened)?;
        open_bytes(&key.bytes, &nonce, context.as_bytes(), ciphertext)
    }

    /// Signs a head of the audit log (Ed25519, 64 bytes). The key's id is [`KeyIds::audit`].
    pub fn sign_head(&self, head: &[u8]) -> [u8; 64] {
        signing_key(&self.0.audit.current().bytes).sign(head).to_bytes()
    }

    /// The public keys that check signed heads, to be published: the one in use, then former ones, newest first.
    pub fn head_keys(&self) -> Vec<HeadKey> {
        let public = |key: &key_ring::DataKey| signing_key(&key.bytes).verifying_key().to_bytes();
        self.0.audit.all().map(|key| HeadKey { id: key.id.clone(), public: public(key) }).collect()
    }
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKeys(secret)")
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pepper({}, secret)", self.key_id)
    }
}

/// Whether `signature` is that of `head` under the public key. Needs no secret, so an auditor can run it.
pub fn head_is_signed(verifying_key: &[u8; 32], head: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(verifying_key)
        .and_then(|key| key.verify_strict(head, &Signature::from_bytes(signature)))
        .is_ok()
}

/// Compares two keyed hashes in a time that says nothing of where they differ.
pub fn same_hash(left: &[u8], right: &[u8]) -> bool {
    use subtle::ConstantTimeEq;
    left.ct_eq(right).into()
}

fn keyed_hash(key: &[u8; 32], purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length (RFC 2104)");
    for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn derive_pepper(key: &key_ring::DataKey, usage: PepperUse) -> Pepper {
    let purpose = match usage {
        PepperUse::Password => "pepper of passwords",
        PepperUse::Answer => "pepper of answers",
    };
    Pepper { key_id: key.id.clone(), secret: Zeroizing::new(keyed_hash(&key.bytes, purpose, &[])) }
}

fn signing_key(seed: &Zeroizing<[u8; 32]>) -> SigningKey {
    SigningKey::from_bytes(seed)
}

fn seal_bytes(key: &[u8; 32], nonce: &[u8; NONCE_LENGTH], context: &[u8], plain: &[u8]) -> Vec<u8> {
    XChaCha20Poly1305::new(&Key::from(*key))
        .encrypt(&XNonce::from(*nonce), Payload { msg: plain, aad: context })
        .expect("XChaCha20-Poly1305 seals anything under 256 GiB, and nothing here comes near")
}

fn open_bytes(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LENGTH],
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    XChaCha20Poly1305::new(&Key::from(*key))
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: context })
        .map(Zeroizing::new)
        .map_err(|_| NotOpened)
}

#[cfg(test)]
mod tests;
