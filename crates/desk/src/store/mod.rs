//! The SQL, one file a table. Functions take the transaction and plain values, and decide nothing: whether a
//! row may be touched is in the WHERE clause the caller asks for, and the row count says whether it was.

pub mod address_fragments;
pub mod approvals;
pub mod audit;
pub mod call_references;
pub mod calls;
pub mod challenges;
pub mod codes;
pub mod companies;
pub mod counters;
pub mod demo_mailbox;
pub mod desk_sessions;
pub mod email_changes;
pub mod events;
pub mod imported_users;
pub mod leases;
pub mod links;
pub mod look_up;
pub mod meta;
pub mod operators;
pub mod outbox;
pub mod pending_phones;
pub mod personal_data;
pub mod policy;
pub mod remembered_browsers;
pub mod reports;
pub mod requests;
pub mod resets;
pub mod restored;
pub mod security_answers;
pub mod sessions;
pub mod tallies;
pub mod team;
pub mod team_reviews;
pub mod two_step;
pub mod users;
