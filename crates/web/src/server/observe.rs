//! One line and one count for each request: an id, what was asked, what it came to, how long it took. Never an address
//! (addresses of links hold secrets), a query string, a header or a body.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use recovery_desk::chance::Chance;
use tracing::Instrument;

use super::Metrics;
use crate::desk_api::CameTo;

/// In answers: the id under which the log has this request.
const REQUEST_ID: &str = "request-id";

/// Wraps a request. Made here, never taken from the client: a log is not written by strangers.
pub async fn request(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = format!("{:016x}", u64::from_be_bytes(Chance::operating_system().bytes()));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let came_to = response.extensions().get::<CameTo>().copied();
    span.in_scope(|| match came_to {
        Some(CameTo { operation, outcome }) => {
            metrics.operation(operation, outcome, took);
            tracing::info!(operation, outcome, status, ms, "desk");
        }
        None => {
            metrics.page(&route, status, took);
            tracing::info!(%method, route, status, ms, "page");
        }
    });
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
