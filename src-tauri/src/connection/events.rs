//! What desks are told, read once a second and handed to the page: ids only. Also notices that the database is gone,
//! and back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::failure::Failure;
use recovery_desk::operations::housekeeping::EventsSince;
use recovery_desk::operations::operator_sign_out::LockDesk;
use recovery_desk::operations::who_is_in::WhoIsIn;
use recovery_desk::store::events::{self, Event};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Role};
use serde::Serialize;
use tokio::sync::Notify;

use crate::seat::Seat;

const EVERY: Duration = Duration::from_secs(1);
/// The longest wait for one look; a database that is gone lets a connection wait much longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// ms read again each time: a transaction commits later than its reading of the clock.
const OVERLAP: i64 = 5_000;
/// Looks that must fail before the connection counts as lost: one may be a hiccup.
const MISSED: u32 = 2;

/// What the page hears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeskEvent {
    /// What happened.
    pub kind: String,
    /// The call.
    pub call_id: Option<String>,
    /// The user.
    pub user_id: Option<String>,
    /// The event's own id.
    pub id: String,
}

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
    let happened =
        desk.perform(&Caller::System("desk"), Door::System, None, EventsSince { at: from }).await?;
    Ok((happened.events, happened.now))
}

/// Tells the page what concerns it: nothing while nobody is signed in, nothing meant for another operator.
async fn pass_on(desk: &Desk, seat: &Seat, tell: &Tell, event: Event) {
    let Some(operator_id) = seat.operator_id() else { return };
    if event.operator_id.as_ref().is_some_and(|meant| *meant != operator_id) {
        return;
    }
    if event.kind == events::Kind::SignedOut.name() {
        // A sign-in here ends this operator's former sessions, and that event comes here too: only whoever asks
        // learns whether it was this session.
        let still_in = desk.perform(&seat.caller(), Door::Desk, None, WhoIsIn {}).await;
        if !matches!(still_in, Err(Failure::Refused(Refusal::SignedOut))) {
            return;
        }
        seat.leave();
    }
    // Calls passed on and concerns are for administrators; another desk only hears that a call changed.
    let for_administrators =
        [events::Kind::PassedOn.name(), events::Kind::Flagged.name()].contains(&event.kind.as_str());
    let kind = if for_administrators && !administrator(desk, seat).await {
        events::Kind::CallChanged.name().to_owned()
    } else {
        event.kind
    };
    tell(DeskEvent { kind, call_id: event.call_id, user_id: event.user_id, id: event.id });
}

/// Whether an administrator sits here, by the desk's word of now.
async fn administrator(desk: &Desk, seat: &Seat) -> bool {
    let who = desk.perform(&seat.caller(), Door::Desk, None, WhoIsIn {}).await;
    who.is_ok_and(|who| who.operator.role == Role::Administrator)
}

/// A desk that was locked while the database was away: its session is ended now that it answers again.
async fn end_what_was_locked(desk: &Desk, seat: &Seat) {
    while let Some(token) = seat.locked_alone() {
        let ended = desk.perform(&Caller::Session(token), Door::Desk, None, LockDesk {}).await;
        if matches!(ended, Err(Failure::Fault { .. })) {
            return;
        }
        seat.lock_is_known();
    }
}

impl DeskEvent {
    fn of_connection(kind: &str) -> Self {
        Self { kind: kind.to_owned(), call_id: None, user_id: None, id: String::new() }
    }
}

/// The ids of the overlap.
#[derive(Debug, Default)]
struct Seen(BTreeMap<String, i64>);

impl Seen {
    /// Those not seen yet; what is older than `since` can't come again and is forgotten.
    fn new_ones(&mut self, events: Vec<Event>, since: i64) -> Vec<Event> {
        let new: Vec<_> =
            events.into_iter().filter(|e| self.0.insert(e.id.clone(), e.at).is_none()).collect();
        self.0.retain(|_, at| *at >= since);
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, at: i64) -> Event {
        Event {
            id: id.to_owned(),
            at,
            kind: "call_changed".to_owned(),
            call_id: None,
            user_id: None,
            operator_id: None,
        }
    }

    #[test]
    fn an_event_read_twice_in_the_overlap_is_told_once() {
        let mut seen = Seen::default();
        assert_eq!(seen.new_ones(vec![event("a", 1_000)], 0).len(), 1);
        let again = seen.new_ones(vec![event("a", 1_000), event("b", 900)], 500);
        assert_eq!(
            again.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(),
            ["b"],
            "a late commit is told too"
        );
        assert!(seen.new_ones(Vec::new(), 2_000).is_empty());
        assert!(seen.0.is_empty(), "what can't come again is forgotten");
    }
}
