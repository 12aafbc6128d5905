//! Changes that need nothing but the current password (and a second step, where 2-step gives one): turning 2-step off,
//! reporting a lost phone, locking the account. One page each, of one make.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::failure::Failure;
use recovery_desk::operations::lock_my_account::LockMyAccount;
use recovery_desk::operations::report_lost_phone::ReportLostPhone;
use recovery_desk::operations::turn_two_step_off::TurnTwoStepOff;
use recovery_desk::operations::two_step::{ReadTwoStep, TwoStepView};
use recovery_rules::refusal::Refusal;

use super::{Frame, Pages, Problem, Sentence, Tab, confirm, render, see_other};
use crate::cookies::Cookie;
use crate::words;

/// What a page of this make says.
struct Words {
    here: &'static str,
    title: &'static str,
    lead: &'static str,
    list: &'static [&'static str],
    button: &'static str,
    danger: bool,
    other: &'static str,
}

#[derive(Template)]
#[template(path = "confirmed.html")]
struct Page<'a> {
    frame: Frame<'a>,
    words: &'a Words,
    problem: Problem,
}

const OFF: Words = Words {
    here: "/account/two-step/off",
    title: "Turn 2-step off",
    lead: "Signing in will ask for your password alone. We tell you by email.",
    list: &[
        "Your phone and your recovery code stop counting.",
        "All remembered browsers are forgotten, and other browsers are signed out.",
        "If you forget your password, the reset code comes in a separate email.",
    ],
    button: "Turn 2-step off",
    danger: true,
    other: "",
};
const LOST: Words = Words {
    here: "/account/two-step/lost",
    title: "Report a lost phone",
    lead: "Your phone stops being a second step at once.",
    list: &[
        "Other browsers are signed out, and no browser is remembered any more.",
        "Your recovery code stops counting too.",
        "Until you set 2-step up again, we send a code to your email each time you sign in.",
    ],
    button: "My phone is lost",
    danger: true,
    other: "Have the new phone already? Change the phone instead: your recovery code stays.",
};
const LOCK: Words = Words {
    here: "/account/lock",
    title: "Lock my account",
    lead: "Do this if somebody else may be in your account.",
    list: &[
        "Everybody is signed out, you too.",
        "Nobody can sign in, and nobody can reset the password.",
        "To open it again, you call us and answer your security questions. If you have answered none, an administrator decides with you.",
    ],
    button: "Lock my account",
    danger: true,
    other: "",
};

/// Turning off: the form.
pub async fn show_off(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    show(&pages, &headers, &OFF, |view| view.on() || view.again(), true).await
}

/// A lost phone: the form.
pub async fn show_lost(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    show(&pages, &headers, &LOST, TwoStepView::on, true).await
}

/// Locking: the form.
pub async fn show_lock(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    show(&pages, &headers, &LOCK, |_| true, false).await
}

/// Turn it off.
pub async fn off(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<confirm::Password>,
) -> Response {
    match pages.ask_as_user(&headers, TurnTwoStepOff { password: typed.secret() }).await {
        Ok(_) => see_other("/account/two-step"),
        Err(Failure::Refused(Refusal::LongerPasswordFirst { .. })) => {
            see_other("/account/password?first=longer")
        }
        Err(failure) => not_done(&pages, &failure, &OFF),
    }
}

/// The phone is lost.
pub async fn lost(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<confirm::Password>,
) -> Response {
    match pages.ask_as_user(&headers, ReportLostPhone { password: typed.secret() }).await {
        Ok(_) => see_other("/account/two-step"),
        Err(failure) => not_done(&pages, &failure, &LOST),
    }
}

/// Lock it.
pub async fn lock(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Form(typed): Form<confirm::Password>,
) -> Response {
    match pages.ask_as_user(&headers, LockMyAccount { password: typed.secret() }).await {
        Ok(_) => {
            let title = "Your account is locked";
            let page =
                Sentence { frame: pages.frame(), title, sentence: words::ACCOUNT_LOCKED, reference: None };
            let mut response = render(StatusCode::OK, &page);
            Cookie::Session.forget(response.headers_mut(), pages.https());
            response
        }
        Err(failure) => not_done(&pages, &failure, &LOCK),
    }
}

async fn show(
    pages: &Pages,
    headers: &HeaderMap,
    words: &Words,
    fits: impl Fn(&TwoStepView) -> bool,
    second_step: bool,
) -> Response {
    match pages.ask_as_user(headers, ReadTwoStep {}).await {
        Ok(view) if !fits(&view) => see_other("/account/two-step"),
        Ok(view) if second_step && view.second_step_needed => pages.step_up_first(words.here),
        Ok(_) => page(pages, words, Problem::none()),
        Err(failure) => pages.refused_to_user(&failure, words.here),
    }
}

fn not_done(pages: &Pages, failure: &Failure, words: &Words) -> Response {
    match confirm::problem(pages, failure) {
        Some(problem) => page(pages, words, problem),
        None => pages.refused_to_user(failure, words.here),
    }
}

fn page(pages: &Pages, words: &Words, problem: Problem) -> Response {
    render(problem.status(), &Page { frame: pages.frame_of(Tab::TwoStep), words, problem })
}
