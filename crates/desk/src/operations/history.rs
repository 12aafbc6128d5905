//! The history of the own account, page by page: what happened and by whom, as a role; an operator's name or id never leaves here.

use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::audit;
use crate::work::Work;

/// Events on a page.
const PAGE: i64 = 50;

/// Asks for a page of the own history.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadHistory {
    /// Where the page before ended; none for the newest.
    pub before: Option<Place>,
}

/// A place in the history.
#[derive(Clone, Debug, Hash, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// UTC ms.
    pub at: i64,
    /// The entry there.
    pub id: String,
}

/// A page, newest first.
#[derive(Debug, Serialize)]
pub struct HistoryPage {
    /// Its events.
    pub events: Vec<HistoryEvent>,
    /// Where it ends; none if there is nothing older.
    pub older: Option<Place>,
}

/// One event of the account.
#[derive(Debug, Serialize)]
pub struct HistoryEvent {
    /// UTC ms.
    pub at: i64,
    /// The operation; the page has the sentence.
    pub operation: String,
    /// Who did it, by role: `operator`, `user`, `link_holder`, `anonymous`, `system`.
    pub by: String,
}

impl Operation for ReadHistory {
    const NAME: &'static str = "read_history";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = HistoryPage;
    type Shape = PlainShape;
}

impl Plain for ReadHistory {
    async fn run(self, work: &mut Work<'_>) -> Result<HistoryPage, Stop> {
        let user = work.user()?.id.clone();
        let before = self.before.as_ref().map(|place| (place.at, place.id.as_str()));
        let mut rows = audit::history(&mut work.tx, &user, before, PAGE + 1).await?;
        let more = rows.len() as i64 > PAGE;
        rows.truncate(PAGE as usize);
        let last = rows.last().filter(|_| more);
        let older = last.map(|row| Place { at: row.at, id: row.id.clone() });
        Ok(HistoryPage { events: rows.into_iter().map(HistoryEvent::from).collect(), older })
    }
}

impl From<audit::HistoryRow> for HistoryEvent {
    fn from(row: audit::HistoryRow) -> Self {
        Self { at: row.at, operation: row.operation, by: row.actor_kind }
    }
}

/// The newest events of a user.
pub(super) async fn newest(user: &str, count: i64, work: &mut Work<'_>) -> Result<Vec<HistoryEvent>, Stop> {
    let rows = audit::history(&mut work.tx, user, None, count).await?;
    Ok(rows.into_iter().map(HistoryEvent::from).collect())
}
