//! GDPR Cookie Compliance by Moove, a WordPress plugin.
//!
//! `moove_gdpr_popup` is encoded JSON with `"1"` or `"0"` for each of its groups: `strict`,
//! `thirdparty` (third parties that measure, by its own template), `advanced` (additional cookies,
//! marketing by its template), and in later versions `performance` and `preference`. It is written
//! when somebody answers.

use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json,
};
use crate::privacy::purpose::{Purpose, Purposes};

const POPUP: &str = "moove_gdpr_popup";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[POPUP];

/// What its groups stand for.
pub(super) fn purposes(group: &str) -> Purposes {
    let purpose = match group {
        "strict" => Purpose::Necessary,
        "preference" => Purpose::Functional,
        "thirdparty" | "performance" => Purpose::Analytics,
        "advanced" => Purpose::Marketing,
        _ => return Purposes::NONE,
    };
    Purposes::NONE.with(purpose)
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(POPUP), consent)
}

fn consent(value: &[u8]) -> Outcome {
    let stored = match json::object(value) {
        Ok(stored) => stored,
        Err(outcome) => return outcome,
    };
    if stored.is_empty() {
        return Outcome::Unanswered("names no groups");
    }
    let mut answers = Answers::default();
    for (group, answer) in stored {
        match (answer.as_str(), answer.as_u64()) {
            (Some("1"), _) | (_, Some(1)) => answers.push(group, true),
            (Some("0"), _) | (_, Some(0)) => answers.push(group, false),
            _ => return Outcome::Unreadable("has a group that is neither on nor off"),
        }
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, grants_no_more_than};

    const SAVED: &str =
        "%7B%22strict%22%3A%221%22%2C%22thirdparty%22%3A%221%22%2C%22advanced%22%3A%220%22%7D";

    #[test]
    fn each_group_has_its_answer() {
        for (name, value, expected) in [
            ("saved", SAVED, Some("analytics")),
            (
                "all",
                r#"{"strict":"1","thirdparty":"1","advanced":"1"}"#,
                Some("analytics,marketing"),
            ),
            (
                "later",
                r#"{"strict":"1","thirdparty":"1","advanced":"0","performance":"0","preference":"1"}"#,
                Some("functional"),
            ),
            (
                "numbers",
                r#"{"strict":1,"advanced":1,"thirdparty":0}"#,
                Some("marketing"),
            ),
            (
                "none",
                r#"{"strict":"1","thirdparty":"0","advanced":"0"}"#,
                Some(""),
            ),
            ("neither", r#"{"strict":"1","thirdparty":"2"}"#, None),
            ("true", r#"{"strict":"1","thirdparty":true}"#, None),
            ("nothing", "%7B%7D", None),
            (
                "cut off",
                "%7B%22strict%22%3A%221%22%2C%22thirdparty%22%3A%221%22",
                None,
            ),
        ] {
            let read = granted("moove", &format!("moove_gdpr_popup={value}"));
            assert_eq!(read.as_deref(), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..SAVED.len()) {
            grants_no_more_than("moove", "moove_gdpr_popup", SAVED, &value, cut);
        }
    }
}
