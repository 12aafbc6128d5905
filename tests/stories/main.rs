//! Stories through the public doors, on real parts. One binary: linking is what costs.
#![expect(
    clippy::unwrap_used,
    reason = "what sets a story up is test code too; clippy only knows functions marked #[test] as such"
)]

mod account;
mod administrators;
mod agents_change_nothing;
mod alike;
mod approvals_attacked;
mod article;
mod attacks;
mod audit_at_the_desk;
mod audit_log;
mod billing;
mod billing_review;
mod billing_signs;
mod call_support;
mod calls;
mod checks;
mod command_line;
mod crash;
mod database_tls;
mod desk_api;
mod faults;
mod forgot_password;
mod harness;
mod hostile;
mod letters_come_back;
mod look_up;
mod looking_after_operators;
mod looking_after_policy;
mod mail_faults;
mod mail_server;
mod main_job;
mod meetings;
mod operators;
mod pages_over_http;
mod passed_on_approvals;
mod races;
mod random;
mod recovery_contact;
mod reset_code;
mod reset_in_chromium;
mod resets_and_links;
mod role_bodies;
mod role_matrix;
mod serving;
mod serving_others;
mod shared_database;
mod spreadsheet;
mod statistics;
mod stopped_worker;
mod structure;
mod test_letters;
mod text_messages;
mod this_was_not_me;
mod two_processes;
mod two_servers;
mod unlock_approvals;
mod unlock_link;
mod unlock_mail;
mod window;
