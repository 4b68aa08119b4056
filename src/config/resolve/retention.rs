//! How long a cookie lives, in the free words of a list of cookies.

use std::time::Duration;

use super::bounds::{LONG, SECOND};

const DAY: u64 = 86_400;

/// Names of units, and the seconds of so many of them.
fn seconds(number: u64, unit: &str) -> Option<u64> {
    let factor = match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3600,
        "day" | "days" => DAY,
        "week" | "weeks" => 7 * DAY,
        // Of 30.5 days, in whole days: a cookie of a month is not cut short in any month but those
        // of 31 days twice in a row.
        "month" | "months" => return number.checked_mul(61)?.div_ceil(2).checked_mul(DAY),
        "year" | "years" => 365 * DAY,
        _ => return None,
    };
    number.checked_mul(factor)
}

/// The lifetime that `text` promises; `None` if it says none ("session", "persistent"), more than
/// one ("30 minutes to 1 year") or none that can be told ("2 years after last activity").
pub(super) fn lifetime(text: &str) -> Option<Duration> {
    let text = text.to_lowercase();
    let mut words = text
        .split([' ', ',', '\t', '\u{a0}'])
        .filter(|word| !word.is_empty() && *word != "and");
    let mut sum: u64 = 0;
    while let Some(word) = words.next() {
        let end = word.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = word.split_at_checked(end)?;
        let unit = if unit.is_empty() { words.next()? } else { unit };
        sum = sum.checked_add(seconds(number.parse().ok()?, unit)?)?;
    }
    let lifetime = Duration::from_secs(sum);
    (SECOND..=LONG).contains(&lifetime).then_some(lifetime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clear_is_understood_and_nothing_else() {
        for (text, expected) in [
            ("1 year", Some(365 * DAY)),
            (" 2 Years ", Some(730 * DAY)),
            ("13 months", Some(397 * DAY)),
            ("1 month", Some(31 * DAY)),
            ("2 months", Some(61 * DAY)),
            ("1 year 1 month", Some(396 * DAY)),
            ("1 year, 1 month and 2 days", Some(398 * DAY)),
            ("90 days", Some(90 * DAY)),
            ("2 Weeks", Some(14 * DAY)),
            ("24 hours", Some(DAY)),
            ("30 mins", Some(1800)),
            ("30min", Some(1800)),
            ("90 sec", Some(90)),
            ("1 second", Some(1)),
            ("100 years", Some(36_500 * DAY)),
            ("101 years", None),
            ("99999999999999999999 years", None),
            ("9999999999999999999 years", None),
            ("session", None),
            ("End of session (browser)", None),
            ("Persistent", None),
            ("", None),
            ("0 days", None),
            ("30", None),
            ("days", None),
            ("30 moons", None),
            ("-1 day", None),
            ("1.5 years", None),
            ("2 years after last activity", None),
            ("30 seconds till 1 year", None),
            ("30 minutes, 3w or 1y depending on value", None),
            ("13 months by default, modifiable", None),
            ("1 year (in some countries, the period may be longer)", None),
            ("10 Nov 2030", None),
        ] {
            assert_eq!(lifetime(text), expected.map(Duration::from_secs), "{text}");
        }
    }
}
