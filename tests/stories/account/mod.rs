//! The account pages over real HTTP, with a real mail server and a stand-in for the SMS gateway: security questions,
//! 2-step and sign-in, statement by statement (D1 to D5).

mod accessibility;
mod address;
mod codes_in_form;
mod in_chromium;
mod in_chromium_by_letter;
mod no_secret_left;
mod questions;
mod recovery_code;
mod settings;
mod shape;
mod sign_in;
mod turn_off;
mod turn_on;
