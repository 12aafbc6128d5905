//! The main job, played by a process that is killed again and again. Clients write down what they asked and what they
//! heard; after the next start they ask again, by the same request id, where they heard nothing. In the end a checker
//! reads the history, the database and what arrived at the mail server, and looks for losses and doubles.
//!
//! The letters I1 to I7 are the invariants of docs/architecture.md, "Faults".

pub mod checker;
mod checker_tests;
pub mod client;
pub mod found;
pub mod history;
pub mod parent;
pub mod sink;
mod sweep;
pub mod worker;
