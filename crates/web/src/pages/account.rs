//! The signed-in page: who is in, 2-step in words, the account's history; and signing out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::account::{AccountView, ReadAccount, UserSignOut};
use recovery_rules::refusal::Refusal;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Moment;

use super::history::{self, Event};
use super::{Frame, Pages, Tab, render, see_other};
use crate::cookies::Cookie;
use crate::words;

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    frame: Frame<'a>,
    view: &'a AccountView,
    two_step: String,
    set_up_again: bool,
    history: Vec<Event>,
}

/// To the account or to sign-in, by whether this browser has a session's cookie.
pub async fn start(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.cookie(Cookie::Session, &headers) {
        Some(_) => see_other("/account"),
        None => see_other("/sign-in"),
    }
}

/// The account.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.ask_as_user(&headers, ReadAccount {}).await {
        Ok(view) => page(&pages, &view),
        Err(failure) => pages.refused_to_user(&failure, "/account"),
    }
}

/// Ends the session at the server and in this browser.
pub async fn sign_out(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.ask_as_user(&headers, UserSignOut {}).await {
        Ok(_) | Err(Failure::Refused(Refusal::SignedOut)) => signed_out(&pages),
        Err(failure) => pages.failed(&failure),
    }
}

/// To sign-in, without a session's cookie.
pub(super) fn signed_out(pages: &Pages) -> Response {
    let mut response = see_other("/sign-in");
    Cookie::Session.forget(response.headers_mut(), pages.https());
    response
}

fn page(pages: &Pages, view: &AccountView) -> Response {
    let set_up_again = view.two_step == TwoStep::ToBeSetUpAgain;
    // The unlock puts 2-step into this state in its own transaction, with one reading of the clock.
    let unlocked_at = set_up_again.then_some(Moment(view.two_step_since));
    let page = Account {
        frame: pages.frame_of(Tab::Account),
        view,
        two_step: words::two_step(view.two_step, &pages.date(view.two_step_since)),
        set_up_again,
        history: history::shown(pages, &view.history, unlocked_at),
    };
    render(StatusCode::OK, &page)
}
