//! The account pages (`router`), and what the command line `recovery-desk-server` is made of. There are no
//! rules here: every page asks `Desk::perform` through `Door::Pages` and shows what it answers. The desk API
//! is not here yet.

mod call_backs;
pub mod command_line;
mod cookies;
pub mod demo_call;
mod guard;
mod output;
mod pages;
mod router;
mod source;
mod words;

pub use router::router;
