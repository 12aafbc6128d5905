//! Recovery calls.

use recovery_rules::call as rules;
use recovery_rules::states::{CallState, Outcome};
use recovery_rules::time::Moment;

use crate::database::{Tx, sql};
use crate::failure::Fault;

/// A statement that takes a call's verdict away beside what else it sets: the call is open again, or passed on as it
/// was before. A macro, because statements are literals.
macro_rules! without_verdict {
    ($set:literal, $of:literal) => {
        concat!(
            "UPDATE calls SET ",
            $set,
            "verified_at = NULL, verified_until = NULL, state = CASE WHEN EXISTS ",
            "(SELECT 1 FROM approvals WHERE call_id = calls.id AND kind = 'passed_on') THEN 'passed_on' ELSE 'open' END WHERE ",
            $of
        )
    };
}

/// A call.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Call {
    /// Its id.
    pub id: String,
    /// The user it is about.
    pub user_id: String,
    /// The operator whose it is.
    pub operator_id: String,
    /// Its state.
    pub state: String,
    /// UTC ms.
    pub opened_at: i64,
    /// UTC ms.
    pub last_activity_at: i64,
    /// The address on file when it was opened.
    pub address: String,
    /// The user's security epoch when it was opened.
    pub epoch: i64,
    /// The call reference it was opened by.
    pub reference: Option<String>,
    /// Checks used.
    pub checks_used: i64,
    /// UTC ms.
    pub last_check_at: Option<i64>,
    /// Whether the last check came out right, whatever became of the verdict.
    pub last_check_right: bool,
    /// UTC ms.
    pub verified_at: Option<i64>,
    /// UTC ms.
    pub verified_until: Option<i64>,
    /// When a check first came out right, whatever became of the verdict; UTC ms.
    pub first_verified_at: Option<i64>,
    /// UTC ms.
    pub pause_started_at: Option<i64>,
    /// UTC ms.
    pub repudiated_at: Option<i64>,
    /// UTC ms.
    pub flagged_at: Option<i64>,
    /// UTC ms.
    pub ended_at: Option<i64>,
    /// How it ended.
    pub outcome: Option<String>,
    /// The operator's notes.
    pub notes: String,
}

impl Call {
    /// The state.
    pub fn state(&self) -> Result<CallState, Fault> {
        CallState::from_name(&self.state).ok_or_else(|| Fault::Stored(format!("call state {}", self.state)))
    }

    /// The outcome, once it ended.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome.as_deref().and_then(Outcome::from_name)
    }

    /// What the rules need to know of it.
    pub fn facts(&self) -> Result<rules::Call, Fault> {
        Ok(rules::Call {
            state: self.state()?,
            by_reference: self.reference.is_some(),
            checks_used: self.checks_used,
            last_check_right: self.last_check_right,
            verified_at: self.verified_at.map(Moment),
            verified_until: self.verified_until.map(Moment),
            pause_started_at: self.pause_started_at.map(Moment),
            repudiated_at: self.repudiated_at.map(Moment),
            outcome: self.outcome(),
            epoch: self.epoch,
            unlocked_at: None,
            approved: false,
        })
    }
}

/// Opens a call; false if the user or the operator has one already. The unique indexes decide.
pub async fn insert(tx: &mut Tx, call: &Call) -> Result<bool, sqlx::Error> {
    let rows = sql("INSERT INTO calls (id, user_id, operator_id, state, opened_at, last_activity_at, address, epoch, reference)
         VALUES ($1, $2, $3, 'open', $4, $4, $5, $6, $7) ON CONFLICT DO NOTHING")
    .bind(&call.id)
    .bind(&call.user_id)
    .bind(&call.operator_id)
    .bind(call.opened_at)
    .bind(&call.address)
    .bind(call.epoch)
    .bind(call.reference.clone())
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// By id.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Call>, sqlx::Error> {
    sql("SELECT * FROM calls WHERE id = $1").bind(id).optional(tx).await
}

/// The open call of that id and operator, locked until the transaction ends and noted as active.
pub async fn lock_open(
    tx: &mut Tx,
    id: &str,
    operator_id: &str,
    now: Moment,
) -> Result<Option<Call>, sqlx::Error> {
    sql("UPDATE calls SET last_activity_at = $3
         WHERE id = $1 AND operator_id = $2 AND ended_at IS NULL RETURNING *")
    .bind(id)
    .bind(operator_id)
    .bind(now)
    .optional(tx)
    .await
}

/// The open call about a user.
pub async fn open_of_user(tx: &mut Tx, user_id: &str) -> Result<Option<Call>, sqlx::Error> {
    sql("SELECT * FROM calls WHERE user_id = $1 AND ended_at IS NULL").bind(user_id).optional(tx).await
}

/// The open call of an operator.
pub async fn open_of_operator(tx: &mut Tx, operator_id: &str) -> Result<Option<Call>, sqlx::Error> {
    sql("SELECT * FROM calls WHERE operator_id = $1 AND ended_at IS NULL")
        .bind(operator_id)
        .optional(tx)
        .await
}

/// Spends a check; false if the call's budget is used or the call is not open any more.
pub async fn spend_check(tx: &mut Tx, id: &str, limit: i64, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql(without_verdict!(
        "checks_used = checks_used + 1, last_check_at = $3, last_check_right = FALSE, ",
        "id = $1 AND checks_used < $2 AND ended_at IS NULL"
    ))
    .bind(id)
    .bind(limit)
    .bind(now)
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Marks a call as verified.
pub async fn verified(tx: &mut Tx, id: &str, now: Moment, until: Moment) -> Result<(), sqlx::Error> {
    sql(
        "UPDATE calls SET state = 'verified', last_check_right = TRUE, verified_at = $2, verified_until = $3,
           first_verified_at = COALESCE(first_verified_at, $2) WHERE id = $1 AND ended_at IS NULL",
    )
    .bind(id)
    .bind(now)
    .bind(until)
    .run(tx)
    .await?;
    Ok(())
}

/// Voids the verdicts of an operator's open call: lock, sign-out.
pub async fn void_verdict_of(tx: &mut Tx, operator_id: &str) -> Result<u64, sqlx::Error> {
    sql(without_verdict!("", "operator_id = $1 AND ended_at IS NULL AND state = 'verified'"))
        .bind(operator_id)
        .run(tx)
        .await
}

/// Notes that the day's checks were used up in this call.
pub async fn pause_started(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE calls SET pause_started_at = $2 WHERE id = $1").bind(id).bind(now).run(tx).await?;
    Ok(())
}

/// The check that used the day's up came out right: no pause began.
pub async fn pause_lifted(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE calls SET pause_started_at = NULL WHERE id = $1").bind(id).run(tx).await?;
    Ok(())
}

/// Gives a call to another operator; the verdict is void, the counters stay.
pub async fn take_over(tx: &mut Tx, id: &str, operator_id: &str, now: Moment) -> Result<bool, sqlx::Error> {
    let rows =
        sql(without_verdict!("operator_id = $2, last_activity_at = $3, ", "id = $1 AND ended_at IS NULL"))
            .bind(id)
            .bind(operator_id)
            .bind(now)
            .run(tx)
            .await?;
    Ok(rows == 1)
}

/// Saves the notes.
pub async fn save_notes(tx: &mut Tx, id: &str, notes: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE calls SET notes = $2 WHERE id = $1").bind(id).bind(notes).run(tx).await?;
    Ok(())
}

/// Marks a call as passed on; a verdict is void with it.
pub async fn passed_on(tx: &mut Tx, id: &str) -> Result<(), sqlx::Error> {
    sql("UPDATE calls SET state = 'passed_on', verified_at = NULL, verified_until = NULL WHERE id = $1 AND ended_at IS NULL")
        .bind(id)
        .run(tx)
        .await?;
    Ok(())
}

/// Notes a concern.
pub async fn flagged(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE calls SET flagged_at = COALESCE(flagged_at, $2) WHERE id = $1")
        .bind(id)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Ends a call with its outcome.
pub async fn end(tx: &mut Tx, id: &str, outcome: Outcome, now: Moment) -> Result<bool, sqlx::Error> {
    let rows = sql("UPDATE calls SET state = 'ended', ended_at = $2, outcome = $3, verified_until = NULL
         WHERE id = $1 AND ended_at IS NULL")
    .bind(id)
    .bind(now)
    .bind(outcome.name())
    .run(tx)
    .await?;
    Ok(rows == 1)
}

/// Changes the outcome of a call that ended before its mail was used or repudiated.
pub async fn revise_outcome(tx: &mut Tx, id: &str, outcome: Outcome) -> Result<(), sqlx::Error> {
    sql("UPDATE calls SET outcome = $2 WHERE id = $1 AND ended_at IS NOT NULL")
        .bind(id)
        .bind(outcome.name())
        .run(tx)
        .await?;
    Ok(())
}

/// Notes that the user pressed "This wasn't me".
pub async fn repudiated(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE calls SET repudiated_at = COALESCE(repudiated_at, $2) WHERE id = $1")
        .bind(id)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Open calls left alone since a moment.
pub async fn left_alone(tx: &mut Tx, since: Moment, limit: i64) -> Result<Vec<String>, sqlx::Error> {
    sql("SELECT id FROM calls WHERE ended_at IS NULL AND last_activity_at <= $1 ORDER BY last_activity_at LIMIT $2")
            .bind(since)
            .bind(limit)
            .texts(tx)
        .await
}

/// Earlier calls about a user: how many, the last, how many were refused or not verified.
pub async fn earlier(tx: &mut Tx, user_id: &str, but: &str) -> Result<(i64, Option<i64>, i64), sqlx::Error> {
    sql("SELECT COUNT(*), MAX(opened_at),
           CAST(COALESCE(SUM(CASE WHEN outcome IN ('refused', 'not_verified', 'repudiated') THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM calls WHERE user_id = $1 AND id <> $2")
    .bind(user_id)
    .bind(but)
    .one(tx)
    .await
}

/// The newest calls of an operator.
pub async fn of_operator(tx: &mut Tx, operator_id: &str, limit: i64) -> Result<Vec<Call>, sqlx::Error> {
    sql("SELECT * FROM calls WHERE operator_id = $1 ORDER BY opened_at DESC, id DESC LIMIT $2")
        .bind(operator_id)
        .bind(limit)
        .all(tx)
        .await
}

/// Voids a verdict about a user in an open call: what it rested on is not there any more.
pub async fn void_verdict_about(tx: &mut Tx, user_id: &str) -> Result<u64, sqlx::Error> {
    sql(without_verdict!("", "user_id = $1 AND ended_at IS NULL AND state = 'verified'"))
        .bind(user_id)
        .run(tx)
        .await
}

/// When the last call about a user was opened.
pub async fn last_about(tx: &mut Tx, user_id: &str) -> Result<Option<Moment>, sqlx::Error> {
    let row: Option<(i64,)> =
        sql("SELECT opened_at FROM calls WHERE user_id = $1 ORDER BY opened_at DESC LIMIT 1")
            .bind(user_id)
            .optional(tx)
            .await?;
    Ok(row.map(|row| Moment(row.0)))
}
