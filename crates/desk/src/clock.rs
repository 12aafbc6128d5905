//! The clock that is handed in: the database's on PostgreSQL, else the machine's, else a test's. One reading a
//! transaction. This is the only file that may ask the machine for the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use recovery_rules::time::{Moment, Span};

use crate::database::{Tx, sql};

/// A source of time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// PostgreSQL's clock where that is the database, so that desks can't differ; else the machine's.
    Database,
    /// A clock set by hand, for tests.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at that moment until it is moved.
    pub fn set_to(moment: Moment) -> Self {
        Self::Set(Arc::new(AtomicI64::new(moment.0)))
    }

    /// Moves a clock that was set by hand; any other clock can't be moved.
    pub fn advance(&self, span: Span) {
        if let Self::Set(at) = self {
            at.fetch_add(span.0, Ordering::SeqCst);
        }
    }

    /// The reading of a transaction.
    pub async fn read(&self, tx: &mut Tx) -> Result<Moment, sqlx::Error> {
        match self {
            Self::Set(at) => Ok(Moment(at.load(Ordering::SeqCst))),
            Self::Database if tx.is_postgres() => {
                sql("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")
                    .number(tx)
                    .await
                    .map(Moment)
            }
            Self::Database => Ok(machine()),
        }
    }

    /// The machine's time, for what happens outside a transaction: waiting, naming a log entry.
    pub fn machine(&self) -> Moment {
        match self {
            Self::Set(at) => Moment(at.load(Ordering::SeqCst)),
            Self::Database => machine(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
fn machine() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
