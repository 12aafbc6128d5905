//! Opening a link of the demo mailbox in the system's browser. The page names a letter and a number, never an address;
//! the address is looked up here and must be one of our own pages.

use recovery_desk::desk::Desk;
use recovery_rules::roles::Door;
use serde_json::json;
use url::Url;

use crate::connection::Connection;
use crate::problem::Problem;

/// The address behind a link of a letter.
///
/// # Errors
/// Nobody is signed in, it is no demo, or there is no such link.
pub async fn address(connection: &Connection, message_id: &str, index: usize) -> Result<Url, Problem> {
    let open = connection.desk().await?;
    let caller = connection.seat().caller();
    let mailbox = open.desk.perform_named(&caller, Door::Desk, "demo_mailbox", None, json!({})).await?.answer;
    let letters = mailbox["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    letters
        .iter()
        .find(|letter| letter["id"] == message_id)
        .and_then(|letter| letter["links"][index]["url"].as_str())
        .and_then(|url| Url::parse(url).ok())
        .filter(|url| is_ours(&open.desk, url))
        .ok_or(Problem::NoSuchLink)
}

fn is_ours(desk: &Desk, url: &Url) -> bool {
    url.origin() == desk.settings.public_url.origin() && url.username().is_empty() && url.password().is_none()
}
