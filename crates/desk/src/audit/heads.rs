//! Signed heads of the chain, one JSON line each, in a file on another path than the database: a chain that
//! was made anew, or lost its last entries, no longer fits them.

use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::keys::DataKeys;
use crate::store::audit::Head;

/// One signed head.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedHead {
    /// The number of the last entry.
    pub seq: i64,
    /// Its hash, base64.
    pub hash: String,
    /// Ed25519 over number (8 bytes, big-endian) and hash, base64.
    pub signature: String,
}

/// Signs a head and appends it.
pub fn append(path: &Path, keys: &DataKeys, head: &Head) -> std::io::Result<()> {
    let signed = SignedHead {
        seq: head.seq,
        hash: BASE64_STANDARD.encode(&head.hash),
        signature: BASE64_STANDARD.encode(keys.sign_head(&message(head))),
    };
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let line = serde_json::to_string(&signed).map_err(std::io::Error::other)?;
    let mut file = options.open(path)?;
    writeln!(file, "{line}")
}

/// What is signed of a head.
pub fn message(head: &Head) -> Vec<u8> {
    [&head.seq.to_be_bytes()[..], &head.hash].concat()
}
