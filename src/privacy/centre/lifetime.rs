//! A lifetime as people say it: "13 months", "24 hours", "100 days".
//!
//! Whole units only, and never rounded down: a promise read here must not be shorter than the
//! time for which a cookie may be kept.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The lifetime in words.
pub(crate) fn in_words(lifetime: Option<Duration>) -> String {
    let Some(lifetime) = lifetime else {
        return "Not stated".to_owned();
    };
    let seconds = lifetime.as_secs() + u64::from(lifetime.subsec_nanos() > 0);
    let (number, unit) = match seconds {
        0 => return "Until you close the browser".to_owned(),
        1..MINUTE => (seconds, "second"),
        MINUTE..HOUR => (seconds.div_ceil(MINUTE), "minute"),
        // A day is said as 24 hours: that is how short it is.
        HOUR..=DAY => (seconds.div_ceil(HOUR), "hour"),
        _ => days(seconds.div_ceil(DAY)),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// Years and months where they come out even in the ways in which vendors count them.
fn days(days: u64) -> (u64, &'static str) {
    match days {
        _ if days.is_multiple_of(365) => (days / 365, "year"),
        // 13 months are written as 390 or 395 days.
        395 => (13, "month"),
        _ if days >= 60 && days.is_multiple_of(30) => (days / 30, "month"),
        _ => (days, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_read_as_people_say_them() {
        for (seconds, expected) in [
            (0, "Until you close the browser"),
            (1, "1 second"),
            (60, "1 minute"),
            (30 * MINUTE, "30 minutes"),
            (61 * MINUTE, "2 hours"),
            (DAY, "24 hours"),
            (DAY + 1, "2 days"),
            (30 * DAY, "30 days"),
            (90 * DAY, "3 months"),
            (100 * DAY, "100 days"),
            (365 * DAY, "1 year"),
            (366 * DAY, "366 days"),
            (390 * DAY, "13 months"),
            (400 * DAY, "400 days"),
            (730 * DAY, "2 years"),
        ] {
            let lifetime = Duration::from_secs(seconds);
            assert_eq!(in_words(Some(lifetime)), expected, "{seconds}");
        }
        assert_eq!(in_words(Some(Duration::from_millis(100))), "1 second");
        assert_eq!(in_words(None), "Not stated");
    }
}
