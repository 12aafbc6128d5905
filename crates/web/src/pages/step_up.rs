//! "Confirm that it's you": a second step for a session that has none, before a change that needs one. Leads back to
//! where it came from; only places of a fixed list.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::enter_sign_in_code::CodeOnItsWay;
use recovery_desk::operations::step_up::{
    AskStepUpCode, EnterStepUpCode, ReadStepUp, StepUpWithRecoveryCode, SteppedUp,
};
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, Tab, recovery_code, render, see_other};
use crate::words;

/// Where it may lead back to, by the name in the address. Anything else leads to the 2-step page.
const PLACES: [(&str, &str); 9] = [
    ("two-step", "/account/two-step"),
    ("on", "/account/two-step/on"),
    ("phone", "/account/two-step/phone"),
    ("off", "/account/two-step/off"),
    ("lost", "/account/two-step/lost"),
    ("recovery-code", "/account/recovery-code"),
    ("questions", "/account/questions/replace"),
    ("password", "/account/password"),
    ("email", "/account/email"),
];

#[derive(Template)]
#[template(path = "step_up.html")]
struct Code<'a> {
    frame: Frame<'a>,
    back: &'a str,
    /// What is on its way; none before a code was asked for.
    way: Option<&'a CodeOnItsWay>,
    works_until: Option<String>,
    code: &'a str,
    problem: Problem,
}

#[derive(Template)]
#[template(path = "step_up_recovery.html")]
struct Recovery<'a> {
    frame: Frame<'a>,
    back: &'a str,
    recovery_code: &'a str,
    problem: Problem,
}

/// Where to go afterwards, by name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    to: String,
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    to: String,
    code: String,
    recovery_code: String,
}

/// The name of a place in the address of this page.
pub fn name_of(place: &str) -> &'static str {
    PLACES.iter().find(|(_, known)| *known == place).map_or("two-step", |(name, _)| name)
}

fn known(name: &str) -> (&'static str, &'static str) {
    PLACES.iter().find(|(known, _)| *known == name).copied().unwrap_or(PLACES[0])
}

/// The form, or the button that sends a code.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap, Query(back): Query<Back>) -> Response {
    page(&pages, &headers, &back.to, "", Problem::none()).await
}

/// Sends a code; another one if one was sent before.
pub async fn send(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    let again = pages.ask_as_user(&headers, ReadStepUp {}).await.is_ok();
    let problem = match pages.ask_as_user(&headers, AskStepUpCode { again }).await {
        Ok(_) => Problem::none(),
        Err(failure) => match failure.refusal() {
            Some(Refusal::ResendWait { .. } | Refusal::CodesUsed { .. }) => {
                Problem::at(&["code"], words::of_failure(&failure, pages.times()))
            }
            _ => return over(&pages, &failure),
        },
    };
    page(&pages, &headers, &typed.to, "", problem).await
}

/// The code was sent in.
pub async fn enter(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    let code = typed.code;
    let sentence =
        match pages.ask_as_user(&headers, EnterStepUpCode { code: SecretText::new(code.clone()) }).await {
            Ok(SteppedUp::Done { .. }) => return see_other(known(&typed.to).1),
            Ok(SteppedUp::NotRight { tries_left: 0 }) => words::SIGN_IN_CODE_TRIES_USED.to_owned(),
            Ok(SteppedUp::NotRight { tries_left }) => words::wrong_code(tries_left),
            Err(failure) => match failure.refusal() {
                Some(Refusal::BadCode { .. } | Refusal::CodesUsed { .. } | Refusal::CodeDead) => {
                    words::of_failure(&failure, pages.times())
                }
                _ => return over(&pages, &failure),
            },
        };
    page(&pages, &headers, &typed.to, &code, Problem::at(&["code"], sentence)).await
}

/// The recovery code's form.
pub async fn show_recovery(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    recovery_page(&pages, &headers, &back.to, "", Problem::none()).await
}

/// The recovery code was sent in.
pub async fn enter_recovery(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let code = typed.recovery_code;
    let request = StepUpWithRecoveryCode { recovery_code: SecretText::new(code.clone()) };
    let failure = match pages.ask_as_user(&headers, request).await {
        Ok(SteppedUp::Done { new_code: Some(new_code) }) => {
            return recovery_code::show_once(&pages, &new_code, recovery_code::Why::Used);
        }
        Ok(SteppedUp::Done { new_code: None }) => return see_other(known(&typed.to).1),
        Ok(SteppedUp::NotRight { tries_left }) => {
            Failure::Refused(Refusal::RecoveryCodeNotRight { tries_left })
        }
        Err(failure) => failure,
    };
    match failure.refusal() {
        Some(refusal) if refusal.field() == Some("recovery_code") => {
            let problem = Problem::at(&["recovery_code"], words::of_failure(&failure, pages.times()));
            recovery_page(&pages, &headers, &typed.to, &code, problem).await
        }
        _ => over(&pages, &failure),
    }
}

async fn page(pages: &Pages, headers: &HeaderMap, to: &str, code: &str, problem: Problem) -> Response {
    let way = match pages.ask_as_user(headers, ReadStepUp {}).await {
        Ok(way) => Some(way),
        Err(Failure::Refused(Refusal::CodeDead)) => None,
        Err(failure) => return over(pages, &failure),
    };
    // Before a code was asked for there is no field that the summary could lead to.
    let problem = if way.is_some() { problem } else { Problem::at(&[], problem.sentence) };
    let page = Code {
        frame: pages.frame_of(Tab::TwoStep),
        back: known(to).0,
        works_until: way.as_ref().and_then(|way| way.works_until).map(|until| pages.clock(until)),
        way: way.as_ref(),
        code,
        problem,
    };
    render(page.problem.status(), &page)
}

async fn recovery_page(
    pages: &Pages,
    headers: &HeaderMap,
    to: &str,
    recovery_code: &str,
    problem: Problem,
) -> Response {
    let read = recovery_desk::operations::two_step::ReadTwoStep {};
    match pages.ask_as_user(headers, read).await {
        Ok(view) if view.on() => {
            let frame = pages.frame_of(Tab::TwoStep);
            let page = Recovery { frame, back: known(to).0, recovery_code, problem };
            render(page.problem.status(), &page)
        }
        Ok(_) => see_other("/account/two-step"),
        Err(failure) => over(pages, &failure),
    }
}

fn over(pages: &Pages, failure: &Failure) -> Response {
    match failure.refusal() {
        Some(Refusal::TwoStepState) => see_other("/account/two-step"),
        _ => pages.refused_to_user(failure, "/account/two-step"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c14_only_places_of_the_list_are_led_to() {
        for evil in ["https://evil.example", "//evil.example", "/account", "off\r\nSet-Cookie: a=b", ""] {
            assert_eq!(known(evil), PLACES[0], "{evil}");
        }
        for (name, place) in PLACES {
            assert_eq!(known(name).1, place);
            assert_eq!(name_of(place), name);
        }
    }
}
