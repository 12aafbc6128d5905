//! What stands beside an unlock link: the contact code with whom it went to, and the approval that was used for it.

use recovery_rules::time::Moment;

use super::approvals::Approval;
use crate::database::{Tx, sql};

/// What stands beside a link.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Proof {
    /// The link.
    pub link_id: String,
    /// The contact code.
    pub code_id: Option<String>,
    /// The billing user it went to.
    pub contact_id: Option<String>,
    /// Their security epoch then.
    pub contact_epoch: Option<i64>,
    /// The approval that was used for it.
    pub approval_id: Option<String>,
}

/// Adds one; false if the approval serves another link already.
pub async fn insert(tx: &mut Tx, proof: &Proof) -> Result<bool, sqlx::Error> {
    let rows = sql("INSERT INTO unlock_proofs (link_id, code_id, contact_id, contact_epoch, approval_id)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING")
    .bind(&proof.link_id)
    .bind(proof.code_id.clone())
    .bind(proof.contact_id.clone())
    .bind(proof.contact_epoch)
    .bind(proof.approval_id.clone())
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// That of a link.
pub async fn of_link(tx: &mut Tx, link_id: &str) -> Result<Option<Proof>, sqlx::Error> {
    sql("SELECT * FROM unlock_proofs WHERE link_id = $1").bind(link_id).optional(tx).await
}

/// That of a contact code.
pub async fn of_code(tx: &mut Tx, code_id: &str) -> Result<Option<Proof>, sqlx::Error> {
    sql("SELECT * FROM unlock_proofs WHERE code_id = $1").bind(code_id).optional(tx).await
}

/// The contacts who got a code in a call.
pub async fn contacts_of_call(tx: &mut Tx, call_id: &str) -> Result<Vec<String>, sqlx::Error> {
    sql("SELECT DISTINCT p.contact_id FROM unlock_proofs p JOIN links l ON l.id = p.link_id
         WHERE l.call_id = $1 AND p.contact_id IS NOT NULL")
    .bind(call_id)
    .texts(tx)
    .await
}

/// Approvals of the unlock e-mail of a user, decided since a moment and not used; the newest first.
pub async fn approvals(tx: &mut Tx, user_id: &str, since: Moment) -> Result<Vec<Approval>, sqlx::Error> {
    sql("SELECT a.* FROM approvals a WHERE a.call_id IN (SELECT id FROM calls WHERE user_id = $1)
           AND a.kind = 'send_unlock' AND a.state = 'approved' AND a.decided_at > $2
           AND NOT EXISTS (SELECT 1 FROM unlock_proofs p WHERE p.approval_id = a.id)
         ORDER BY a.decided_at DESC, a.id DESC")
    .bind(user_id)
    .bind(since)
    .all(tx)
    .await
}
