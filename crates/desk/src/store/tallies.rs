//! Anonymous sums for reports. Whoever adds to several does it in the order of this file's names, last of all that the
//! transaction locks: the rows of today are everybody's.

use crate::database::{Tx, sql};

/// A sum over periods.
#[derive(Debug, sqlx::FromRow)]
pub struct Tally {
    /// What it is about.
    pub about: String,
    /// How often.
    pub total: i64,
    /// Of these, the part that counts.
    pub part: i64,
}

/// Adds one to the sum of a period, and to its part if this one counts.
pub async fn add(tx: &mut Tx, name: &str, period: i64, about: &str, part: bool) -> Result<(), sqlx::Error> {
    sql("INSERT INTO tallies (name, period, about, total, part) VALUES ($1, $2, $3, 1, $4)
         ON CONFLICT (name, period, about)
         DO UPDATE SET total = tallies.total + 1, part = tallies.part + excluded.part")
    .bind(name)
    .bind(period)
    .bind(about)
    .bind(i64::from(part))
    .run(tx)
    .await?;
    Ok(())
}

/// The sums over the periods from one up to and with another, by what they are about.
pub async fn sums(tx: &mut Tx, name: &str, from: i64, to: i64) -> Result<Vec<Tally>, sqlx::Error> {
    sql("SELECT about, CAST(SUM(total) AS BIGINT) AS total, CAST(SUM(part) AS BIGINT) AS part FROM tallies
         WHERE name = $1 AND period BETWEEN $2 AND $3 GROUP BY about ORDER BY about")
    .bind(name)
    .bind(from)
    .bind(to)
    .all(tx)
    .await
}

/// What didn't count, by period: (period, total less part), oldest first. Periods without any are left out.
pub async fn rest_by_period(
    tx: &mut Tx,
    name: &str,
    from: i64,
    to: i64,
) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    sql("SELECT period, CAST(SUM(total - part) AS BIGINT) FROM tallies
         WHERE name = $1 AND period BETWEEN $2 AND $3 GROUP BY period ORDER BY period")
    .bind(name)
    .bind(from)
    .bind(to)
    .all(tx)
    .await
}

/// Removes the sums of a name before a period.
pub async fn remove_before(tx: &mut Tx, name: &str, period: i64) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM tallies WHERE name = $1 AND period < $2").bind(name).bind(period).run(tx).await
}
