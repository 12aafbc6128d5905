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

use crate::database::Tx;
use crate::store::users;
pub use seed::{SeedError, seed};

/// The billing user of the one-click sign-in: of the company of the pictures, with 2-step on.
const BILLING: &str = "marta.nowak@hartwell.example";

/// The billing user of the one-click sign-in.
pub(crate) async fn billing_user(tx: &mut Tx) -> Result<Option<users::User>, sqlx::Error> {
    let user = users::by_email(tx, BILLING).await?;
    Ok(user.filter(|user| user.kind == "billing" && user.account == "active"))
}

#[cfg(test)]
mod tests;
