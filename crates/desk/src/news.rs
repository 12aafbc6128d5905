//! What desks are told, as one operator at one desk may hear it. The window and the desk API both read events once a
//! second and ask here who hears what.

use std::collections::BTreeMap;

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Role};
use serde::{Deserialize, Serialize};

use crate::caller::Caller;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::operations::housekeeping::{EventsSince, Happened};
use crate::operations::who_is_in::WhoIsIn;
use crate::store::events::{Event, Kind};

/// ms read again each time: a transaction commits later than its reading of the clock.
pub const OVERLAP: i64 = 5_000;

/// What a desk hears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// What somebody at a desk makes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Not meant for them.
    Nothing,
    /// They hear it.
    Tell(DeskEvent),
    /// They hear that they are signed out.
    SignedOut(DeskEvent),
}

/// Events since a moment, UTC ms; none: only the moment now is wanted.
pub async fn since(desk: &Desk, at: Option<i64>) -> Result<Happened, Failure> {
    desk.perform(&Caller::System("desk"), Door::System, None, EventsSince { at }).await
}

/// Who sits at a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sitting {
    /// The operator, or the billing user.
    pub id: String,
    /// Whether it is a billing user; a session never changes from one to the other.
    pub billing: bool,
}

/// What an event is to whoever sits there: nothing if it is meant for another one.
pub async fn heard(desk: &Desk, caller: &Caller, door: Door, sitting: &Sitting, event: Event) -> Heard {
    let Sitting { id, billing } = sitting;
    let billing = *billing;
    if event.operator_id.as_ref().is_some_and(|meant| meant != id) {
        return Heard::Nothing;
    }
    let tell =
        |kind: String| DeskEvent { kind, call_id: event.call_id, user_id: event.user_id, id: event.id };
    if event.kind == Kind::SignedOut.name() {
        // A sign-in ends this operator's former sessions, and the new session hears of it too: only whoever asks
        // learns whether it was this one.
        return match desk.perform(caller, door, None, WhoIsIn {}).await {
            Err(Failure::Refused(Refusal::SignedOut)) => Heard::SignedOut(tell(event.kind)),
            _ => Heard::Nothing,
        };
    }
    // A billing user hears nothing of calls: they are of all companies. Their id is that of a user, and nothing is meant
    // for it but the end of their session.
    if billing {
        return Heard::Nothing;
    }
    // What waits for administrators is theirs alone: its user is nobody else's business.
    if event.kind == Kind::ApprovalsChanged.name() && !administrator(desk, caller, door).await {
        return Heard::Nothing;
    }
    // Calls passed on and concerns are for administrators; another desk only hears that a call changed.
    let for_administrators = [Kind::PassedOn.name(), Kind::Flagged.name()].contains(&event.kind.as_str());
    if for_administrators && !administrator(desk, caller, door).await {
        return Heard::Tell(tell(Kind::CallChanged.name().to_owned()));
    }
    Heard::Tell(tell(event.kind))
}

/// Whether an administrator sits there, by the desk's word of now.
async fn administrator(desk: &Desk, caller: &Caller, door: Door) -> bool {
    let who = desk.perform(caller, door, None, WhoIsIn {}).await;
    who.is_ok_and(|who| who.operator.role == Role::Administrator)
}

impl DeskEvent {
    /// News of the connection itself.
    pub fn of_connection(kind: &str) -> Self {
        Self { kind: kind.to_owned(), call_id: None, user_id: None, id: String::new() }
    }
}

/// The ids of the overlap.
#[derive(Debug, Default)]
pub struct Seen(BTreeMap<String, i64>);

impl Seen {
    /// Those not seen yet; what is older than `since` can't come again and is forgotten.
    pub fn new_ones(&mut self, events: Vec<Event>, since: i64) -> Vec<Event> {
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
