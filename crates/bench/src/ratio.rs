//! A ratio of two things that were measured in turns, one ratio a round, with its median and spread.

/// What a ratio is meant to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// It is only told.
    Told,
}

/// What was measured against what, and what came of each round.
#[derive(Clone, Debug)]
pub struct Ratio {
    /// What was measured.
    pub what: String,
    /// What it is held against.
    pub against: String,
    /// The ratio of each round.
    pub rounds: Vec<f64>,
    /// What the median is meant to be.
    pub goal: Goal,
}

impl Ratio {
    /// The median of the rounds.
    pub fn median(&self) -> f64 {
        percentile(&self.rounds, 50.0)
    }

    /// The smallest and the largest round.
    pub fn spread(&self) -> (f64, f64) {
        (percentile(&self.rounds, 0.0), percentile(&self.rounds, 100.0))
    }

    /// Whether the median is as it is meant to be; none if it is only told.
    pub fn met(&self) -> Option<bool> {
        match self.goal {
            Goal::AtMost(most) => Some(self.median() <= most),
            Goal::AtLeast(least) => Some(self.median() >= least),
            Goal::Told => None,
        }
    }
}

/// The value below which this share (0-100) of the values lies, by the nearest rank; NaN of none.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = ((share / 100.0 * sorted.len() as f64).ceil() as usize).max(1) - 1;
    sorted.get(rank).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rounds: &[f64], goal: Goal) -> Ratio {
        Ratio { what: "a".to_owned(), against: "b".to_owned(), rounds: rounds.to_vec(), goal }
    }

    #[test]
    fn the_median_is_the_middle_round_and_the_spread_its_ends() {
        let ratio = of(&[3.0, 1.0, 2.0, 9.0, 2.5], Goal::Told);
        assert_eq!((ratio.median(), ratio.spread()), (2.5, (1.0, 9.0)));
    }

    #[test]
    fn ninety_nine_percent_lie_below_the_last_of_a_hundred_but_one() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&values, 99.0), 99.0);
        assert!(percentile(&[], 50.0).is_nan());
    }

    #[test]
    fn a_goal_is_met_or_not_and_nothing_measured_meets_none() {
        assert_eq!(of(&[2.0], Goal::AtMost(2.0)).met(), Some(true));
        assert_eq!(of(&[2.1], Goal::AtMost(2.0)).met(), Some(false));
        assert_eq!(of(&[0.9], Goal::AtLeast(1.0)).met(), Some(false));
        assert_eq!(of(&[], Goal::AtMost(2.0)).met(), Some(false));
        assert_eq!(of(&[2.0], Goal::Told).met(), None);
    }
}
