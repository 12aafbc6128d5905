//! A line in the log while the oldest message waits for too long: a mail server that is down is seen by whoever reads
//! logs, not only by the agents whose letters are late.

use std::sync::Mutex;
use std::sync::PoisonError;

use recovery_rules::message::QUEUE_ALARM;
use recovery_rules::roles::Door;
use recovery_rules::time::{Moment, Span};

use crate::caller::Caller;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::operations::messages::ReadQueueAge;

/// How often the age of the queue is looked at, and how often a long wait is told again.
const LOOK_EVERY: Span = Span::minutes(1);
const TELL_EVERY: Span = Span::minutes(10);

/// The alarm of one mailer.
#[derive(Default)]
pub(super) struct QueueAlarm(Mutex<Seen>);

#[derive(Clone, Copy, Default)]
struct Seen {
    next_look: Option<Moment>,
    next_line: Option<Moment>,
}

impl QueueAlarm {
    /// Looks, if it is time to.
    pub(super) async fn look(&self, desk: &Desk, caller: &Caller) -> Result<(), Failure> {
        let now = desk.clock.machine();
        let before = self.seen();
        // A clock that was set back must not silence the alarm for as long.
        if before.next_look.is_some_and(|next| now < next && next <= now + LOOK_EVERY) {
            return Ok(());
        }
        let age = desk.perform(caller, Door::System, None, ReadQueueAge {}).await?;
        let waits = age.oldest_queued_at.map_or(Span(0), |oldest| Span(age.now - oldest));
        let mut seen = Seen { next_look: Some(now + LOOK_EVERY), ..before };
        if waits <= QUEUE_ALARM {
            if seen.next_line.take().is_some() {
                tracing::info!("no message waits long any more");
            }
        } else if seen.next_line.is_none_or(|next| now >= next) {
            tracing::error!(
                minutes = waits.0 / 60_000,
                "the oldest message waits too long: is the mail server down?"
            );
            seen.next_line = Some(now + TELL_EVERY);
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        Ok(())
    }

    fn seen(&self) -> Seen {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
