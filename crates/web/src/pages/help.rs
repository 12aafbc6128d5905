//! What stands in the foot of every page: help (the telephone number, when the line is open, what happens on the phone), what
//! is kept, how accessible the pages are. And the page for addresses that lead nowhere.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Frame, Pages, Sentence, render};

#[derive(Template)]
#[template(path = "help.html")]
struct Help<'a> {
    frame: Frame<'a>,
}

/// The help page.
pub async fn show(State(pages): State<Pages>) -> Response {
    render(StatusCode::OK, &Help { frame: pages.frame() })
}

#[derive(Template)]
#[template(path = "kept.html")]
struct Kept<'a> {
    frame: Frame<'a>,
}

/// What is kept about a user, in short; the whole table is in docs/privacy.md.
pub async fn kept(State(pages): State<Pages>) -> Response {
    render(StatusCode::OK, &Kept { frame: pages.frame() })
}

#[derive(Template)]
#[template(path = "accessibility.html")]
struct Accessibility<'a> {
    frame: Frame<'a>,
}

/// For whom these pages work, what is known not to, and whom to tell. What is said here is shown by
/// `tests/stories/account/accessibility.rs`, or known to be missing.
pub async fn accessibility(State(pages): State<Pages>) -> Response {
    render(StatusCode::OK, &Accessibility { frame: pages.frame() })
}

/// There is no such page.
pub async fn not_here(State(pages): State<Pages>) -> Response {
    let page = Sentence {
        frame: pages.frame(),
        title: "There is no such page",
        sentence: "Check the address, or open the link in our email again.",
        reference: None,
    };
    render(StatusCode::NOT_FOUND, &page)
}
