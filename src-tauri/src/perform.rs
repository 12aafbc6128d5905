//! The one way from the page to the operations: by name, through the desk's door, as whoever is signed in. The session
//! stays here; the page never sees its token and never says who it is.

use recovery_desk::failure::{Failure, WireFailure};
use recovery_desk::operation::{Operation, SessionChange};
use recovery_desk::operations::operator_sign_out::LockDesk;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use serde_json::Value;

use crate::connection::Connection;
use crate::problem::Problem;

/// Does what the page asks for. Names that the desk's door doesn't lead to are refused there.
///
/// # Errors
/// The failure, as the page gets it.
pub async fn perform(
    connection: &Connection,
    name: &str,
    request_id: Option<&str>,
    request: Value,
) -> Result<Value, WireFailure> {
    let open = connection.desk().await.map_err(|problem| problem.wire())?;
    let seat = connection.seat();
    let caller = seat.caller();
    let answered = match open.desk.perform_named(&caller, Door::Desk, name, request_id, request).await {
        Ok(answered) => answered,
        Err(failure) => {
            if matches!(failure, Failure::Fault { .. }) {
                open.look_now.notify_one();
                // A lock holds at this desk whether the database heard of it or not.
                if name == LockDesk::NAME {
                    seat.leave_unheard();
                }
            }
            return Err(failure.wire());
        }
    };
    match answered.session {
        SessionChange::None => {}
        SessionChange::Ended => seat.leave(),
        SessionChange::Started(token) => match answered.answer["operator"]["id"].as_str() {
            Some(operator_id) => seat.take(token, operator_id.to_owned()),
            // Whoever starts a session at this door says who came in; anything else is not let in.
            None => return Err(Problem::from(Failure::Refused(Refusal::MalformedRequest)).wire()),
        },
    }
    Ok(answered.answer)
}
