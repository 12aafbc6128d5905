//! A new password while signed in.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::operations::change_password::ChangePassword;
use recovery_desk::operations::two_step::ReadTwoStep;
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, Sentence, Tab, confirm, render};
use crate::words;

const HERE: &str = "/account/password";

#[derive(Template)]
#[template(path = "password.html")]
struct Page<'a> {
    frame: Frame<'a>,
    /// Characters a password needs on this page.
    minimum: i64,
    /// It is asked for before 2-step can be turned off.
    longer_first: bool,
    problem: Problem,
}

/// Why the page was opened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opened {
    first: String,
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    first: String,
    password: Option<SecretText>,
    new_password: Option<SecretText>,
}

/// The form.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap, Query(opened): Query<Opened>) -> Response {
    page(&pages, &headers, opened.first == "longer", Problem::none()).await
}

/// Both passwords were sent in.
pub async fn change(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    let nothing = || SecretText::new("");
    let request = ChangePassword {
        password: typed.password.unwrap_or_else(nothing),
        new_password: typed.new_password.unwrap_or_else(nothing),
    };
    let failure = match pages.ask_as_user(&headers, request).await {
        Ok(_) => {
            let title = "Your password is changed";
            let frame = Frame { signed_in: true, ..pages.frame() };
            let page = Sentence { frame, title, sentence: words::PASSWORD_CHANGED, reference: None };
            return render(StatusCode::OK, &page);
        }
        Err(failure) => failure,
    };
    let problem = confirm::problem(&pages, &failure).or_else(|| {
        let of_new_password = failure.refusal().and_then(Refusal::field) == Some("new_password");
        of_new_password.then(|| Problem::at(&["new_password"], words::of_failure(&failure, pages.times())))
    });
    match problem {
        Some(problem) => page(&pages, &headers, typed.first == "longer", problem).await,
        None => pages.refused_to_user(&failure, HERE),
    }
}

async fn page(pages: &Pages, headers: &HeaderMap, longer_first: bool, problem: Problem) -> Response {
    match pages.ask_as_user(headers, ReadTwoStep {}).await {
        Ok(view) if view.second_step_needed => pages.step_up_first(HERE),
        Ok(view) => {
            let minimum = if longer_first { view.password_alone } else { view.password_minimum };
            let frame = pages.frame_of(Tab::Password);
            let page = Page { frame, minimum, longer_first, problem };
            render(page.problem.status(), &page)
        }
        Err(failure) => pages.refused_to_user(&failure, HERE),
    }
}
