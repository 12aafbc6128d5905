//! A billing user adds a colleague, so that nobody needs to share a log-in.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::operations::invite_colleague::InviteColleague;
use recovery_desk::operations::security_questions::ReadQuestions;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, Sentence, Tab, render, see_other};
use crate::words;

const HERE: &str = "/account/colleague";

#[derive(Template)]
#[template(path = "colleague.html")]
struct Page<'a> {
    frame: Frame<'a>,
    typed: &'a Typed,
    problem: Problem,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    given_name: String,
    family_name: String,
    email: String,
}

/// The form, empty.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.ask_as_user(&headers, ReadQuestions {}).await {
        Ok(view) if view.may_invite => page(&pages, &Typed::default(), Problem::none()),
        Ok(_) => see_other("/account/questions"),
        Err(failure) => pages.refused_to_user(&failure, HERE),
    }
}

/// Invite.
pub async fn invite(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    let cut = |text: &str| text.chars().take(300).collect::<String>();
    let typed = Typed {
        given_name: cut(&typed.given_name),
        family_name: cut(&typed.family_name),
        email: cut(&typed.email),
    };
    let request = InviteColleague {
        given_name: typed.given_name.clone(),
        family_name: typed.family_name.clone(),
        email: typed.email.clone(),
    };
    let failure = match pages.ask_as_user(&headers, request).await {
        Ok(_) => {
            let title = "Your colleague is invited";
            let frame = Frame { signed_in: true, ..pages.frame() };
            let page = Sentence { frame, title, sentence: words::INVITED, reference: None };
            return render(StatusCode::OK, &page);
        }
        Err(failure) => failure,
    };
    let fields: &[&str] = match failure.refusal() {
        Some(Refusal::BadField { field: "given_name", .. }) => &["given_name"],
        Some(Refusal::BadField { field: "family_name", .. }) => &["family_name"],
        Some(Refusal::BadField { field: "email", .. }) => &["email"],
        _ => return pages.refused_to_user(&failure, HERE),
    };
    page(&pages, &typed, Problem::at(fields, words::of_failure(&failure, pages.times())))
}

fn page(pages: &Pages, typed: &Typed, problem: Problem) -> Response {
    let page = Page { frame: pages.frame_of(Tab::Questions), typed, problem };
    render(page.problem.status(), &page)
}
