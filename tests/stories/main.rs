//! Stories through the public doors, on real parts. One binary: linking is what costs.
#![expect(
    clippy::unwrap_used,
    reason = "what sets a story up is test code too; clippy only knows functions marked #[test] as such"
)]

mod harness;
mod hostile;
mod look_up_and_call;
mod mail_server;
mod main_job;
mod operators;
mod races;
mod role_bodies;
mod role_matrix;
mod unlock_mail;
mod window;
