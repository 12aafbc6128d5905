//! The e-mail address: the form on the account pages, and the page behind the link in the letter to the new address.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::account::ReadAccount;
use recovery_desk::operations::change_email::{AddressLink, ChangeEmail, ConfirmAddress, ReadAddressLink};
use recovery_desk::operations::two_step::ReadTwoStep;
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, confirm, render, see_other};
use crate::cookies::{Cookie, fits};
use crate::words;

const HERE: &str = "/account/email";

#[derive(Template)]
#[template(path = "email.html")]
struct Page<'a> {
    frame: Frame<'a>,
    current: &'a str,
    new_email: &'a str,
    problem: Problem,
}

#[derive(Template)]
#[template(path = "email_sent.html")]
struct Sent<'a> {
    frame: Frame<'a>,
    new_email: &'a str,
}

#[derive(Template)]
#[template(path = "email_confirm.html")]
struct Confirm<'a> {
    frame: Frame<'a>,
    link: &'a AddressLink,
    works_until: String,
}

#[derive(Template)]
#[template(path = "email_done.html")]
struct Done<'a> {
    frame: Frame<'a>,
    frozen_until: Option<String>,
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    password: Option<SecretText>,
    new_email: String,
}

/// The form.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    page(&pages, &headers, "", Problem::none()).await
}

/// Password and new address were sent in.
pub async fn ask(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    let new_email: String = typed.new_email.trim().chars().take(300).collect();
    let password = typed.password.unwrap_or_else(|| SecretText::new(""));
    let request = ChangeEmail { password, new_email: new_email.clone() };
    let failure = match pages.ask_as_user(&headers, request).await {
        Ok(asked) => {
            let frame = Frame { signed_in: true, ..pages.frame() };
            return render(StatusCode::OK, &Sent { frame, new_email: &asked.new_email });
        }
        Err(failure) => failure,
    };
    let problem = confirm::problem(&pages, &failure).or_else(|| match failure.refusal() {
        Some(Refusal::BadField { field: "new_email", .. }) => {
            Some(Problem::at(&["new_email"], words::of_failure(&failure, pages.times())))
        }
        _ => None,
    });
    match problem {
        Some(problem) => page(&pages, &headers, &new_email, problem).await,
        None => pages.refused_to_user(&failure, HERE),
    }
}

async fn page(pages: &Pages, headers: &HeaderMap, new_email: &str, problem: Problem) -> Response {
    match pages.ask_as_user(headers, ReadTwoStep {}).await {
        Ok(view) if view.second_step_needed => return pages.step_up_first(HERE),
        Ok(_) => {}
        Err(failure) => return pages.refused_to_user(&failure, HERE),
    }
    match pages.ask_as_user(headers, ReadAccount {}).await {
        Ok(view) => {
            let frame = Frame { signed_in: true, ..pages.frame() };
            let page = Page { frame, current: &view.email, new_email, problem };
            render(page.problem.status(), &page)
        }
        Err(failure) => pages.refused_to_user(&failure, HERE),
    }
}

/// Moves the secret out of the address into a cookie. Nothing is looked up yet.
pub async fn arrive(State(pages): State<Pages>, Path(secret): Path<String>) -> Response {
    if !fits(&secret) {
        return dead(&pages, &Failure::Refused(Refusal::LinkUnknown));
    }
    let mut response = see_other("/confirm-address");
    Cookie::ConfirmAddress.put(response.headers_mut(), &SecretText::new(secret), pages.https());
    response
}

/// The button.
pub async fn link(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let secret = match pages.link(Cookie::ConfirmAddress, &headers) {
        Ok(secret) => secret,
        Err(failure) => return dead(&pages, &failure),
    };
    match pages.ask(ReadAddressLink { link: secret }).await {
        Ok(link) => {
            let works_until = pages.clock(link.works_until);
            render(StatusCode::OK, &Confirm { frame: pages.frame(), link: &link, works_until })
        }
        Err(failure) => dead(&pages, &failure),
    }
}

/// The button was pressed.
pub async fn confirm(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let secret = match pages.link(Cookie::ConfirmAddress, &headers) {
        Ok(secret) => secret,
        Err(failure) => return dead(&pages, &failure),
    };
    match pages.ask(ConfirmAddress { link: secret }).await {
        Ok(done) => {
            let frozen_until = done.frozen_until.map(|until| pages.date(until));
            let mut response = render(StatusCode::OK, &Done { frame: pages.frame(), frozen_until });
            Cookie::ConfirmAddress.forget(response.headers_mut(), pages.https());
            Cookie::Session.forget(response.headers_mut(), pages.https());
            response
        }
        Err(failure) => dead(&pages, &failure),
    }
}

/// A link that doesn't work says so and nothing about the account.
pub(super) fn dead(pages: &Pages, failure: &Failure) -> Response {
    let (title, status) = match failure.refusal() {
        Some(Refusal::LinkUsed) => ("This link was used", StatusCode::GONE),
        Some(Refusal::LinkReplaced) => ("There is a newer link", StatusCode::GONE),
        Some(Refusal::LinkExpired) => ("This link is too old", StatusCode::GONE),
        Some(Refusal::LinkStopped) => ("This link doesn\u{2019}t work any more", StatusCode::GONE),
        Some(Refusal::LinkUnknown) => ("This link doesn\u{2019}t work", StatusCode::NOT_FOUND),
        _ => return pages.failed(failure),
    };
    let page =
        super::Sentence { frame: pages.frame(), title, sentence: words::ADDRESS_LINK_DEAD, reference: None };
    render(status, &page)
}
