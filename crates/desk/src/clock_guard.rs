//! If the clock steps back by more than two minutes, codes and links are refused until an administrator
//! confirms the time: an expired link must not come back to life.

use recovery_rules::refusal::Refusal;
use recovery_rules::time::{Moment, Span};

use crate::failure::Stop;
use crate::store::meta;
use crate::work::Work;

/// The largest step back that is taken for ordinary correction.
const TOLERATED: Span = Span::minutes(2);
/// The latest moment is written at most this often, so that it is no bottleneck.
const WRITTEN_EVERY: Span = Span::seconds(30);
const NAME: &str = "latest_moment";

/// Refuses when the clock stands before the latest moment this database has seen.
pub async fn check(work: &mut Work<'_>) -> Result<(), Stop> {
    if stands(work).await? { Err(Refusal::ClockSteppedBack.into()) } else { Ok(()) }
}

/// Whether codes and links are on hold until an administrator confirms the time.
pub async fn stands(work: &mut Work<'_>) -> Result<bool, Stop> {
    let latest = latest(work).await?;
    Ok(work.now + TOLERATED < latest)
}

/// Notes the moment; called by the caretaker.
pub async fn note(work: &mut Work<'_>) -> Result<(), Stop> {
    let due = latest(work).await? + WRITTEN_EVERY;
    if work.now >= due { set(work).await } else { Ok(()) }
}

/// Takes the moment now for the latest, whatever was seen before: an administrator said so.
pub async fn set(work: &mut Work<'_>) -> Result<(), Stop> {
    Ok(meta::set(&mut work.tx, NAME, &work.now.0.to_string()).await?)
}

/// The latest moment this database has seen.
pub async fn latest(work: &mut Work<'_>) -> Result<Moment, Stop> {
    let text = meta::get(&mut work.tx, NAME).await?;
    Ok(Moment(text.and_then(|text| text.parse().ok()).unwrap_or(0)))
}
