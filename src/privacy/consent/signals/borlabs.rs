//! Borlabs Cookie 2 and 3.
//!
//! `borlabs-cookie` is encoded JSON; its `consents` lists, for each group, the services that were
//! agreed to. It is written with the answer only. What is not listed was refused.

pub(super) use super::groups::conventional as purposes;
use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json,
};
use crate::privacy::purpose::Purposes;
use serde_json::Value;

const CONSENT: &str = "borlabs-cookie";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT];

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(CONSENT), consent)
}

fn consent(value: &[u8]) -> Outcome {
    let stored = match json::object(value) {
        Ok(stored) => stored,
        Err(outcome) => return outcome,
    };
    let groups = match stored.get("consents") {
        Some(Value::Object(groups)) if !groups.is_empty() => groups,
        Some(Value::Object(_)) | None => return Outcome::Unanswered("names no groups"),
        Some(_) => return Outcome::Unreadable("has consents that are no object"),
    };
    let mut answers = Answers {
        unlisted_refused: true,
        ..Answers::default()
    };
    for (group, services) in groups {
        let Some(services) = json::strings(services) else {
            return Outcome::Unreadable("has a group that is no list of services");
        };
        answers.push(group.clone(), !services.is_empty());
        // Essential services are listed unasked, so that being listed is no consent to them.
        if purposes(group) == Purposes::NECESSARY {
            continue;
        }
        for service in services {
            // A service must not pass for a group.
            if purposes(service).is_empty() && !groups.contains_key(service) {
                answers.push(service.to_owned(), true);
            }
        }
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::{
        super::super::{catalogue::Catalogue, rules::Vendor},
        answers::Outcome,
        platform::testing::{granted, outcome, reading},
    };
    use crate::privacy::purpose::Purpose;

    const MEDIA_ONLY: &str = "%7B%22consents%22%3A%7B%22essential%22%3A%5B%22borlabs-cookie%22%5D%2C%22statistics%22%3A%5B%5D%2C%22external-media%22%3A%5B%22youtube%22%2C%22googlemaps%22%5D%7D%2C%22uid%22%3A%22anonymous%22%2C%22version%22%3A%221%22%7D";

    #[test]
    fn what_is_listed_was_agreed_to() {
        for (name, value, expected) in [
            (
                "essential",
                "%7B%22consents%22%3A%7B%22essential%22%3A%5B%22borlabs-cookie%22%5D%7D%2C%22v3%22%3Atrue%2C%22version%22%3A1%7D",
                Some(""),
            ),
            ("media", MEDIA_ONLY, Some("media")),
            (
                "all, raw",
                r#"{"consents":{"essential":["borlabs-cookie"],"statistics":["matomo"],"marketing":["meta-pixel"],"external-media":["vimeo"]}}"#,
                Some("analytics,marketing,media"),
            ),
            (
                "a service called like a group",
                r#"{"consents":{"essential":["marketing"],"external-media":["statistics"]}}"#,
                Some("media"),
            ),
            ("no groups", r#"{"consents":{}}"#, None),
            ("no consents", r#"{"uid":"a"}"#, None),
            ("booleans", r#"{"consents":{"statistics":true}}"#, None),
            ("numbers", r#"{"consents":{"statistics":[1]}}"#, None),
            ("a list", r#"{"consents":["statistics"]}"#, None),
            (
                "cut off",
                "%7B%22consents%22%3A%7B%22statistics%22%3A%5B%22a%22%5D%7D",
                None,
            ),
            (
                "broken",
                "%7B%22consents%22%3A%7B%22statistics%22%3A%5B%22a%22%5D%7D%7D%",
                None,
            ),
        ] {
            let cookies = format!("borlabs-cookie={value}");
            assert_eq!(granted("borlabs", &cookies).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn listed_services_are_named_and_the_rest_is_refused() {
        let cookies = format!("borlabs-cookie={MEDIA_ONLY}");
        let Outcome::Answered(answers) = outcome("borlabs", &cookies) else {
            panic!("no answer");
        };
        let names = answers.list.iter();
        let names = names.map(|answer| (answer.name.as_ref(), answer.granted));
        assert_eq!(
            names.collect::<Vec<_>>(),
            [
                ("essential", true),
                ("external-media", true),
                ("youtube", true),
                ("googlemaps", true),
                ("statistics", false)
            ]
        );
        let vendor = Vendor {
            name: "YouTube".to_owned(),
            purpose: Purpose::Marketing,
            country: None,
            iab_vendor: None,
            cookies: Vec::new(),
            hosts: Vec::new(),
            paths: Vec::new(),
            policy: None,
            marks: Default::default(),
        };
        let catalogue = Catalogue::new(vec![vendor], Vec::new());
        let reading = reading("borlabs", &cookies, &catalogue).expect("an answer");
        assert!(reading.refused.contains(Purpose::Marketing));
        assert!(reading.refused.contains(Purpose::Functional));
        let youtube = catalogue.by_slug("youtube").expect("a vendor");
        assert_eq!(reading.vendors, [(youtube, true)]);
    }
}
