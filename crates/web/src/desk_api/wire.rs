//! The names both sides of the desk API use: the server here, `client` at the desk.

/// The version of the wire, in requests and answers: a whole number.
pub const API_VERSION: &str = "desk-api-version";
/// The client's id of an attempt; the same for a retry.
pub const REQUEST_ID: &str = "desk-request-id";
/// The proof of the desk's device; see `recovery_desk::device`.
pub const PROOF: &str = "desk-proof";
/// In answers: what became of the session, `started <token>` or `ended`.
pub const SESSION: &str = "desk-session";
/// In answers: the server's time, UTC ms. Desks go by it.
pub const TIME: &str = "desk-time";
/// A session started; its token follows after a space.
pub const STARTED: &str = "started";
/// The session ended.
pub const ENDED: &str = "ended";
/// Under this name the stream of events is proved and logged.
pub const EVENTS: &str = "events";
/// In a request for events: the `id` of the last one heard, which is the server's moment, UTC ms.
pub const LAST_EVENT: &str = "last-event-id";
/// Seconds between two signs of life of a stream.
pub const HEARTBEAT_SECONDS: u64 = 5;
/// What `Desk-Session` begins with between password and code.
pub const ARRIVING: &str = "arriving";
