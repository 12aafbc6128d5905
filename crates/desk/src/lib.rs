//! Operations, store, keys, audit log, outbox and mailer of Recovery Desk. Knows nothing of axum or Tauri;
//! the only HTML here is that of letters. Begin with `operations/mod.rs` (what can be done) and `perform.rs`
//! (how it is done).

mod account_change;
pub mod audit;
pub mod authenticator;
mod authorise;
mod browsers;
pub mod caller;
pub mod caretaker;
mod carrier;
pub mod chance;
pub mod clock;
mod clock_guard;
mod compose;
mod confirmed;
mod contact;
pub mod database;
pub mod delivery_report;
pub mod demo;
pub mod desk;
pub mod device;
mod export_place;
mod fail_points;
pub mod failure;
mod fresh_code;
pub mod hashing;
pub mod id;
pub mod import;
pub mod keys;
pub mod letters;
mod letters_queue;
pub mod look_up;
pub mod mailer;
mod new_password;
pub mod news;
pub mod operation;
pub mod operations;
mod password_tries;
pub mod perform;
pub mod recovery_codes;
mod requests;
pub mod reset;
pub mod secret;
pub mod settings;
mod short_codes;
pub mod sms;
pub mod smtp;
pub mod store;
mod tally;
pub mod team_export;
mod text_fields;
pub mod whole_file;
pub mod words;
pub mod work;

/// The version of the wire: requests and answers only gain fields within one.
pub const API_VERSION: i64 = 1;
/// The oldest version a desk server still answers, and a desk still asks: N and N-1.
pub const OLDEST_API_VERSION: i64 = 1;
