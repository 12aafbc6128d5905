//! Where the next page of an export begins. The place is sealed (HMAC-SHA256, key outside the database) with who asks, in
//! which session, for what, and when the export was begun: so it leads on in an export that was counted and nowhere
//! else, and not for ever.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::time::Moment;

use crate::caller::Actor;
use crate::keys::same_hash;
use crate::work::Work;

const SEAL: usize = 32;
const BEGUN: usize = 8;

/// An export on its way: when it was begun, and where this page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnItsWay {
    /// When the first page was read.
    pub begun: Moment,
    /// The place, as the pages know it.
    pub place: String,
}

/// The place as it goes out. `what` is the operation with everything it was asked, but the place.
pub fn seal(on_its_way: &OnItsWay, what: &str, work: &Work<'_>) -> String {
    let begun = on_its_way.begun.0.to_be_bytes();
    let mut bytes = mac(&begun, on_its_way.place.as_bytes(), what, work).to_vec();
    bytes.extend(begun);
    bytes.extend(on_its_way.place.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The place as it comes back.
///
/// # Errors
/// [`Refusal::ExportOver`]: made up, somebody else's, of another export, or too old.
pub fn open(sealed: &str, what: &str, work: &Work<'_>) -> Result<OnItsWay, Refusal> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Refusal::ExportOver)?;
    let (kept, rest) = bytes.split_at_checked(SEAL).ok_or(Refusal::ExportOver)?;
    let (begun, place) = rest.split_first_chunk::<BEGUN>().ok_or(Refusal::ExportOver)?;
    if !same_hash(kept, &mac(begun, place, what, work)) {
        return Err(Refusal::ExportOver);
    }
    let begun = Moment(i64::from_be_bytes(*begun));
    if work.now >= begun + work.policy.span(Number::ExportLasts) {
        return Err(Refusal::ExportOver);
    }
    let place = String::from_utf8(place.to_vec()).map_err(|_| Refusal::ExportOver)?;
    Ok(OnItsWay { begun, place })
}

fn mac(begun: &[u8], place: &[u8], what: &str, work: &Work<'_>) -> [u8; SEAL] {
    let session = match &work.actor {
        Actor::Operator(operator) => operator.session_id.as_str(),
        Actor::Billing(billing) => billing.session_id.as_str(),
        _ => "",
    };
    work.desk.keys.keyed_hash("export_place", &[session.as_bytes(), what.as_bytes(), begun, place])
}
