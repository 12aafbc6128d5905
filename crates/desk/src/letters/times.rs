//! How letters write moments: in the organisation's zone, and the zone is always named.
//!
//! The zone is a fixed offset with a name, UTC unless settings say otherwise. A letter can't know where its reader
//! is, and a table of the world's summer times would be one more thing to keep current: a named offset is never wrong.

use recovery_rules::time::Moment;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// An offset from UTC and what people call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownTimes {
    offset_minutes: i32,
    name: String,
}

impl ShownTimes {
    /// Times in UTC.
    pub fn utc() -> Self {
        Self { offset_minutes: 0, name: "UTC".to_owned() }
    }

    /// Times at a fixed offset east of UTC (-14 h to +14 h), with its name, as in (60, "CET").
    /// `None` outside of these bounds or without a name.
    pub fn fixed(offset_minutes: i32, name: &str) -> Option<Self> {
        let name = recovery_rules::display_name::DisplayName::inert(name);
        let possible = offset_minutes.abs() <= 14 * 60 && !name.is_empty();
        possible.then_some(Self { offset_minutes, name })
    }

    /// `10:41 UTC`.
    pub fn clock(&self, moment: Moment) -> String {
        let (_, minute) = self.local(moment);
        format!("{:02}:{:02} {}", minute / 60, minute % 60, self.name)
    }

    /// `24 November 2026, 10:41 UTC`.
    pub fn date_and_clock(&self, moment: Moment) -> String {
        let (day, _) = self.local(moment);
        let (year, month, day) = civil(day);
        format!("{day} {} {year}, {}", MONTHS[month], self.clock(moment))
    }

    /// `24 November 2026`.
    pub fn date(&self, moment: Moment) -> String {
        let (day, _) = self.local(moment);
        let (year, month, day) = civil(day);
        format!("{day} {} {year}", MONTHS[month])
    }

    /// Days since 1970 on the shown clock.
    pub fn day(&self, moment: Moment) -> i64 {
        self.local(moment).0
    }

    /// When that day begins.
    pub fn start_of_day(&self, day: i64) -> Moment {
        Moment(day * DAY - self.offset())
    }

    /// Milliseconds that the shown clock is ahead of UTC.
    pub fn offset(&self) -> i64 {
        i64::from(self.offset_minutes) * MINUTE
    }

    /// What the zone is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Days since 1970 and minutes of that day, on the shown clock.
    fn local(&self, moment: Moment) -> (i64, i64) {
        let local = moment.0.saturating_add(self.offset());
        (local.div_euclid(DAY), local.rem_euclid(DAY) / MINUTE)
    }
}

/// `2026-11-24T10:41:07.250Z`, as machines read it (RFC 3339), whatever zone letters are written in.
pub fn rfc3339(moment: Moment) -> String {
    let (days, of_day) = (moment.0.div_euclid(DAY), moment.0.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let (minutes, milliseconds) = (of_day / MINUTE, of_day % MINUTE);
    format!(
        "{year:04}-{:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        month + 1,
        minutes / 60,
        minutes % 60,
        milliseconds / 1_000,
        milliseconds % 1_000
    )
}

/// Year, month from 0, and day of a day since 1970, by the proleptic Gregorian calendar. Counted in eras of 400
/// years (146 097 days) that begin on 1 March, so that the leap day is the last of its year.
fn civil(days_since_1970: i64) -> (i64, usize, i64) {
    let days = days_since_1970 + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    let year = year_of_era + era * 400 + i64::from(month < 2);
    (year, usize::try_from(month).unwrap_or(0), day)
}

#[cfg(test)]
mod tests {
    use recovery_rules::time::Moment;

    use super::{ShownTimes, rfc3339};

    #[test]
    fn machines_get_utc_to_the_millisecond() {
        for (moment, written) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_516_867_250, "2026-11-24T10:41:07.250Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339(Moment(moment)), written);
        }
    }

    #[test]
    fn dates_and_leap_days_are_right() {
        let utc = ShownTimes::utc();
        for (seconds, written) in [
            (0, "1 January 1970, 00:00 UTC"),
            (951_782_340, "28 February 2000, 23:59 UTC"),
            (951_782_400, "29 February 2000, 00:00 UTC"),
            (1_078_012_800, "29 February 2004, 00:00 UTC"),
            (1_795_516_860, "24 November 2026, 10:41 UTC"),
            (1_798_761_599, "31 December 2026, 23:59 UTC"),
            (4_107_542_400, "1 March 2100, 00:00 UTC"),
            (-1, "31 December 1969, 23:59 UTC"),
        ] {
            assert_eq!(utc.date_and_clock(Moment(seconds * 1000)), written);
        }
    }

    #[test]
    fn an_offset_moves_clock_and_date_and_is_named() {
        let moment = Moment(1_795_516_860_000);
        assert_eq!(ShownTimes::fixed(60, "CET").unwrap().clock(moment), "11:41 CET");
        let far = ShownTimes::fixed(14 * 60, "LINT").unwrap();
        assert_eq!(far.date_and_clock(moment), "25 November 2026, 00:41 LINT");
        let west = ShownTimes::fixed(-11 * 60, "SST").unwrap();
        assert_eq!(west.date_and_clock(moment), "23 November 2026, 23:41 SST");
        assert_eq!(ShownTimes::fixed(15 * 60, "X"), None);
        assert_eq!(ShownTimes::fixed(0, " \n"), None);
    }

    #[test]
    fn absurd_moments_do_not_panic() {
        for moment in [i64::MIN, i64::MAX] {
            assert!(ShownTimes::utc().date_and_clock(Moment(moment)).ends_with("UTC"));
        }
    }
}
