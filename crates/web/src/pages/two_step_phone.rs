//! A phone for 2-step: turning it on and changing the phone are the same two pages, password and number, then the code
//! from the text message.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::change_phone::{ChangePhone, StartChangingPhone};
use recovery_desk::operations::phone_code::{
    PhoneCodeEntered, PhoneCodeOnItsWay, ReadPhoneCode, ResendPhoneCode,
};
use recovery_desk::operations::turn_two_step_on::{StartTurningOn, TurnTwoStepOn};
use recovery_desk::operations::two_step::ReadTwoStep;
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, Tab, confirm, recovery_code, render, see_other};
use crate::words;

const ON: &str = "/account/two-step/on";
const CHANGE: &str = "/account/two-step/phone";
const CODE: &str = "/account/two-step/code";

#[derive(Template)]
#[template(path = "two_step_phone.html")]
struct Number<'a> {
    frame: Frame<'a>,
    turns_on: bool,
    action: &'static str,
    phone: &'a str,
    /// A number as it is written in the country of the settings.
    example: Option<String>,
    /// The number that counts if none is typed, masked.
    offered: Option<&'a str>,
    problem: Problem,
}

#[derive(Template)]
#[template(path = "two_step_code.html")]
struct Code<'a> {
    frame: Frame<'a>,
    way: &'a PhoneCodeOnItsWay,
    works_until: Option<String>,
    again: bool,
    code: &'a str,
    problem: Problem,
}

/// Password and number.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypedNumber {
    password: Option<SecretText>,
    phone: String,
}

/// The code.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypedCode {
    code: String,
}

/// Turning on: the form. Leads through the questions if they are missing.
pub async fn show_on(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.ask_as_user(&headers, ReadTwoStep {}).await {
        Ok(view) if view.on() => see_other("/account/two-step"),
        Ok(view) if view.questions_answered < 4 => see_other("/account/questions?then=two-step"),
        Ok(view) if view.second_step_needed => pages.step_up_first(ON),
        Ok(view) => number(&pages, true, "", view.offered_phone.as_deref(), Problem::none()),
        Err(failure) => pages.refused_to_user(&failure, ON),
    }
}

/// Changing: the form.
pub async fn show_change(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.ask_as_user(&headers, ReadTwoStep {}).await {
        Ok(view) if !view.on() => see_other("/account/two-step"),
        Ok(view) if view.second_step_needed => pages.step_up_first(CHANGE),
        Ok(_) => number(&pages, false, "", None, Problem::none()),
        Err(failure) => pages.refused_to_user(&failure, CHANGE),
    }
}

/// Turning on: password and number were sent in.
pub async fn start_on(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<TypedNumber>,
) -> Response {
    let (password, phone) = taken(typed);
    let asked = pages.ask_as_user(&headers, StartTurningOn { password, phone: phone.clone() }).await;
    started(&pages, &headers, asked, true, &phone).await
}

/// Changing: password and number were sent in.
pub async fn start_change(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<TypedNumber>,
) -> Response {
    let (password, phone) = taken(typed);
    let asked = pages.ask_as_user(&headers, StartChangingPhone { password, phone: phone.clone() }).await;
    started(&pages, &headers, asked, false, &phone).await
}

fn taken(typed: TypedNumber) -> (SecretText, String) {
    (typed.password.unwrap_or_else(|| SecretText::new("")), typed.phone.chars().take(60).collect())
}

async fn started(
    pages: &Pages,
    headers: &HeaderMap,
    asked: Result<PhoneCodeOnItsWay, Failure>,
    turns_on: bool,
    phone: &str,
) -> Response {
    let failure = match asked {
        Ok(_) => return see_other(CODE),
        Err(failure) => failure,
    };
    let problem = confirm::problem(pages, &failure).or_else(|| match failure.refusal() {
        Some(Refusal::BadField { field: "phone", .. } | Refusal::CodesUsed { .. }) => {
            Some(Problem::at(&["phone"], words::of_failure(&failure, pages.times())))
        }
        _ => None,
    });
    match problem {
        Some(problem) => {
            let offered = match pages.ask_as_user(headers, ReadTwoStep {}).await {
                Ok(view) if turns_on => view.offered_phone,
                _ => None,
            };
            number(pages, turns_on, phone, offered.as_deref(), problem)
        }
        None => pages.refused_to_user(&failure, if turns_on { ON } else { CHANGE }),
    }
}

/// The code's form.
pub async fn show_code(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    code(&pages, &headers, "", false, Problem::none()).await
}

/// The code was sent in.
pub async fn enter_code(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<TypedCode>,
) -> Response {
    let text = typed.code;
    let turns_on = match pages.ask_as_user(&headers, ReadPhoneCode {}).await {
        Ok(way) => way.turns_on,
        Err(failure) => return over(&pages, &failure),
    };
    let secret = SecretText::new(text.clone());
    let entered = if turns_on {
        match pages.ask_as_user(&headers, TurnTwoStepOn { code: secret }).await {
            Ok(PhoneCodeEntered::Done(made)) => {
                return recovery_code::show_once(&pages, &made.code, recovery_code::Why::TurnedOn);
            }
            Ok(PhoneCodeEntered::NotRight { tries_left }) => Ok(tries_left),
            Err(failure) => Err(failure),
        }
    } else {
        match pages.ask_as_user(&headers, ChangePhone { code: secret }).await {
            Ok(PhoneCodeEntered::Done(_)) => return see_other("/account/two-step"),
            Ok(PhoneCodeEntered::NotRight { tries_left }) => Ok(tries_left),
            Err(failure) => Err(failure),
        }
    };
    let sentence = match entered {
        Ok(0) => words::SIGN_IN_CODE_TRIES_USED.to_owned(),
        Ok(tries_left) => words::wrong_code(tries_left),
        Err(failure) => match failure.refusal() {
            Some(Refusal::BadCode { .. } | Refusal::CodesUsed { .. } | Refusal::CodeDead) => {
                words::of_failure(&failure, pages.times())
            }
            _ => return over(&pages, &failure),
        },
    };
    code(&pages, &headers, &text, false, Problem::at(&["code"], sentence)).await
}

/// Send it again.
pub async fn resend(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.ask_as_user(&headers, ResendPhoneCode {}).await {
        Ok(_) => code(&pages, &headers, "", true, Problem::none()).await,
        Err(failure) => match failure.refusal() {
            Some(Refusal::ResendWait { .. } | Refusal::CodesUsed { .. }) => {
                let problem = Problem::at(&["code"], words::of_failure(&failure, pages.times()));
                code(&pages, &headers, "", false, problem).await
            }
            _ => over(&pages, &failure),
        },
    }
}

fn number(pages: &Pages, turns_on: bool, phone: &str, offered: Option<&str>, problem: Problem) -> Response {
    let action = if turns_on { ON } else { CHANGE };
    let frame = pages.frame_of(Tab::TwoStep);
    let example = pages.desk().settings.default_region.example();
    render(problem.status(), &Number { frame, turns_on, action, phone, example, offered, problem })
}

async fn code(pages: &Pages, headers: &HeaderMap, typed: &str, again: bool, problem: Problem) -> Response {
    let way = match pages.ask_as_user(headers, ReadPhoneCode {}).await {
        Ok(way) => way,
        Err(failure) => return over(pages, &failure),
    };
    let page = Code {
        frame: pages.frame_of(Tab::TwoStep),
        works_until: way.works_until.map(|until| pages.clock(until)),
        way: &way,
        again,
        code: typed,
        problem,
    };
    render(page.problem.status(), &page)
}

/// No number waits any more: the code's time is over, or another tab was faster.
fn over(pages: &Pages, failure: &Failure) -> Response {
    match failure.refusal() {
        Some(Refusal::CodeDead | Refusal::TwoStepState) => see_other("/account/two-step"),
        _ => pages.refused_to_user(failure, "/account/two-step"),
    }
}
