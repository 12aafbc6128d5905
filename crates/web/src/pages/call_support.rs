//! *Call support*: number, hours, call reference, check words. Only behind a proved link or password.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::call_support::{CallSupport, Proved, ReadCallSupport, SupportCall};
use recovery_rules::refusal::Refusal;

use super::{Frame, Pages, render, reset, see_other};
use crate::cookies::Cookie;

#[derive(Template)]
#[template(path = "call_support.html")]
struct Support<'a> {
    frame: Frame<'a>,
    caption: &'static str,
    back: &'static str,
    recovery: Option<&'static str>,
    call: &'a SupportCall,
    works_until: String,
}

/// From where it was asked for.
#[derive(Clone, Copy)]
struct From {
    cookie: Cookie,
    here: &'static str,
    caption: &'static str,
    back: &'static str,
    recovery: Option<&'static str>,
}

const RESET: From = From {
    cookie: Cookie::Reset,
    here: "/reset/call-support",
    caption: "Reset your password: no code",
    back: "/reset/code",
    recovery: Some("/reset/recovery"),
};
const SIGN_IN: From = From {
    cookie: Cookie::Challenge,
    here: "/sign-in/call-support",
    caption: "Sign in: no code",
    back: "/sign-in/code",
    recovery: Some("/sign-in/recovery-code"),
};

/// The page of a reset, if a reference was given.
pub async fn show_reset(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    show(&pages, &headers, RESET).await
}

/// A reference is asked for in a reset.
pub async fn give_reset(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    give(&pages, &headers, RESET).await
}

/// The page of a sign-in, if a reference was given.
pub async fn show_sign_in(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    show(&pages, &headers, SIGN_IN).await
}

/// A reference is asked for in a sign-in.
pub async fn give_sign_in(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    give(&pages, &headers, SIGN_IN).await
}

async fn give(pages: &Pages, headers: &HeaderMap, from: From) -> Response {
    let Some(proved) = proved(pages, headers, from) else { return see_other("/sign-in") };
    match pages.ask(CallSupport { proved }).await {
        Ok(_) => kept(pages, headers, from, see_other(from.here)),
        Err(failure) => failed(pages, from, &failure),
    }
}

async fn show(pages: &Pages, headers: &HeaderMap, from: From) -> Response {
    let Some(proved) = proved(pages, headers, from) else { return see_other("/sign-in") };
    match pages.ask(ReadCallSupport { proved }).await {
        Ok(Some(call)) => {
            let page = Support {
                frame: pages.frame(),
                caption: from.caption,
                back: from.back,
                recovery: from.recovery,
                works_until: pages.date(call.works_until),
                call: &call,
            };
            kept(pages, headers, from, render(StatusCode::OK, &page))
        }
        Ok(None) => kept(pages, headers, from, see_other(from.back)),
        Err(failure) => failed(pages, from, &failure),
    }
}

fn proved(pages: &Pages, headers: &HeaderMap, from: From) -> Option<Proved> {
    let secret = pages.cookie(from.cookie, headers)?;
    Some(match from.cookie {
        Cookie::Reset => Proved::ResetLink(secret),
        _ => Proved::Challenge(secret),
    })
}

/// The call may take a while; the cookie lives on from each page.
fn kept(pages: &Pages, headers: &HeaderMap, from: From, mut response: Response) -> Response {
    if let Some(secret) = pages.cookie(from.cookie, headers) {
        from.cookie.put(response.headers_mut(), &secret, pages.https());
    }
    response
}

fn failed(pages: &Pages, from: From, failure: &Failure) -> Response {
    match (from.cookie, failure.refusal()) {
        (Cookie::Reset, _) => reset::failed(pages, failure),
        (_, Some(Refusal::CodeDead)) => see_other("/sign-in"),
        _ => pages.failed(failure),
    }
}
