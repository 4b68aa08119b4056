//! Civic Cookie Control 8 and 9.
//!
//! `CookieControl` is JSON, mostly raw. `optionalCookies` holds `accepted` or `revoked` for each group
//! of the website's own; only `interactedWith: true` tells that somebody answered. A group that rests
//! on legitimate interest says so instead, which is no consent.

pub(super) use super::groups::conventional as purposes;
use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json,
};
use serde_json::Value;

const CONSENT: &str = "CookieControl";

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
    if stored.get("interactedWith") != Some(&Value::Bool(true)) {
        return Outcome::Unanswered("nobody has interacted with it");
    }
    let Some(Value::Object(groups)) = stored.get("optionalCookies") else {
        return Outcome::Unreadable("has no optional cookies");
    };
    let mut answers = Answers::default();
    for (group, state) in groups {
        match state.as_str() {
            Some("accepted") => answers.push(group.clone(), true),
            Some("revoked") => answers.push(group.clone(), false),
            Some(_) => {}
            None => return Outcome::Unreadable("has a group whose state is no string"),
        }
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, reading};
    use crate::privacy::{catalogue::Catalogue, purpose::Purpose};

    #[test]
    fn groups_count_once_somebody_interacted() {
        for (name, value, expected) in [
            (
                "raw",
                r#"{"necessaryCookies":["UMB*"],"optionalCookies":{"analytics":"accepted","Marketing":"revoked"},"statement":{},"consentDate":1780306200000,"consentExpiry":90,"interactedWith":true,"user":"7118"}"#,
                Some("analytics"),
            ),
            (
                "encoded",
                "%7B%22optionalCookies%22%3A%7B%22performance%22%3A%22accepted%22%2C%22functional%22%3A%22accepted%22%2C%22advertising%22%3A%22accepted%22%7D%2C%22interactedWith%22%3Atrue%7D",
                Some("functional,analytics,marketing"),
            ),
            (
                "legitimate interest",
                r#"{"optionalCookies":{"analytics":"legitimate interest"},"interactedWith":true}"#,
                Some(""),
            ),
            (
                "names of the website's own",
                r#"{"optionalCookies":{"Google":"accepted"},"interactedWith":true}"#,
                Some(""),
            ),
            (
                "nothing said yes to",
                r#"{"optionalCookies":{},"interactedWith":true}"#,
                Some(""),
            ),
            (
                "untouched",
                r#"{"optionalCookies":{"analytics":"accepted"},"interactedWith":false}"#,
                None,
            ),
            (
                "untold",
                r#"{"optionalCookies":{"functional_cookies":"accepted"}}"#,
                None,
            ),
            (
                "a string",
                r#"{"optionalCookies":{"analytics":"accepted"},"interactedWith":"true"}"#,
                None,
            ),
            (
                "booleans",
                r#"{"optionalCookies":{"analytics":true},"interactedWith":true}"#,
                None,
            ),
            ("no groups", r#"{"interactedWith":true}"#, None),
            (
                "cut off",
                r#"{"interactedWith":true,"optionalCookies":{"analytics":"accepted"}"#,
                None,
            ),
        ] {
            let cookies = format!("CookieControl={value}");
            assert_eq!(granted("civic", &cookies).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn what_was_revoked_is_refused() {
        let nobody = Catalogue::new(Vec::new(), Vec::new());
        let cookies = r#"CookieControl={"optionalCookies":{"analytics":"revoked"},"interactedWith":true}; CookieControl={"optionalCookies":{"analytics":"accepted"},"interactedWith":true}"#;
        let reading = reading("civic", cookies, &nobody).expect("an answer");
        assert!(reading.refused.contains(Purpose::Analytics));
    }
}
