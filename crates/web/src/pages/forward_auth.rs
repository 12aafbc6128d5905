//! `/auth/whoami`: a reverse proxy asks with the browser's cookies, and hands the answer's headers on to an application
//! behind it. See docs/auth-database.md.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use recovery_desk::operations::who_is_signed_in::WhoIsSignedIn;
use url::form_urlencoded::byte_serialize;

use super::Pages;

pub async fn whoami(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let user = match pages.ask_as_user(&headers, WhoIsSignedIn {}).await {
        Ok(user) => user,
        Err(failure) if failure.refusal().is_some_and(|refusal| refusal.code() == "busy") => {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        Err(_) => return StatusCode::UNAUTHORIZED.into_response(),
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    let told = [
        ("recovery-user-id", user.user_id),
        ("recovery-user-email", user.email),
        ("recovery-user-name", user.name),
        ("recovery-user-company", user.company_id),
        ("recovery-user-kind", user.kind),
        ("recovery-user-second-step", if user.second_step { "yes" } else { "no" }.to_owned()),
    ];
    for (name, value) in told {
        // A name is anything people type: letters of all scripts, and what would end a header.
        let value: String = byte_serialize(value.as_bytes()).collect();
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
