//! Limits over a window of time, and the growing delay after wrong passwords.

use crate::time::{Moment, Span};

/// What a counter holds: spent since `window_start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// When the window began.
    pub window_start: Moment,
    /// How many were spent in it.
    pub spent: i64,
    /// When the last one was.
    pub last_at: Moment,
}

/// Whether one more may be spent; if not, when the window ends.
pub fn one_more(spent: Option<Spent>, limit: i64, window: Span, now: Moment) -> Result<(), Moment> {
    match spent {
        Some(s) if now < s.window_start + window && s.spent >= limit => Err(s.window_start + window),
        _ => Ok(()),
    }
}

/// When the next password may be tried. Grows from the first wrong one past the free ones: 2, 4, 8 … seconds,
/// at most 15 minutes; never a lock, so that a stranger can't shut the owner out [OWASP Authentication].
pub fn next_password_try(spent: Option<Spent>, free: i64, a_day: i64, now: Moment) -> Result<(), Moment> {
    let Some(s) = spent else { return Ok(()) };
    let day = Span::days(1);
    if now >= s.window_start + day {
        return Ok(());
    }
    if s.spent >= a_day {
        return Err(s.window_start + day);
    }
    let over = s.spent - free;
    if over <= 0 {
        return Ok(());
    }
    let seconds = 1_i64 << over.min(10);
    let until = s.last_at + Span::seconds(seconds.min(900));
    if now < until { Err(until) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(n: i64) -> Option<Spent> {
        Some(Spent { window_start: Moment(0), spent: n, last_at: Moment(1_000) })
    }

    #[test]
    fn a_window_that_is_over_gives_a_new_budget() {
        assert!(one_more(spent(5), 5, Span::minutes(1), Moment(59_999)).is_err());
        assert!(one_more(spent(5), 5, Span::minutes(1), Moment(60_000)).is_ok());
        assert!(one_more(spent(4), 5, Span::minutes(1), Moment(1)).is_ok());
        assert!(one_more(None, 5, Span::minutes(1), Moment(1)).is_ok());
    }

    #[test]
    fn the_delay_grows_from_the_fifth_wrong_password_and_never_locks() {
        assert_eq!(next_password_try(spent(4), 4, 50, Moment(1_000)), Ok(()));
        assert_eq!(next_password_try(spent(5), 4, 50, Moment(1_000)), Err(Moment(3_000)));
        assert_eq!(next_password_try(spent(6), 4, 50, Moment(1_000)), Err(Moment(5_000)));
        assert_eq!(next_password_try(spent(49), 4, 50, Moment(1_000)), Err(Moment(901_000)));
        assert_eq!(next_password_try(spent(49), 4, 50, Moment(901_000)), Ok(()));
        assert_eq!(next_password_try(spent(50), 4, 50, Moment(901_000)), Err(Moment(86_400_000)));
    }
}
