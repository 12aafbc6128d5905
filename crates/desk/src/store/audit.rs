//! Audit entries: added and chained, never changed.

use recovery_rules::time::Moment;

use crate::database::{Tx, sql};
use crate::id::ids_of_moment;

/// An entry as it is stored.
#[derive(Clone, Debug, sqlx::FromRow, serde::Serialize)]
pub struct AuditRow {
    /// Its id.
    pub id: String,
    /// Its number in the chain, once chained.
    pub seq: Option<i64>,
    /// UTC ms.
    pub at: i64,
    /// The operation.
    pub operation: String,
    /// `done`, `reserved` or `refused`.
    pub result: String,
    /// The code of a refusal.
    pub code: Option<String>,
    /// Who acted, by kind.
    pub actor_kind: String,
    /// Who acted.
    pub actor_id: Option<String>,
    /// The user it is about.
    pub user_id: Option<String>,
    /// The call it belongs to.
    pub call_id: Option<String>,
    /// Further facts as JSON; may be erased, the hash stays.
    pub detail: Option<String>,
    /// SHA-256 of `detail`.
    pub detail_hash: Vec<u8>,
    /// The hash of the entry before.
    pub previous_hash: Option<Vec<u8>>,
    /// The hash of this one.
    pub hash: Option<Vec<u8>>,
}

/// The last entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// Its number.
    pub seq: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// The head of the chain.
pub async fn head(tx: &mut Tx) -> Result<Option<Head>, sqlx::Error> {
    sql("SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1").optional(tx).await
}

/// Adds an entry.
pub async fn insert(tx: &mut Tx, row: AuditRow) -> Result<(), sqlx::Error> {
    sql("INSERT INTO audit (id, seq, at, operation, result, code, actor_kind, actor_id, user_id, call_id,
                            detail, detail_hash, previous_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
    .bind(row.id)
    .bind(row.seq)
    .bind(row.at)
    .bind(row.operation)
    .bind(row.result)
    .bind(row.code)
    .bind(row.actor_kind)
    .bind(row.actor_id)
    .bind(row.user_id)
    .bind(row.call_id)
    .bind(row.detail)
    .bind(row.detail_hash)
    .bind(row.previous_hash)
    .bind(row.hash)
    .run(tx)
    .await?;
    Ok(())
}

/// Entries that wait for the sealer.
pub async fn unchained(tx: &mut Tx, limit: i64) -> Result<Vec<AuditRow>, sqlx::Error> {
    sql("SELECT * FROM audit WHERE seq IS NULL ORDER BY at, id LIMIT $1").bind(limit).all(tx).await
}

/// How many entries wait for the sealer.
pub async fn count_unchained(tx: &mut Tx) -> Result<i64, sqlx::Error> {
    sql("SELECT COUNT(*) FROM audit WHERE seq IS NULL").number(tx).await
}

/// Gives an entry its place, once.
pub async fn chain(tx: &mut Tx, row: AuditRow) -> Result<(), sqlx::Error> {
    sql("UPDATE audit SET seq = $2, previous_hash = $3, hash = $4 WHERE id = $1 AND seq IS NULL")
        .bind(row.id)
        .bind(row.seq)
        .bind(row.previous_hash)
        .bind(row.hash)
        .run(tx)
        .await?;
    Ok(())
}

/// Chained entries behind a number, in order.
pub async fn after(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<AuditRow>, sqlx::Error> {
    sql("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2").bind(seq).bind(limit).all(tx).await
}

/// One line of a user's history.
#[derive(Debug, sqlx::FromRow)]
pub struct HistoryRow {
    /// The entry's id.
    pub id: String,
    /// UTC ms.
    pub at: i64,
    /// The operation.
    pub operation: String,
    /// Who acted, by kind.
    pub actor_kind: String,
}

/// What happened to a user's account before a place in the log (a moment and an id; none begins at the newest), newest first.
/// Attempts that were refused and reservations are left out: they changed nothing; so is the carrying of messages.
pub async fn history(
    tx: &mut Tx,
    user_id: &str,
    before: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<HistoryRow>, sqlx::Error> {
    let (at, id) = before.unwrap_or((i64::MAX, ""));
    sql("SELECT id, at, operation, actor_kind FROM audit
         WHERE user_id = $1 AND result = 'done' AND at <= $2 AND (at < $2 OR id < $3)
           AND operation NOT IN ('take_message', 'settle_message', 'put_off_message')
         ORDER BY at DESC, id DESC LIMIT $4")
    .bind(user_id)
    .bind(at)
    .bind(id)
    .bind(limit)
    .all(tx)
    .await
}

/// Which entries; what is none filters nothing.
#[derive(Debug, Default)]
pub struct Filter {
    /// About this user.
    pub user_id: Option<String>,
    /// By this operator or user.
    pub actor_id: Option<String>,
    /// Of this operation.
    pub operation: Option<String>,
    /// Of this result.
    pub result: Option<String>,
    /// Since this moment, UTC ms.
    pub since: Option<i64>,
    /// Before this moment, UTC ms.
    pub until: Option<i64>,
    /// Before this id.
    pub before: Option<String>,
}

/// An entry with the names of whom it names.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NamedRow {
    /// The entry.
    #[sqlx(flatten)]
    pub row: AuditRow,
    /// The operator who acted.
    pub operator_name: Option<String>,
    /// The user who acted: given name.
    pub actor_given: Option<String>,
    /// Their family name.
    pub actor_family: Option<String>,
    /// The user it is about: given name.
    pub user_given: Option<String>,
    /// Their family name.
    pub user_family: Option<String>,
}

/// A page of entries: what narrows it first, and in which order it is read. A macro, because statements are literals.
macro_rules! page_of {
    ($narrow:literal, $order:literal) => {
        concat!(
            "SELECT a.*, o.name AS operator_name, w.given_name AS actor_given, w.family_name AS actor_family,
                    u.given_name AS user_given, u.family_name AS user_family
             FROM audit a
             LEFT JOIN operators o ON a.actor_kind = 'operator' AND o.id = a.actor_id
             LEFT JOIN users w ON a.actor_kind = 'user' AND w.id = a.actor_id
             LEFT JOIN users u ON u.id = a.user_id
             WHERE ",
            $narrow,
            "(CAST($1 AS TEXT) IS NULL OR a.user_id = $1)
               AND (CAST($2 AS TEXT) IS NULL OR a.actor_id = $2) AND (CAST($3 AS TEXT) IS NULL OR a.operation = $3)
               AND (CAST($4 AS TEXT) IS NULL OR a.result = $4) AND a.at >= $5 AND a.at < $6
               AND (CAST($7 AS TEXT) IS NULL OR a.id < $7) AND a.id >= $9 AND a.id < $10
             ORDER BY ",
            $order,
            " LIMIT $8"
        )
    };
}

/// A page of entries, newest first (ids are time-ordered), with their names in the same statement. Of one user or one
/// actor by the index that begins with them: by their ids alone the whole log would be read for somebody seldom in it. The
/// moments bound the ids too (an entry's id is made at its own moment): a quiet week is read as a short stretch of the log,
/// and not the years before it for the entries that a page still wants.
pub async fn page(tx: &mut Tx, filter: Filter, limit: i64) -> Result<Vec<NamedRow>, sqlx::Error> {
    let statement = if filter.user_id.is_some() {
        page_of!(
            "a.user_id = $1 AND a.at <= COALESCE((SELECT b.at FROM audit b WHERE b.id = $7), 9223372036854775807) AND ",
            "a.at DESC, a.id DESC"
        )
    } else if filter.actor_id.is_some() {
        page_of!(
            "a.actor_id = $2 AND a.at <= COALESCE((SELECT b.at FROM audit b WHERE b.id = $7), 9223372036854775807) AND ",
            "a.at DESC, a.id DESC"
        )
    } else {
        page_of!("", "a.id DESC")
    };
    let (since, until) = (filter.since.unwrap_or(i64::MIN), filter.until.unwrap_or(i64::MAX));
    sql(statement)
        .bind(filter.user_id)
        .bind(filter.actor_id)
        .bind(filter.operation)
        .bind(filter.result)
        .bind(since)
        .bind(until)
        .bind(filter.before)
        .bind(limit)
        .bind(first_id_since(since))
        .bind(first_id_since(until))
        .all(tx)
        .await
}

/// No id of a moment before stands behind it. Ids have 48 bits of time.
fn first_id_since(moment: i64) -> String {
    const LATEST: i64 = (1 << 48) - 1;
    match moment {
        ..=0 => String::new(),
        LATEST.. => "Z".repeat(26),
        _ => ids_of_moment(Moment(moment)).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use crate::id::new_id;

    #[test]
    fn an_id_stands_between_the_bounds_of_its_moment_and_of_the_next() {
        let chance = Chance::seeded(7);
        for at in [1, 1_700_000_000_000, (1 << 48) - 2] {
            let id = new_id(Moment(at), &chance);
            assert!(first_id_since(at) <= id && id < first_id_since(at + 1), "{at}");
            assert!(first_id_since(i64::MIN) < id && id < first_id_since(i64::MAX), "without bounds");
        }
    }
}
