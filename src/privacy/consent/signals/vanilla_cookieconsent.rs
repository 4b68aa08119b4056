//! CookieConsent by Orest Bida (npm: vanilla-cookieconsent), version 3.
//!
//! `cc_cookie` is encoded JSON. `categories` lists what was granted; what is not listed was refused.
//! The library writes it with an answer only. A category may hold services, of which `services` lists those granted only:
//! whether that is all of them cannot be told, so such a category grants no more than those.

use serde_json::{Map, Value};

pub(super) use super::groups::conventional as purposes;
use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json,
};

const CONSENT: &str = "cc_cookie";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT];

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    let now = cookies.now().saturating_mul(1000);
    Outcome::of_each(cookies.values(CONSENT), |value| match json::object(value) {
        Ok(stored) => consent(&stored, now),
        Err(outcome) => outcome,
    })
}

/// `now` is in milliseconds since 1970.
fn consent(stored: &Map<String, Value>, now: i64) -> Outcome {
    let is_empty = |name| {
        stored
            .get(name)
            .is_some_and(|text| text.as_str().is_none_or(str::is_empty))
    };
    if ["consentId", "consentTimestamp", "lastConsentTimestamp"]
        .into_iter()
        .any(is_empty)
    {
        return Outcome::Unanswered("does not tell when it was answered");
    }
    // Browsers drop the cookie then; what brings cookies back from elsewhere may not.
    if let Some(end) = stored.get("expirationTime")
        && end.as_i64().is_none_or(|end| end <= now)
    {
        return Outcome::Unanswered("has expired");
    }
    let Some(categories) = stored.get("categories").and_then(json::strings) else {
        return Outcome::Unreadable("has categories that are no list");
    };
    let mut answers = Answers {
        unlisted_refused: true,
        ..Answers::default()
    };
    for category in categories {
        let services = stored
            .get("services")
            .and_then(|services| services.get(category));
        let services = match services.map(json::strings) {
            Some(Some(services)) => services,
            Some(None) => return Outcome::Unreadable("has services that are no list"),
            None => Vec::new(),
        };
        if services.is_empty() {
            answers.push(category.to_owned(), true);
        }
        // A service that is called as groups are would stand for the whole group.
        let services = services.into_iter();
        for service in services.filter(|name| purposes(name).is_empty()) {
            answers.push(service.to_owned(), true);
        }
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::{
        super::super::catalogue::Catalogue,
        answers::Outcome,
        platform::testing::{granted, grants_no_more_than, outcome, reading},
    };
    use crate::privacy::purpose::Purpose;

    const SAVED: &str = "%7B%22categories%22%3A%5B%22necessary%22%2C%22analytics%22%5D%2C%22revision%22%3A0%2C%22data%22%3Anull%2C%22consentTimestamp%22%3A%222026-06-01T09%3A30%3A00.000Z%22%2C%22consentId%22%3A%22id-1%22%2C%22services%22%3A%7B%22necessary%22%3A%5B%5D%2C%22analytics%22%3A%5B%5D%7D%2C%22languageCode%22%3A%22en%22%2C%22lastConsentTimestamp%22%3A%222026-06-01T09%3A30%3A00.000Z%22%2C%22expirationTime%22%3A1896080600000%7D";

    fn stored(members: &str) -> String {
        format!(
            r#"cc_cookie={{{members},"consentId":"i","consentTimestamp":"t","lastConsentTimestamp":"t"}}"#
        )
    }

    #[test]
    fn listed_categories_count_once_the_answer_is_whole() {
        for (name, cookies, expected) in [
            ("encoded", format!("cc_cookie={SAVED}"), Some("analytics")),
            (
                "raw",
                stored(r#""categories":["necessary","ads"]"#),
                Some("marketing"),
            ),
            ("nothing", stored(r#""categories":[]"#), Some("")),
            (
                "services",
                stored(
                    r#""categories":["analytics","ads"],"services":{"analytics":["ga"],"ads":[]}"#,
                ),
                Some("marketing"),
            ),
            (
                "a service called like a group",
                stored(r#""categories":["media"],"services":{"media":["video"]}"#),
                Some(""),
            ),
            (
                "services of a refused category",
                stored(r#""categories":[],"services":{"analytics":["ga","ads"]}"#),
                Some(""),
            ),
            (
                "expired",
                stored(r#""categories":["ads"],"expirationTime":1700000000000"#),
                None,
            ),
            (
                "odd end",
                stored(r#""categories":["ads"],"expirationTime":"never""#),
                None,
            ),
            (
                "an empty id",
                r#"cc_cookie={"categories":["ads"],"consentId":""}"#.to_owned(),
                None,
            ),
            (
                "an odd time",
                r#"cc_cookie={"categories":["ads"],"consentId":"i","consentTimestamp":5}"#
                    .to_owned(),
                None,
            ),
            (
                "the list only",
                r#"cc_cookie={"categories":["ads"],"revision":0}"#.to_owned(),
                Some("marketing"),
            ),
            ("no list", stored(r#""categories":"ads""#), None),
            ("no strings", stored(r#""categories":[true]"#), None),
            (
                "no services",
                stored(r#""categories":["ads"],"services":{"ads":"x"}"#),
                None,
            ),
        ] {
            let read = granted("vanilla-cookieconsent", &cookies);
            assert_eq!(read.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn listed_services_are_granted_and_the_rest_of_their_category_is_not() {
        let cookies = stored(r#""categories":["analytics"],"services":{"analytics":["ga"]}"#);
        let Outcome::Answered(answers) = outcome("vanilla-cookieconsent", &cookies) else {
            panic!("no answer");
        };
        let names: Vec<_> = answers.list.iter().map(|answer| &answer.name).collect();
        assert_eq!(names, ["ga"]);
        let catalogue = Catalogue::new(Vec::new(), Vec::new());
        let reading = reading("vanilla-cookieconsent", &cookies, &catalogue);
        assert!(reading.is_some_and(|reading| reading.refused.contains(Purpose::Analytics)));
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..SAVED.len()) {
            grants_no_more_than("vanilla-cookieconsent", "cc_cookie", SAVED, &value, cut);
        }
    }
}
