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

/// Whether one more may be spent in a window that slides: at no time more than `limit` lie in the `window` before it.
/// Gives what is kept then, the new one included; or when the oldest falls out of the window. What a clock that
/// stepped back left in the future counts.
pub fn one_more_sliding(
    mut recent: Vec<Moment>,
    limit: i64,
    window: Span,
    now: Moment,
) -> Result<Vec<Moment>, Moment> {
    recent.retain(|at| now < *at + window);
    recent.sort_unstable();
    let limit = usize::try_from(limit).unwrap_or(0);
    if recent.len() < limit {
        recent.push(now);
        return Ok(recent);
    }
    // A limit that was lowered may find more than it allows.
    let first_to_go = recent.get(recent.len().saturating_sub(limit.max(1))).copied();
    Err(first_to_go.unwrap_or(now) + window)
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
    fn around_the_edge_of_a_day_a_sliding_window_gives_no_second_budget() {
        let day = Span::days(1);
        let mut recent = Vec::new();
        let mut given = Vec::new();
        // One try every hour for three days, five a day allowed.
        for hour in 0..72 {
            let now = Moment(0) + Span::hours(hour);
            match one_more_sliding(recent.clone(), 5, day, now) {
                Ok(kept) => {
                    recent = kept;
                    given.push(now);
                }
                Err(until) => assert!(now < until && until <= now + day),
            }
        }
        assert_eq!(given.len(), 15);
        for window in given.windows(6) {
            assert!(window[5] >= window[0] + day, "six within a day: {window:?}");
        }
    }

    #[test]
    fn a_lowered_limit_and_a_clock_that_stepped_back_give_nothing_away() {
        let (day, hour) = (Span::days(1), Span::hours(1));
        let five: Vec<_> = (0..5).map(|n| Moment(0) + Span(hour.0 * n)).collect();
        assert_eq!(one_more_sliding(five.clone(), 3, day, Moment(0) + Span::hours(6)), Err(five[2] + day));
        assert!(one_more_sliding(five, 5, day, Moment(-3_600_000)).is_err());
        assert_eq!(one_more_sliding(Vec::new(), 0, day, Moment(7)), Err(Moment(7) + day));
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
