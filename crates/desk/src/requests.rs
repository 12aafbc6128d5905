//! Request ids: a commit can succeed although the client heard an error, so every change carries an id made
//! by the client. The same id again finds what happened instead of doing it twice.

use std::hash::{Hash, Hasher};

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::time::{Moment, Span};
use zeroize::Zeroizing;

use crate::failure::Stop;
use crate::keys::DataKeys;
use crate::store::requests as store;
use crate::work::Work;

/// How long a judgement may take before it counts as broken off.
const JUDGING_AT_MOST: Span = Span::seconds(60);

/// What is known of a request id.
#[derive(Debug)]
pub enum Seen {
    /// Nothing; it is noted now.
    New,
    /// Reserved, no verdict yet.
    Judging,
    /// Done; what was kept of the answer.
    Done(String),
    /// The id came with another operation or content.
    Another,
}

/// Feeds everything that makes up a request into one keyed hash. Keyed, because a body may hold four answers
/// that a plain hash would let anybody guess.
struct Body(Zeroizing<Vec<u8>>);

impl Hasher for Body {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
    fn finish(&self) -> u64 {
        // Asked by nobody: the bytes themselves are what is hashed.
        0
    }
}

/// Whether this can be a client's id: letters, digits, hyphens and underscores.
pub fn well_formed(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The digest of a request.
pub fn digest(keys: &DataKeys, operation: &str, request: &impl Hash) -> [u8; 32] {
    let mut body = Body(Zeroizing::new(Vec::new()));
    request.hash(&mut body);
    keys.keyed_hash("request", &[operation.as_bytes(), &body.0])
}

/// Notes the id, or says what is known of it. Of two at once, one waits here for the other's commit.
pub async fn begin(work: &mut Work<'_>, operation: &str, id: &str, digest: &[u8; 32]) -> Result<Seen, Stop> {
    let owner = work.actor.request_owner();
    if store::insert(&mut work.tx, &owner, id, operation, digest, work.now).await? {
        return Ok(Seen::New);
    }
    let Some(row) = store::find(&mut work.tx, &owner, id).await? else {
        return Ok(Seen::Another);
    };
    if row.operation != operation || row.body_digest != digest {
        return Ok(Seen::Another);
    }
    Ok(match row.state.as_str() {
        "done" => Seen::Done(row.kept.unwrap_or_default()),
        _ => Seen::Judging,
    })
}

/// Keeps what may be kept of the answer.
pub async fn done(work: &mut Work<'_>, id: &str, kept: &str) -> Result<(), Stop> {
    let owner = work.actor.request_owner();
    Ok(store::done(&mut work.tx, &owner, id, kept).await?)
}

/// Forgets an id whose request was refused: nothing was done, so the same attempt may be made again.
pub async fn forget(work: &mut Work<'_>, id: &str) -> Result<(), Stop> {
    let owner = work.actor.request_owner();
    Ok(store::forget(&mut work.tx, &owner, id).await?)
}

/// Whether a judgement is under way or broke off.
pub async fn judging_for(work: &mut Work<'_>, id: &str) -> Result<Refusal, Stop> {
    let owner = work.actor.request_owner();
    let row = store::find(&mut work.tx, &owner, id).await?;
    Ok(row.map_or(Refusal::StillJudging, |row| how_judging_stands(&row, work.now)))
}

/// What to say of a request that was reserved and has no verdict: still judged, or counted and broken off.
pub fn how_judging_stands(row: &store::RequestRow, now: Moment) -> Refusal {
    if now >= Moment(row.at) + JUDGING_AT_MOST {
        Refusal::CountedWithoutVerdict
    } else {
        Refusal::StillJudging
    }
}

/// Removes ids older than policy keeps them.
pub async fn sweep(work: &mut Work<'_>) -> Result<u64, Stop> {
    let before = work.now - work.policy.span(Number::RequestsKept);
    Ok(store::remove_older(&mut work.tx, before).await?)
}
