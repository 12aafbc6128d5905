//! Pure decisions of Recovery Desk: given facts and a moment, they answer. No clock, database, async, HTTP
//! or JSON is known here, so every rule can be read and tested on its own.

pub mod call;
pub mod counters;
pub mod policy;
pub mod refusal;
pub mod roles;
pub mod states;
pub mod time;
