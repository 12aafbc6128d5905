//! The one way from the page to the operations: by name, through the desk's door, as whoever is signed in; on the
//! database itself or at a desk server. The session stays here; the page never sees its token and never says who it is.

use recovery_desk::failure::{Failure, WireFailure};
use recovery_desk::operation::{Operation, SessionChange};
use recovery_desk::operations::operator_sign_out::LockDesk;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use recovery_web::desk_api::client::Answered;
use serde_json::Value;

use crate::connection::{Connection, Way};
use crate::problem::Problem;
use crate::seat::Seat;

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
    let way = connection.way().await.map_err(|problem| problem.wire())?;
    let seat = connection.seat();
    let answered = match at(&way, seat, name, request_id, request).await {
        Ok(answered) => answered,
        Err(failure) => {
            // A lock holds at this desk whatever the other side says: away, busy, full or broken, it is told until it
            // knows. Only a session that is over already needs no telling.
            if name == LockDesk::NAME {
                if lock_is_known(Err(&failure.code)) {
                    seat.leave()
                } else {
                    seat.leave_unheard()
                }
                forget(&way).await;
            }
            return Err(failure);
        }
    };
    match answered.session {
        SessionChange::None => {}
        SessionChange::Ended => {
            seat.leave();
            forget(&way).await;
        }
        // Between password and code: held in memory alone, and it opens nothing but the code.
        SessionChange::Arriving(token) => seat.arrive(token),
        SessionChange::Started(token) => match answered.answer["operator"]["id"].as_str() {
            Some(operator_id) => {
                seat.take(token.clone(), operator_id.to_owned());
                if answered.answer["operator"]["role"] == "billing" {
                    seat.is_billing();
                }
                if let Way::Server(server) = &*way {
                    server.keep(&token, operator_id).await;
                }
            }
            // Whoever starts a session at this door says who came in; anything else is not let in.
            None => return Err(Problem::from(Failure::Refused(Refusal::MalformedRequest)).wire()),
        },
    }
    Ok(answered.answer)
}

/// Asks where operations are done, as whoever is signed in.
///
/// # Errors
/// The failure as the page gets it.
pub async fn at(
    way: &Way,
    seat: &Seat,
    name: &str,
    request_id: Option<&str>,
    request: Value,
) -> Result<Answered, WireFailure> {
    match way {
        Way::Server(server) => server.perform(seat.token().as_ref(), name, request_id, &request).await,
        Way::Here(open) => {
            let asked = open.desk.perform_named(&seat.caller(), Door::Desk, name, request_id, request).await;
            match asked {
                Ok(answered) => Ok(Answered { answer: answered.answer, session: answered.session }),
                Err(failure) => {
                    if matches!(failure, Failure::Fault { .. }) {
                        open.look_now.notify_one();
                    }
                    Err(failure.wire())
                }
            }
        }
    }
}

/// Whether the other side knows that a session is locked: it said so, or has no such session any more. Anything else may
/// mean that nothing was done.
pub fn lock_is_known(answer: Result<(), &str>) -> bool {
    matches!(answer, Ok(()) | Err("signed_out"))
}

async fn forget(way: &Way) {
    if let Way::Server(server) = way {
        server.forget().await;
    }
}
