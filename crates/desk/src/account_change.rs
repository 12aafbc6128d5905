//! What every change of an account's protection does to what was made before it: the epoch is raised, and sessions,
//! remembered browsers, codes, links and numbers that wait are dead in the same transaction.

use crate::failure::Stop;
use crate::store::{codes, events, links, pending_phones, remembered_browsers, sessions, users};
use crate::work::Work;

/// Ends everything older; the session that makes the change is carried over, if there is one.
pub async fn end_what_was_before(
    user: &users::User,
    session_id: Option<&str>,
    work: &mut Work<'_>,
) -> Result<i64, Stop> {
    let now = work.now;
    let epoch = users::raise_epoch(&mut work.tx, &user.id).await?;
    let ended = match session_id {
        Some(id) => {
            sessions::carry_over(&mut work.tx, id, epoch).await?;
            sessions::end_others(&mut work.tx, &user.id, id, now).await?
        }
        None => sessions::end_all(&mut work.tx, sessions::Owner::User(&user.id), now).await?,
    };
    let forgotten = remembered_browsers::end_all(&mut work.tx, &user.id).await?;
    codes::end_every(&mut work.tx, &user.id, now).await?;
    pending_phones::forget(&mut work.tx, &user.id).await?;
    let links = links::end_every(&mut work.tx, &user.id, "account_changed", now).await?;
    work.note("sessions_ended", i64::try_from(ended).unwrap_or(i64::MAX));
    work.note("browsers_forgotten", i64::try_from(forgotten).unwrap_or(i64::MAX));
    if links > 0 {
        work.note("links_ended", i64::try_from(links).unwrap_or(i64::MAX));
        let about = events::About { user_id: Some(&user.id), ..events::About::default() };
        work.tell_desks(events::Kind::MessageChanged, about).await?;
    }
    Ok(epoch)
}
