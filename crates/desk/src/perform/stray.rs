//! Requests that never became an operation. They are refused like any other, and audited under the name of whoever
//! is signed in; a stranger's are not worth a line.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{ANY_OPERATOR, Who};

use super::{begin, commit};
use crate::audit::{self, Entry};
use crate::authorise::authorise;
use crate::caller::Caller;
use crate::desk::Desk;
use crate::failure::{Failure, Stop, fail};

const NAME: &str = "stray_request";

/// A request that never became an operation (an unknown name, another door's, a malformed body) by somebody who
/// is signed in: refused like any other, and audited.
pub(crate) async fn refuse_stray(desk: &Desk, caller: &Caller, name: &str, refusal: Refusal) -> Failure {
    let audited = async {
        let mut work = begin(desk).await?;
        let who = Who::Operator(ANY_OPERATOR);
        if let Ok(actor) = authorise(caller, who, false, &mut work).await {
            work.actor = actor;
            work.note("name", name.chars().take(64).collect::<String>());
            let entry = Entry { operation: NAME, result: "refused", code: Some(refusal.code()) };
            audit::append(&mut work, entry).await?;
            commit(work, NAME, "refused").await?;
        }
        Ok::<(), Stop>(())
    };
    match audited.await {
        Err(Stop::Fault(fault)) => fail(NAME, Stop::Fault(fault)),
        _ => Failure::Refused(refusal),
    }
}
