//! The 2-step page: the state in one sentence, what can be done about it, the browsers that are remembered; and, while
//! it is to be set up again, the page that sign-in leads to.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::operations::put_off_set_up::PutOffSetUp;
use recovery_desk::operations::remembered_browsers::ForgetBrowsers;
use recovery_desk::operations::two_step::{BrowserView, ReadTwoStep, TwoStepView};
use recovery_rules::states::TwoStep;
use serde::Deserialize;

use super::{Frame, Pages, Tab, render, see_other};

const HERE: &str = "/account/two-step";

#[derive(Template)]
#[template(path = "two_step.html")]
struct Page<'a> {
    frame: Frame<'a>,
    view: &'a TwoStepView,
    since: String,
    recovery_code_at: Option<String>,
    browsers: Vec<Browser<'a>>,
}

struct Browser<'a> {
    view: &'a BrowserView,
    last_used: String,
    until: String,
}

#[derive(Template)]
#[template(path = "two_step_again.html")]
struct Again<'a> {
    frame: Frame<'a>,
    since: String,
    later_until: Option<String>,
}

/// Which browser; none means all of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Forget {
    id: Option<String>,
}

/// The page.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let view = match pages.ask_as_user(&headers, ReadTwoStep {}).await {
        Ok(view) => view,
        Err(failure) => return pages.refused_to_user(&failure, HERE),
    };
    let browsers = view.browsers.iter().map(|browser| Browser {
        view: browser,
        last_used: pages.date(browser.last_used_at),
        until: pages.day(browser.expires_at),
    });
    let page = Page {
        frame: pages.frame_of(Tab::TwoStep),
        since: pages.day(view.since),
        recovery_code_at: view.recovery_code_at.map(|at| pages.day(at)),
        browsers: browsers.collect(),
        view: &view,
    };
    render(StatusCode::OK, &page)
}

/// Forgets one browser, or all.
pub async fn forget(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Forget>) -> Response {
    let id = typed.id.filter(|id| !id.is_empty());
    match pages.ask_as_user(&headers, ForgetBrowsers { id }).await {
        Ok(_) => see_other(HERE),
        Err(failure) => pages.refused_to_user(&failure, HERE),
    }
}

/// Where sign-in leads while it is to be set up again.
pub async fn again(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.ask_as_user(&headers, ReadTwoStep {}).await {
        Ok(view) if view.state == TwoStep::ToBeSetUpAgain => {
            let page = Again {
                frame: pages.frame_of(Tab::TwoStep),
                since: pages.day(view.since),
                later_until: view.later_until.map(|until| pages.date(until)),
            };
            render(StatusCode::OK, &page)
        }
        Ok(_) => see_other(HERE),
        Err(failure) => pages.refused_to_user(&failure, HERE),
    }
}

/// *Later*.
pub async fn later(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.ask_as_user(&headers, PutOffSetUp {}).await {
        Ok(_) => see_other("/account"),
        Err(failure) => pages.refused_to_user(&failure, HERE),
    }
}
