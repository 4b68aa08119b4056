//! TrustArc.
//!
//! Three cookies say the same: `notice_gdpr_prefs` lists the groups that were agreed to, counted from
//! 0 (`0,1,2:`); `cmapi_cookie_privacy` lists them counted from 1 (`permit 1,2,3`); `notice_preferences`
//! holds the highest of them, counted from 0 (`2:`), and stands for all up to it where no list says
//! otherwise. Where the region lets a website take consent for granted, the lists are there before
//! anybody answers, the first of them with the region's rule behind it (`0,1,2::implied,us`);
//! `notice_preferences` is written with an answer only. Groups are named here as
//! `cmapi_cookie_privacy` counts them.

use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    percent,
};
use crate::privacy::purpose::{Purpose, Purposes};

const LIST: &str = "notice_gdpr_prefs";
const HIGHEST: &str = "notice_preferences";
const PERMIT: &str = "cmapi_cookie_privacy";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[LIST, HIGHEST, PERMIT];

/// What its groups stand for where a website has the usual three: required, functional, advertising.
pub(super) fn purposes(group: &str) -> Purposes {
    let purpose = match group {
        "1" => Purpose::Necessary,
        "2" => Purpose::Functional,
        "3" => Purpose::Marketing,
        _ => return Purposes::NONE,
    };
    Purposes::NONE.with(purpose)
}

/// More groups than any website has.
const MOST_GROUPS: u32 = 16;

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    if !COOKIES.iter().any(|name| cookies.has(name)) {
        return Outcome::Absent;
    }
    let (mut read, mut readable) = (Read::default(), true);
    for value in cookies.values(LIST) {
        readable &= read.list(value).is_some();
    }
    for value in cookies.values(PERMIT) {
        readable &= read.permit(value).is_some();
    }
    for value in cookies.values(HIGHEST) {
        readable &= read.highest(value).is_some();
    }
    if !readable {
        return Outcome::Unreadable("is no list of numbers");
    }
    if !read.chosen && read.implied {
        return Outcome::Unanswered("consent was taken for granted");
    }
    let mut answers = Answers {
        unlisted_refused: true,
        ..Answers::default()
    };
    for group in (0..MOST_GROUPS).filter(|group| read.granted & (1 << group) != 0) {
        answers.push((group + 1).to_string(), true);
    }
    Outcome::Answered(answers)
}

/// What the cookies say together: only what all of them grant is granted.
struct Read {
    /// A bit for each group, the lowest for the first.
    granted: u32,
    /// Whether the rule of the region took consent for granted.
    implied: bool,
    /// Whether `notice_preferences` is there.
    chosen: bool,
}

impl Default for Read {
    fn default() -> Self {
        Self {
            granted: u32::MAX,
            implied: false,
            chosen: false,
        }
    }
}

impl Read {
    /// Takes in `0,1,2:`, or `0,1,2::implied,us`.
    fn list(&mut self, value: &[u8]) -> Option<()> {
        let text = percent::decoded(value)?;
        let (list, rule) = whole(&text)?;
        self.granted &= numbers(list, 0)?;
        self.implied |= rule.is_some_and(|rule| rule.starts_with("implied"));
        Some(())
    }

    /// Takes in `permit 1,2,3`, `permit_1|2|3` or `permit 1 required`.
    fn permit(&mut self, value: &[u8]) -> Option<()> {
        let text = percent::decoded(value)?;
        let list = text.strip_prefix("permit")?.strip_prefix([' ', '_', '+'])?;
        let list = list
            .strip_suffix("required")
            .map_or(Some(list), |list| list.strip_suffix([' ', '_', '+']))?;
        self.granted &= numbers(list, 1)?;
        Some(())
    }

    /// Takes in `2:`.
    fn highest(&mut self, value: &[u8]) -> Option<()> {
        let text = percent::decoded(value)?;
        let (list, _) = whole(&text)?;
        let numbers = numbers(list, 0)?;
        self.chosen = true;
        self.granted &= if numbers.is_power_of_two() {
            numbers | (numbers - 1)
        } else {
            numbers
        };
        Some(())
    }
}

/// A list that ends, and the rule of the region behind it.
fn whole(text: &str) -> Option<(&str, Option<&str>)> {
    let (list, behind) = text.split_once(':')?;
    match behind.strip_prefix(':') {
        None if !behind.is_empty() => None,
        rule => Some((list, rule)),
    }
}

/// A bit for each number of a list that counts from `first`.
fn numbers(list: &str, first: u32) -> Option<u32> {
    let mut numbers = 0;
    for number in list.split([',', '|']) {
        // `parse` would take a sign.
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_plain.then(|| number.parse::<u32>().ok())??;
        let place = number.checked_sub(first)?;
        numbers |= (place < MOST_GROUPS).then(|| 1 << place)?;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, reading};
    use super::*;
    use crate::privacy::catalogue::Catalogue;

    #[test]
    fn all_cookies_must_agree_that_somebody_answered() {
        for (name, cookies, expected) in [
            (
                "all",
                "notice_preferences=2:; notice_gdpr_prefs=0,1,2:; cmapi_gtm_bl=; cmapi_cookie_privacy=permit 1,2,3",
                Some("functional,marketing"),
            ),
            (
                "all, with bars",
                "notice_gdpr_prefs=0|1|2:; notice_preferences=2:; cmapi_cookie_privacy=permit_1|2|3",
                Some("functional,marketing"),
            ),
            (
                "all, encoded",
                "notice_gdpr_prefs=0%2C1%2C2%3A; notice_preferences=2%3A; cmapi_cookie_privacy=permit%201%2C2%2C3",
                Some("functional,marketing"),
            ),
            (
                "four groups",
                "notice_preferences=3:; notice_gdpr_prefs=0,1,2,3:; cmapi_cookie_privacy=permit 1,2,3,4",
                Some("functional,marketing"),
            ),
            (
                "required only",
                "notice_preferences=0:; notice_gdpr_prefs=0:; cmapi_cookie_privacy=permit 1 required",
                Some(""),
            ),
            (
                "required only, with lines",
                "notice_gdpr_prefs=0:; cmapi_cookie_privacy=permit_1_required",
                Some(""),
            ),
            (
                "no functional",
                "notice_preferences=2:; notice_gdpr_prefs=0,2:; cmapi_cookie_privacy=permit 1,3",
                Some("marketing"),
            ),
            (
                "the list alone",
                "notice_gdpr_prefs=0,1:",
                Some("functional"),
            ),
            (
                "the highest alone",
                "notice_preferences=2:",
                Some("functional,marketing"),
            ),
            (
                "the highest with a permit",
                "notice_preferences=2:; cmapi_cookie_privacy=permit 1,2,3",
                Some("functional,marketing"),
            ),
            (
                "a list above the highest",
                "notice_preferences=1:; notice_gdpr_prefs=0,1,2:",
                Some("functional"),
            ),
            (
                "disagreeing",
                "notice_gdpr_prefs=0,1,2:; cmapi_cookie_privacy=permit 1,2",
                Some("functional"),
            ),
            (
                "twice",
                "notice_gdpr_prefs=0,1,2:; notice_gdpr_prefs=0:",
                Some(""),
            ),
            (
                "a permit alone",
                "cmapi_cookie_privacy=permit 1,2,3",
                Some("functional,marketing"),
            ),
            (
                "taken for granted",
                "cmapi_cookie_privacy=permit%201%2C2%2C3%2C4; notice_gdpr_prefs=0%2C1%2C2%2C3::implied%2Ceu",
                None,
            ),
            (
                "chosen where it is taken for granted",
                "notice_preferences=0:; notice_gdpr_prefs=0::implied,us; cmapi_cookie_privacy=permit 1 required",
                Some(""),
            ),
            (
                "express",
                "notice_gdpr_prefs=0,1,2::expressed,eu",
                Some("functional,marketing"),
            ),
            ("cut off", "notice_gdpr_prefs=0,1,2", None),
            ("something behind it", "notice_gdpr_prefs=0,1,2: x", None),
            ("cut off within", "notice_gdpr_prefs=0,1,:", None),
            ("no number", "notice_gdpr_prefs=0,a:", None),
            ("a sign", "notice_gdpr_prefs=0,+1:", None),
            ("too high a number", "notice_gdpr_prefs=0,16:", None),
            (
                "counted from none",
                "notice_preferences=2:; cmapi_cookie_privacy=permit 0,1,2",
                None,
            ),
            (
                "no permit",
                "notice_preferences=2:; cmapi_cookie_privacy=1,2,3",
                None,
            ),
            (
                "one that cannot be read",
                "notice_preferences=2:; notice_gdpr_prefs=%",
                None,
            ),
        ] {
            assert_eq!(granted("trustarc", cookies).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_listed_was_refused() {
        let nobody = Catalogue::new(Vec::new(), Vec::new());
        let reading = reading("trustarc", "notice_gdpr_prefs=0,1:", &nobody).expect("an answer");
        assert!(reading.refused.contains(Purpose::Marketing));
        assert!(!reading.refused.contains(Purpose::Functional));
    }
}
