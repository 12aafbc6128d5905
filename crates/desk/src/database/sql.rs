//! One SQL text for both engines: a statement, its binds, and the ways to run it.

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::Tx;

/// A value bound to a statement. Only types that both engines share.
#[derive(Clone, Debug)]
pub enum Bind {
    /// TEXT.
    Text(Option<String>),
    /// BIGINT.
    Int(Option<i64>),
    /// BOOLEAN.
    Bool(bool),
    /// BLOB or BYTEA.
    Bytes(Option<Vec<u8>>),
}

macro_rules! bind_from {
    ($($from:ty => |$value:ident| $bind:expr;)+) => {
        $(impl From<$from> for Bind { fn from($value: $from) -> Self { $bind } })+
    };
}

bind_from! {
    &str => |v| Bind::Text(Some(v.to_owned()));
    String => |v| Bind::Text(Some(v));
    &String => |v| Bind::Text(Some(v.clone()));
    Option<String> => |v| Bind::Text(v);
    Option<&str> => |v| Bind::Text(v.map(str::to_owned));
    i64 => |v| Bind::Int(Some(v));
    Option<i64> => |v| Bind::Int(v);
    bool => |v| Bind::Bool(v);
    Vec<u8> => |v| Bind::Bytes(Some(v));
    &[u8] => |v| Bind::Bytes(Some(v.to_vec()));
    [u8; 32] => |v| Bind::Bytes(Some(v.to_vec()));
    &[u8; 32] => |v| Bind::Bytes(Some(v.to_vec()));
    Option<Vec<u8>> => |v| Bind::Bytes(v);
    recovery_rules::time::Moment => |v| Bind::Int(Some(v.0));
    Option<recovery_rules::time::Moment> => |v| Bind::Int(v.map(|m| m.0));
}

/// A row type that both engines can fill.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A statement with its binds. The text is static, so nothing can be concatenated into it.
#[derive(Debug)]
pub struct Sql {
    text: &'static str,
    binds: Vec<Bind>,
}

/// Begins a statement; parameters are `$1`, `$2` … in the order of `bind`.
pub fn sql(text: &'static str) -> Sql {
    Sql { text, binds: Vec::new() }
}

/// Hands the binds to a query of either engine; a function can't, their argument types differ.
macro_rules! bound {
    ($query:expr, $binds:expr) => {{
        let mut query = $query;
        for bind in $binds {
            query = match bind {
                Bind::Text(v) => query.bind(v),
                Bind::Int(v) => query.bind(v),
                Bind::Bool(v) => query.bind(v),
                Bind::Bytes(v) => query.bind(v),
            };
        }
        query
    }};
}

impl Sql {
    /// Binds the next parameter.
    pub fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.binds.push(value.into());
        self
    }

    /// Runs it and says how many rows it touched.
    pub async fn run(self, tx: &mut Tx) -> Result<u64, sqlx::Error> {
        Ok(match tx {
            Tx::Sqlite(tx) => {
                bound!(sqlx::query(self.text), self.binds).execute(&mut **tx).await?.rows_affected()
            }
            Tx::Postgres(tx) => {
                bound!(sqlx::query(self.text), self.binds).execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// All rows.
    pub async fn all<T: Row>(self, tx: &mut Tx) -> Result<Vec<T>, sqlx::Error> {
        match tx {
            Tx::Sqlite(tx) => {
                bound!(sqlx::query_as::<_, T>(self.text), self.binds).fetch_all(&mut **tx).await
            }
            Tx::Postgres(tx) => {
                bound!(sqlx::query_as::<_, T>(self.text), self.binds).fetch_all(&mut **tx).await
            }
        }
    }

    /// The row, if there is one.
    pub async fn optional<T: Row>(self, tx: &mut Tx) -> Result<Option<T>, sqlx::Error> {
        match tx {
            Tx::Sqlite(tx) => {
                bound!(sqlx::query_as::<_, T>(self.text), self.binds).fetch_optional(&mut **tx).await
            }
            Tx::Postgres(tx) => {
                bound!(sqlx::query_as::<_, T>(self.text), self.binds).fetch_optional(&mut **tx).await
            }
        }
    }

    /// The one row there must be.
    pub async fn one<T: Row>(self, tx: &mut Tx) -> Result<T, sqlx::Error> {
        self.optional(tx).await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// The texts of a single column, such as ids.
    pub async fn texts(self, tx: &mut Tx) -> Result<Vec<String>, sqlx::Error> {
        self.all::<(String,)>(tx).await.map(|rows| rows.into_iter().map(|row| row.0).collect())
    }

    /// The one number there must be, such as a count.
    pub async fn number(self, tx: &mut Tx) -> Result<i64, sqlx::Error> {
        self.one::<(i64,)>(tx).await.map(|row| row.0)
    }
}
