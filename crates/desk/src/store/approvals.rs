//! What waits for administrators: calls passed on and flagged, and requests that need a second administrator.

use recovery_rules::approvals::ApprovalKind;
use recovery_rules::time::Moment;

use crate::database::{Tx, sql};
use crate::failure::Fault;

/// A call passed on or flagged, or a request.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Approval {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The call it comes from.
    pub call_id: Option<String>,
    /// The user it is about.
    pub user_id: Option<String>,
    /// The operator who asks.
    pub asked_by: String,
    /// The reason.
    pub reason: String,
    /// Notes at that moment.
    pub notes: String,
    /// What it is about: a user, a number of the policy, a company.
    pub subject: String,
    /// Exactly what will be done, as JSON; empty for a call passed on or flagged.
    pub content: String,
    /// The keyed hash of all of it; none for a call passed on or flagged.
    pub seal: Option<Vec<u8>>,
    /// Nobody else could approve when it was asked.
    pub alone: bool,
    /// `waiting`, `approved`, `refused` or `expired`.
    pub state: String,
    /// UTC ms.
    pub asked_at: i64,
    /// UTC ms; none for a call passed on or flagged.
    pub expires_at: Option<i64>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When, UTC ms.
    pub decided_at: Option<i64>,
    /// What came of it, in words.
    pub decision: Option<String>,
    /// The keyed hash of who approved it and when; none of what was not approved.
    pub decision_seal: Option<Vec<u8>>,
}

impl Approval {
    /// Its kind.
    pub fn kind(&self) -> Result<ApprovalKind, Fault> {
        ApprovalKind::from_name(&self.kind)
            .ok_or_else(|| Fault::Stored(format!("approval kind {}", self.kind)))
    }
}

/// Adds one; false if the same waits already.
pub async fn insert(tx: &mut Tx, approval: &Approval) -> Result<bool, sqlx::Error> {
    let rows = sql(
        "INSERT INTO approvals (id, kind, call_id, user_id, asked_by, reason, notes, subject, content, seal,
                               alone, state, asked_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING",
    )
    .bind(&approval.id)
    .bind(&approval.kind)
    .bind(approval.call_id.clone())
    .bind(approval.user_id.clone())
    .bind(&approval.asked_by)
    .bind(&approval.reason)
    .bind(&approval.notes)
    .bind(&approval.subject)
    .bind(&approval.content)
    .bind(approval.seal.clone())
    .bind(approval.alone)
    .bind(&approval.state)
    .bind(approval.asked_at)
    .bind(approval.expires_at)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Ends requests whose time is over, so that the same can be asked anew.
pub async fn expire(tx: &mut Tx, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE approvals SET state = 'expired', decided_at = $1 WHERE state = 'waiting' AND expires_at <= $1")
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// By id, locked until the transaction ends.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Option<Approval>, sqlx::Error> {
    sql("UPDATE approvals SET state = state WHERE id = $1 RETURNING *").bind(id).optional(tx).await
}

/// By id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Approval>, sqlx::Error> {
    sql("SELECT * FROM approvals WHERE id = $1").bind(id).optional(tx).await
}

/// Decides one that waits; false if somebody was quicker. Nothing else of a row ever changes.
pub async fn decide(
    tx: &mut Tx,
    id: &str,
    state: &str,
    by: &str,
    decision: &str,
    now: Moment,
) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE approvals SET state = $2, decided_by = $3, decision = $4, decided_at = $5
         WHERE id = $1 AND state = 'waiting'")
    .bind(id)
    .bind(state)
    .bind(by)
    .bind(decision)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Seals who approved a request and when.
pub async fn seal_decision(tx: &mut Tx, id: &str, seal: &[u8; 32]) -> Result<(), sqlx::Error> {
    sql("UPDATE approvals SET decision_seal = $2 WHERE id = $1").bind(id).bind(seal.to_vec()).run(tx).await?;
    Ok(())
}

/// Declines requests to approve an unlock e-mail of a user that wait: that of one report, or all.
pub async fn end_sends(
    tx: &mut Tx,
    user_id: &str,
    report_id: Option<&str>,
    by: &str,
    decision: &str,
    now: Moment,
) -> Result<(), sqlx::Error> {
    sql("UPDATE approvals SET state = 'refused', decided_by = $3, decision = $4, decided_at = $5
         WHERE kind = 'send_unlock' AND state = 'waiting' AND user_id = $1
           AND (CAST($2 AS TEXT) IS NULL OR subject = CAST($2 AS TEXT))")
    .bind(user_id)
    .bind(report_id.map(str::to_owned))
    .bind(by)
    .bind(decision)
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Requests that wait, those that end first before others.
pub async fn requests_waiting(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<Approval>, sqlx::Error> {
    sql("SELECT * FROM approvals WHERE state = 'waiting' AND expires_at > $1 ORDER BY expires_at, id LIMIT $2")
        .bind(now)
        .bind(limit)
        .all(tx)
        .await
}

/// Calls passed on and flagged that wait, oldest first.
pub async fn reports_waiting(tx: &mut Tx, limit: i64) -> Result<Vec<Approval>, sqlx::Error> {
    sql("SELECT * FROM approvals WHERE state = 'waiting' AND seal IS NULL ORDER BY asked_at, id LIMIT $1")
        .bind(limit)
        .all(tx)
        .await
}

/// The last one of that kind for a call.
pub async fn of_call(tx: &mut Tx, call_id: &str, kind: &str) -> Result<Option<Approval>, sqlx::Error> {
    sql("SELECT * FROM approvals WHERE call_id = $1 AND kind = $2 ORDER BY asked_at DESC, id DESC LIMIT 1")
        .bind(call_id)
        .bind(kind)
        .optional(tx)
        .await
}

/// The last request of a kind about something that waits.
pub async fn waiting_about(
    tx: &mut Tx,
    kind: &str,
    subject: &str,
    now: Moment,
) -> Result<Option<Approval>, sqlx::Error> {
    sql("SELECT * FROM approvals WHERE kind = $1 AND subject = $2 AND state = 'waiting' AND expires_at > $3")
        .bind(kind)
        .bind(subject)
        .bind(now)
        .optional(tx)
        .await
}
