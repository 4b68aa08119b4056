//! CookieScript.
//!
//! `CookieScriptConsent` is JSON: `action` tells how the banner was closed, `categories` lists what
//! was granted and is itself a string of JSON. An answer is there once `action` is. Accepting can
//! be partial, so only the listed groups count; what is not listed was refused.

use serde_json::Value;

pub(super) use super::groups::conventional as purposes;
use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json,
};

const CONSENT: &str = "CookieScriptConsent";

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
    let mut answers = Answers {
        unlisted_refused: true,
        ..Answers::default()
    };
    match stored.get("action").and_then(Value::as_str) {
        Some("accept") => {}
        Some("reject") => return Outcome::Answered(answers),
        Some(_) => return Outcome::Unanswered("was neither accepted nor rejected"),
        None => return Outcome::Unanswered("holds no action"),
    }
    let Some(categories) = stored.get("categories") else {
        return Outcome::Unanswered("names no categories");
    };
    // Some pages that write the cookie themselves store a plain list.
    let inner = categories
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok());
    let Some(listed) = json::strings(inner.as_ref().unwrap_or(categories)) else {
        return Outcome::Unreadable("has categories that are no list");
    };
    for category in listed {
        answers.push(category.to_owned(), true);
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, grants_no_more_than};

    const SOME: &str = "%7B%22googleconsentmap%22%3A%7B%22ad_storage%22%3A%22targeting%22%7D%2C%22action%22%3A%22accept%22%2C%22categories%22%3A%22%5B%5C%22unclassified%5C%22%2C%5C%22performance%5C%22%5D%22%2C%22key%22%3A%22k-1%22%7D";

    #[test]
    fn listed_categories_count_once_somebody_acted() {
        for (name, value, expected) in [
            ("encoded", SOME, Some("analytics")),
            (
                "raw",
                r#"{"action":"accept","categories":"[\"strict\",\"functionality\",\"targeting\"]"}"#,
                Some("functional,marketing"),
            ),
            (
                "plain list",
                r#"{"action":"accept","categories":["performance"]}"#,
                Some("analytics"),
            ),
            ("none", r#"{"action":"accept","categories":"[]"}"#, Some("")),
            (
                "rejected",
                r#"{"action":"reject","categories":"[\"targeting\"]"}"#,
                Some(""),
            ),
            ("no action", r#"{"categories":"[\"targeting\"]"}"#, None),
            (
                "closed",
                r#"{"action":"close","categories":"[\"targeting\"]"}"#,
                None,
            ),
            ("no categories", r#"{"action":"accept"}"#, None),
            (
                "no list",
                r#"{"action":"accept","categories":"targeting"}"#,
                None,
            ),
            (
                "other things",
                r#"{"action":"accept","categories":["targeting",1]}"#,
                None,
            ),
            ("junk", "accept", None),
        ] {
            let cookies = format!("CookieScriptConsent={value}");
            let read = granted("cookiescript", &cookies);
            assert_eq!(read.as_deref(), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..SOME.len()) {
            grants_no_more_than("cookiescript", "CookieScriptConsent", SOME, &value, cut);
        }
    }
}
