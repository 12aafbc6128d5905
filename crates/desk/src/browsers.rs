//! What a user's browser is known by: a browser that signed in before has its own count of wrong passwords, and a
//! remembered one is not asked for a verification code. Neither replaces the password.

use recovery_rules::link_secret::LinkSecret;
use recovery_rules::policy::Number;

use crate::chance::Chance;
use crate::failure::Stop;
use crate::keys::{DataKeys, same_hash};
use crate::operations::operator_sign_in::new_token;
use crate::secret::SecretText;
use crate::store::remembered_browsers::{self, RememberedBrowser};
use crate::store::users;
use crate::work::Work;

/// A new mark for a browser that signed in to the account with this address [OWASP device cookies]: chance, and the
/// keyed hash that ties it to the address. Nothing is stored.
pub fn known(keys: &DataKeys, address: &str, chance: &Chance) -> SecretText {
    let id = LinkSecret::from_random(&chance.bytes());
    let mark = hex(&known_hash(keys, address, id.expose()));
    SecretText::new(format!("{}.{mark}", id.expose()))
}

/// The id of a browser that is known for this address; none for any other.
pub fn known_id<'a>(keys: &DataKeys, address: &str, cookie: Option<&'a SecretText>) -> Option<&'a str> {
    let (id, mark) = cookie?.expose().split_once('.')?;
    same_hash(hex(&known_hash(keys, address, id)).as_bytes(), mark.as_bytes()).then_some(id)
}

fn known_hash(keys: &DataKeys, address: &str, id: &str) -> [u8; 32] {
    keys.keyed_hash("known_browser", &[address.as_bytes(), id.as_bytes()])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether this browser is remembered for this user now; notes the use.
pub async fn is_remembered(
    user: &users::User,
    token: Option<&SecretText>,
    work: &mut Work<'_>,
) -> Result<bool, Stop> {
    let Some(token) = token else { return Ok(false) };
    let hash = remembered_hash(&work.desk.keys, token);
    let found =
        remembered_browsers::use_one(&mut work.tx, &hash, &user.id, user.security_epoch, work.now).await?;
    Ok(found.is_some())
}

/// Remembers this browser; gives the token for its cookie. `user_agent` is hostile text and only judged.
pub async fn remember(user: &users::User, user_agent: &str, work: &mut Work<'_>) -> Result<SecretText, Stop> {
    let token = new_token(work);
    let browser = RememberedBrowser {
        id: work.new_id(),
        user_id: user.id.clone(),
        label: recovery_rules::browser_label::browser_label(user_agent),
        epoch: user.security_epoch,
        remembered_at: work.now.0,
        last_used_at: work.now.0,
        expires_at: (work.now + work.policy.span(Number::RememberedBrowser)).0,
    };
    let hash = remembered_hash(&work.desk.keys, &token);
    remembered_browsers::insert(&mut work.tx, &browser, &hash).await?;
    Ok(token)
}

fn remembered_hash(keys: &DataKeys, token: &SecretText) -> [u8; 32] {
    keys.keyed_hash("remembered_browser", &[token.expose().as_bytes()])
}
