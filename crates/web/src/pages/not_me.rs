//! "This wasn't me": the page explains, its button stops the recovery. Reached from the letter's own link or
//! from the unlock pages; looking changes nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::repudiate::{ReadRepudiation, Repudiate, Repudiated};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;

use super::{Frame, Pages, Sentence, render, see_other};
use crate::cookies::{Cookie, fits};
use crate::words;

#[derive(Template)]
#[template(path = "not_me.html")]
struct Ask<'a> {
    frame: Frame<'a>,
    called_at: String,
    done: bool,
}

#[derive(Template)]
#[template(path = "not_me_done.html")]
struct Stopped<'a> {
    frame: Frame<'a>,
    until: String,
    /// Whether the account is locked.
    locked: bool,
    /// Whether it had been pressed before.
    again: bool,
}

/// Moves the secret out of the address into a cookie.
pub async fn arrive(State(pages): State<Pages>, Path(secret): Path<String>) -> Response {
    if !fits(&secret) {
        return dead(&pages, &Failure::Refused(Refusal::LinkUnknown));
    }
    let mut response = see_other("/not-me");
    Cookie::NotMe.put(response.headers_mut(), &SecretText::new(secret), pages.https());
    response
}

/// Explains, with the button.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let link = match pages.link(Cookie::NotMe, &headers) {
        Ok(link) => link,
        Err(failure) => return dead(&pages, &failure),
    };
    match pages.ask(ReadRepudiation { link: link.clone() }).await {
        Ok(read) => {
            let page = Ask { frame: pages.frame(), called_at: pages.date(read.called_at), done: read.done };
            let mut response = render(StatusCode::OK, &page);
            Cookie::NotMe.put(response.headers_mut(), &link, pages.https());
            response
        }
        Err(failure) => dead(&pages, &failure),
    }
}

/// The button was pressed.
pub async fn stop(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match try_to_stop(&pages, &headers).await {
        Ok(page) => {
            let mut response = render(StatusCode::OK, &page);
            // The cookie of this page stays its ten minutes, for a reload; the unlock link's is dead now.
            Cookie::Unlock.forget(response.headers_mut(), pages.https());
            response
        }
        Err(failure) => dead(&pages, &failure),
    }
}

/// A link that stops nothing says so: whoever didn't call has to be told that nothing was stopped.
fn dead(pages: &Pages, failure: &Failure) -> Response {
    let (title, status) = match failure.refusal() {
        Some(Refusal::LinkExpired) => ("This link is too old", StatusCode::GONE),
        Some(Refusal::LinkStopped) => ("This link doesn\u{2019}t work any more", StatusCode::GONE),
        Some(Refusal::LinkUnknown) => ("This link doesn\u{2019}t work", StatusCode::NOT_FOUND),
        _ => return pages.failed(failure),
    };
    let page = Sentence { frame: pages.frame(), title, sentence: words::NOT_ME_LINK_DEAD, reference: None };
    render(status, &page)
}

async fn try_to_stop<'a>(pages: &'a Pages, headers: &HeaderMap) -> Result<Stopped<'a>, Failure> {
    let link = pages.link(Cookie::NotMe, headers)?;
    let stopped: Repudiated = pages.ask(Repudiate { link }).await?;
    Ok(Stopped {
        frame: pages.frame(),
        until: pages.date(stopped.stopped_until),
        locked: stopped.locked,
        again: stopped.again,
    })
}
