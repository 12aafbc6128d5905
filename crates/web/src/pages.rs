//! The account pages: one file a page, its words in `templates/`. Here is what they share: the desk, and what
//! becomes of a failure.

pub mod account;
pub mod call_support;
pub mod colleague;
mod confirm;
pub mod confirmed;
pub mod email;
pub mod files;
pub mod forgot;
pub mod forward_auth;
mod frame;
pub mod help;
pub mod history;
pub mod not_me;
pub mod password;
mod problem;
pub mod questions;
pub mod recovery_code;
pub mod reset;
pub mod reset_code;
pub mod sign_in;
pub mod sign_in_code;
pub mod sign_in_recovery;
pub mod step_up;
pub mod stop_change;
pub mod two_step;
pub mod two_step_phone;
pub mod unlock;

use std::sync::Arc;

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::failure::Failure;
use recovery_desk::letters::ShownTimes;
use recovery_desk::operation::Operation;
use recovery_desk::secret::SecretText;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use recovery_rules::time::Moment;

pub use self::frame::{Frame, Tab};
pub use self::problem::Problem;
use crate::cookies::Cookie;
use crate::words;

/// What every page works with.
#[derive(Clone, Debug)]
pub struct Pages(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    desk: Desk,
    https: bool,
    host: String,
}

/// A page that says one thing and has no form.
#[derive(Template)]
#[template(path = "sentence.html")]
struct Sentence<'a> {
    frame: Frame<'a>,
    title: &'a str,
    sentence: &'a str,
    reference: Option<&'a str>,
}

impl Pages {
    /// The pages over this desk.
    pub fn new(desk: Desk) -> Self {
        let url = &desk.settings.public_url;
        let https = url.scheme() == "https";
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
            None => url.host_str().unwrap_or_default().to_owned(),
        };
        Self(Arc::new(Inner { https, host, desk }))
    }

    /// The desk behind them.
    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Whether they are served under https: then cookies are Secure.
    pub fn https(&self) -> bool {
        self.0.https
    }

    /// Whether a request's host is that of `public_url`; the scheme's own port may be written or left out.
    pub fn is_our_host(&self, host: &str) -> bool {
        let own_port = if self.0.https { ":443" } else { ":80" };
        host.strip_suffix(own_port).unwrap_or(host).eq_ignore_ascii_case(&self.0.host)
    }

    /// Asks the desk, as whoever holds a link or as nobody.
    async fn ask<O: Operation>(&self, request: O) -> Result<O::Answer, Failure> {
        self.0.desk.perform(&Caller::Nobody, Door::Pages, None, request).await
    }

    /// Asks the desk as the user of this browser's session.
    async fn ask_as_user<O: Operation>(&self, headers: &HeaderMap, request: O) -> Result<O::Answer, Failure> {
        let token = self.cookie(Cookie::Session, headers).ok_or(Failure::Refused(Refusal::SignedOut))?;
        self.0.desk.perform(&Caller::Session(token), Door::Pages, None, request).await
    }

    fn cookie(&self, cookie: Cookie, headers: &HeaderMap) -> Option<SecretText> {
        cookie.read(headers, self.0.https)
    }

    /// The secret of a link from its cookie; without one the link has to be opened again.
    fn link(&self, cookie: Cookie, headers: &HeaderMap) -> Result<SecretText, Failure> {
        self.cookie(cookie, headers).ok_or(Failure::Refused(Refusal::LinkUnknown))
    }

    /// What becomes of a refusal on a signed-in page, where it belongs to no field: to sign-in, or to what has to be
    /// done first, and back to `here` afterwards.
    fn refused_to_user(&self, failure: &Failure, here: &'static str) -> Response {
        match failure.refusal() {
            Some(Refusal::SignedOut) => account::signed_out(self),
            Some(Refusal::SecondStepNeeded) => self.step_up_first(here),
            Some(Refusal::SetUpFirst) => see_other("/account/two-step/again"),
            Some(Refusal::RecoveryCodeFirst) => see_other("/account/recovery-code"),
            Some(Refusal::QuestionsMissing) => see_other("/account/questions"),
            _ => self.failed(failure),
        }
    }

    fn frame(&self) -> Frame<'_> {
        let organisation = &self.0.desk.settings.organisation;
        Frame {
            name: &organisation.name,
            initial: organisation.name.chars().next().unwrap_or('?').to_uppercase().collect(),
            phone: &organisation.desk_phone,
            phone_digits: organisation
                .desk_phone
                .chars()
                .filter(|c| c.is_ascii_digit() || *c == '+')
                .collect(),
            hours: &organisation.opening_hours,
            support_email: organisation.support_email.as_deref(),
            signed_in: false,
            tab: Tab::None,
        }
    }

    /// The frame of a page that belongs to a part of a signed-in account.
    fn frame_of(&self, tab: Tab) -> Frame<'_> {
        Frame { signed_in: true, tab, ..self.frame() }
    }

    /// To "confirm that it's you", and back to a place afterwards.
    fn step_up_first(&self, place: &str) -> Response {
        axum::response::Redirect::to(&format!("/account/confirm?to={}", step_up::name_of(place)))
            .into_response()
    }

    fn times(&self) -> &ShownTimes {
        &self.0.desk.settings.times
    }

    fn clock(&self, utc_ms: i64) -> String {
        self.times().clock(Moment(utc_ms))
    }

    fn day(&self, utc_ms: i64) -> String {
        self.times().date(Moment(utc_ms))
    }

    fn date(&self, utc_ms: i64) -> String {
        self.times().date_and_clock(Moment(utc_ms))
    }

    /// The page of a failure that belongs to no field of a form.
    fn failed(&self, failure: &Failure) -> Response {
        let (title, status) = match failure {
            Failure::Fault { .. } => ("Something went wrong", StatusCode::INTERNAL_SERVER_ERROR),
            Failure::Refused(refusal) => of_refusal(refusal),
        };
        let wire = failure.wire();
        let sentence = words::of_failure(failure, self.times());
        let reference = wire.reference.as_deref();
        let mut response =
            render(status, &Sentence { frame: self.frame(), title, sentence: &sentence, reference });
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// Title and status of a refusal's page.
const fn of_refusal(refusal: &Refusal) -> (&'static str, StatusCode) {
    match refusal {
        Refusal::LinkUsed => ("This link was used", StatusCode::GONE),
        Refusal::LinkExpired => ("This link is too old", StatusCode::GONE),
        Refusal::LinkReplaced => ("There is a newer link", StatusCode::GONE),
        Refusal::LinkStopped => ("This link was stopped", StatusCode::GONE),
        Refusal::LinkUnknown => ("This link doesn\u{2019}t work", StatusCode::NOT_FOUND),
        Refusal::CodeDead => ("This code doesn\u{2019}t work any more", StatusCode::GONE),
        Refusal::SignInWait { .. } => ("Too many tries", StatusCode::TOO_MANY_REQUESTS),
        Refusal::ClockSteppedBack => ("Codes and links are on hold", StatusCode::SERVICE_UNAVAILABLE),
        Refusal::Busy => ("Too much is going on right now", StatusCode::SERVICE_UNAVAILABLE),
        _ => ("That didn\u{2019}t work", StatusCode::UNPROCESSABLE_ENTITY),
    }
}

/// A page.
fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// To another address of ours, by GET.
fn see_other(path: &'static str) -> Response {
    axum::response::Redirect::to(path).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_a_link_is_dead_has_a_page_of_its_own() {
        let titles = [
            Refusal::LinkUsed,
            Refusal::LinkExpired,
            Refusal::LinkReplaced,
            Refusal::LinkStopped,
            Refusal::LinkUnknown,
        ]
        .map(|refusal| of_refusal(&refusal).0);
        for (i, title) in titles.iter().enumerate() {
            assert!(!titles[..i].contains(title), "{title}");
        }
    }
}
