//! "This wasn't me" of a change of address, out of the old mailbox. Looking changes nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::stop_email_change::{EmailChangeView, ReadEmailChange, StopEmailChange};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;

use super::{Frame, Pages, email, render, see_other};
use crate::cookies::{Cookie, fits};

#[derive(Template)]
#[template(path = "stop_change.html")]
struct Stop<'a> {
    frame: Frame<'a>,
    view: &'a EmailChangeView,
    asked_at: String,
}

#[derive(Template)]
#[template(path = "stop_change_done.html")]
struct Stopped<'a> {
    frame: Frame<'a>,
    locked: bool,
    address_back: bool,
}

/// Moves the secret out of the address into a cookie. Nothing is looked up yet.
pub async fn arrive(State(pages): State<Pages>, Path(secret): Path<String>) -> Response {
    if !fits(&secret) {
        return email::dead(&pages, &Failure::Refused(Refusal::LinkUnknown));
    }
    let mut response = see_other("/stop-change");
    Cookie::StopChange.put(response.headers_mut(), &SecretText::new(secret), pages.https());
    response
}

/// The button.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let link = match pages.link(Cookie::StopChange, &headers) {
        Ok(link) => link,
        Err(failure) => return email::dead(&pages, &failure),
    };
    match pages.ask(ReadEmailChange { link }).await {
        Ok(view) => {
            let asked_at = pages.date(view.asked_at);
            render(StatusCode::OK, &Stop { frame: pages.frame(), view: &view, asked_at })
        }
        Err(failure) => email::dead(&pages, &failure),
    }
}

/// The button was pressed.
pub async fn stop(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let link = match pages.link(Cookie::StopChange, &headers) {
        Ok(link) => link,
        Err(failure) => return email::dead(&pages, &failure),
    };
    match pages.ask(StopEmailChange { link }).await {
        Ok(stopped) => render(
            StatusCode::OK,
            &Stopped { frame: pages.frame(), locked: stopped.locked, address_back: stopped.address_back },
        ),
        Err(failure) => email::dead(&pages, &failure),
    }
}
