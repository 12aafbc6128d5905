//! The mailbox of a demo database: what a real one would have sent.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// A letter or text shown in the demo's window.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DemoMessage {
    /// The message's id.
    pub id: String,
    /// `mail` or `sms`.
    pub kind: String,
    /// The address or number.
    pub sent_to: String,
    /// The subject; empty for a text.
    pub subject: String,
    /// The text.
    pub body: String,
    /// UTC ms.
    pub at: i64,
}

/// Puts a message in; the same one again changes nothing.
pub async fn put(tx: &mut Tx, message: &DemoMessage) -> Result<(), sqlx::Error> {
    sql("INSERT INTO demo_mailbox (id, kind, sent_to, subject, body, at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO NOTHING")
    .bind(&message.id)
    .bind(&message.kind)
    .bind(&message.sent_to)
    .bind(&message.subject)
    .bind(&message.body)
    .bind(Moment(message.at))
    .run(tx)
    .await?;
    Ok(())
}

/// The newest messages.
pub async fn newest(tx: &mut Tx, limit: i64) -> Result<Vec<DemoMessage>, sqlx::Error> {
    sql("SELECT * FROM demo_mailbox ORDER BY at DESC, id DESC LIMIT $1").bind(limit).all(tx).await
}
