//! What desks are told, read once a second and handed to the page: ids only. Also notices that the database is gone,
//! and back.

use std::sync::Arc;
use std::time::Duration;

use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::failure::Failure;
pub use recovery_desk::news::DeskEvent;
use recovery_desk::news::{self, Heard, OVERLAP, Seen, Sitting};
use recovery_desk::operations::operator_sign_out::LockDesk;
use recovery_desk::store::events::Event;
use recovery_rules::roles::Door;
use tokio::sync::Notify;

use crate::perform::lock_is_known;
use crate::seat::Seat;

const EVERY: Duration = Duration::from_secs(1);
/// The longest wait for one look; a database that is gone lets a connection wait much longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Looks that must fail before the connection counts as lost: one may be a hiccup.
const MISSED: u32 = 2;

/// Hands an event to the page.
pub type Tell = Arc<dyn Fn(DeskEvent) + Send + Sync>;

/// Watches until the task is dropped.
pub async fn watch(desk: Desk, seat: Arc<Seat>, tell: Tell, look_now: Arc<Notify>) {
    let mut from = None;
    let mut seen = Seen::default();
    let mut missed = 0;
    loop {
        match tokio::time::timeout(PATIENCE, look(&desk, from)).await {
            Ok(Ok((events, now))) => {
                if missed >= MISSED {
                    tell(DeskEvent::of_connection("connection_back"));
                }
                missed = 0;
                end_what_was_locked(&desk, &seat).await;
                for event in seen.new_ones(events, now - OVERLAP) {
                    pass_on(&desk, &seat, &tell, event).await;
                }
                from = Some(now - OVERLAP);
            }
            Ok(Err(_)) | Err(_) => {
                missed += 1;
                if missed == MISSED {
                    tell(DeskEvent::of_connection("connection_lost"));
                }
            }
        }
        let woken = tokio::time::timeout(EVERY, look_now.notified()).await.is_ok();
        if woken && missed == 0 {
            // An operation just failed: if this look fails too, that makes two.
            missed = MISSED - 1;
        }
    }
}

async fn look(desk: &Desk, from: Option<i64>) -> Result<(Vec<Event>, i64), Failure> {
    let happened = news::since(desk, from).await?;
    Ok((happened.events, happened.now))
}

/// Tells the page what concerns it: nothing while nobody is signed in.
async fn pass_on(desk: &Desk, seat: &Seat, tell: &Tell, event: Event) {
    let Some(id) = seat.operator_id() else { return };
    let sitting = Sitting { id, billing: seat.billing() };
    match news::heard(desk, &seat.caller(), Door::Desk, &sitting, event).await {
        Heard::Nothing => {}
        Heard::Tell(event) => tell(event),
        Heard::SignedOut(event) => {
            seat.leave();
            tell(event);
        }
    }
}

/// A desk that was locked while the database was away: its session is ended now that it answers again.
async fn end_what_was_locked(desk: &Desk, seat: &Seat) {
    while let Some(token) = seat.locked_alone() {
        let ended = desk.perform(&Caller::Session(token), Door::Desk, None, LockDesk {}).await;
        if !lock_is_known(ended.as_ref().map(drop).map_err(Failure::code)) {
            return;
        }
        seat.lock_is_known();
    }
}
