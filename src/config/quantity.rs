//! Durations and sizes as an operator writes them: `"15 minutes"`, `"16 KiB"`.
//!
//! One whole number and one unit. Months have no fixed length and are not accepted; a year is 365
//! days. Written back in the largest unit that is exact.

use std::time::Duration;

use super::problem::Problem;

/// What a duration looks like, for messages.
pub(super) const DURATION: &str =
    "a duration such as \"500ms\", \"30s\", \"15 minutes\" or \"90 days\"";
/// What a size looks like, for messages.
pub(super) const SIZE: &str = "a size such as \"128 B\", \"16 KiB\" or \"1 MiB\"";

const DAY: u64 = 86_400_000;

/// Names of units, and milliseconds.
const DURATION_UNITS: &[(&[&str], u64)] = &[
    (&["ms", "millisecond", "milliseconds"], 1),
    (&["s", "sec", "second", "seconds"], 1000),
    (&["m", "min", "minute", "minutes"], 60_000),
    (&["h", "hour", "hours"], 3_600_000),
    (&["d", "day", "days"], DAY),
    (&["w", "week", "weeks"], 7 * DAY),
    (&["y", "year", "years"], 365 * DAY),
];

/// Names of units, and bytes.
const SIZE_UNITS: &[(&[&str], u64)] = &[
    (&["B", "byte", "bytes"], 1),
    (&["kB", "KB"], 1000),
    (&["KiB"], 1024),
    (&["MB"], 1_000_000),
    (&["MiB"], 1 << 20),
    (&["GB"], 1_000_000_000),
    (&["GiB"], 1 << 30),
    (&["TiB"], 1 << 40),
];

/// The duration that `text` names.
pub(super) fn duration(text: &str) -> Result<Duration, Problem> {
    if text
        .trim_start_matches(|character: char| character.is_ascii_digit())
        .trim()
        .starts_with("month")
    {
        return Err(
            Problem::error("counts in months, which have no fixed length")
                .expecting("days, such as \"30 days\""),
        );
    }
    quantity(text, DURATION_UNITS, "duration", 's').map(Duration::from_millis)
}

/// The number of bytes that `text` names.
pub(super) fn size(text: &str) -> Result<u64, Problem> {
    quantity(text, SIZE_UNITS, "size", 'B')
}

fn quantity(
    text: &str,
    units: &[(&[&str], u64)],
    what: &str,
    smallest: char,
) -> Result<u64, Problem> {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    if number.is_empty() {
        return Err(Problem::error(format!("is not a {what}")));
    }
    if unit.is_empty() {
        return Err(Problem::error("has no unit").meant(Some(&format!("{number}{smallest}"))));
    }
    let named = |name: &str| {
        units
            .iter()
            .find(|(names, _)| names.contains(&name))
            .map(|(_, factor)| *factor)
    };
    let Some(factor) = named(unit) else {
        let names = units.iter().flat_map(|(names, _)| names.iter().copied());
        let ignoring_case = names.clone().find(|name| name.eq_ignore_ascii_case(unit));
        let meant = ignoring_case.or_else(|| super::mistake::nearest(unit, names));
        let meant = meant.map(|unit| format!("{number} {unit}"));
        return Err(Problem::error(format!("is not a {what}")).meant(meant.as_deref()));
    };
    let number = number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor));
    number
        .filter(|number| i64::try_from(*number).is_ok())
        .ok_or_else(|| Problem::error("is too large to count"))
}

/// `duration` in the largest unit that is exact.
pub(crate) fn write_duration(duration: Duration) -> String {
    let units = [
        (DAY, " days"),
        (3_600_000, " hours"),
        (60_000, " minutes"),
        (1000, "s"),
    ];
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    write(milliseconds, &units, "ms")
}

/// `bytes` in the largest unit that is exact.
pub(super) fn write_size(bytes: u64) -> String {
    write(
        bytes,
        &[(1 << 30, " GiB"), (1 << 20, " MiB"), (1 << 10, " KiB")],
        " B",
    )
}

fn write(number: u64, units: &[(u64, &str)], smallest: &str) -> String {
    let unit = units
        .iter()
        .find(|(factor, _)| number > 0 && number.is_multiple_of(*factor));
    match unit {
        // "1 days" reads badly, and is accepted as "1 day".
        Some((factor, unit)) if number == *factor && unit.ends_with('s') && unit.len() > 2 => {
            format!("1{}", unit.trim_end_matches('s'))
        }
        Some((factor, unit)) => format!("{}{unit}", number / factor),
        None => format!("{number}{smallest}"),
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_back() {
        for (text, seconds, written) in [
            ("30s", 30, "30s"),
            ("90 seconds", 90, "90s"),
            ("15 minutes", 900, "15 minutes"),
            ("15min", 900, "15 minutes"),
            ("24 hours", 86_400, "1 day"),
            ("90 days", 7_776_000, "90 days"),
            ("2 weeks", 1_209_600, "14 days"),
            ("5 years", 157_680_000, "1825 days"),
        ] {
            let duration = duration(text).unwrap();
            assert_eq!(duration, Duration::from_secs(seconds), "{text}");
            assert_eq!(write_duration(duration), written, "{text}");
            assert_eq!(super::duration(written).unwrap(), duration, "{written}");
        }
        assert_eq!(duration("500ms").unwrap(), Duration::from_millis(500));
        for text in [
            "",
            "s",
            "30",
            "1.5 hours",
            "-1s",
            "30  s",
            "30 S s",
            "1h 30m",
            "6 months",
            "99999999999999999999s",
            "30 parsecs",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_and_written_back() {
        for (text, bytes, written) in [
            ("128 B", 128, "128 B"),
            ("16 KiB", 16_384, "16 KiB"),
            ("1MiB", 1_048_576, "1 MiB"),
            ("10 MB", 10_000_000, "10000000 B"),
            ("2 GiB", 1 << 31, "2 GiB"),
        ] {
            assert_eq!(size(text).unwrap(), bytes, "{text}");
            assert_eq!(write_size(bytes), written, "{text}");
        }
        for text in ["16", "16 kib", "16 mb", "KiB", "9999999999 GiB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
