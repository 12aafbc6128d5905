//! What reports may say: over which periods, from how many on, and when something is unusual. Counting is the store's.

/// The periods a report can be about, in days up to and with today: a week, four weeks, a quarter.
pub const PERIODS: [i64; 3] = [7, 28, 91];

/// Fewer than this say nothing of a question: with few, a reader who knows who called knows whose they are.
pub const ANONYMOUS_FROM: i64 = 50;

/// Counts of a question are told in steps of this, so that the same report before and after one call gives away nothing.
const ANONYMOUS_STEP: i64 = 10;

/// Fewer than this make no sentence: "half of them" about three callers is no finding.
pub const ENOUGH_FOR_A_FINDING: i64 = 10;

/// Days that say what is usual, before the days that are looked at.
pub const USUAL_DAYS: i64 = 28;

/// The days that are looked at, up to and with today.
pub const LOOKED_AT_DAYS: i64 = 7;

/// On fewer days with a call than this, nobody knows what is usual.
const LEAST_BUSY_DAYS: i64 = 10;

/// What a report says of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// About how often it was asked: rounded down to tens.
    pub about: i64,
    /// How often of a hundred the caller didn't know an answer, rounded to tens.
    pub percent: i64,
}

/// What may be said of a question that was asked so often, and not answered so often; none where it is too little.
pub fn anonymous_share(asked: i64, not_known: i64) -> Option<Share> {
    if asked < ANONYMOUS_FROM {
        return None;
    }
    let share = (not_known.clamp(0, asked) * 100 + asked / 2) / asked;
    let percent = (share + ANONYMOUS_STEP / 2) / ANONYMOUS_STEP * ANONYMOUS_STEP;
    Some(Share { about: asked / ANONYMOUS_STEP * ANONYMOUS_STEP, percent })
}

/// The most of something a day that is usual, after so many on all of [`USUAL_DAYS`]; none where there were too few days
/// with calls to know. Three standard deviations of a Poisson count above the mean, and three more, so that a quiet desk
/// doesn't take two mistyped answers for an attack.
pub fn usual_up_to(on_all_days: i64, busy_days: i64) -> Option<i64> {
    if busy_days < LEAST_BUSY_DAYS {
        return None;
    }
    // In thousandths, so that no fraction is needed.
    let mean = on_all_days.max(0) * 1_000 / USUAL_DAYS;
    let deviation = (mean * 1_000).isqrt();
    Some((mean + 3 * deviation).div_euclid(1_000) + 1 + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_says_nothing_below_fifty_and_only_tens_from_there() {
        assert_eq!(anonymous_share(49, 49), None);
        assert_eq!(anonymous_share(50, 5), Some(Share { about: 50, percent: 10 }));
        assert_eq!(anonymous_share(59, 59), Some(Share { about: 50, percent: 100 }));
        assert_eq!(anonymous_share(1_234, 0), Some(Share { about: 1_230, percent: 0 }));
    }

    #[test]
    fn one_more_call_seldom_changes_what_is_said_of_a_question() {
        // Of a thousand reports, each with one more call in which the caller didn't know: in more than eight of ten nothing moves.
        let moved = (50..1_050).filter(|n| anonymous_share(*n, 20) != anonymous_share(n + 1, 21)).count();
        assert!(moved < 200, "{moved}");
    }

    #[test]
    fn a_share_never_leaves_nought_to_a_hundred() {
        for (asked, not_known) in [(50, -3), (50, 70), (97, 97), (50, 0)] {
            let share = anonymous_share(asked, not_known).unwrap();
            assert!((0..=100).contains(&share.percent), "{asked} {not_known}: {share:?}");
        }
    }

    #[test]
    fn usual_is_unknown_at_first_and_never_lower_with_more_before() {
        assert_eq!(usual_up_to(280, LEAST_BUSY_DAYS - 1), None);
        assert_eq!(usual_up_to(0, LEAST_BUSY_DAYS), Some(4));
        // Ten a day: 10 + 3 · 3.16 is 19, and what lies above it begins with 24.
        assert_eq!(usual_up_to(280, 28), Some(23));
        let bounds: Vec<_> = (0..2_000).map(|sum| usual_up_to(sum, 28).unwrap()).collect();
        assert!(bounds.is_sorted());
    }
}
