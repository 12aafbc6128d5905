//! One holder at a time: a lease by name, with a fence that rises with each new holder.

use recovery_rules::time::{Moment, Span};

use crate::database::{Tx, sql};

/// Takes or prolongs a lease; false while somebody else holds it.
pub async fn take(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    now: Moment,
    length: Span,
) -> Result<bool, sqlx::Error> {
    let rows = sql("INSERT INTO leases (name, holder, fence, until) VALUES ($1, $2, 1, $3)
         ON CONFLICT (name) DO UPDATE SET
           fence = leases.fence + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END,
           holder = excluded.holder, until = excluded.until
         WHERE leases.holder = excluded.holder OR leases.until <= $4")
    .bind(name)
    .bind(holder)
    .bind(now + length)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}
