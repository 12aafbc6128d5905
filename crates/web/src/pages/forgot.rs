//! *Forgot password*: asking for a link. The answer is the same page for every address.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use recovery_desk::operations::request_reset::RequestReset;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, render};
use crate::source::{self, Peer};
use crate::words;

#[derive(Template)]
#[template(path = "forgot.html")]
struct Forgot<'a> {
    frame: Frame<'a>,
    email: &'a str,
    problem: Problem,
}

#[derive(Template)]
#[template(path = "forgot_sent.html")]
struct Sent<'a> {
    frame: Frame<'a>,
    email: &'a str,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    email: String,
}

/// The form, empty.
pub async fn show(State(pages): State<Pages>) -> Response {
    page(&pages, "", Problem::none())
}

/// An address was sent in.
pub async fn ask(
    State(pages): State<Pages>,
    peer: Peer,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let email: String = typed.email.trim().chars().take(300).collect();
    if email.is_empty() {
        return page(&pages, &email, Problem::at(&["email"], words::EMAIL_MISSING.to_owned()));
    }
    let source = source::of(&peer, &headers, &pages.desk().settings.trusted_proxies);
    let request = RequestReset { email: email.clone(), source };
    match pages.ask(request).await {
        Ok(_) => render(axum::http::StatusCode::OK, &Sent { frame: pages.frame(), email: &email }),
        Err(failure) if failure.refusal().and_then(Refusal::field) == Some("email") => {
            page(&pages, &email, Problem::at(&["email"], words::of_failure(&failure, pages.times())))
        }
        Err(failure) => pages.failed(&failure),
    }
}

fn page(pages: &Pages, email: &str, problem: Problem) -> Response {
    render(problem.status(), &Forgot { frame: pages.frame(), email, problem })
}
