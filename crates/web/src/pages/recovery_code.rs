//! The recovery code: shown once in the answer that made it, finished by typing its last group; and asking for a new
//! one. What was left before that is void.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::operations::recovery_code::{AcknowledgeRecoveryCode, Acknowledged, NewRecoveryCode};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, confirm, render, see_other};
use crate::words;

/// Why a code is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// 2-step was turned on.
    TurnedOn,
    /// A new one was asked for.
    AskedFor,
    /// The one before was used.
    Used,
}

#[derive(Template)]
#[template(path = "recovery_code_once.html")]
struct Once<'a> {
    frame: Frame<'a>,
    why: Why,
    groups: Vec<&'a str>,
    code: &'a str,
}

#[derive(Template)]
#[template(path = "recovery_code_finish.html")]
struct Finish<'a> {
    frame: Frame<'a>,
    last_group: &'a str,
    problem: Problem,
}

#[derive(Template)]
#[template(path = "recovery_code_new.html")]
struct New<'a> {
    frame: Frame<'a>,
    /// The one before was never acknowledged.
    pending: bool,
    problem: Problem,
}

/// The form that finishes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    last_group: String,
}

/// Shows a code, this once. The page is an answer to a POST and never kept, so nothing shows it again.
pub fn show_once(pages: &Pages, code: &SecretText, why: Why) -> Response {
    let groups: Vec<&str> = code.expose().split('-').collect();
    let frame = Frame { signed_in: true, ..pages.frame() };
    render(StatusCode::OK, &Once { frame, why, groups, code: code.expose() })
}

/// Asks for a new one; for whoever never acknowledged the one before it is the only way on.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    page(&pages, &headers, Problem::none()).await
}

/// A new one was asked for.
pub async fn make(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<confirm::Password>,
) -> Response {
    match pages.ask_as_user(&headers, NewRecoveryCode { password: typed.secret() }).await {
        Ok(made) => show_once(&pages, &made.code, Why::AskedFor),
        Err(failure) => match confirm::problem(&pages, &failure) {
            Some(problem) => page(&pages, &headers, problem).await,
            None => pages.refused_to_user(&failure, "/account/recovery-code"),
        },
    }
}

/// The last group was typed.
pub async fn finish(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    let last_group = typed.last_group;
    let request = AcknowledgeRecoveryCode { last_group: SecretText::new(last_group.clone()) };
    let sentence = match pages.ask_as_user(&headers, request).await {
        Ok(Acknowledged::Done) => return see_other("/account/two-step"),
        Ok(Acknowledged::NotRight) => words::LAST_GROUP_NOT_RIGHT.to_owned(),
        Err(failure) => match failure.refusal() {
            Some(Refusal::BadCode { .. } | Refusal::RecoveryCodeWait { .. }) => {
                words::of_failure(&failure, pages.times())
            }
            // Nothing waits to be acknowledged: it was done in another tab, or a new code was made.
            Some(Refusal::TwoStepState) => return see_other("/account/two-step"),
            _ => return pages.refused_to_user(&failure, "/account/recovery-code"),
        },
    };
    let problem = Problem::at(&["last_group"], sentence);
    let frame = Frame { signed_in: true, ..pages.frame() };
    render(problem.status(), &Finish { frame, last_group: &last_group, problem })
}

async fn page(pages: &Pages, headers: &HeaderMap, problem: Problem) -> Response {
    let read = recovery_desk::operations::two_step::ReadTwoStep {};
    match pages.ask_as_user(headers, read).await {
        Ok(view) if view.on() => {
            let frame = Frame { signed_in: true, ..pages.frame() };
            let pending = view.pending_acknowledgement;
            render(problem.status(), &New { frame, pending, problem })
        }
        Ok(_) => see_other("/account/two-step"),
        Err(failure) => pages.refused_to_user(&failure, "/account/recovery-code"),
    }
}
