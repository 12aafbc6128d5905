//! Sessions bound to a device. A desk that talks to a desk server makes an Ed25519 key when somebody signs in, and
//! proves with every request that it has it: it signs the operation, the body's hash, the session, the time and a
//! nonce. A token that was copied is worth nothing without the key, and a request that was copied counts once.
//!
//! Both sides are here, so that they can't differ: `DeviceKey::prove` at the desk, `proven` at the server. Whether a
//! proof is new and belongs to the session is judged where sessions are, in `authorise` and `perform`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use recovery_rules::refusal::Refusal;
use recovery_rules::time::{Moment, Span};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::caller::{Actor, Caller};
use crate::chance::Chance;
use crate::database::sql;
use crate::failure::Stop;
use crate::secret::SecretText;
use crate::work::Work;

/// How far a proof's time may be from the server's, either way. Desks go by the time the server tells with each
/// answer, so the clock of their machine doesn't matter.
pub const TOLERANCE: Span = Span::seconds(60);
/// What is signed begins with this, so that the key's signature means nothing anywhere else.
const PURPOSE: &[u8] = b"recovery-desk request 1";
const NONCE: usize = 16;

/// The key of a desk. It never leaves the desk: keyring or memory.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

/// What a proof is about. Every part of it is signed.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The name of the operation, or of the stream.
    pub operation: &'a str,
    /// The request id, if there is one.
    pub request_id: Option<&'a str>,
    /// The session's token, if somebody is signed in.
    pub token: Option<&'a SecretText>,
    /// The body as it is sent.
    pub body: &'a [u8],
}

/// A device that proved to have its key for this very request.
#[derive(Clone, Debug)]
pub struct ProvenDevice {
    /// Its public key.
    pub key: [u8; 32],
    /// When and by which nonce; none: proved before, for a stream that goes on.
    once: Option<Once>,
}

#[derive(Clone, Copy, Debug)]
struct Once {
    at: Moment,
    nonce: [u8; NONCE],
}

impl DeviceKey {
    /// A new key.
    pub fn fresh(chance: &Chance) -> Self {
        Self(SigningKey::from_bytes(&chance.bytes()))
    }

    /// The key as the keyring keeps it.
    pub fn to_text(&self) -> SecretString {
        SecretString::from(URL_SAFE_NO_PAD.encode(self.0.to_bytes()))
    }

    /// The key out of the keyring.
    pub fn from_text(text: &SecretString) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.expose_secret()).ok()?;
        Some(Self(SigningKey::from_bytes(&bytes.try_into().ok()?)))
    }

    /// The proof for a request: public key, UTC ms, nonce and signature, with full stops between.
    pub fn prove(&self, request: &Request<'_>, at: Moment, chance: &Chance) -> String {
        let once = Once { at, nonce: chance.bytes() };
        let signature = self.0.sign(&signed(request, &once));
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = encode(self.0.verifying_key().as_bytes());
        format!("{key}.{}.{}.{}", at.0, encode(&once.nonce), encode(&signature.to_bytes()))
    }
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceKey(..)")
    }
}

/// The device behind a proof, if the proof is one for this request.
pub fn proven(proof: &str, request: &Request<'_>) -> Option<ProvenDevice> {
    let mut parts = proof.split('.');
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let key: [u8; 32] = decode(parts.next()?)?.try_into().ok()?;
    let at = Moment(parts.next()?.parse().ok()?);
    let nonce: [u8; NONCE] = decode(parts.next()?)?.try_into().ok()?;
    let signature: [u8; 64] = decode(parts.next()?)?.try_into().ok()?;
    if parts.next().is_some() {
        return None;
    }
    let once = Once { at, nonce };
    let verifying = VerifyingKey::from_bytes(&key).ok()?;
    // A weak key would have signatures that fit any message.
    if verifying.is_weak() {
        return None;
    }
    verifying.verify(&signed(request, &once), &Signature::from_bytes(&signature)).ok()?;
    Some(ProvenDevice { key, once: Some(once) })
}

impl ProvenDevice {
    /// The same device for as long as its stream goes on: the proof was judged when it began.
    #[must_use]
    pub fn going_on(&self) -> Self {
        Self { key: self.key, once: None }
    }
}

/// Fields of fixed length or behind their length, so that no two requests are signed alike.
fn signed(request: &Request<'_>, once: &Once) -> Vec<u8> {
    let mut text = PURPOSE.to_vec();
    let token = request.token.map_or("", SecretText::expose);
    for part in [request.operation, request.request_id.unwrap_or(""), token] {
        text.extend(Sha256::digest(part.as_bytes()));
    }
    text.extend(Sha256::digest(request.body));
    text.extend(once.at.0.to_be_bytes());
    text.extend(once.nonce);
    text
}

/// Nonces of reads: a transaction that reads can't keep them, so each server remembers its own. What a copied read
/// could bring at another server within the tolerance is what its owner read a moment ago; whatever counts, spends or
/// changes is written to the database and refused everywhere.
#[derive(Debug, Default)]
pub struct ReadNonces(Mutex<HashMap<[u8; NONCE], i64>>);

impl ReadNonces {
    fn take(&self, once: Once, now: Moment) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= 4096 {
            let oldest = (now - TOLERANCE).0;
            seen.retain(|_, at| *at >= oldest);
        }
        seen.insert(once.nonce, once.at.0).is_none()
    }
}

/// Takes the proof of somebody signed in: in time, and seen for the first time.
pub(crate) async fn take_proof(
    caller: &Caller,
    only_reads: bool,
    work: &mut Work<'_>,
) -> Result<Result<(), Refusal>, Stop> {
    let Caller::Device { device, .. } = caller else { return Ok(Ok(())) };
    let session_id = match &work.actor {
        Actor::Operator(operator) => Some(operator.session_id.clone()),
        Actor::Billing(billing) => Some(billing.session_id.clone()),
        // No session yet: what is copied could only spend the tries of a code, which a proof's time bounds.
        Actor::Arriving(_) => None,
        _ => return Ok(Ok(())),
    };
    let Some(once) = device.once else { return Ok(Ok(())) };
    if once.at < work.now - TOLERANCE || once.at > work.now + TOLERANCE {
        return Ok(Err(Refusal::DeviceTime));
    }
    let new = if let (false, Some(session_id)) = (only_reads, session_id) {
        let insert = sql(
            "INSERT INTO device_proofs (session_id, nonce, at) VALUES ($1, $2, $3) ON CONFLICT (session_id, nonce) DO NOTHING",
        );
        insert.bind(&session_id).bind(&once.nonce[..]).bind(once.at).run(&mut work.tx).await? == 1
    } else {
        work.desk.read_nonces.take(once, work.now)
    };
    if new {
        return Ok(Ok(()));
    }
    work.note("device_proof", "seen_before");
    Ok(Err(Refusal::SignedOut))
}

/// Removes the nonces of proofs that are too old to be taken.
pub(crate) async fn sweep(work: &mut Work<'_>) -> Result<u64, Stop> {
    let before = work.now - TOLERANCE - TOLERANCE;
    Ok(sql("DELETE FROM device_proofs WHERE at < $1").bind(before).run(&mut work.tx).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_795_514_400_000);

    #[test]
    fn a_proof_is_for_one_request_and_no_other() {
        let chance = Chance::seeded(1);
        let key = DeviceKey::fresh(&chance);
        let token = SecretText::new("token");
        let asked =
            Request { operation: "look_up", request_id: Some("r-1"), token: Some(&token), body: b"{}" };
        let proof = key.prove(&asked, NOW, &chance);
        assert!(proven(&proof, &asked).is_some());
        let stranger = SecretText::new("another");
        for other in [
            Request { operation: "send_unlock", ..asked },
            Request { request_id: Some("r-2"), ..asked },
            Request { request_id: None, ..asked },
            Request { token: Some(&stranger), ..asked },
            Request { token: None, ..asked },
            Request { body: b"{ }", ..asked },
        ] {
            assert!(proven(&proof, &other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn a_changed_proof_proves_nothing() {
        let chance = Chance::seeded(2);
        let (key, other) = (DeviceKey::fresh(&chance), DeviceKey::fresh(&chance));
        let asked = Request { operation: "look_up", request_id: None, token: None, body: b"" };
        let proof = key.prove(&asked, NOW, &chance);
        let parts: Vec<&str> = proof.split('.').collect();
        let stranger = other.prove(&asked, NOW, &chance);
        let strangers: Vec<&str> = stranger.split('.').collect();
        for changed in [
            [strangers[0], parts[1], parts[2], parts[3]].join("."),
            [parts[0], "1795514400001", parts[2], parts[3]].join("."),
            [parts[0], parts[1], strangers[2], parts[3]].join("."),
            [parts[0], parts[1], parts[2], strangers[3]].join("."),
            format!("{proof}.x"),
            parts[..3].join("."),
            String::new(),
        ] {
            assert!(proven(&changed, &asked).is_none(), "{changed}");
        }
        // The neutral element of the curve: its "signatures" fit anything.
        let mut weak = [0_u8; 32];
        weak[0] = 1;
        let weak = [&URL_SAFE_NO_PAD.encode(weak), parts[1], parts[2], parts[3]].join(".");
        assert!(proven(&weak, &asked).is_none());
    }

    #[test]
    fn a_key_comes_back_out_of_the_keyring_and_is_never_printed() {
        let chance = Chance::seeded(3);
        let key = DeviceKey::fresh(&chance);
        let kept = key.to_text();
        let again = DeviceKey::from_text(&kept).unwrap();
        assert_eq!(key.0.to_bytes(), again.0.to_bytes());
        assert_eq!(format!("{key:?}"), "DeviceKey(..)");
        assert!(DeviceKey::from_text(&SecretString::from("short")).is_none());
    }
}
