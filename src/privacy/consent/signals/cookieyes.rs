//! CookieYes, from version 3 of its plugin on.
//!
//! `cookieyes-consent` is a list of `name:value`, raw or encoded. It is written before anybody
//! answers, with `yes` for every group where the law of the region lets the website begin so; only
//! `action:yes` tells that somebody answered. `consent:no` with it is a refusal of everything.

use super::{
    answers::{Answers, Outcome},
    groups::conventional,
    jar::Cookies,
    percent,
};
use crate::privacy::purpose::Purposes;

const CONSENT: &str = "cookieyes-consent";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT];

/// What its groups stand for. The platform's `performance` is about speed as much as about
/// measurement, and `other` holds what nobody has sorted: the operator knows.
pub(super) fn purposes(group: &str) -> Purposes {
    match group {
        "performance" | "other" | "others" => Purposes::NONE,
        _ => conventional(group),
    }
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(CONSENT), consent)
}

fn consent(value: &[u8]) -> Outcome {
    let Some(text) = percent::decoded(value) else {
        return Outcome::Unreadable("has a broken escape");
    };
    let (mut answers, mut action, mut consent) = (Answers::default(), None, None);
    for member in text.split(',').filter(|member| !member.is_empty()) {
        let Some((name, value)) = member.split_once(':') else {
            return Outcome::Unreadable("has a name without a value");
        };
        match (name.trim(), value.trim()) {
            ("consentid", _) => {}
            ("action", value) if action.is_none() => action = Some(value),
            ("consent", value) if consent.is_none() => consent = Some(value),
            ("action" | "consent", _) => return Outcome::Unreadable("answers twice"),
            (group, "yes") => answers.push(group.to_owned(), true),
            (group, "no") => answers.push(group.to_owned(), false),
            // A date, or a group before anybody was asked for it.
            _ => {}
        }
    }
    if action != Some("yes") {
        return Outcome::Unanswered("nobody has acted");
    }
    match consent {
        Some("yes") => {}
        Some("no") => {
            for answer in &mut answers.list {
                answer.granted = false;
            }
        }
        _ => return Outcome::Unanswered("says neither yes nor no"),
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::granted;

    #[test]
    fn groups_count_once_somebody_acted() {
        for (name, value, expected) in [
            (
                "in part",
                "consentid:abc,consent:yes,action:yes,necessary:yes,functional:no,analytics:yes,performance:no,advertisement:no,other:no",
                Some("analytics"),
            ),
            (
                "all, encoded",
                "consentid%3Aabc%3D%2Cconsent%3Ayes%2Caction%3Ayes%2Cnecessary%3Ayes%2Cfunctional%3Ayes%2Canalytics%3Ayes%2Cperformance%3Ayes%2Cadvertisement%3Ayes%2Cother%3Ayes%2ClastRenewedDate%3A1780306200000",
                Some("functional,analytics,marketing"),
            ),
            (
                "nothing but performance",
                "consentid:abc,consent:yes,action:yes,necessary:yes,performance:yes,other:yes",
                Some(""),
            ),
            (
                "refused",
                "consentid:abc,consent:no,action:yes,necessary:yes,functional:no,analytics:no,advertisement:no",
                Some(""),
            ),
            (
                "refused, whatever the groups say",
                "consent:no,action:yes,necessary:yes,analytics:yes",
                Some(""),
            ),
            (
                "by default",
                "consentid:abc,consent:yes,action:no,necessary:yes,functional:yes,analytics:yes,advertisement:yes",
                None,
            ),
            (
                "not yet",
                "consentid:abc,consent:,action:,necessary:,functional:,analytics:",
                None,
            ),
            ("no action", "consent:yes,analytics:yes", None),
            ("no consent", "action:yes,analytics:yes", None),
            (
                "action in the id",
                "consentid:action:yes,consent:yes,analytics:yes",
                None,
            ),
            (
                "cut off",
                "consentid:abc,consent:yes,action:yes,analytics:yes,adverti",
                None,
            ),
            (
                "both",
                "consent:yes,action:yes,analytics:no,analytics:yes",
                Some(""),
            ),
            (
                "twice",
                "consent:yes,action:no,action:yes,analytics:yes",
                None,
            ),
            ("broken", "consent:yes%2,action:yes,analytics:yes", None),
            ("empty", "", None),
        ] {
            let cookies = format!("cookieyes-consent={value}");
            assert_eq!(
                granted("cookieyes", &cookies).as_deref(),
                expected,
                "{name}"
            );
        }
    }
}
