//! Pure decisions of Recovery Desk: given facts and a moment, they answer. No clock, database, async, HTTP
//! or JSON is known here, so every rule can be read and tested on its own.

pub mod acceptable_answer;
pub mod answers;
pub mod approvals;
pub mod breaker;
pub mod browser_label;
pub mod call;
pub mod call_reference;
pub mod check_words;
mod code_problem;
pub mod codes;
pub mod contact;
pub mod counters;
mod crockford;
pub mod display_name;
pub mod email;
pub mod fold;
pub mod link_secret;
pub mod look_up_query;
pub mod mask;
pub mod message;
pub mod notes;
pub mod outcome;
pub mod passwords;
pub mod phone;
pub mod policy;
pub mod questions;
pub mod recovery_code;
pub mod refusal;
pub mod reports;
pub mod reset;
pub mod roles;
pub mod shared_log_in;
pub mod similar_names;
#[cfg(test)]
mod stable_codes;
pub mod states;
pub mod time;
pub mod two_step;
