//! Cookie dates: read as browsers read them, written as RFC 9110 §5.6.7 asks.
//!
//! The algorithm of RFC 6265bis §5.1.1 is lenient; a stricter reader would let a lifetime pass
//! uncapped that browsers honour.

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];
const MONTH_NAMES: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAY_NAMES: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// The moment that a cookie date names, in seconds since 1970; `None` where a browser would
/// ignore the attribute.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in tokens(text) {
        if time.is_none()
            && let Some(found) = time_of_day(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = digits(token, 1, 2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_number(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = digits(token, 2, 4)
        {
            year = Some(found);
        }
    }
    let (time, day, month) = (time?, day?, month?);
    let year = match year? {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    };
    if !(1..=days_of(month, year)).contains(&day) || year < 1601 {
        return None;
    }
    Some(days_from_civil(year, month, day) * 86_400 + time)
}

/// Whether no browser reads the date otherwise than [`parse`] does: one day, month, year and time,
/// and beside them a weekday and a name of UTC at most.
///
/// Chromium takes a year of five digits, Firefox other orders and time zones, and both skip pieces
/// that the RFC stops at.
pub(super) fn is_plain(text: &[u8]) -> bool {
    let (mut times, mut months, mut numbers) = (0, 0, 0_usize);
    for token in tokens(text) {
        if token.iter().all(u8::is_ascii_digit) {
            numbers = numbers
                .saturating_mul(10)
                .saturating_add(token.len().min(9));
        } else if token.iter().all(u8::is_ascii_alphabetic) {
            if month_number(token).is_some() {
                months += 1;
            } else if !is_weekday(token) && !is_utc(token) {
                return false;
            }
        } else if is_clock(token) {
            times += 1;
        } else {
            return false;
        }
    }
    // The lengths of the day and the year.
    times == 1 && months == 1 && matches!(numbers, 12 | 14 | 22 | 24 | 41 | 42)
}

fn is_weekday(word: &[u8]) -> bool {
    let start = word.get(..3).unwrap_or_default();
    DAY_NAMES
        .iter()
        .any(|name| start.eq_ignore_ascii_case(name.as_bytes()))
}

fn is_utc(word: &[u8]) -> bool {
    [&b"gmt"[..], b"utc", b"z"]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name))
}

/// Whether a token that parses as a time of day is nothing but that.
fn is_clock(token: &[u8]) -> bool {
    token.len() <= 8
        && token.iter().all(|byte| matches!(byte, b'0'..=b'9' | b':'))
        && time_of_day(token).is_some()
}

fn tokens(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| is_delimiter(*byte))
        .filter(|token| !token.is_empty())
}

fn days_of(month: i64, year: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

/// `least` to `most` digits at the token's beginning, not followed by another digit.
fn digits(token: &[u8], least: usize, most: usize) -> Option<i64> {
    let count = token
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if count < least || count > most {
        return None;
    }
    let number = token.iter().take(count);
    Some(number.fold(0, |number, byte| number * 10 + i64::from(byte - b'0')))
}

fn time_of_day(token: &[u8]) -> Option<i64> {
    let mut parts = token.splitn(3, |byte| *byte == b':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if !whole(hours) || !whole(minutes) {
        return None;
    }
    let (hours, minutes, seconds) = (
        digits(hours, 1, 2)?,
        digits(minutes, 1, 2)?,
        digits(seconds, 1, 2)?,
    );
    (hours <= 23 && minutes <= 59 && seconds <= 59)
        .then_some(hours * 3_600 + minutes * 60 + seconds)
}

fn month_number(token: &[u8]) -> Option<i64> {
    let start = token.get(..3)?;
    let index = MONTHS
        .iter()
        .position(|month| start.eq_ignore_ascii_case(*month))?;
    i64::try_from(index + 1).ok()
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The IMF-fixdate of `seconds` since 1970 (RFC 9110 §5.6.7), as in `Thu, 01 Jan 1970 00:00:00 GMT`.
pub fn imf_fixdate(seconds: i64) -> String {
    let (days, time) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = (shifted_month + 2) % 12;
    let year = year_of_era + era * 400 + i64::from(month < 2);
    let name = |names: &[&'static str], index: i64| {
        usize::try_from(index)
            .ok()
            .and_then(|index| names.get(index).copied())
            .unwrap_or_default()
    };
    format!(
        "{}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        name(&DAY_NAMES, days.rem_euclid(7)),
        name(&MONTH_NAMES, month),
        time / 3_600,
        time / 60 % 60,
        time % 60,
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_read_as_browsers_read_them() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
            ("6 nov 1994 8:49:37", Some(784_111_777)),
            ("06 November 2038 00:00:00", Some(2_172_614_400)),
            ("Tue, 29 Feb 2028 12:00:00 GMT", Some(1_835_438_400)),
            ("never", None),
            ("06 Nov 1994", None),
            ("32 Nov 1994 08:49:37", None),
            ("31 Nov 1994 08:49:37", None),
            ("29 Feb 2027 08:49:37", None),
            ("06 Nov 1994 24:49:37", None),
        ] {
            assert_eq!(parse(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_date_that_browsers_might_read_otherwise_is_not_plain() {
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sunday, 06-Nov-94 08:49:37 GMT", true),
            ("Sun Nov  6 08:49:37 1994", true),
            ("6 november 1994 8:49:37 utc", true),
            ("06 Nov 1994 08:49:37 PST", false),
            ("06 Nov 1994 08:49:37 +0000", false),
            ("06 Nov 1994x 2100 08:49:37", false),
            ("06th Nov 1994 08:49:37", false),
            ("06 Nov 1994 08:49:37x 09:00:00", false),
            ("06 Nov 1994 08:49:37 09:00:00", false),
            ("06 Nov Dec 1994 08:49:37", false),
        ] {
            assert!(parse(text.as_bytes()).is_some(), "{text}");
            assert_eq!(is_plain(text.as_bytes()), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in -10_000_000_000_i64..200_000_000_000) {
            let text = imf_fixdate(seconds);
            prop_assert_eq!(parse(text.as_bytes()), Some(seconds));
            prop_assert!(is_plain(text.as_bytes()), "{}", text);
        }

        #[test]
        fn any_bytes_are_read_without_panic(text: Vec<u8>) {
            let _ = (parse(&text), is_plain(&text));
        }
    }
}
