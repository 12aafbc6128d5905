//! The pages behind a reset link: the new password, the end, and what a dead link says. Arriving and looking change nothing;
//! each POST says where it leads. The codes in between have a file of their own.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::reset_password::{ReadReset, StagePassword, Staged};
use recovery_desk::reset::{ResetDone, ResetView};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use recovery_rules::time::Moment;
use serde::Deserialize;

use super::{Frame, Pages, Problem, render, see_other};
use crate::cookies::{Cookie, fits};
use crate::words;

/// The new password.
#[derive(Template)]
#[template(path = "reset_password.html")]
struct Password<'a> {
    frame: Frame<'a>,
    step: u8,
    view: &'a ResetView,
    works_until: String,
    problem: Problem,
}

/// Done.
#[derive(Template)]
#[template(path = "reset_done.html")]
struct Done<'a> {
    frame: Frame<'a>,
    step: u8,
    code_asked: bool,
    /// Until when the recovery code counts as the second step of the first sign-in here.
    counts_until: Option<String>,
    code_at_sign_in: bool,
}

/// A link that doesn't work, in whichever way.
#[derive(Template)]
#[template(path = "reset_dead.html")]
struct Dead<'a> {
    frame: Frame<'a>,
    title: &'static str,
    sentence: &'static str,
}

/// The form of the new password.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypedPassword {
    new_password: Option<SecretText>,
}

/// Moves the secret out of the address into a cookie. Nothing is looked up yet.
pub async fn arrive(State(pages): State<Pages>, Path(secret): Path<String>) -> Response {
    if !fits(&secret) {
        return failed(&pages, &Failure::Refused(Refusal::LinkUnknown));
    }
    let mut response = see_other("/reset");
    Cookie::Reset.put(response.headers_mut(), &SecretText::new(secret), pages.https());
    response
}

/// Where the reset stands: the new password, or the code if one is staged.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match read(&pages, &headers).await {
        Ok(view) if view.code.is_some() => keep(&pages, &headers, see_other("/reset/code")),
        Ok(view) => password_page(&pages, &headers, &view, Problem::none()),
        Err(failure) => failed(&pages, &failure),
    }
}

/// Another new password.
pub async fn password(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match read(&pages, &headers).await {
        Ok(view) => password_page(&pages, &headers, &view, Problem::none()),
        Err(failure) => failed(&pages, &failure),
    }
}

/// The new password was sent in.
pub async fn stage(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<TypedPassword>,
) -> Response {
    let Some(link) = pages.cookie(Cookie::Reset, &headers) else { return unknown(&pages) };
    let new_password = typed.new_password.unwrap_or_else(|| SecretText::new(""));
    match pages.ask(StagePassword { link, new_password }).await {
        Ok(Staged::Done(done)) => done_page(&pages, &done, false),
        // A page of its own: a reload asks for nothing again.
        Ok(Staged::CodeNeeded(_)) => keep(&pages, &headers, see_other("/reset/code")),
        Err(failure) => {
            let at_field = failure.refusal().and_then(Refusal::field) == Some("new_password");
            let waits = matches!(failure.refusal(), Some(Refusal::SignInWait { .. }));
            if !at_field && !waits {
                return failed(&pages, &failure);
            }
            let problem = Problem::at(&["new_password"], words::of_failure(&failure, pages.times()));
            match read(&pages, &headers).await {
                Ok(view) => password_page(&pages, &headers, &view, problem),
                Err(failure) => failed(&pages, &failure),
            }
        }
    }
}

pub(super) async fn read(pages: &Pages, headers: &HeaderMap) -> Result<ResetView, Failure> {
    pages.ask(ReadReset { link: pages.link(Cookie::Reset, headers)? }).await
}

pub(super) fn password_page(
    pages: &Pages,
    headers: &HeaderMap,
    view: &ResetView,
    problem: Problem,
) -> Response {
    let status = problem.status();
    let works_until = pages.clock(view.works_until);
    let page = Password { frame: pages.frame(), step: 2, view, works_until, problem };
    keep(pages, headers, render(status, &page))
}

pub(super) fn done_page(pages: &Pages, done: &ResetDone, code_asked: bool) -> Response {
    let page = Done {
        frame: pages.frame(),
        step: if code_asked { 4 } else { 3 },
        code_asked,
        counts_until: done.proof_until.map(|until| pages.times().clock(Moment(until))),
        code_at_sign_in: done.code_at_sign_in,
    };
    let mut response = render(StatusCode::OK, &page);
    let (cookies, https) = (response.headers_mut(), pages.https());
    Cookie::Reset.forget(cookies, https);
    // Everything this browser was known by is dead with the old password.
    Cookie::Remembered.forget(cookies, https);
    Cookie::Session.forget(cookies, https);
    if let Some(proof) = &done.proof {
        Cookie::ResetProof.put(cookies, proof, https);
    }
    response
}

/// Each page of the flow gives its cookie another ten minutes.
pub(super) fn keep(pages: &Pages, headers: &HeaderMap, mut response: Response) -> Response {
    if let Some(secret) = pages.cookie(Cookie::Reset, headers) {
        Cookie::Reset.put(response.headers_mut(), &secret, pages.https());
    }
    response
}

pub(super) fn unknown(pages: &Pages) -> Response {
    failed(pages, &Failure::Refused(Refusal::LinkUnknown))
}

/// Dead links say "ask for a new one" and nothing about the account (D6.6).
pub(super) fn failed(pages: &Pages, failure: &Failure) -> Response {
    let (title, sentence, status) = match failure.refusal() {
        Some(Refusal::LinkUsed) => (
            "This link was used",
            "A new password was set with it. If that wasn\u{2019}t you, call us at once.",
            StatusCode::GONE,
        ),
        Some(Refusal::LinkExpired) => (
            "This link is too old",
            "Links like this work for an hour at most. Ask for a new one.",
            StatusCode::GONE,
        ),
        Some(Refusal::LinkStopped) => {
            ("This link doesn\u{2019}t work any more", "Ask for a new one.", StatusCode::GONE)
        }
        Some(Refusal::LinkUnknown) => (
            "This link doesn\u{2019}t work",
            "Open it again from the email, or ask for a new one.",
            StatusCode::NOT_FOUND,
        ),
        Some(Refusal::PasswordFirst) => return see_other("/reset/password"),
        _ => return pages.failed(failure),
    };
    render(status, &Dead { frame: pages.frame(), title, sentence })
}
