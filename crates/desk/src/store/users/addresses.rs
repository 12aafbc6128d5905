//! The address on file and the one before it, and the phone number an import brought.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// The address before the last change, while it is told of changes too.
pub async fn former_address(tx: &mut Tx, id: &str, now: Moment) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        sql("SELECT former_email FROM users WHERE id = $1 AND former_email_until > $2")
            .bind(id)
            .bind(now)
            .optional(tx)
            .await?;
    Ok(row.map(|row| row.0))
}

/// Puts another address in the place of the one on file. `former` is told of changes too until its moment; none forgets it.
pub async fn set_email(
    tx: &mut Tx,
    id: &str,
    address: (&str, &str),
    former: Option<(&str, Moment)>,
) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET email = $2, email_fold = $3, former_email = $4, former_email_until = $5 WHERE id = $1")
        .bind(id)
        .bind(address.0)
        .bind(address.1)
        .bind(former.map(|former| former.0))
        .bind(former.map(|former| former.1))
        .run(tx)
        .await?;
    Ok(())
}

/// The number an import brought, while 2-step was never turned on with another.
pub async fn offered_phone(tx: &mut Tx, id: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(Option<String>,)> =
        sql("SELECT offered_phone FROM users WHERE id = $1").bind(id).optional(tx).await?;
    Ok(row.and_then(|row| row.0))
}

/// Forgets that number: the user has proved one, this or another.
pub async fn forget_offered_phone(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET offered_phone = NULL WHERE id = $1 AND offered_phone IS NOT NULL")
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}
