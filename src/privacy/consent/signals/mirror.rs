//! privet's own mirror of platforms that store answers where no server can read them.
//!
//! Usercentrics, Osano, Sourcepoint, Termly and Google's consent mode keep to the browser. The script
//! `/.privet/mirror.js` copies what somebody answered there into `privet_mirror`, as readable text:
//! `source=usercentrics&time=1795460000&granted=analytics.media&refused=marketing`. It is written
//! after an answer only. Anything that is not exactly so is no answer.

use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
};
use crate::privacy::purpose::{Purpose, Purposes};

/// The cookie that holds the copy.
pub const MIRROR_COOKIE: &str = "privet_mirror";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[MIRROR_COOKIE];

/// The platforms that the script knows.
const SOURCES: &[&str] = &["usercentrics", "osano", "sourcepoint", "termly", "google"];

/// It speaks of purposes.
pub(super) fn purposes(name: &str) -> Purposes {
    Purpose::from_name(name).into_iter().collect()
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(MIRROR_COOKIE), |value| {
        copy(value, cookies.now()).unwrap_or(Outcome::Unreadable("is not of the mirror's form"))
    })
}

fn copy(value: &[u8], now: i64) -> Option<Outcome> {
    let mut members = std::str::from_utf8(value).ok()?.split('&');
    let mut member = |name: &str| members.next()?.strip_prefix(name)?.strip_prefix('=');
    let (source, time) = (member("source")?, member("time")?);
    let (granted, refused) = (member("granted")?, member("refused")?);
    let is_time = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
    if !SOURCES.contains(&source) || !is_time || members.next().is_some() {
        return None;
    }
    let age = now.checked_sub(time.parse().ok()?)?;
    if age > LIFETIME {
        return Some(Outcome::Unanswered("is older than half a year"));
    }
    if age < -CLOCK_SKEW {
        return None;
    }
    let mut answers = Answers::default();
    for (list, granted) in [(granted, true), (refused, false)] {
        for word in list.split('.').filter(|word| !word.is_empty()) {
            answers.push(Purpose::from_name(word)?.name(), granted);
        }
    }
    if answers.list.is_empty() {
        return Some(Outcome::Unanswered("names no purpose"));
    }
    Some(Outcome::Answered(answers))
}

/// How long the script's cookie lives, in seconds.
const LIFETIME: i64 = 180 * 86_400;

/// Clocks of browsers and servers differ by no more than this, in seconds.
const CLOCK_SKEW: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, grants_no_more_than};

    const COPIED: &str = "source=osano&time=1795459999&granted=analytics.media&refused=marketing";

    #[test]
    fn only_exact_copies_count() {
        for (name, value, expected) in [
            ("copied", COPIED, Some("analytics,media")),
            (
                "all refused",
                "source=termly&time=1795459999&granted=&refused=functional.analytics.marketing.media",
                Some(""),
            ),
            (
                "both",
                "source=termly&time=1795459999&granted=media.analytics&refused=media",
                Some("analytics"),
            ),
            (
                "unknown word",
                "source=osano&time=1795459999&granted=analytics.all&refused=",
                None,
            ),
            (
                "unknown source",
                "source=other&time=1795459999&granted=analytics&refused=",
                None,
            ),
            ("no time", "source=osano&granted=analytics&refused=", None),
            (
                "odd time",
                "source=osano&time=+1795459999&granted=analytics&refused=",
                None,
            ),
            (
                "too old",
                "source=osano&time=1700000000&granted=analytics&refused=",
                None,
            ),
            (
                "to come",
                "source=osano&time=1895459999&granted=analytics&refused=",
                None,
            ),
            (
                "cut off",
                "source=osano&time=1795459999&granted=analytics",
                None,
            ),
            (
                "more",
                "source=osano&time=1795459999&granted=analytics&refused=&x=1",
                None,
            ),
            (
                "other order",
                "time=1795459999&source=osano&granted=analytics&refused=",
                None,
            ),
            (
                "nothing",
                "source=osano&time=1795459999&granted=&refused=",
                None,
            ),
            (
                "encoded",
                "source%3Dosano%26time%3D1795459999%26granted%3Danalytics%26refused%3D",
                None,
            ),
        ] {
            let read = granted("mirror", &format!("privet_mirror={value}"));
            assert_eq!(read.as_deref(), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..COPIED.len()) {
            grants_no_more_than("mirror", "privet_mirror", COPIED, &value, cut);
        }
    }
}
