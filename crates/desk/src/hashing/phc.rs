//! One Argon2id hash as a PHC string: `$argon2id$v=19$m=…,t=…,p=…,keyid=…$salt$hash`, made and checked.
//!
//! Everything needed to check a hash stands in its string, but for the pepper, of which only the id does.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::cost::{Cost, OUTPUT_LENGTH, SALT_LENGTH};
use super::errors::HashingError;
use super::workplaces::Workplaces;
use crate::keys::{DataKeys, PepperUse};

/// Hashes `secret` with the pepper in use.
pub(super) fn hash(
    secret: &[u8],
    salt: &[u8; SALT_LENGTH],
    cost: Cost,
    keys: &DataKeys,
    usage: PepperUse,
    workplaces: &Workplaces,
) -> Result<String, HashingError> {
    let pepper = keys.pepper(usage);
    let params = cost.params(pepper.key_id.as_str())?;
    let output = compute(secret, salt, &params, pepper.secret(), workplaces)?;
    let stored = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|_| HashingError::NotAHash)?,
        salt: Some(Salt::new(salt).map_err(|_| HashingError::NotAHash)?),
        hash: Some(Output::new(output.as_slice()).map_err(|_| HashingError::NotAHash)?),
    };
    Ok(stored.to_string())
}

/// Whether `secret` is what `stored` was made of, by the parameters and the pepper that stand in it.
pub(super) fn verify(
    secret: &[u8],
    stored: &str,
    keys: &DataKeys,
    usage: PepperUse,
    workplaces: &Workplaces,
) -> Result<bool, HashingError> {
    let stored = parse(stored)?;
    let pepper = keys.pepper_with_id(&stored.key_id, usage).ok_or(HashingError::UnknownPepper)?;
    let output = compute(secret, stored.salt.as_ref(), &stored.params, pepper.secret(), workplaces)?;
    Ok(output.as_slice().ct_eq(stored.output.as_bytes()).into())
}

/// Whether `stored` was made with this cost and this pepper.
pub(super) fn is_current(stored: &str, cost: Cost, key_id: &str) -> Result<bool, HashingError> {
    let stored = parse(stored)?;
    Ok(stored.key_id == key_id && Cost::of_stored(&stored.params)? == cost)
}

struct Stored {
    params: Params,
    key_id: String,
    salt: Salt,
    output: Output,
}

fn parse(text: &str) -> Result<Stored, HashingError> {
    let hash = PasswordHash::new(text).map_err(|_| HashingError::NotAHash)?;
    if hash.algorithm != ARGON2ID_IDENT || hash.version != Some(Version::V0x13.into()) {
        return Err(HashingError::NotAHash);
    }
    let params = Params::try_from(&hash).map_err(|_| HashingError::NotAHash)?;
    Cost::of_stored(&params)?;
    let key_id = String::from_utf8(params.keyid().to_vec()).map_err(|_| HashingError::NotAHash)?;
    match (hash.salt, hash.hash) {
        (Some(salt), Some(output)) if output.len() == OUTPUT_LENGTH => {
            Ok(Stored { params, key_id, salt, output })
        }
        _ => Err(HashingError::NotAHash),
    }
}

fn compute(
    secret: &[u8],
    salt: &[u8],
    params: &Params,
    pepper: &[u8],
    workplaces: &Workplaces,
) -> Result<Zeroizing<[u8; OUTPUT_LENGTH]>, HashingError> {
    let mut output = Zeroizing::new([0; OUTPUT_LENGTH]);
    let argon2 = Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params.clone())
        .map_err(|_| HashingError::NotAHash)?;
    workplaces
        .with(params.block_count(), |blocks| {
            argon2.hash_password_into_with_memory(secret, salt, output.as_mut_slice(), blocks)
        })
        .map_err(|_| HashingError::NotAHash)?;
    Ok(output)
}
