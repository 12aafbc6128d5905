//! The mailer's side of the outbox: what is due, taking a message (which makes its secret), putting it off untaken,
//! marking how a sending ended, and how a report of another
//! server changes that. Sending itself happens between taking and marking, outside every transaction.

mod bounce;
mod due;
mod end;
mod put_off;
mod secrets;
mod settle;
mod take;

use std::time::Duration;

use recovery_rules::time::Span;

pub use bounce::{Bounced, RecordBounce};
pub use due::{Due, DueMessage, DueMessages, QueueAge, ReadQueueAge};
pub use put_off::{PutOff, PutOffMessage};
pub use settle::{SettleMessage, Settled};
pub use take::{TakeMessage, Taken, ToSend};

use crate::failure::Stop;
use crate::smtp::LONGEST_SENDING;
use crate::store::{events, outbox};
use crate::work::Work;

/// How long a worker may take for one message before another takes it.
pub const LEASE: Duration = Duration::from_secs(120);
/// What taking, writing and marking may need beside the sending.
const MARGIN: Duration = Duration::from_secs(10);
const LEASE_SPAN: Span = Span::seconds(LEASE.as_secs() as i64);
const _: () = assert!(LONGEST_SENDING.as_secs() + MARGIN.as_secs() < LEASE.as_secs());

/// A message must begin to leave within this after it was taken; later the lease may end before the answer comes.
pub const SEND_WITHIN: Duration = LEASE.saturating_sub(LONGEST_SENDING).saturating_sub(MARGIN);

/// What desks are shown of a message that can't be written.
pub const UNWRITABLE: &str = "the letter can't be written; see the log";

async fn tell(message: &outbox::Message, work: &mut Work<'_>) -> Result<(), Stop> {
    let about = events::About {
        call_id: message.call_id.as_deref(),
        user_id: message.user_id.as_deref(),
        operator_id: None,
    };
    work.tell_desks(events::Kind::MessageChanged, about).await
}
