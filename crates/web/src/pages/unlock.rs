//! The unlock link's pages. Arriving and looking change nothing (mail scanners arrive too); the button's POST is
//! *opened*; call code, contact code where the company asks for one, and new password together are the unlock.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::redeem_unlock::{RedeemUnlock, Redeemed};
use recovery_desk::operations::unlock_link::{OpenUnlockLink, ReadUnlockLink, UnlockLink};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, render, see_other};
use crate::cookies::{Cookie, fits};
use crate::words;

/// Step 1: the button.
#[derive(Template)]
#[template(path = "unlock_open.html")]
struct Button<'a> {
    frame: Frame<'a>,
    step: u8,
    called_at: String,
    masked_email: &'a str,
    works_until: String,
    contact_code_asked: bool,
}

/// Step 2: the codes and the new password.
#[derive(Template)]
#[template(path = "unlock_password.html")]
struct Password<'a> {
    frame: Frame<'a>,
    step: u8,
    called_at: String,
    works_until: String,
    link: &'a UnlockLink,
    /// What was typed; nobody gains by it without the link.
    call_code: &'a str,
    /// The same of the contact code.
    contact_code: &'a str,
    problem: Problem,
}

/// Step 3: done.
#[derive(Template)]
#[template(path = "unlock_done.html")]
struct Done<'a> {
    frame: Frame<'a>,
    step: u8,
    active: bool,
}

/// The form of step 2.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    call_code: String,
    contact_code: String,
    new_password: Option<SecretText>,
}

/// Moves both secrets out of the address into cookies. Nothing is looked up yet.
pub async fn arrive(
    State(pages): State<Pages>,
    Path((unlock, repudiate)): Path<(String, String)>,
) -> Response {
    if !fits(&unlock) || !fits(&repudiate) {
        return pages.failed(&Failure::Refused(Refusal::LinkUnknown));
    }
    let mut response = see_other("/unlock");
    Cookie::Unlock.put(response.headers_mut(), &SecretText::new(unlock), pages.https());
    Cookie::NotMe.put(response.headers_mut(), &SecretText::new(repudiate), pages.https());
    response
}

/// Shows the button, or step 2 if it was pressed before.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match read(&pages, &headers).await {
        Ok(link) if link.opened => password_page(&pages, &headers, &link, ["", ""], Problem::none()),
        Ok(link) => button_page(&pages, &headers, &link),
        Err(failure) => pages.failed(&failure),
    }
}

/// The button was pressed.
pub async fn open(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let secret = match pages.link(Cookie::Unlock, &headers) {
        Ok(secret) => secret,
        Err(failure) => return pages.failed(&failure),
    };
    match pages.ask(OpenUnlockLink { link: secret }).await {
        Ok(link) => password_page(&pages, &headers, &link, ["", ""], Problem::none()),
        Err(failure) => pages.failed(&failure),
    }
}

/// The codes and the new password were sent in.
pub async fn redeem(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    match try_to_redeem(&pages, &headers, typed).await {
        Ok(response) => response,
        Err(failure) => pages.failed(&failure),
    }
}

async fn try_to_redeem(pages: &Pages, headers: &HeaderMap, typed: Typed) -> Result<Response, Failure> {
    let (call_code, contact_code) = (typed.call_code, typed.contact_code);
    let request = RedeemUnlock {
        link: pages.link(Cookie::Unlock, headers)?,
        call_code: SecretText::new(call_code.clone()),
        contact_code: SecretText::new(contact_code.clone()),
        new_password: typed.new_password.unwrap_or_else(|| SecretText::new("")),
    };
    let problem = match pages.ask(request).await {
        Ok(Redeemed::Done { active }) => return Ok(done_page(pages, active)),
        Ok(Redeemed::CallCodeNotRight { tries_left: 0 }) => {
            return Ok(tries_used_page(pages, words::CALL_CODE_TRIES_USED));
        }
        Ok(Redeemed::ContactCodeNotRight { tries_left: 0 }) => {
            return Ok(tries_used_page(pages, words::CONTACT_CODE_TRIES_USED));
        }
        Ok(Redeemed::CallCodeNotRight { tries_left }) => {
            let failure = Failure::Refused(Refusal::CallCodeNotRight { tries_left });
            Problem::at(&["call_code"], words::of_failure(&failure, pages.times()))
        }
        Ok(Redeemed::ContactCodeNotRight { tries_left }) => {
            let failure = Failure::Refused(Refusal::ContactCodeNotRight { tries_left });
            Problem::at(&["contact_code"], words::of_failure(&failure, pages.times()))
        }
        Ok(Redeemed::SamePassword) => {
            let same = Refusal::BadField { field: "new_password", problem: "password_same_as_before" };
            Problem::at(&["new_password"], words::of_failure(&Failure::Refused(same), pages.times()))
        }
        Err(failure) => match failure.refusal().and_then(Refusal::field) {
            Some("call_code") => Problem::at(&["call_code"], words::of_failure(&failure, pages.times())),
            Some("contact_code") => {
                Problem::at(&["contact_code"], words::of_failure(&failure, pages.times()))
            }
            Some("new_password") => {
                Problem::at(&["new_password"], words::of_failure(&failure, pages.times()))
            }
            _ => return Err(failure),
        },
    };
    let link = read(pages, headers).await?;
    Ok(password_page(pages, headers, &link, [&call_code, &contact_code], problem))
}

async fn read(pages: &Pages, headers: &HeaderMap) -> Result<UnlockLink, Failure> {
    pages.ask(ReadUnlockLink { link: pages.link(Cookie::Unlock, headers)? }).await
}

fn button_page(pages: &Pages, headers: &HeaderMap, link: &UnlockLink) -> Response {
    let page = Button {
        frame: pages.frame(),
        step: 1,
        called_at: pages.clock(link.called_at),
        masked_email: &link.masked_email,
        works_until: pages.clock(link.works_until),
        contact_code_asked: link.contact_code_asked,
    };
    keep_open(pages, headers, render(StatusCode::OK, &page))
}

fn password_page(
    pages: &Pages,
    headers: &HeaderMap,
    link: &UnlockLink,
    [call_code, contact_code]: [&str; 2],
    problem: Problem,
) -> Response {
    let status = problem.status();
    let page = Password {
        frame: pages.frame(),
        step: 2,
        called_at: pages.clock(link.called_at),
        works_until: pages.clock(link.works_until),
        link,
        call_code,
        contact_code,
        problem,
    };
    keep_open(pages, headers, render(status, &page))
}

fn done_page(pages: &Pages, active: bool) -> Response {
    let page = Done { frame: pages.frame(), step: 3, active };
    forget(pages, render(StatusCode::OK, &page))
}

fn tries_used_page(pages: &Pages, sentence: &'static str) -> Response {
    let page = super::Sentence {
        frame: pages.frame(),
        title: "This link doesn\u{2019}t work any more",
        sentence,
        reference: None,
    };
    forget(pages, render(StatusCode::GONE, &page))
}

/// Each page of the flow gives its cookies another ten minutes: choosing a password may take a while.
fn keep_open(pages: &Pages, headers: &HeaderMap, mut response: Response) -> Response {
    for cookie in [Cookie::Unlock, Cookie::NotMe] {
        if let Some(secret) = pages.cookie(cookie, headers) {
            cookie.put(response.headers_mut(), &secret, pages.https());
        }
    }
    response
}

fn forget(pages: &Pages, mut response: Response) -> Response {
    for cookie in [Cookie::Unlock, Cookie::NotMe] {
        cookie.forget(response.headers_mut(), pages.https());
    }
    response
}
