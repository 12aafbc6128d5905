//! The history of the account, a page of fifty at a time: what happened, when, and by whom as a role.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::operations::history::{HistoryEvent, Place, ReadHistory};
use recovery_rules::time::Moment;
use serde::Deserialize;

use super::{Frame, Pages, Tab, render};
use crate::words;

const HERE: &str = "/account/history";

#[derive(Template)]
#[template(path = "history.html")]
struct Page<'a> {
    frame: Frame<'a>,
    history: Vec<Event>,
    /// The address of the page before this one; none on the last.
    older: Option<String>,
    newest: bool,
}

/// One event as pages show it.
pub(super) struct Event {
    pub at: String,
    pub sentence: &'static str,
    pub by: &'static str,
}

/// Where the page begins; what is no place begins at the newest.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Begins {
    before: String,
}

impl Begins {
    fn place(&self) -> Option<Place> {
        let (at, id) = self.before.split_once('.')?;
        let plain = id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain.then(|| at.parse().ok().map(|at| Place { at, id: id.to_owned() }))?
    }
}

/// The page.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap, Query(begins): Query<Begins>) -> Response {
    let before = begins.place();
    let newest = before.is_none();
    match pages.ask_as_user(&headers, ReadHistory { before }).await {
        Ok(page) => {
            let page = Page {
                frame: pages.frame_of(Tab::Account),
                history: shown(&pages, &page.events, None),
                older: page.older.map(|place| format!("{HERE}?before={}.{}", place.at, place.id)),
                newest,
            };
            render(StatusCode::OK, &page)
        }
        Err(failure) => pages.refused_to_user(&failure, HERE),
    }
}

/// Events in sentences; what a user learns nothing from is left out. `unlocked_at`: see `words::event`.
pub(super) fn shown(pages: &Pages, events: &[HistoryEvent], unlocked_at: Option<Moment>) -> Vec<Event> {
    let shown = events.iter().filter_map(|event| {
        let sentence = words::event(&event.operation, Moment(event.at), unlocked_at)?;
        Some(Event { at: pages.date(event.at), sentence, by: words::by(&event.by) })
    });
    shown.collect()
}
