//! Time as a parameter.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The moment `delay` after this one; saturates.
    pub fn after(self, delay: Duration) -> Self {
        Self(self.0.saturating_add(millis(delay)))
    }

    /// Time that passed since `earlier`; zero when `earlier` lies in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds, e.g. `2026-11-23T14:15:02.123Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, ms_of_day) = (self.0 / 86_400_000, self.0 % 86_400_000);
        let (year, month, day) = civil_from_days(days);
        let (h, m, s, ms) = (ms_of_day / 3_600_000, ms_of_day / 60_000 % 60, ms_of_day / 1000 % 60, ms_of_day % 1000);
        write!(f, "{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{ms:03}Z")
    }
}

/// A day of the calendar in UTC, written `2026-11-23`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    /// Days since 1970-01-01.
    number: u64,
}

/// Milliseconds of a day; UTC as computers count it has no other.
const DAY_MS: u64 = 86_400_000;

/// A text that is no day between 1970-01-01 and 9999-12-31.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no day; write it like 2026-12-31")]
pub struct NoDay(pub String);

impl Day {
    /// The day that a moment lies in.
    pub fn of(moment: Timestamp) -> Self {
        Self { number: moment.0 / DAY_MS }
    }

    /// The day so many days later; saturates.
    pub fn plus(self, days: u64) -> Self {
        Self { number: self.number.saturating_add(days) }
    }

    /// Days from a moment's day to this one, neither of them whole: 0 on the day itself. `None` once it is over.
    pub fn days_left(self, now: Timestamp) -> Option<u64> {
        self.number.checked_sub(Self::of(now).number)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.number);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl std::str::FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let refused = || NoDay(text.to_owned());
        let is_shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !is_shaped {
            return Err(refused());
        }
        let part = |range: std::ops::Range<usize>| text[range].parse::<u64>().map_err(|_| refused());
        let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
        if year < 1970 || !(1..=12).contains(&month) || day == 0 {
            return Err(refused());
        }
        let found = Self { number: days_from_civil(year, month, day) };
        // A day that its month does not have would be one of the next month.
        if civil_from_days(found.number) == (year, month, day) { Ok(found) } else { Err(refused()) }
    }
}

impl TryFrom<String> for Day {
    type Error = NoDay;

    fn try_from(text: String) -> Result<Self, NoDay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// Whole milliseconds of a duration; saturates.
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Year, month and day of the day `days` after 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `civil_from_days`).
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + u64::from(month <= 2), month, day)
}

/// The inverse of [`civil_from_days`], from the same source; the day is in the years from 1970 on.
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = year - u64::from(month <= 2);
    let era = year / 400;
    let yoe = year % 400;
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_that_no_calendar_has_is_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "1969-12-31",
            "26-01-01",
            "2026-1-1",
            "tomorrow",
            "2026-04-31",
        ] {
            assert_eq!(text.parse::<Day>(), Err(NoDay(text.to_owned())));
        }
        assert!("2028-02-29".parse::<Day>().is_ok());
    }

    #[test]
    fn a_day_counts_until_its_end_in_utc() {
        let day: Day = "2026-11-23".parse().expect("a day");
        let morning = Timestamp(1_795_392_000_000);
        assert_eq!(morning.to_string(), "2026-11-23T00:00:00.000Z");
        assert_eq!(day.days_left(morning), Some(0));
        assert_eq!(day.days_left(Timestamp(morning.0 - 1)), Some(1));
        assert_eq!(day.days_left(Timestamp(morning.0 + DAY_MS - 1)), Some(0));
        assert_eq!(day.days_left(Timestamp(morning.0 + DAY_MS)), None);
    }

    proptest! {
        #[test]
        fn a_day_is_read_as_it_was_written(number in 0_u64..2_932_897) {
            let day = Day { number };
            prop_assert_eq!(day.to_string().parse::<Day>(), Ok(day));
        }
    }

    #[test]
    fn a_moment_prints_as_rfc_3339() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(951_827_696_789).to_string(), "2000-02-29T12:34:56.789Z");
        assert_eq!(Timestamp(1_795_440_000_000).to_string(), "2026-11-23T13:20:00.000Z");
    }
}
