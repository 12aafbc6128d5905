//! What happened in a call, gathered for its outcome.

use recovery_rules::call::can_be_verified;
use recovery_rules::outcome::Happened;

use crate::failure::Stop;
use crate::operations::call_view::caller_facts;
use crate::store::{calls, links, outbox, users};
use crate::work::Work;

/// What happened in a call so far. `left_alone`: it ends by itself.
pub async fn happened(call: &calls::Call, left_alone: bool, work: &mut Work<'_>) -> Result<Happened, Stop> {
    let message = outbox::newest_of_call(&mut work.tx, &call.id, "unlock").await?;
    let link = links::newest_of_call(&mut work.tx, &call.id, "unlock").await?;
    let could_be_verified = match users::by_id(&mut work.tx, &call.user_id).await? {
        Some(user) => {
            let caller = caller_facts(&user, work).await?;
            can_be_verified(&caller, call.reference.is_some(), work.now).is_ok()
        }
        None => false,
    };
    Ok(Happened {
        mail: message.map(|message| message.state()).transpose()?,
        link_used: link.is_some_and(|link| link.used_at.is_some()),
        repudiated: call.repudiated_at.is_some(),
        checks_used: call.checks_used,
        was_verified: call.first_verified_at.is_some(),
        could_be_verified,
        left_alone,
    })
}
