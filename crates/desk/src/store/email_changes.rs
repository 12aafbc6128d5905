//! Changes of e-mail address, from asking to the end of the time in which the old address can take them back.

use recovery_rules::time::{Moment, Span};

use crate::database::{Tx, sql};
use crate::operations::operator_sign_in::folded;

/// A change.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EmailChange {
    /// The link in the letter to the new address.
    pub confirm_link_id: String,
    /// The link in the letter to the old one: "this wasn't me".
    pub stop_link_id: String,
    /// The user.
    pub user_id: String,
    /// The address before.
    pub former_email: String,
    /// The address after.
    pub new_email: String,
    /// Whether a second step had been done in the session that asked.
    pub proved: bool,
    /// UTC ms.
    pub asked_at: i64,
    /// When the new address was confirmed.
    pub confirmed_at: Option<i64>,
    /// When it was stopped.
    pub stopped_at: Option<i64>,
}

/// Adds one.
pub async fn insert(tx: &mut Tx, change: &EmailChange) -> Result<(), sqlx::Error> {
    sql("INSERT INTO email_changes (confirm_link_id, stop_link_id, user_id, former_email, new_email, proved, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(&change.confirm_link_id)
    .bind(&change.stop_link_id)
    .bind(&change.user_id)
    .bind(&change.former_email)
    .bind(&change.new_email)
    .bind(change.proved)
    .bind(change.asked_at)
    .run(tx)
    .await?;
    Ok(())
}

/// The one of a confirming link.
pub async fn of_confirm(tx: &mut Tx, link_id: &str) -> Result<Option<EmailChange>, sqlx::Error> {
    sql("SELECT * FROM email_changes WHERE confirm_link_id = $1").bind(link_id).optional(tx).await
}

/// The one of a "this wasn't me" link.
pub async fn of_stop(tx: &mut Tx, link_id: &str) -> Result<Option<EmailChange>, sqlx::Error> {
    sql("SELECT * FROM email_changes WHERE stop_link_id = $1").bind(link_id).optional(tx).await
}

/// Notes that the new address was confirmed.
pub async fn confirmed(tx: &mut Tx, confirm_link_id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE email_changes SET confirmed_at = $2 WHERE confirm_link_id = $1")
        .bind(confirm_link_id)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Stops this change and every later one of the user: what came after it came from the same hand.
pub async fn stop_since(tx: &mut Tx, user_id: &str, asked_at: i64, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE links SET ended_at = $3, ended_because = 'stopped'
         WHERE used_at IS NULL AND ended_at IS NULL AND id IN
           (SELECT confirm_link_id FROM email_changes WHERE user_id = $1 AND asked_at >= $2
            UNION SELECT stop_link_id FROM email_changes WHERE user_id = $1 AND asked_at > $2)")
    .bind(user_id)
    .bind(asked_at)
    .bind(now)
    .run(tx)
    .await?;
    sql("UPDATE email_changes SET stopped_at = $3 WHERE user_id = $1 AND asked_at >= $2 AND stopped_at IS NULL")
        .bind(user_id)
        .bind(asked_at)
        .bind(now)
        .run(tx)
        .await
}

/// A confirmed change is looked at for so long: its "this wasn't me" lives for less.
const HELD_AT_MOST: Span = Span::days(7);

/// Former addresses that "this wasn't me" can still give back, and whose they were. There are as many as changes of the
/// last three days.
pub async fn held(tx: &mut Tx, now: Moment) -> Result<Vec<(String, String)>, sqlx::Error> {
    sql("SELECT c.former_email, c.user_id FROM email_changes c JOIN links l ON l.id = c.stop_link_id
         WHERE c.confirmed_at > $1 AND c.confirmed_at IS NOT NULL AND c.stopped_at IS NULL
           AND l.used_at IS NULL AND l.ended_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > $2)")
    .bind(now - HELD_AT_MOST)
    .bind(now)
    .all(tx)
    .await
}

/// Whether an address is held for somebody else than `but`.
pub async fn is_held(tx: &mut Tx, email_fold: &str, but: &str, now: Moment) -> Result<bool, sqlx::Error> {
    let held = held(tx, now).await?;
    Ok(held.iter().any(|(address, user_id)| user_id != but && folded(address) == email_fold))
}

/// Ends the confirming links of a user that wait: a newer change takes their place.
pub async fn replace(tx: &mut Tx, user_id: &str, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE links SET ended_at = $2, ended_because = 'replaced'
         WHERE user_id = $1 AND purpose = 'confirm_address' AND used_at IS NULL AND ended_at IS NULL")
    .bind(user_id)
    .bind(now)
    .run(tx)
    .await
}
