//! Iubenda.
//!
//! `_iub_cs-SITE` is encoded JSON: `purposes` holds yes or no for each number, `consent` one answer
//! for all of them; with neither it is no answer. Beside it `_iub_cs-SITE-uspr` holds, under the laws
//! of US states, whether data may be sold (`s`), shared (`sh`) and used for targeted advertising
//! (`adv`): `true` there is the default and no consent, `false` an objection. Other cookies of that
//! beginning (`-granular`) are not read.

use serde_json::Value;

use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json,
};
use crate::privacy::purpose::{Purpose, Purposes};

const SITE: &str = "_iub_cs-";
/// The beginning of all its cookies, also where the website gave the main one by name.
const ANY: &str = "_iub_cs";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &["_iub_cs-*"];

/// The numbers of its purposes.
const NUMBERS: [&str; 5] = ["1", "2", "3", "4", "5"];
const OBJECTIONS: [&str; 3] = ["s", "sh", "adv"];

/// What its purposes stand for. The third, "experience", is content of other platforms and social
/// networks; the second holds chat and support.
pub(super) fn purposes(group: &str) -> Purposes {
    let purpose = match group {
        "1" => Purpose::Necessary,
        "2" => Purpose::Functional,
        "3" => Purpose::Media,
        "4" => Purpose::Analytics,
        "5" | "s" | "sh" | "adv" => Purpose::Marketing,
        _ => return Purposes::NONE,
    };
    Purposes::NONE.with(purpose)
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    // Siblings have a second part behind the number, which may follow an `s`.
    let is_main = |name: &[u8]| name.iter().all(u8::is_ascii_alphanumeric);
    let main = cookies.beginning_with(SITE);
    let main = main.filter(|(name, _)| is_main(name));
    let main = Outcome::of_each(main.map(|(_, value)| value), consent);
    let beside = cookies.beginning_with(ANY);
    let beside = beside.filter(|(name, _)| name.ends_with(b"-uspr"));
    let objections = Outcome::of_each(beside.map(|(_, value)| value), objections);
    match (main, objections) {
        (Outcome::Answered(mut answers), Outcome::Answered(objections)) => {
            answers.list.extend(objections.list);
            Outcome::Answered(answers)
        }
        // An objection that cannot be read may be one.
        (Outcome::Answered(_), unreadable @ Outcome::Unreadable(_)) => unreadable,
        (main @ Outcome::Answered(_), _) => main,
        (_, objections @ Outcome::Answered(_)) => objections,
        (main, objections) => main.with(objections),
    }
}

fn consent(value: &[u8]) -> Outcome {
    let stored = match json::object(value) {
        Ok(stored) => stored,
        Err(outcome) => return outcome,
    };
    let agreed = match stored.get("consent") {
        None => None,
        Some(Value::Bool(agreed)) => Some(*agreed),
        Some(_) => return Outcome::Unreadable("has a consent that is neither yes nor no"),
    };
    let mut answers = Answers::default();
    match (stored.get("purposes"), agreed) {
        (Some(Value::Object(purposes)), _) if !purposes.is_empty() => {
            for (number, granted) in purposes {
                let Some(granted) = granted.as_bool() else {
                    return Outcome::Unreadable("has a purpose that is neither on nor off");
                };
                answers.push(number.clone(), granted && agreed != Some(false));
            }
        }
        (None | Some(Value::Object(_)), Some(agreed)) => {
            for number in NUMBERS {
                answers.push(number, agreed);
            }
        }
        (None | Some(Value::Object(_)), None) => {
            return Outcome::Unanswered("has neither purposes nor a consent");
        }
        (Some(_), _) => return Outcome::Unreadable("has purposes that are no object"),
    }
    Outcome::Answered(answers)
}

fn objections(value: &[u8]) -> Outcome {
    let stored = match json::object(value) {
        Ok(stored) => stored,
        Err(outcome) => return outcome,
    };
    let mut answers = Answers::default();
    for name in OBJECTIONS {
        match stored.get(name) {
            None | Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => answers.push(name, false),
            Some(_) => return Outcome::Unreadable("has an objection that is neither yes nor no"),
        }
    }
    if answers.list.is_empty() {
        return Outcome::Unanswered("objects to nothing");
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, reading};
    use crate::privacy::{catalogue::Catalogue, purpose::Purpose};

    const ALL: &str = "%7B%22timestamp%22%3A%222026-06-01T09%3A30%3A00.000Z%22%2C%22version%22%3A%221.85.0%22%2C%22purposes%22%3A%7B%221%22%3Atrue%2C%222%22%3Atrue%2C%223%22%3Atrue%2C%224%22%3Atrue%2C%225%22%3Atrue%7D%2C%22id%22%3A123%7D";

    #[test]
    fn purposes_are_read_by_number() {
        for (name, cookies, expected) in [
            (
                "all",
                format!("_iub_cs-123={ALL}"),
                Some("functional,analytics,marketing,media"),
            ),
            (
                "by the website's id",
                format!("_iub_cs-s4597678={ALL}"),
                Some("functional,analytics,marketing,media"),
            ),
            (
                "in part, raw",
                r#"_iub_cs-123={"purposes":{"1":true,"2":false,"3":false,"4":true,"5":false},"id":123}"#.to_owned(),
                Some("analytics"),
            ),
            (
                "one answer",
                "_iub_cs-123=%7B%22consent%22%3Atrue%2C%22id%22%3A123%7D".to_owned(),
                Some("functional,analytics,marketing,media"),
            ),
            ("one refusal", r#"_iub_cs-1={"consent":false}"#.to_owned(), Some("")),
            (
                "a refusal whatever the purposes say",
                r#"_iub_cs-1={"consent":false,"purposes":{"4":true}}"#.to_owned(),
                Some(""),
            ),
            (
                "purposes narrow one answer",
                r#"_iub_cs-1={"consent":true,"purposes":{"4":true}}"#.to_owned(),
                Some("analytics"),
            ),
            ("no answer", "_iub_cs-123=%7B%22id%22%3A123%7D".to_owned(), None),
            ("no purposes", r#"_iub_cs-1={"purposes":{}}"#.to_owned(), None),
            ("a list", r#"_iub_cs-1={"purposes":[4]}"#.to_owned(), None),
            ("neither", r#"_iub_cs-1={"purposes":{"4":1}}"#.to_owned(), None),
            ("a string", r#"_iub_cs-1={"consent":"true"}"#.to_owned(), None),
            ("cut off", r#"_iub_cs-1={"purposes":{"4":true}"#.to_owned(), None),
            ("granular only", format!("_iub_cs-123-granular={ALL}"), None),
            (
                "two policies",
                format!(r#"_iub_cs-1={ALL}; _iub_cs-2={{"purposes":{{"4":true}}}}"#),
                Some("analytics"),
            ),
            (
                "an objection",
                format!(r#"_iub_cs-123={ALL}; _iub_cs-123-uspr={{"s":false,"sh":true,"adv":true}}"#),
                Some("functional,analytics,media"),
            ),
            (
                "no objection",
                format!(r#"_iub_cs-123={ALL}; _iub_cs-123-uspr={{"s":true,"sh":true,"adv":true}}"#),
                Some("functional,analytics,marketing,media"),
            ),
            (
                "no objection is no consent",
                r#"_iub_cs-123-uspr={"s":true,"sh":true,"adv":true}"#.to_owned(),
                None,
            ),
            (
                "an objection that cannot be read",
                format!("_iub_cs-123={ALL}; _iub_cs-123-uspr=%7B%22s%22"),
                None,
            ),
        ] {
            assert_eq!(granted("iubenda", &cookies).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn an_objection_stands_alone() {
        let nobody = Catalogue::new(Vec::new(), Vec::new());
        let cookies = r#"_iub_cs-123={"id":123}; _iub_cs-123-uspr={"adv":false}"#;
        let reading = reading("iubenda", cookies, &nobody).expect("an answer");
        assert!(reading.refused.contains(Purpose::Marketing));
        assert!(!reading.refused.contains(Purpose::Analytics));
    }
}
