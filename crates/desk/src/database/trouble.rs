//! What a database error means for whoever asked: come back in a moment, somebody must free disk space, or broken.

/// What an error of the database comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Somebody else holds what is needed, or every connection is taken; nothing of the transaction stays.
    Busy,
    /// There is no room left to write; nothing of the transaction stays.
    DiskFull,
    /// Anything else. If it came from a commit, nobody knows whether that happened: the request id tells.
    Broken,
}

/// SQLite: 5 busy (another program's transaction), 6 locked. PostgreSQL: 55P03 lock not available in time, 40P01
/// deadlock, 53300 too many connections, 57P03 still starting.
const BUSY: [&str; 6] = ["5", "6", "55P03", "40P01", "53300", "57P03"];
/// SQLite: 13 full. PostgreSQL: 53100 disk full.
const DISK_FULL: [&str; 2] = ["13", "53100"];

/// What this error means.
pub fn trouble(error: &sqlx::Error) -> Trouble {
    let code = match error {
        sqlx::Error::PoolTimedOut => return Trouble::Busy,
        sqlx::Error::Database(error) => error.code().unwrap_or_default(),
        _ => return Trouble::Broken,
    };
    // SQLite's extended codes hold the primary one in their lowest byte; PostgreSQL's have five characters.
    let primary = match code.parse::<u32>() {
        Ok(extended) if code.len() < 5 => (extended & 0xff).to_string(),
        _ => code.into_owned(),
    };
    if BUSY.contains(&primary.as_str()) {
        Trouble::Busy
    } else if DISK_FULL.contains(&primary.as_str()) {
        Trouble::DiskFull
    } else {
        Trouble::Broken
    }
}
