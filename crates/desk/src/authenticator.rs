//! Operators' authenticator codes: time-based, six digits, 30 seconds, one step of clock difference either way
//! [RFC 6238]. A step is accepted once.

use recovery_rules::codes::{AuthenticatorCode, CodeKind};
use recovery_rules::refusal::Refusal;
use recovery_rules::time::Moment;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::chance::Chance;
use crate::failure::Fault;
use crate::keys::DataKeys;
use crate::secret::SecretText;

/// 160 bits, the length of the HMAC's output [RFC 4226 4 R6].
const SECRET_BYTES: usize = 20;
const CONTEXT: &str = "operator authenticator";

/// A new secret, sealed for the database, and what the operator's app is given, shown once.
#[derive(Debug)]
pub struct Enrolment {
    /// For the operators table.
    pub sealed: Vec<u8>,
    /// `otpauth://…`
    pub uri: String,
    /// Base32, for typing in.
    pub secret: String,
}

/// Makes a secret for an operator.
pub fn enrol(keys: &DataKeys, chance: &Chance, organisation: &str, email: &str) -> Result<Enrolment, Fault> {
    let secret = Zeroizing::new(chance.bytes::<SECRET_BYTES>());
    let issuer = format!("{organisation} Recovery Desk").trim().replace(':', " ");
    let totp = builder(&*secret)
        .with_issuer(Some(issuer))
        .with_account_name(email.replace(':', " "))
        .build()
        .map_err(|e| Fault::Keys(e.to_string()))?;
    let uri = totp.to_url().map_err(|e| Fault::Keys(e.to_string()))?;
    Ok(Enrolment { sealed: keys.seal(CONTEXT, &*secret, chance), secret: base32(&*secret), uri })
}

/// The code that was typed.
///
/// # Errors
/// What is wrong with its form, before a try is spent.
pub fn typed(code: &SecretText) -> Result<AuthenticatorCode, Refusal> {
    AuthenticatorCode::parse(code.expose())
        .map_err(|problem| Refusal::of_code("code", CodeKind::Authenticator, problem))
}

/// The time step a code belongs to, if it is right at that moment.
pub fn time_step(
    keys: &DataKeys,
    sealed: &[u8],
    code: &AuthenticatorCode,
    now: Moment,
) -> Result<Option<i64>, Fault> {
    let totp = open(keys, sealed)?;
    let seconds = u64::try_from(now.0 / 1_000).unwrap_or(0);
    Ok(totp.check(code.expose(), seconds).and_then(|step| i64::try_from(step).ok()))
}

fn open(keys: &DataKeys, sealed: &[u8]) -> Result<Totp, Fault> {
    let secret = keys.open(CONTEXT, sealed).map_err(|e| Fault::Keys(e.to_string()))?;
    builder(&secret).build().map_err(|e| Fault::Keys(e.to_string()))
}

fn builder(secret: &[u8]) -> Builder {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_skew(1)
        .with_secret(secret.to_vec())
}

/// RFC 4648 base32 without padding.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut buffer, mut bits) = (String::new(), 0u32, 0u32);
    for byte in bytes {
        buffer = buffer << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(buffer << (5 - bits) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_follows_rfc_4648() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
    }

    #[test]
    fn a_code_is_right_in_its_step_and_the_ones_beside_it() {
        let (keys, chance) = (DataKeys::published_demo(), Chance::seeded(1));
        let enrolment = enrol(&keys, &chance, "Meridian", "dana@meridian.example").unwrap();
        assert!(enrolment.uri.contains(&enrolment.secret));
        let totp = open(&keys, &enrolment.sealed).unwrap();
        let code = AuthenticatorCode::parse(&totp.generate(3_000).to_string()).unwrap();
        let step = |at: i64| time_step(&keys, &enrolment.sealed, &code, Moment(at * 1_000)).unwrap();
        assert_eq!(step(3_000), Some(100));
        assert_eq!(step(3_059), Some(100));
        assert_eq!(step(2_970), Some(100));
        assert_eq!(step(3_060), None);
    }
}
