//! A circuit breaker: after several failures in a row nothing is tried for a while, then one try decides.

use crate::time::{Moment, Span};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// The first pause; each failed try after it doubles the pause.
const FIRST_PAUSE: Span = Span::seconds(30);
/// The longest pause.
const LONGEST_PAUSE: Span = Span::minutes(5);

/// How the last tries went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    closed_until: Option<Moment>,
    trying: bool,
}

impl Breaker {
    /// Whether a try may be made now; if not, when the next one may be. After a pause exactly one may: the others
    /// wait for how it ends.
    ///
    /// # Errors
    /// The moment of the next try.
    pub fn may_try(&mut self, now: Moment) -> Result<(), Moment> {
        match self.closed_until {
            None => Ok(()),
            Some(until) if now < until => Err(until),
            Some(_) if self.trying => Err(now + FIRST_PAUSE),
            Some(_) => {
                self.trying = true;
                Ok(())
            }
        }
    }

    /// It worked.
    pub fn worked(&mut self) {
        *self = Self::default();
    }

    /// It failed in a way that says something about the other side; true if the pause begins with this failure.
    pub fn failed(&mut self, now: Moment) -> bool {
        self.trying = false;
        self.failures = self.failures.saturating_add(1);
        if self.failures < FAILURES {
            return false;
        }
        let doublings = (self.failures - FAILURES).min(8);
        let pause = Span(FIRST_PAUSE.0 << doublings).0.min(LONGEST_PAUSE.0);
        self.closed_until = Some(now + Span(pause));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_in_a_row_make_a_pause_and_one_success_ends_all_of_it() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            assert!(!breaker.failed(Moment(0)));
        }
        breaker.worked();
        for _ in 0..4 {
            assert!(!breaker.failed(Moment(0)));
            assert_eq!(breaker.may_try(Moment(0)), Ok(()));
        }
        assert!(breaker.failed(Moment(0)));
        assert_eq!(breaker.may_try(Moment(29_999)), Err(Moment(30_000)));
        breaker.worked();
        assert_eq!(breaker, Breaker::default());
    }

    #[test]
    fn after_the_pause_one_try_decides_and_pauses_grow_to_five_minutes() {
        let mut breaker = Breaker::default();
        let mut now = Moment(0);
        for _ in 0..5 {
            breaker.failed(now);
        }
        for pause in [30, 60, 120, 240, 300, 300] {
            now = now + Span::seconds(pause);
            assert_eq!(breaker.may_try(now), Ok(()), "after {pause} s");
            assert!(breaker.may_try(now).is_err(), "a second one waits");
            assert!(breaker.failed(now));
        }
    }
}
