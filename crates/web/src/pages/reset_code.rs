//! The codes behind a reset link: the reset code, the recovery code in its place, and *I don't have a code* where it comes by
//! e-mail.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::reset_code::{
    EnterResetCode, ResendResetCode, ResetByRecoveryCode, ResetCodeEntered,
};
use recovery_desk::reset::{CodeView, ResetView};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use recovery_rules::states::MessageState;
use serde::Deserialize;

use super::reset::{done_page, failed, keep, password_page, read, unknown};
use super::{Frame, Pages, Problem, render, see_other};
use crate::cookies::Cookie;
use crate::words;

/// The reset code.
#[derive(Template)]
#[template(path = "reset_code.html")]
struct Code<'a> {
    frame: Frame<'a>,
    step: u8,
    code: &'a CodeView,
    /// When it was sent and until when it works, on the clock.
    sent_at: String,
    works_until: Option<String>,
    reference: &'a str,
    could_not_send: bool,
    uncertain: bool,
    notice: Option<&'static str>,
    typed: &'a str,
    problem: Problem,
}

/// The recovery code.
#[derive(Template)]
#[template(path = "reset_recovery.html")]
struct Recovery<'a> {
    frame: Frame<'a>,
    step: u8,
    typed: &'a str,
    problem: Problem,
}

/// "I don't have a code" where it comes by e-mail.
#[derive(Template)]
#[template(path = "reset_no_code.html")]
struct NoCode<'a> {
    frame: Frame<'a>,
    step: u8,
    sent_to: &'a str,
}

/// The forms of the codes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypedCode {
    code: String,
    recovery_code: String,
}

/// The code page.
pub async fn code(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    code_page(&pages, &headers, "", None, Problem::none()).await
}

/// The code was sent in.
pub async fn enter(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<TypedCode>) -> Response {
    let Some(link) = pages.cookie(Cookie::Reset, &headers) else { return unknown(&pages) };
    let code = typed.code;
    let by_mail = match by_mail(&pages, &headers).await {
        Ok(by_mail) => by_mail,
        Err(failure) => return failed(&pages, &failure),
    };
    let sentence = match pages.ask(EnterResetCode { link, code: SecretText::new(code.clone()) }).await {
        Ok(ResetCodeEntered::NotRight { tries_left: 0 }) => words::RESET_CODE_TRIES_USED.to_owned(),
        Ok(ResetCodeEntered::NotRight { tries_left }) => words::wrong_code(tries_left),
        Ok(other) => return entered(&pages, &headers, other, true).await,
        Err(failure) => match failure.refusal() {
            Some(Refusal::BadCode { .. } | Refusal::CodeDead | Refusal::CodesUsed { .. }) => {
                words::reset_code_problem(&failure, by_mail, pages.times())
            }
            _ => return failed(&pages, &failure),
        },
    };
    code_page(&pages, &headers, &code, None, Problem::at(&["code"], sentence)).await
}

/// Whether the code travels by e-mail now: then there is no recovery code to lead to.
async fn by_mail(pages: &Pages, headers: &HeaderMap) -> Result<bool, Failure> {
    Ok(read(pages, headers).await?.code.is_some_and(|code| code.by_mail))
}

/// The code is to be sent again.
pub async fn again(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let Some(link) = pages.cookie(Cookie::Reset, &headers) else { return unknown(&pages) };
    let by_mail = match by_mail(&pages, &headers).await {
        Ok(by_mail) => by_mail,
        Err(failure) => return failed(&pages, &failure),
    };
    match pages.ask(ResendResetCode { link }).await {
        Ok(ResetCodeEntered::PasswordAgain) => keep(&pages, &headers, see_other("/reset/password")),
        Ok(_) => keep(&pages, &headers, see_other("/reset/code")),
        Err(failure) => match failure.refusal() {
            Some(Refusal::ResendWait { .. } | Refusal::CodesUsed { .. }) => {
                let sentence = words::reset_code_problem(&failure, by_mail, pages.times());
                code_page(&pages, &headers, "", None, Problem::at(&["code"], sentence)).await
            }
            _ => failed(&pages, &failure),
        },
    }
}

/// The recovery-code page.
pub async fn recovery(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    recovery_page(&pages, &headers, "", Problem::none()).await
}

/// The recovery code was sent in.
pub async fn recover(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<TypedCode>,
) -> Response {
    let Some(link) = pages.cookie(Cookie::Reset, &headers) else { return unknown(&pages) };
    let typed = typed.recovery_code;
    let request = ResetByRecoveryCode { link, recovery_code: SecretText::new(typed.clone()) };
    let failure = match pages.ask(request).await {
        Ok(ResetCodeEntered::NotRight { tries_left }) => {
            Failure::Refused(Refusal::RecoveryCodeNotRight { tries_left })
        }
        Ok(other) => return entered(&pages, &headers, other, true).await,
        Err(failure) => failure,
    };
    if failure.refusal().and_then(Refusal::field) != Some("recovery_code") {
        return failed(&pages, &failure);
    }
    let problem = Problem::at(&["recovery_code"], words::of_failure(&failure, pages.times()));
    recovery_page(&pages, &headers, &typed, problem).await
}

/// "I don't have a code" where it comes by e-mail.
pub async fn no_code(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match read(&pages, &headers).await {
        Ok(ResetView { code: Some(code), .. }) if !code.by_mail => {
            keep(&pages, &headers, see_other("/reset/recovery"))
        }
        Ok(view) => {
            let Some(code) = &view.code else { return keep(&pages, &headers, see_other("/reset")) };
            let page = NoCode { frame: pages.frame(), step: 3, sent_to: &code.sent_to };
            keep(&pages, &headers, render(StatusCode::OK, &page))
        }
        Err(failure) => failed(&pages, &failure),
    }
}

async fn entered(
    pages: &Pages,
    headers: &HeaderMap,
    outcome: ResetCodeEntered,
    code_asked: bool,
) -> Response {
    match outcome {
        ResetCodeEntered::Done(done) => done_page(pages, &done, code_asked),
        ResetCodeEntered::PasswordAgain => match read(pages, headers).await {
            Ok(view) => {
                let problem = Problem::at(&["new_password"], words::PASSWORD_AGAIN.to_owned());
                password_page(pages, headers, &view, problem)
            }
            Err(failure) => failed(pages, &failure),
        },
        ResetCodeEntered::Switched(_) | ResetCodeEntered::NotRight { .. } => {
            code_page(pages, headers, "", Some(words::CODE_SWITCHED), Problem::none()).await
        }
    }
}

async fn code_page(
    pages: &Pages,
    headers: &HeaderMap,
    typed: &str,
    notice: Option<&'static str>,
    problem: Problem,
) -> Response {
    let view = match read(pages, headers).await {
        Ok(view) => view,
        Err(failure) => return failed(pages, &failure),
    };
    let Some(code) = &view.code else { return keep(pages, headers, see_other("/reset/password")) };
    let sent = code.sent.as_ref();
    let state = sent.map(|sent| sent.state);
    let status = problem.status();
    let page = Code {
        frame: pages.frame(),
        step: 3,
        code,
        sent_at: sent.map(|sent| pages.clock(sent.at)).unwrap_or_default(),
        works_until: sent.and_then(|sent| sent.works_until).map(|until| pages.clock(until)),
        reference: sent.map(|sent| sent.reference.as_str()).unwrap_or_default(),
        could_not_send: matches!(state, Some(MessageState::Failed | MessageState::Expired)),
        uncertain: state == Some(MessageState::Uncertain),
        notice,
        typed,
        problem,
    };
    keep(pages, headers, render(status, &page))
}

async fn recovery_page(pages: &Pages, headers: &HeaderMap, typed: &str, problem: Problem) -> Response {
    match read(pages, headers).await {
        Ok(view) if view.code.as_ref().is_some_and(|code| !code.by_mail) => {
            let status = problem.status();
            let page = Recovery { frame: pages.frame(), step: 3, typed, problem };
            keep(pages, headers, render(status, &page))
        }
        Ok(_) => keep(pages, headers, see_other("/reset")),
        Err(failure) => failed(pages, &failure),
    }
}
