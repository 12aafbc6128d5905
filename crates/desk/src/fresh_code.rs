//! Risky operations ask for a fresh code of the authenticator: whoever sits down at a desk that was left open gets no
//! further than reading. The sign-in's own code counts; a demo has no authenticators.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::time::Moment;

use crate::failure::Stop;
use crate::store::sessions;
use crate::work::Work;

/// Refuses unless this session gave a code within the time policy sets (SYSTEM.md 4: 5 minutes).
pub async fn required(work: &mut Work<'_>) -> Result<(), Stop> {
    if work.desk.demo {
        return Ok(());
    }
    let session_id = work.operator()?.session_id.clone();
    let given = sessions::confirmed_at(&mut work.tx, &session_id).await?.map(Moment);
    match given {
        Some(at) if work.now < at + work.policy.span(Number::FreshCodeLasts) => Ok(()),
        _ => Err(Refusal::FreshCodeNeeded.into()),
    }
}
