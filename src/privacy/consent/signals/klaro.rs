//! Klaro 0.7.
//!
//! `klaro` is encoded JSON that holds yes or no for each service. It is written when somebody saves
//! their choice and never before. Services are named by the website: some as groups commonly are,
//! some by their vendor, the rest the operator maps.

pub(super) use super::groups::conventional as purposes;
use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json,
};

const CONSENT: &str = "klaro";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT];

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(CONSENT), switches)
}

/// An object that holds nothing but yes and no.
pub(super) fn switches(value: &[u8]) -> Outcome {
    let stored = match json::object(value) {
        Ok(stored) => stored,
        Err(outcome) => return outcome,
    };
    if stored.is_empty() {
        return Outcome::Unanswered("names no services");
    }
    let mut answers = Answers::default();
    for (service, granted) in stored {
        match granted.as_bool() {
            Some(granted) => answers.push(service, granted),
            None => return Outcome::Unreadable("has an answer that is neither yes nor no"),
        }
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, grants_no_more_than, reading};
    use crate::privacy::{catalogue::Catalogue, purpose::Purpose, rules::Vendor};

    const SAVED: &str = "%7B%22analytics%22%3Atrue%2C%22youtube%22%3Afalse%2C%22marketing%22%3Atrue%2C%22ads%22%3Afalse%7D";

    #[test]
    fn each_service_has_its_answer() {
        for (name, value, expected) in [
            ("saved", SAVED, Some("analytics")),
            (
                "raw",
                r#"{"functional":true,"x":false}"#,
                Some("functional"),
            ),
            (
                "nothing said yes to",
                "%7B%22analytics%22%3Afalse%7D",
                Some(""),
            ),
            ("no services", "%7B%7D", None),
            ("no answer", "%7B%22analytics%22%3Anull%7D", None),
            ("a list", "%5B%22analytics%22%5D", None),
            ("cut off", "%7B%22analytics%22%3Atrue", None),
            ("empty", "", None),
        ] {
            let read = granted("klaro", &format!("klaro={value}"));
            assert_eq!(read.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn services_stand_for_vendors() {
        let vendor = Vendor {
            name: "Google Analytics".to_owned(),
            purpose: Purpose::Analytics,
            country: None,
            iab_vendor: None,
            cookies: Vec::new(),
            hosts: Vec::new(),
            paths: Vec::new(),
            policy: None,
            marks: Default::default(),
        };
        let catalogue = Catalogue::new(vec![vendor], Vec::new());
        let id = catalogue.by_slug("google-analytics").expect("known");
        for key in ["googleAnalytics", "google-analytics", "gtag"] {
            let cookies = format!(r#"klaro={{"{key}":true}}"#);
            let reading = reading("klaro", &cookies, &catalogue).expect("an answer");
            assert_eq!(reading.vendors, [(id, true)], "{key}");
            assert!(reading.granted.is_empty(), "{key}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..SAVED.len()) {
            grants_no_more_than("klaro", "klaro", SAVED, &value, cut);
        }
    }
}
