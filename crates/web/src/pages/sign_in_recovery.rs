//! "I don't have a code": the recovery code in the place of a verification code. Going back to the code is always
//! possible; neither uses up the other's tries.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::enter_sign_in_code::ReadSignIn;
use recovery_desk::operations::sign_in_with_recovery_code::{RecoveryCodeEntered, SignInWithRecoveryCode};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, recovery_code, render, see_other, sign_in, sign_in_code};
use crate::cookies::Cookie;
use crate::source::Peer;
use crate::words;

#[derive(Template)]
#[template(path = "sign_in_recovery.html")]
struct Recovery<'a> {
    frame: Frame<'a>,
    recovery_code: &'a str,
    problem: Problem,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    recovery_code: String,
}

/// The form, empty.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    page(&pages, &headers, "", Problem::none()).await
}

/// The recovery code was sent in.
pub async fn enter(
    State(pages): State<Pages>,
    peer: Peer,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let Some(challenge) = pages.cookie(Cookie::Challenge, &headers) else { return see_other("/sign-in") };
    let code = typed.recovery_code;
    let request = SignInWithRecoveryCode { challenge, recovery_code: SecretText::new(code.clone()) };
    let failure = match pages.ask(request).await {
        Ok(RecoveryCodeEntered::Done { signed_in, new_code }) => {
            let shown = recovery_code::show_once(&pages, &new_code, recovery_code::Why::Used);
            return sign_in::signed_in(&pages, &headers, &peer, &signed_in, shown).await;
        }
        Ok(RecoveryCodeEntered::NotRight { tries_left }) => {
            Failure::Refused(Refusal::RecoveryCodeNotRight { tries_left })
        }
        Err(failure) => failure,
    };
    match failure.refusal() {
        Some(Refusal::CodeDead) => sign_in_code::over(&pages),
        Some(refusal) if refusal.field() == Some("recovery_code") => {
            let problem = Problem::at(&["recovery_code"], words::of_failure(&failure, pages.times()));
            page(&pages, &headers, &code, problem).await
        }
        _ => pages.failed(&failure),
    }
}

async fn page(pages: &Pages, headers: &HeaderMap, recovery_code: &str, problem: Problem) -> Response {
    let Some(challenge) = pages.cookie(Cookie::Challenge, headers) else { return see_other("/sign-in") };
    match pages.ask(ReadSignIn { challenge: challenge.clone() }).await {
        Ok(way) if way.by_mail => return see_other("/sign-in/code"),
        Ok(_) => {}
        Err(Failure::Refused(Refusal::CodeDead)) => return sign_in_code::over(pages),
        Err(failure) => return pages.failed(&failure),
    }
    let mut response = render(problem.status(), &Recovery { frame: pages.frame(), recovery_code, problem });
    Cookie::Challenge.put(response.headers_mut(), &challenge, pages.https());
    response
}
