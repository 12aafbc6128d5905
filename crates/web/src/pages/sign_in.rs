//! Signing in: email and password on one page.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::caller::Caller;
use recovery_desk::operations::account::UserSignOut;
use recovery_desk::operations::team::NoteNetwork;
use recovery_desk::operations::user_sign_in::{BrowserCookies, SignedIn, UserSignIn, UserSignedIn};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use serde::Deserialize;

use super::{Frame, Pages, Problem, render, see_other, sign_in_code};
use crate::cookies::Cookie;
use crate::source::{self, Peer};
use crate::words;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    frame: Frame<'a>,
    email: &'a str,
    problem: Problem,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    email: String,
    password: Option<SecretText>,
}

/// The form, empty.
pub async fn show(State(pages): State<Pages>) -> Response {
    page(&pages, StatusCode::OK, "", Problem::none())
}

/// Email and password were sent in.
pub async fn enter(
    State(pages): State<Pages>,
    peer: Peer,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let password = typed.password.unwrap_or_else(|| SecretText::new(""));
    let missing = match (typed.email.trim().is_empty(), password.expose().is_empty()) {
        (true, _) => Problem::at(&["email"], words::EMAIL_MISSING.to_owned()),
        (_, true) => Problem::at(&["password"], words::PASSWORD_MISSING.to_owned()),
        _ => Problem::none(),
    };
    if missing.is_some() {
        return page(&pages, StatusCode::UNPROCESSABLE_ENTITY, &typed.email, missing);
    }
    let browser = BrowserCookies {
        known: pages.cookie(Cookie::Known, &headers),
        remembered: pages.cookie(Cookie::Remembered, &headers),
        challenge: pages.cookie(Cookie::Challenge, &headers),
        reset: pages.cookie(Cookie::ResetProof, &headers),
    };
    let failure = match pages.ask(UserSignIn { email: typed.email.clone(), password, browser }).await {
        Ok(UserSignedIn::Done(done)) => {
            let response = see_other("/account");
            return signed_in(&pages, &headers, &peer, &done, response).await;
        }
        Ok(UserSignedIn::CodeNeeded { challenge }) => return sign_in_code::send_there(&pages, &challenge),
        Err(failure) => failure,
    };
    let status = match failure.refusal() {
        Some(Refusal::SignInNotRight) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Refusal::SignInWait { .. }) => StatusCode::TOO_MANY_REQUESTS,
        _ => return pages.failed(&failure),
    };
    // Never which of the two: both are marked.
    let problem = Problem::at(&["email", "password"], words::of_failure(&failure, pages.times()));
    page(&pages, status, &typed.email, problem)
}

/// Signed in: a new session's cookie on this response, and what the browser is known by. The session this browser
/// had before ends at the server, so that nobody keeps one they planted.
pub async fn signed_in(
    pages: &Pages,
    headers: &HeaderMap,
    peer: &Peer,
    done: &SignedIn,
    mut response: Response,
) -> Response {
    if pages.cookie(Cookie::Session, headers).is_some()
        && let Err(failure) = pages.ask_as_user(headers, UserSignOut {}).await
    {
        tracing::debug!(code = failure.code(), "the former session of this browser was over");
    }
    note_network(pages, headers, peer, done).await;
    let (cookies, https) = (response.headers_mut(), pages.https());
    Cookie::Session.put(cookies, &done.token, https);
    Cookie::Known.put(cookies, &done.known, https);
    if let Some(token) = &done.remembered {
        Cookie::Remembered.put(cookies, token, https);
    }
    Cookie::Challenge.forget(cookies, https);
    Cookie::ResetProof.forget(cookies, https);
    response
}

/// For the signs of shared log-ins; a sign-in never fails for it.
async fn note_network(pages: &Pages, headers: &HeaderMap, peer: &Peer, done: &SignedIn) {
    let source = source::of(peer, headers, &pages.desk().settings.trusted_proxies);
    let caller = Caller::Session(done.token.clone());
    if let Err(failure) = pages.desk().perform(&caller, Door::Pages, None, NoteNetwork { source }).await {
        tracing::debug!(code = failure.code(), "the network of a session was not noted");
    }
}

fn page(pages: &Pages, status: StatusCode, email: &str, problem: Problem) -> Response {
    let email: String = email.chars().take(254).collect();
    render(status, &SignIn { frame: pages.frame(), email: &email, problem })
}
