//! Messages waiting and sent. A mark counts only with the fence of the lease it was made under, so that a
//! worker that slept through its lease can't overwrite what another did.

use recovery_rules::message::Carries;
use recovery_rules::states::{MessageKind, MessageState};
use recovery_rules::time::Moment;

use crate::database::{Tx, sql};
use crate::failure::Fault;

/// A message.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// `mail` or `sms`.
    pub kind: String,
    /// Which letter.
    pub letter: String,
    /// Facts for the letter as JSON.
    pub facts: String,
    /// The user it is for.
    pub user_id: Option<String>,
    /// The call it came from.
    pub call_id: Option<String>,
    /// The link it carries.
    pub link_id: Option<String>,
    /// The code it carries.
    pub code_id: Option<String>,
    /// Where it goes.
    pub address: String,
    /// Its state.
    pub state: String,
    /// How often it was taken.
    pub attempts: i64,
    /// When it may be taken next, UTC ms.
    pub next_at: i64,
    /// The lease's end.
    pub lease_until: Option<i64>,
    /// The lease's number.
    pub fence: i64,
    /// Sendings of which nobody knows whether they arrived.
    pub unsure: i64,
    /// The secret it carries, sealed; wiped when it is accepted, expired or superseded.
    pub sealed_secret: Option<Vec<u8>>,
    /// When its link or code is dead, UTC ms.
    pub expires_at: Option<i64>,
    /// The e-mail's Message-ID, the same for every try.
    pub message_id: String,
    /// What the other server said last.
    pub server_reply: Option<String>,
    /// UTC ms.
    pub queued_at: i64,
    /// UTC ms.
    pub accepted_at: Option<i64>,
}

impl Message {
    /// The state.
    pub fn state(&self) -> Result<MessageState, Fault> {
        MessageState::from_name(&self.state)
            .ok_or_else(|| Fault::Stored(format!("message state {}", self.state)))
    }

    /// How it travels.
    pub fn kind(&self) -> Result<MessageKind, Fault> {
        MessageKind::from_name(&self.kind).ok_or_else(|| Fault::Stored(format!("message kind {}", self.kind)))
    }

    /// What it carries.
    pub const fn carries(&self) -> Carries {
        match (&self.code_id, &self.link_id) {
            (Some(_), _) => Carries::Code,
            (None, Some(_)) => Carries::Link,
            (None, None) => Carries::News,
        }
    }

    /// The end of the life of its secret.
    pub fn expires_at(&self) -> Option<Moment> {
        self.expires_at.map(Moment)
    }
}

/// Queues a message.
pub async fn insert(tx: &mut Tx, message: &Message) -> Result<(), sqlx::Error> {
    sql("INSERT INTO outbox (id, kind, letter, facts, user_id, call_id, link_id, code_id, address, state,
                             next_at, message_id, queued_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $11, $10)")
    .bind(&message.id)
    .bind(&message.kind)
    .bind(&message.letter)
    .bind(&message.facts)
    .bind(message.user_id.clone())
    .bind(message.call_id.clone())
    .bind(message.link_id.clone())
    .bind(message.code_id.clone())
    .bind(&message.address)
    .bind(message.queued_at)
    .bind(&message.message_id)
    .run(tx)
    .await?;
    Ok(())
}

/// Puts off a message that nobody took yet, or has it sent at once.
pub async fn put_off_until(tx: &mut Tx, id: &str, moment: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE outbox SET next_at = $2 WHERE id = $1 AND state = 'waiting'")
        .bind(id)
        .bind(moment)
        .run(tx)
        .await?;
    Ok(())
}

/// Takes back a message that nobody took yet.
pub async fn take_back(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE outbox SET state = 'superseded' WHERE id = $1 AND state = 'waiting'")
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// A message that may be taken.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Due {
    /// Its id.
    pub id: String,
    /// How it travels: `mail` or `sms`.
    pub kind: String,
}

/// Messages that may be taken now: waiting, put off until now, to be repeated now, or under a lease that ran out.
/// Those never tried come first, so that somebody who waits on the phone doesn't wait behind a backlog. Of each kind
/// only what is due since that moment.
pub async fn due(tx: &mut Tx, mails: Moment, texts: Moment, limit: i64) -> Result<Vec<Due>, sqlx::Error> {
    sql("SELECT id, kind FROM outbox
         WHERE (state IN ('waiting', 'deferred', 'uncertain')
                AND next_at <= CASE WHEN kind = 'mail' THEN $1 ELSE $2 END)
            OR (state = 'sending' AND lease_until <= CASE WHEN kind = 'mail' THEN $1 ELSE $2 END)
         ORDER BY CASE WHEN attempts = 0 THEN 0 ELSE 1 END, queued_at, id LIMIT $3")
    .bind(mails)
    .bind(texts)
    .bind(limit)
    .all(tx)
    .await
}

/// When the oldest message that is not sent yet was queued.
pub async fn oldest(tx: &mut Tx) -> Result<Option<Moment>, sqlx::Error> {
    let row: Option<(Option<i64>,)> =
        sql("SELECT MIN(queued_at) FROM outbox WHERE state IN ('waiting', 'sending', 'deferred')")
            .optional(tx)
            .await?;
    Ok(row.and_then(|row| row.0).map(Moment))
}

/// Takes the lease of a due message, and says in which state it was; nothing if somebody else was faster. A lease
/// that ran out counts as a sending nobody knows the end of.
pub async fn take(
    tx: &mut Tx,
    id: &str,
    now: Moment,
    lease_until: Moment,
) -> Result<Option<(MessageState, Message)>, Fault> {
    let Some(before) = by_id(tx, id).await? else { return Ok(None) };
    let taken: Option<Message> =
        sql("UPDATE outbox SET state = 'sending', attempts = attempts + 1, fence = fence + 1,
           lease_until = $3, unsure = unsure + CASE WHEN state = 'sending' THEN 1 ELSE 0 END
         WHERE id = $1 AND fence = $4 AND state = $5
           AND ((state IN ('waiting', 'deferred', 'uncertain') AND next_at <= $2)
                OR (state = 'sending' AND lease_until <= $2))
         RETURNING *")
        .bind(id)
        .bind(now)
        .bind(lease_until)
        .bind(before.fence)
        .bind(&before.state)
        .optional(tx)
        .await?;
    taken.map(|message| Ok((before.state()?, message))).transpose()
}

/// Puts the sealed secret and the end of its life into a message.
pub async fn seal(
    tx: &mut Tx,
    id: &str,
    sealed: Vec<u8>,
    expires_at: Option<Moment>,
) -> Result<(), sqlx::Error> {
    sql("UPDATE outbox SET sealed_secret = $2, expires_at = $3 WHERE id = $1")
        .bind(id)
        .bind(sealed)
        .bind(expires_at)
        .run(tx)
        .await?;
    Ok(())
}

/// Drops the sealed secret of a message under its lease: the next taking makes a new one.
pub async fn unseal(tx: &mut Tx, id: &str, fence: i64) -> Result<(), sqlx::Error> {
    sql("UPDATE outbox SET sealed_secret = NULL, expires_at = NULL WHERE id = $1 AND fence = $2")
        .bind(id)
        .bind(fence)
        .run(tx)
        .await?;
    Ok(())
}

/// How a sending ended.
#[derive(Clone, Debug)]
pub struct Mark<'a> {
    /// The message.
    pub id: &'a str,
    /// The fence of the lease.
    pub fence: i64,
    /// The new state.
    pub state: MessageState,
    /// What the other server said.
    pub reply: Option<&'a str>,
    /// When it may be taken again.
    pub next_at: Moment,
    /// Whether the secret is wiped.
    pub wipe: bool,
    /// Whether nobody knows how this sending ended.
    pub unsure: bool,
}

/// For a message that is never taken again.
pub const NEVER: Moment = Moment(i64::MAX);

/// Marks a message under its lease; false if the lease is another's by now.
pub async fn mark(tx: &mut Tx, mark: Mark<'_>, now: Moment) -> Result<bool, sqlx::Error> {
    let accepted_at = (mark.state == MessageState::Accepted).then_some(now);
    let rows = sql("UPDATE outbox SET state = $3, server_reply = $4, next_at = $5, lease_until = NULL,
           accepted_at = COALESCE(accepted_at, $6),
           unsure = unsure + CASE WHEN $8 THEN 1 ELSE 0 END,
           sealed_secret = CASE WHEN $7 THEN NULL ELSE sealed_secret END
         WHERE id = $1 AND fence = $2 AND state = 'sending'")
    .bind(mark.id)
    .bind(mark.fence)
    .bind(mark.state.name())
    .bind(mark.reply)
    .bind(mark.next_at)
    .bind(accepted_at)
    .bind(mark.wipe)
    .bind(mark.unsure)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// The message that carries a code.
pub async fn of_code(tx: &mut Tx, code_id: &str) -> Result<Option<Message>, sqlx::Error> {
    sql("SELECT * FROM outbox WHERE code_id = $1").bind(code_id).optional(tx).await
}

/// What a gateway reported about a text.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The message.
    pub id: &'a str,
    /// How far it is: 1 the gateway has it, 2 the network has it, 3 the end of its way.
    pub rank: i64,
    /// What that makes of its state.
    pub state: MessageState,
    /// The report in words.
    pub reply: &'a str,
}

/// Notes a report; false if it says nothing new. Each one counts once and a late one never undoes a newer one.
pub async fn report(tx: &mut Tx, report: Report<'_>, now: Moment) -> Result<bool, sqlx::Error> {
    let accepted_at = (report.state == MessageState::Accepted).then_some(now);
    let rows = sql("UPDATE outbox SET report_rank = $2, state = $3, server_reply = $4, lease_until = NULL,
           accepted_at = COALESCE(accepted_at, $5), sealed_secret = NULL
         WHERE id = $1 AND kind = 'sms' AND report_rank < $2
           AND state IN ('sending', 'accepted', 'uncertain', 'deferred')")
    .bind(report.id)
    .bind(report.rank)
    .bind(report.state.name())
    .bind(report.reply)
    .bind(accepted_at)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Supersedes what was not sent yet of a call, and wipes its secret.
pub async fn supersede_of_call(tx: &mut Tx, call_id: &str, letter: &str) -> Result<u64, sqlx::Error> {
    sql("UPDATE outbox SET state = 'superseded', sealed_secret = NULL
         WHERE call_id = $1 AND letter = $2 AND state IN ('waiting', 'deferred', 'uncertain')")
    .bind(call_id)
    .bind(letter)
    .run(tx)
    .await
}

/// The newest message of a call and letter.
pub async fn newest_of_call(
    tx: &mut Tx,
    call_id: &str,
    letter: &str,
) -> Result<Option<Message>, sqlx::Error> {
    sql("SELECT * FROM outbox WHERE call_id = $1 AND letter = $2 ORDER BY queued_at DESC, id DESC LIMIT 1")
        .bind(call_id)
        .bind(letter)
        .optional(tx)
        .await
}

/// Marks a letter that came back, whatever its worker says afterwards; false if it was not out.
pub async fn came_back(tx: &mut Tx, id: &str, words: &str) -> Result<bool, sqlx::Error> {
    let rows =
        sql("UPDATE outbox SET state = 'failed', server_reply = $2, sealed_secret = NULL, lease_until = NULL
         WHERE id = $1 AND kind = 'mail'
           AND (state IN ('sending', 'accepted', 'uncertain') OR (state = 'deferred' AND unsure > 0))")
        .bind(id)
        .bind(words)
        .run(tx)
        .await?;
    Ok(rows == 1)
}

/// By its Message-ID.
pub async fn by_message_id(tx: &mut Tx, message_id: &str) -> Result<Option<Message>, sqlx::Error> {
    sql("SELECT * FROM outbox WHERE message_id = $1").bind(message_id).optional(tx).await
}

/// By id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Message>, sqlx::Error> {
    sql("SELECT * FROM outbox WHERE id = $1").bind(id).optional(tx).await
}

/// Messages of a state (none for all) to addresses that end like this (none for all), newest first, before an id.
pub async fn page(
    tx: &mut Tx,
    state: Option<String>,
    ending: Option<String>,
    before: Option<String>,
    limit: i64,
) -> Result<Vec<Message>, sqlx::Error> {
    sql("SELECT * FROM outbox WHERE (CAST($1 AS TEXT) IS NULL OR state = $1)
           AND (CAST($2 AS TEXT) IS NULL OR LOWER(address) LIKE $2) AND (CAST($3 AS TEXT) IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4")
    .bind(state)
    .bind(ending.map(|ending| format!("%{ending}")))
    .bind(before)
    .bind(limit)
    .all(tx)
    .await
}

/// Makes one due now that is in the state it was seen in. Its waiting begins anew, or it would be too old at once.
pub async fn retry(tx: &mut Tx, id: &str, state: &str, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql(
        "UPDATE outbox SET next_at = $3, state = CASE WHEN state = 'failed' THEN 'waiting' ELSE state END,
           queued_at = CASE WHEN state = 'failed' THEN $3 ELSE queued_at END
         WHERE id = $1 AND state = $2",
    )
    .bind(id)
    .bind(state)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}
