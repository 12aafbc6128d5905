//! When phone verification pauses, phone recovery is stopped, contacts are frozen.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// Pauses phone verification, for calls with or without a reference.
pub async fn pause(tx: &mut Tx, id: &str, by_reference: bool, until: Moment) -> Result<(), sqlx::Error> {
    let statement = if by_reference {
        sql("UPDATE users SET reference_paused_until = $2 WHERE id = $1")
    } else {
        sql("UPDATE users SET paused_until = $2 WHERE id = $1")
    };
    statement.bind(id).bind(until).run(tx).await?;
    Ok(())
}

/// Takes exactly this pause back.
pub async fn lift_pause(tx: &mut Tx, id: &str, by_reference: bool, until: Moment) -> Result<(), sqlx::Error> {
    let statement = if by_reference {
        sql("UPDATE users SET reference_paused_until = NULL WHERE id = $1 AND reference_paused_until = $2")
    } else {
        sql("UPDATE users SET paused_until = NULL WHERE id = $1 AND paused_until = $2")
    };
    statement.bind(id).bind(until).run(tx).await?;
    Ok(())
}

/// Stops phone recovery.
pub async fn stop_phone_recovery(tx: &mut Tx, id: &str, until: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET stopped_until = $2 WHERE id = $1").bind(id).bind(until).run(tx).await?;
    Ok(())
}

/// Ends pause and stop of phone verification.
pub async fn resume_phone(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET paused_until = NULL, reference_paused_until = NULL, stopped_until = NULL WHERE id = $1")
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// Freezes the contacts after a change that no second step proved.
pub async fn freeze(tx: &mut Tx, id: &str, until: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET frozen_until = $2 WHERE id = $1").bind(id).bind(until).run(tx).await?;
    Ok(())
}
