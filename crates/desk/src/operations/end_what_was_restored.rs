//! After a backup was restored: everything that could let somebody in, and whatever was on its way, ends in one
//! transaction. A link used yesterday would work again today, a code that was read out, a session that an administrator
//! had ended: the database doesn't remember that it did. Passwords, questions and 2-step stay as the backup has them.

use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::restored;
use crate::work::Work;

/// In `meta`: there, the database was restored and this has not run yet; desks refuse to open it.
pub const UNFINISHED: &str = "restore_unfinished";

/// Ends it all.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndWhatWasRestored {}

/// How much there was.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// Sessions of operators and users.
    pub sessions: u64,
    /// Links.
    pub links: u64,
    /// Codes, recovery codes included.
    pub codes: u64,
    /// Calls.
    pub calls: u64,
    /// Messages that were not sent, as far as the backup knew.
    pub messages: u64,
}

impl Operation for EndWhatWasRestored {
    const NAME: &'static str = "end_what_was_restored";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Ended;
    type Shape = PlainShape;
}

impl Plain for EndWhatWasRestored {
    async fn run(self, work: &mut Work<'_>) -> Result<Ended, Stop> {
        let (tx, now) = (&mut work.tx, work.now);
        restored::raise_epochs(tx).await?;
        let sessions = restored::end_sessions(tx, now).await?;
        let links = restored::end_links(tx, now).await?;
        // Nothing hashes to chance: the code is void and its owner is offered a new one, as after one that was never
        // acknowledged.
        let recovery_codes = restored::void_recovery_codes(tx, work.desk.chance.bytes()).await?;
        let codes = restored::end_codes(tx, now).await? + recovery_codes;
        let calls = restored::end_calls(tx, now).await?;
        let messages = restored::hold_messages(tx).await?;
        restored::forget_the_rest(tx, now).await?;
        crate::store::meta::remove(tx, UNFINISHED).await?;
        let ended = Ended { sessions, links, codes, calls, messages };
        work.note("sessions", sessions);
        work.note("links", links);
        work.note("codes", codes);
        work.note("calls", calls);
        work.note("messages", messages);
        Ok(ended)
    }
}
