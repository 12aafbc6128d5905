//! What a restored backup must not bring back, table by table; used by `end_what_was_restored` alone.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};

/// Every session, link and code carries an epoch: all of them are of an older one now.
pub async fn raise_epochs(tx: &mut Tx) -> Result<(), sqlx::Error> {
    sql("UPDATE users SET security_epoch = security_epoch + 1").run(tx).await?;
    sql("UPDATE operators SET session_epoch = session_epoch + 1, invitation_hash = NULL, invitation_expires_at = NULL")
        .run(tx)
        .await?;
    Ok(())
}

/// Sessions, and what stands for one: remembered browsers, sign-ins half done, proofs.
pub async fn end_sessions(tx: &mut Tx, now: Moment) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM device_proofs").run(tx).await?;
    sql("DELETE FROM remembered_browsers").run(tx).await?;
    sql("DELETE FROM reset_proofs").run(tx).await?;
    sql("DELETE FROM pending_phones").run(tx).await?;
    sql("UPDATE sign_in_challenges SET finished_at = $1 WHERE finished_at IS NULL").bind(now).run(tx).await?;
    sql("UPDATE sessions SET ended_at = $1 WHERE ended_at IS NULL").bind(now).run(tx).await
}

/// Links that were not used when the backup was made; whether they were afterwards, nobody knows here.
pub async fn end_links(tx: &mut Tx, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE resets SET staged_hash = NULL, staged_at = NULL, staged_stands_alone = FALSE WHERE staged_hash IS NOT NULL")
        .run(tx)
        .await?;
    sql("DELETE FROM reset_requests").run(tx).await?;
    sql("UPDATE call_references SET expires_at = $1 WHERE expires_at > $1").bind(now).run(tx).await?;
    sql("UPDATE links SET ended_at = $1, ended_because = 'account_changed' WHERE used_at IS NULL AND ended_at IS NULL")
        .bind(now)
        .run(tx)
        .await
}

/// Recovery codes: one that was used after the backup was made would work again.
pub async fn void_recovery_codes(tx: &mut Tx, chance: [u8; 32]) -> Result<u64, sqlx::Error> {
    sql("UPDATE two_step SET recovery_code_hash = $1, recovery_code_last_group = $1 WHERE recovery_code_hash IS NOT NULL")
        .bind(chance)
        .run(tx)
        .await
}

/// Short codes; of authenticators, those that are valid now and may have been used.
pub async fn end_codes(tx: &mut Tx, now: Moment) -> Result<u64, sqlx::Error> {
    // One step ahead is accepted too [RFC 6238 5.2].
    sql("UPDATE operators SET last_time_step = $1 WHERE last_time_step < $1")
        .bind(now.0 / 30_000 + 1)
        .run(tx)
        .await?;
    sql("UPDATE codes SET ended_at = $1 WHERE used_at IS NULL AND ended_at IS NULL").bind(now).run(tx).await
}

/// Calls that were going on; those passed on still wait for their decision.
pub async fn end_calls(tx: &mut Tx, now: Moment) -> Result<u64, sqlx::Error> {
    sql("UPDATE calls SET state = 'ended', ended_at = $1, outcome = 'abandoned', verified_until = NULL
         WHERE state IN ('open', 'verified')")
    .bind(now)
    .run(tx)
    .await
}

/// Messages that were waiting: most of them were sent since.
pub async fn hold_messages(tx: &mut Tx) -> Result<u64, sqlx::Error> {
    sql("UPDATE outbox SET state = 'superseded', sealed_secret = NULL, lease_until = NULL
         WHERE state IN ('waiting', 'sending', 'deferred')")
    .run(tx)
    .await
}

/// Leases of processes that are long gone.
pub async fn forget_the_rest(tx: &mut Tx, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE outbox SET sealed_secret = NULL WHERE sealed_secret IS NOT NULL").run(tx).await?;
    sql("UPDATE leases SET until = $1 WHERE until > $1").bind(now).run(tx).await?;
    Ok(())
}
