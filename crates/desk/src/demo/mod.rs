//! Demo data: invented people in invented companies, covering every state of SYSTEM.md section 3.
//!
//! Everything secret about it is published, here and in `DataKeys::published_demo`: one passphrase for all
//! accounts and the caller's four answers. So it is put into databases marked as demo only, and only into empty
//! ones. Times are relative to the clock's reading when it is put in.

mod answers;
mod calder;
mod calls;
mod companies;
mod hartwell;
mod insert;
mod northway;
mod operators;
mod osprey;
pub mod people;
mod play;
pub mod seed;

pub use seed::{SeedError, seed};

#[cfg(test)]
mod tests;
