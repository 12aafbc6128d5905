//! The verification code of a sign-in, and sending it again.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::enter_sign_in_code::{
    CodeEntered, CodeOnItsWay, EnterSignInCode, ReadSignIn, ResendSignInCode,
};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, Sentence, render, see_other, sign_in};
use crate::cookies::Cookie;
use crate::source::Peer;
use crate::words;

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct Code<'a> {
    frame: Frame<'a>,
    way: &'a CodeOnItsWay,
    works_until: Option<String>,
    /// A new one was sent just now.
    again: bool,
    code: &'a str,
    remember: bool,
    problem: Problem,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
    remember: Option<String>,
}

/// To the code page, with the challenge in a cookie.
pub fn send_there(pages: &Pages, challenge: &SecretText) -> Response {
    let mut response = see_other("/sign-in/code");
    Cookie::Challenge.put(response.headers_mut(), challenge, pages.https());
    response
}

/// The form, empty.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    page(&pages, &headers, &Typed::default(), false, Problem::none()).await
}

/// The code was sent in.
pub async fn enter(
    State(pages): State<Pages>,
    peer: Peer,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let Some(challenge) = pages.cookie(Cookie::Challenge, &headers) else { return see_other("/sign-in") };
    let request = EnterSignInCode {
        challenge,
        code: SecretText::new(typed.code.clone()),
        remember: typed.remember.is_some(),
        user_agent: user_agent(&headers),
    };
    let problem = match pages.ask(request).await {
        Ok(CodeEntered::Done(done)) => {
            return sign_in::signed_in(&pages, &headers, &peer, &done, see_other("/account")).await;
        }
        Ok(CodeEntered::NotRight { tries_left: 0 }) => {
            Problem::at(&["code"], words::SIGN_IN_CODE_TRIES_USED.to_owned())
        }
        Ok(CodeEntered::NotRight { tries_left }) => Problem::at(&["code"], words::wrong_code(tries_left)),
        Err(failure) => match failure.refusal() {
            Some(Refusal::BadCode { .. } | Refusal::CodesUsed { .. } | Refusal::CodeDead) => {
                Problem::at(&["code"], words::of_failure(&failure, pages.times()))
            }
            _ => return pages.failed(&failure),
        },
    };
    page(&pages, &headers, &typed, false, problem).await
}

/// Send it again.
pub async fn resend(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let Some(challenge) = pages.cookie(Cookie::Challenge, &headers) else { return see_other("/sign-in") };
    let problem = match pages.ask(ResendSignInCode { challenge }).await {
        Ok(_) => return page(&pages, &headers, &Typed::default(), true, Problem::none()).await,
        Err(failure) => match failure.refusal() {
            Some(Refusal::ResendWait { .. } | Refusal::CodesUsed { .. }) => {
                Problem::at(&["code"], words::of_failure(&failure, pages.times()))
            }
            Some(Refusal::CodeDead) => return over(&pages),
            _ => return pages.failed(&failure),
        },
    };
    page(&pages, &headers, &Typed::default(), false, problem).await
}

/// What the browser says it is; judged by the rules, never shown.
pub(super) fn user_agent(headers: &HeaderMap) -> String {
    let text = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(300).collect()
}

async fn page(pages: &Pages, headers: &HeaderMap, typed: &Typed, again: bool, problem: Problem) -> Response {
    let Some(challenge) = pages.cookie(Cookie::Challenge, headers) else { return see_other("/sign-in") };
    let way = match pages.ask(ReadSignIn { challenge: challenge.clone() }).await {
        Ok(way) => way,
        Err(Failure::Refused(Refusal::CodeDead)) => return over(pages),
        Err(failure) => return pages.failed(&failure),
    };
    let status = problem.status();
    let page = Code {
        frame: pages.frame(),
        works_until: way.works_until.map(|until| pages.clock(until)),
        way: &way,
        again,
        code: &typed.code,
        remember: typed.remember.is_some(),
        problem,
    };
    let mut response = render(status, &page);
    Cookie::Challenge.put(response.headers_mut(), &challenge, pages.https());
    response
}

/// The sign-in waited too long, or the account changed meanwhile.
pub(super) fn over(pages: &Pages) -> Response {
    let title = "This sign-in is over";
    let page = Sentence { frame: pages.frame(), title, sentence: words::SIGN_IN_OVER, reference: None };
    let mut response = render(StatusCode::GONE, &page);
    Cookie::Challenge.forget(response.headers_mut(), pages.https());
    response
}
