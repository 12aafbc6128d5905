//! The verification code of a sign-in. The cookie that binds it to this browser also remembers which way the
//! code travels.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::operations::enter_sign_in_code::{CodeEntered, EnterSignInCode};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, Sentence, render, see_other, sign_in};
use crate::cookies::Cookie;
use crate::words;

/// Marks of the way in the cookie; the dot can't stand in the challenge itself.
const MAIL: &str = "mail.";
const TEXT: &str = "text.";

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct Code<'a> {
    frame: Frame<'a>,
    by_mail: bool,
    code: &'a str,
    problem: Problem,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
}

/// To the code page, with the challenge in a cookie.
pub fn send_there(pages: &Pages, challenge: &SecretText, by_mail: bool) -> Response {
    let mark = if by_mail { MAIL } else { TEXT };
    let value = SecretText::new(format!("{mark}{}", challenge.expose()));
    let mut response = see_other("/sign-in/code");
    Cookie::Challenge.put(response.headers_mut(), &value, pages.https());
    response
}

/// The form, empty.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match challenge(&pages, &headers) {
        Some((_, by_mail)) => page(&pages, by_mail, "", Problem::none()),
        None => see_other("/sign-in"),
    }
}

/// The code was sent in.
pub async fn enter(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    let Some((challenge, by_mail)) = challenge(&pages, &headers) else { return see_other("/sign-in") };
    let code: String = typed.code.chars().take(32).collect();
    let request = EnterSignInCode { challenge, code: SecretText::new(code.clone()) };
    let sentence = match pages.ask(request).await {
        Ok(CodeEntered::Done { token }) => return sign_in::signed_in(&pages, &headers, &token).await,
        Ok(CodeEntered::NotRight { tries_left: 0 }) => return dead(&pages, words::CODE_TRIES_USED),
        Ok(CodeEntered::NotRight { tries_left }) => words::wrong_code(tries_left, by_mail),
        Err(failure) => match failure.refusal() {
            Some(Refusal::BadField { .. }) => words::of_failure(&failure, pages.times()),
            Some(Refusal::CodeDead) => return dead(&pages, &words::of_failure(&failure, pages.times())),
            _ => return pages.failed(&failure),
        },
    };
    page(&pages, by_mail, &code, Problem::at(&["code"], sentence))
}

fn challenge(pages: &Pages, headers: &HeaderMap) -> Option<(SecretText, bool)> {
    let value = pages.cookie(Cookie::Challenge, headers)?;
    let text = value.expose();
    let (secret, by_mail) = match text.strip_prefix(MAIL) {
        Some(secret) => (secret, true),
        None => (text.strip_prefix(TEXT)?, false),
    };
    Some((SecretText::new(secret), by_mail))
}

fn page(pages: &Pages, by_mail: bool, code: &str, problem: Problem) -> Response {
    render(problem.status(), &Code { frame: pages.frame(), by_mail, code, problem })
}

fn dead(pages: &Pages, sentence: &str) -> Response {
    let title = "This code doesn\u{2019}t work any more";
    let page = Sentence { frame: pages.frame(), title, sentence, reference: None };
    let mut response = render(StatusCode::GONE, &page);
    Cookie::Challenge.forget(response.headers_mut(), pages.https());
    response
}
