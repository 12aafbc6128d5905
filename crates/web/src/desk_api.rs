//! The desk API: `POST /desk/{operation}` for every operation the window has (but those for a window alone), and
//! `GET /desk/events`. Nothing is decided here: the operations table says what there is, `perform` who may. What is
//! here is the envelope: the version, the device's proof, the ceilings, statuses.

mod ceilings;
pub mod client;
mod events;
pub mod wire;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::device::{self, Request};
use recovery_desk::failure::Failure;
use recovery_desk::operation::SessionChange;
use recovery_desk::operations::{Answered, Listed, OPENAPI, TABLE};
use recovery_desk::secret::SecretText;
use recovery_desk::{API_VERSION, OLDEST_API_VERSION};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use serde_json::{Value, json};

use crate::source::{self, Peer};
use ceilings::Ceilings;
pub use events::Hub;

/// Notes of a call are the longest thing a desk sends: 2,000 characters of at most four bytes, escaped.
const LARGEST_BODY: usize = 64 * 1024;

/// What the desk API works with.
#[derive(Clone)]
pub struct DeskApi {
    desk: Desk,
    hub: Hub,
    ceilings: Arc<Ceilings>,
}

/// What a request came to, for logs and metrics: names of the table and stable codes alone.
#[derive(Clone, Copy, Debug)]
pub struct CameTo {
    /// The operation; `-` for a name that isn't one.
    pub operation: &'static str,
    /// `done`, or the code of the refusal.
    pub outcome: &'static str,
}

/// The desk API over this desk. `hub` tells its streams what happens.
pub fn router(desk: Desk, hub: Hub) -> Router {
    let api = DeskApi { desk, hub, ceilings: Arc::default() };
    Router::new()
        .route("/desk/openapi.json", get(openapi))
        .route("/desk/events", get(events::listen))
        .route("/desk/{operation}", post(perform))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(api)
}

async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

async fn perform(
    State(api): State<DeskApi>,
    Path(name): Path<String>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let operation = TABLE.iter().find(|listed| listed.name == name).map_or("-", |listed| listed.name);
    let source = source::of(&peer, &headers, &api.desk.settings.trusted_proxies);
    let answered = api.answer(&name, &source, &headers, &body).await;
    let (outcome, mut response) = match answered {
        Ok(response) => ("done", response),
        Err(failure) => (failure.code(), refused(&failure)),
    };
    response.extensions_mut().insert(CameTo { operation, outcome });
    api.told(response)
}

impl DeskApi {
    async fn answer(
        &self,
        name: &str,
        source: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response, Failure> {
        let (caller, request_id) = self.caller(name, source, headers, body)?;
        let request = match body {
            [] => json!({}),
            body => serde_json::from_slice(body).unwrap_or(Value::Null),
        };
        let answered = self.desk.perform_named(&caller, Door::DeskApi, name, request_id, request).await;
        self.note_session(name, &caller, &answered);
        let answered = answered?;
        let mut response = axum::Json(answered.answer).into_response();
        let session = match &answered.session {
            SessionChange::None => None,
            SessionChange::Started(token) => Some(format!("{} {}", wire::STARTED, token.expose())),
            SessionChange::Arriving(token) => Some(format!("{} {}", wire::ARRIVING, token.expose())),
            SessionChange::Ended => Some(wire::ENDED.to_owned()),
        };
        if let Some(mut value) = session.and_then(|text| HeaderValue::try_from(text).ok()) {
            value.set_sensitive(true);
            response.headers_mut().insert(wire::SESSION, value);
        }
        Ok(response)
    }

    /// What an answer says of the token that came with the request. Operations for anybody say nothing: they take no notice
    /// of it.
    fn note_session(&self, name: &str, caller: &Caller, answered: &Result<Answered, Failure>) {
        let Caller::Device { token, .. } = caller else { return };
        match answered {
            Ok(Answered { session: SessionChange::Started(new), .. }) => self.ceilings.found(new),
            Ok(_) => {
                let by_session =
                    |listed: &&Listed| listed.name == name && matches!(listed.who, Who::Operator(_));
                if let Some(token) = token.as_ref().filter(|_| TABLE.iter().any(|listed| by_session(&listed)))
                {
                    self.ceilings.found(token);
                }
            }
            Err(failure) => {
                if let Some(token) = token.as_ref().filter(|_| failure.refusal() == Some(&Refusal::SignedOut))
                {
                    self.ceilings.lost(token);
                }
            }
        }
    }

    /// Who asks: version first, then ceilings, then the device's proof. All of it before anything is read or written.
    fn caller<'a>(
        &self,
        name: &str,
        source: &str,
        headers: &'a HeaderMap,
        body: &[u8],
    ) -> Result<(Caller, Option<&'a str>), Failure> {
        let version = text(headers, wire::API_VERSION).and_then(|text| text.parse::<i64>().ok());
        match version {
            Some(version) if version > API_VERSION => return Err(Refusal::DeskTooNew.into()),
            Some(OLDEST_API_VERSION..) => {}
            Some(_) => return Err(Refusal::DeskTooOld.into()),
            None => return Err(Refusal::MalformedRequest.into()),
        }
        let token = text(headers, AUTHORIZATION.as_str())
            .and_then(|text| text.strip_prefix("Bearer "))
            .map(SecretText::new);
        if !self.ceilings.allow(source, token.as_ref()) {
            return Err(Refusal::Busy.into());
        }
        let request_id = text(headers, wire::REQUEST_ID);
        let asked = Request { operation: name, request_id, token: token.as_ref(), body };
        match text(headers, wire::PROOF).map(|proof| device::proven(proof, &asked)) {
            Some(Some(device)) => Ok((Caller::Device { token, device }, request_id)),
            // A proof for something else is as good as none: a stolen token, or a request somebody changed.
            Some(None) => Err(Refusal::SignedOut.into()),
            None => Err(Refusal::MalformedRequest.into()),
        }
    }

    /// What every answer tells: the version, the time, and that it is for nobody else.
    fn told(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(wire::API_VERSION, HeaderValue::from(API_VERSION));
        headers.insert(wire::TIME, HeaderValue::from(self.desk.clock.machine().0));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// A header that is there once and is text.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

/// The wire shape of a failure under the status that fits it.
fn refused(failure: &Failure) -> Response {
    (status(failure), axum::Json(failure.wire())).into_response()
}

fn status(failure: &Failure) -> StatusCode {
    let Some(refusal) = failure.refusal() else { return StatusCode::INTERNAL_SERVER_ERROR };
    match refusal {
        Refusal::SignedOut | Refusal::SignInNotRight | Refusal::DeviceTime => StatusCode::UNAUTHORIZED,
        Refusal::NotAllowed => StatusCode::FORBIDDEN,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::MalformedRequest
        | Refusal::RequestIdMissing
        | Refusal::BadField { .. }
        | Refusal::BadCode { .. } => StatusCode::BAD_REQUEST,
        Refusal::DeskTooOld | Refusal::DeskTooNew => StatusCode::UPGRADE_REQUIRED,
        Refusal::Busy | Refusal::KeysReplaced => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        refusal if refusal.until().is_some() => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::CONFLICT,
    }
}
