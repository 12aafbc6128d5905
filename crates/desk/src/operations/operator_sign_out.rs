//! Signing out, and locking the desk: both end the session and void the verdict; call and notes stay, and
//! signing in again shows the same call.

use recovery_rules::roles::{ANY_OPERATOR, Door, Who};
use serde::{Deserialize, Serialize};

use crate::caller::Actor;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain, SessionChange};
use crate::perform::PlainShape;
use crate::store::{calls, sessions};
use crate::work::Work;

/// Done.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Ended {
    /// Always true; anything else is a refusal.
    pub ok: bool,
}

macro_rules! ends_the_session {
    ($(#[$doc:meta])* $request:ident, $name:literal) => {
        $(#[$doc])*
        #[derive(Debug, Hash, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[serde(deny_unknown_fields)]
        pub struct $request {}

        impl Operation for $request {
            const NAME: &'static str = $name;
            const WHO: Who = Who::Operator(ANY_OPERATOR);
            const DOORS: &'static [Door] = &[Door::Desk];
            const KIND: Kind = Kind::ChangeOnce;
            type Answer = Ended;
            type Shape = PlainShape;

            fn session(_answer: &Ended) -> SessionChange {
                SessionChange::Ended
            }
        }

        impl Plain for $request {
            async fn run(self, work: &mut Work<'_>) -> Result<Ended, Stop> {
                end(work).await
            }
        }
    };
}

// Two names for one thing done, so that the audit log tells a sign-out from a lock.
ends_the_session!(
    /// Signs out.
    OperatorSignOut,
    "operator_sign_out"
);
ends_the_session!(
    /// Locks the desk, by hand or after a time without use.
    LockDesk,
    "lock_desk"
);

async fn end(work: &mut Work<'_>) -> Result<Ended, Stop> {
    if let Actor::Billing(billing) = &work.actor {
        let (user_id, session_id) = (billing.id.clone(), billing.session_id.clone());
        work.about_user(&user_id);
        sessions::end(&mut work.tx, &session_id, work.now).await?;
        return Ok(Ended { ok: true });
    }
    let operator = work.operator()?.clone();
    calls::void_verdict_of(&mut work.tx, &operator.id).await?;
    sessions::end(&mut work.tx, &operator.session_id, work.now).await?;
    Ok(Ended { ok: true })
}
