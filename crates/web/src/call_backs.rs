//! Where the SMS gateway reports what became of a text. No page: a gateway posts here, and what it didn't sign is
//! turned away without a word about why, and without a line in the audit log that a stranger could fill.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use recovery_desk::caller::Caller;
use recovery_desk::failure::Failure;
use recovery_desk::sms::call_back::{self, Received};
use recovery_rules::roles::Door;

use crate::pages::Pages;

/// Under this name reports stand in the audit log.
const CALLER: Caller = Caller::System("sms gateway");

/// A report.
pub async fn text(
    State(pages): State<Pages>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let desk = pages.desk();
    let Some(settings) = &desk.settings.sms else { return StatusCode::NOT_FOUND };
    let signature = headers.get(call_back::signature_header(settings)).and_then(|value| value.to_str().ok());
    let received = Received { id: &id, signature: signature.unwrap_or_default(), body: &body };
    let now = desk.clock.machine();
    let Some(report) = call_back::verified(settings, &desk.settings.public_url, received, now) else {
        tracing::warn!("a report about a text was not signed by the gateway");
        return StatusCode::FORBIDDEN;
    };
    match desk.perform(&CALLER, Door::System, None, report).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(Failure::Refused(_)) => StatusCode::NOT_FOUND,
        // The gateway may report again.
        Err(Failure::Fault { .. }) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
