//! OneTrust, and CookiePro, which is the same.
//!
//! `OptanonConsent` is a query string; its `groups` lists ids with 1 or 0. It is written before
//! anybody answers: an answer is there once `OptanonAlertBoxClosed` is, or once the landing page was
//! left (`landingPath=NotLandingPage`), unless `interactionCount=0` says that the second page was
//! looked at and nothing was answered. `AwaitingReconsent=true` asks anew.

use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    percent,
};
use crate::privacy::purpose::{Purpose, Purposes};

const CONSENT: &str = "OptanonConsent";
const CLOSED: &str = "OptanonAlertBoxClosed";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT, CLOSED];

/// What the ids of its template stand for; old websites number theirs.
pub(super) fn purposes(group: &str) -> Purposes {
    let purpose = match group {
        "C0001" | "1" => Purpose::Necessary,
        "C0002" | "2" => Purpose::Analytics,
        "C0003" | "3" => Purpose::Functional,
        "C0004" | "4" => Purpose::Marketing,
        "C0005" | "5" => Purpose::Media,
        _ => return Purposes::NONE,
    };
    Purposes::NONE.with(purpose)
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    let closed = cookies.values(CLOSED).any(|time| !time.is_empty());
    Outcome::of_each(cookies.values(CONSENT), |value| consent(value, closed))
}

fn consent(value: &[u8], closed: bool) -> Outcome {
    let Ok(text) = std::str::from_utf8(value) else {
        return Outcome::Unreadable("is not UTF-8");
    };
    let (mut groups, mut left, mut untouched) = (None, false, false);
    for pair in text.split('&') {
        match pair.split_once('=') {
            Some(("groups", list)) if groups.is_none() => groups = Some(list),
            Some(("groups", _)) => return Outcome::Unreadable("names its groups twice"),
            Some(("landingPath", "NotLandingPage")) => left = true,
            Some(("interactionCount", "0")) => untouched = true,
            Some(("AwaitingReconsent", "true")) => {
                return Outcome::Unanswered("waits to be asked again");
            }
            _ => {}
        }
    }
    if !closed && (untouched || !left) {
        return Outcome::Unanswered("the banner has not been closed");
    }
    let Some(groups) = groups else {
        return Outcome::Unanswered("names no groups");
    };
    let Some(groups) = percent::decoded(groups.as_bytes()) else {
        return Outcome::Unreadable("has a broken escape");
    };
    let mut answers = Answers::default();
    for group in groups.split(',').filter(|group| !group.is_empty()) {
        match group.split_once(':') {
            Some((id, "1")) => answers.push(id.to_owned(), true),
            Some((id, "0")) => answers.push(id.to_owned(), false),
            _ => return Outcome::Unreadable("has a group that is neither on nor off"),
        }
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::granted;

    const OLD: &str = "isIABGlobal=false&datestamp=x&groups=1%3A1%2C2%3A1%2C3%3A0%2C4%3A0&AwaitingReconsent=false";

    #[test]
    fn groups_count_once_somebody_answered() {
        let groups =
            "isGpcEnabled=0&groups=C0001%3A1%2CC0002%3A1%2CC0003%3A0%2CC0004%3A1%2CV2STACK42%3A1";
        let closed = "OptanonAlertBoxClosed=2026-06-01T09:30:00.000Z";
        for (name, cookies, expected) in [
            (
                "closed",
                format!("OptanonConsent={groups}; {closed}"),
                Some("analytics,marketing"),
            ),
            (
                "closed and left",
                format!("OptanonConsent={groups}&landingPath=NotLandingPage; {closed}"),
                Some("analytics,marketing"),
            ),
            (
                "left only",
                format!("OptanonConsent={groups}&interactionCount=0&landingPath=NotLandingPage"),
                None,
            ),
            (
                "left after an answer",
                format!("OptanonConsent={groups}&interactionCount=1&landingPath=NotLandingPage"),
                Some("analytics,marketing"),
            ),
            (
                "landing",
                format!("OptanonConsent={groups}&landingPath=https%3A%2F%2Fa.example%2F"),
                None,
            ),
            ("open", format!("OptanonConsent={groups}"), None),
            (
                "reconsent",
                format!("OptanonConsent={groups}&AwaitingReconsent=true; {closed}"),
                None,
            ),
            (
                "old",
                format!("OptanonConsent={OLD}; {closed}"),
                Some("analytics"),
            ),
            (
                "raw",
                format!("OptanonConsent=groups=C0002:1,C0004:0; {closed}"),
                Some("analytics"),
            ),
            (
                "broken",
                format!("OptanonConsent=groups=C0002%3; {closed}"),
                None,
            ),
            (
                "neither",
                format!("OptanonConsent=groups=C0002%3Ayes; {closed}"),
                None,
            ),
            (
                "twice",
                format!("OptanonConsent={groups}; OptanonConsent=groups=C0002%3A1; {closed}"),
                Some("analytics"),
            ),
            ("nothing", closed.to_owned(), None),
        ] {
            assert_eq!(granted("onetrust", &cookies).as_deref(), expected, "{name}");
        }
    }
}
