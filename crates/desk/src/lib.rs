//! Operations, store, keys, audit log, outbox and mailer of Recovery Desk.

pub mod chance;
pub mod hashing;
pub mod keys;
pub mod letters;
pub mod smtp;
