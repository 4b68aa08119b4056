//! Days and moments as the ledger writes them (RFC 3339, UTC).

use std::fmt;

use time::{Date, Month, Time};

const SECONDS_A_DAY: i64 = 86_400;
/// The Julian day of 1970-01-01.
const JULIAN_1970: i32 = 2_440_588;

/// A day in UTC, counted from 1970.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Day(pub i32);

impl Day {
    /// The day of a moment.
    pub fn of(time: Timestamp) -> Self {
        Self(i32::try_from(time.0.div_euclid(SECONDS_A_DAY)).unwrap_or_default())
    }

    /// Reads `2026-11-24`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| is_number)
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()?;
        let since = date.midnight().assume_utc().unix_timestamp();
        Some(Self::of(Timestamp(since)))
    }

    fn date(self) -> Date {
        let date = Date::from_julian_day(self.0.saturating_add(JULIAN_1970));
        date.unwrap_or(Date::MIN)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A moment, in whole seconds since 1970.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Reads `2026-11-24T10:00:00Z`.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, clock) = text.strip_suffix('Z')?.split_once('T')?;
        let mut parts = clock.splitn(3, ':');
        let mut number = || {
            let part = parts.next()?;
            let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u8>().ok().filter(|_| is_number)
        };
        let clock = Time::from_hms(number()?, number()?, number()?).ok()?;
        let (hour, minute, second) = clock.as_hms();
        let since = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(Self(i64::from(Day::parse(day)?.0) * SECONDS_A_DAY + since))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0.rem_euclid(SECONDS_A_DAY);
        let (hour, minute) = (second / 3600, second / 60 % 60);
        write!(
            f,
            "{}T{hour:02}:{minute:02}:{:02}Z",
            Day::of(*self),
            second % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_795_514_400, "2026-11-24T10:00:00Z"),
        ] {
            assert_eq!(Timestamp(seconds).to_string(), text);
            assert_eq!(Timestamp::parse(text), Some(Timestamp(seconds)));
            let (day, _) = text.split_once('T').expect("a day");
            assert_eq!(Day::of(Timestamp(seconds)).to_string(), day);
            assert_eq!(Day::parse(day), Some(Day::of(Timestamp(seconds))));
        }
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "26-01-01",
            "2026-1-1",
            "2026-01-01 ",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        for text in [
            "2026-01-01",
            "2026-01-01T00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
