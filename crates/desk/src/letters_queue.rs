//! Queues a message in the transaction that makes it necessary. Only facts go in; the mailer makes the secret
//! when it takes the letter.

use recovery_rules::states::Change;
use recovery_rules::time::Moment;
use serde_json::Value;

use crate::failure::Stop;
use crate::store::{outbox, users};
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

    /// A mail to an address that belongs to nobody here.
    pub const fn to_nobody(address: &'a str, letter: &'a str) -> Self {
        Self::to_operator(address, letter)
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

/// Tells every address of a user of a change, now.
pub async fn tell(
    work: &mut Work<'_>,
    user: &users::User,
    change: Change,
    until: Option<Moment>,
) -> Result<(), Stop> {
    let facts = serde_json::json!({
        "change": change.name(), "at": work.now.0, "until": until.map(|until| until.0),
    });
    queue_to_all(work, user, Letter::to(&user.id, &user.email, "notice"), &facts).await
}

/// Queues a letter to every address of a user: the one on file, and for a while after a change the former one.
pub async fn queue_to_all(
    work: &mut Work<'_>,
    user: &users::User,
    letter: Letter<'_>,
    facts: &Value,
) -> Result<(), Stop> {
    queue(work, letter, facts.clone()).await?;
    if let Some(former) = users::former_address(&mut work.tx, &user.id, work.now).await? {
        queue(work, Letter { address: &former, ..letter }, facts.clone()).await?;
    }
    Ok(())
}
