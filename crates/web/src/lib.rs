//! The account pages (`router`), the desk API (`desk_api`, with the desk's side in `desk_api::client`), the server
//! around both, and what the command line `recovery-desk-server` is made of. There are no rules here: every page asks
//! `Desk::perform` through `Door::Pages`, every desk through `Door::DeskApi`.

mod call_backs;
pub mod command_line;
mod cookies;
pub mod demo_call;
pub mod desk_api;
mod guard;
mod output;
mod pages;
mod router;
pub mod server;
mod source;
mod words;

pub use router::{Served, router, served};
