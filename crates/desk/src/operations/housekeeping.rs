//! What the caretaker does once a second and once an hour: reads events for desks, notes the clock, sweeps.

use recovery_rules::roles::{Door, Who};
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{challenges, counters, events, pending_phones, remembered_browsers};
use crate::work::Work;

/// Events since a moment, for fanning out to desks.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsSince {
    /// UTC ms; none: only the moment now is wanted.
    pub at: Option<i64>,
}

/// What happened.
#[derive(Debug, Serialize)]
pub struct Happened {
    /// Oldest first. Ask again from a few seconds before `now` and leave out the ids already seen: a
    /// transaction may commit after its reading of the clock.
    pub events: Vec<events::Event>,
    /// UTC ms.
    pub now: i64,
}

impl Operation for EventsSince {
    const NAME: &'static str = "events_since";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Read;
    type Answer = Happened;
    type Shape = PlainShape;
}

impl Plain for EventsSince {
    async fn run(self, work: &mut Work<'_>) -> Result<Happened, Stop> {
        let events = match self.at {
            Some(at) => events::since(&mut work.tx, Moment(at)).await?,
            None => Vec::new(),
        };
        Ok(Happened { events, now: work.now.0 })
    }
}

/// No limit looks back further than a day; the second is for clocks that are corrected.
const LONGEST_WINDOW: Span = Span::days(2);

/// The longest window in which sessions may be a sign of a shared log-in (`sharing_window`).
const NETWORKS_KEPT: Span = Span::days(30);

/// Removes what has had its time, and notes the clock.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {}

/// What was removed.
#[derive(Debug, Serialize)]
pub struct Swept {
    /// Request ids.
    pub requests: u64,
    /// Events.
    pub events: u64,
    /// Counters whose window is over.
    pub counters: u64,
}

impl Operation for Sweep {
    const NAME: &'static str = "sweep";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::Maintain;
    type Answer = Swept;
    type Shape = PlainShape;
}

impl Plain for Sweep {
    async fn run(self, work: &mut Work<'_>) -> Result<Swept, Stop> {
        crate::clock_guard::note(work).await?;
        let requests = crate::requests::sweep(work).await?;
        crate::store::resets::sweep(&mut work.tx, work.now).await?;
        let events = events::remove_older(&mut work.tx, work.now - Span::days(1)).await?;
        pending_phones::sweep(&mut work.tx, work.now).await?;
        remembered_browsers::sweep(&mut work.tx, work.now).await?;
        crate::device::sweep(work).await?;
        challenges::sweep(&mut work.tx, work.now - Span::days(1)).await?;
        crate::store::team::sweep_networks(&mut work.tx, work.now - NETWORKS_KEPT).await?;
        crate::tally::sweep(work).await?;
        let counters = counters::remove_older(&mut work.tx, work.now - LONGEST_WINDOW).await?;
        Ok(Swept { requests, events, counters })
    }
}
