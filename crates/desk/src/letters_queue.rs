//! Queues a message in the transaction that makes it necessary. Only facts go in; the mailer makes the secret
//! when it takes the letter.

use serde_json::Value;

use crate::failure::Stop;
use crate::store::outbox;
use crate::work::Work;

/// A message to be queued.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// The user it is about.
    pub user_id: Option<&'a str>,
    /// Where it goes.
    pub address: &'a str,
    /// Which letter.
    pub letter: &'a str,
    /// `mail` or `sms`.
    pub kind: &'a str,
    /// The call it comes from.
    pub call_id: Option<&'a str>,
    /// The link it carries.
    pub link_id: Option<&'a str>,
    /// The code it carries.
    pub code_id: Option<&'a str>,
}

impl<'a> Letter<'a> {
    /// A mail without call, link or code.
    pub const fn to(user_id: &'a str, address: &'a str, letter: &'a str) -> Self {
        Self {
            user_id: Some(user_id),
            address,
            letter,
            kind: "mail",
            call_id: None,
            link_id: None,
            code_id: None,
        }
    }

    /// A mail to an operator, about no user.
    pub const fn to_operator(address: &'a str, letter: &'a str) -> Self {
        Self { user_id: None, address, letter, kind: "mail", call_id: None, link_id: None, code_id: None }
    }
}

/// Queues it; says its id.
pub async fn queue(work: &mut Work<'_>, letter: Letter<'_>, facts: Value) -> Result<String, Stop> {
    let id = work.new_id();
    let domain = work.desk.settings.public_url.host_str().unwrap_or("localhost").to_owned();
    let message = outbox::Message {
        message_id: format!("{}@{domain}", id.to_lowercase()),
        id: id.clone(),
        kind: letter.kind.to_owned(),
        letter: letter.letter.to_owned(),
        facts: facts.to_string(),
        user_id: letter.user_id.map(str::to_owned),
        call_id: letter.call_id.map(str::to_owned),
        link_id: letter.link_id.map(str::to_owned),
        code_id: letter.code_id.map(str::to_owned),
        address: letter.address.to_owned(),
        state: "waiting".to_owned(),
        attempts: 0,
        next_at: work.now.0,
        lease_until: None,
        fence: 0,
        unsure: 0,
        sealed_secret: None,
        expires_at: None,
        server_reply: None,
        queued_at: work.now.0,
        accepted_at: None,
    };
    outbox::insert(&mut work.tx, &message).await?;
    Ok(id)
}
