//! Axeptio.
//!
//! `axeptio_cookies` is JSON, its quotes and commas mostly percent-encoded: yes or no for each vendor,
//! and what Axeptio keeps for itself under names that begin with `$$`. Only `$$completed: true` tells
//! that somebody answered. Beside it `axeptio_authorized_vendors` lists the vendors that were agreed
//! to (`,a,b,`) and `axeptio_all_vendors` those that were asked for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json, percent,
};
use crate::privacy::purpose::Purposes;

const CONSENT: &str = "axeptio_cookies";
const AUTHORIZED: &str = "axeptio_authorized_vendors";
const ALL: &str = "axeptio_all_vendors";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT, AUTHORIZED, ALL];

/// It asks for vendors, not for purposes.
pub(super) fn purposes(_: &str) -> Purposes {
    Purposes::NONE
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    let answers = match Outcome::of_each(cookies.values(CONSENT), consent) {
        Outcome::Answered(answers) => answers,
        Outcome::Absent if cookies.has(AUTHORIZED) || cookies.has(ALL) => {
            return Outcome::Unanswered("lists vendors, but not that anybody answered");
        }
        other => return other,
    };
    let authorized = Outcome::of_each(cookies.values(AUTHORIZED), listed);
    let all = Outcome::of_each(cookies.values(ALL), listed);
    let mut vendors = by_name(answers);
    match authorized {
        Outcome::Answered(authorized) => {
            let authorized = by_name(authorized);
            for (name, granted) in &mut vendors {
                *granted &= authorized.get(name) == Some(&true);
            }
            for (name, granted) in authorized {
                vendors.entry(name).or_insert(granted);
            }
        }
        Outcome::Absent => {}
        other => return other,
    }
    if let Outcome::Answered(all) = all {
        for (name, _) in by_name(all) {
            vendors.entry(name).or_insert(false);
        }
    }
    let vendors = vendors.into_iter();
    Outcome::Answered(
        vendors
            .map(|(name, granted)| (name.into(), granted))
            .collect(),
    )
}

fn by_name(answers: Answers) -> BTreeMap<String, bool> {
    let answers = answers.list.into_iter();
    answers
        .map(|answer| (answer.name.into_owned(), answer.granted))
        .collect()
}

fn consent(value: &[u8]) -> Outcome {
    let stored = match json::object(value) {
        Ok(stored) => stored,
        Err(outcome) => return outcome,
    };
    if stored.get("$$completed") != Some(&Value::Bool(true)) {
        return Outcome::Unanswered("has not been completed");
    }
    let mut answers = Answers::default();
    for (vendor, granted) in stored {
        if vendor.starts_with("$$") {
            continue;
        }
        match granted {
            Value::Bool(granted) => answers.push(vendor, granted),
            Value::Null => {}
            _ => return Outcome::Unreadable("has a vendor that is neither on nor off"),
        }
    }
    Outcome::Answered(answers)
}

/// The vendors of a list, each as granted.
fn listed(value: &[u8]) -> Outcome {
    let Some(list) = percent::decoded(value) else {
        return Outcome::Unreadable("has a broken escape");
    };
    // Cut off, the last name could be another's.
    if list.ends_with(|last| last != ',') {
        return Outcome::Unreadable("is a list that does not end");
    }
    let mut answers = Answers::default();
    for vendor in list.split(',').filter(|vendor| !vendor.is_empty()) {
        answers.push(vendor.to_owned(), true);
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::{
        answers::Outcome,
        platform::testing::{granted, outcome},
    };

    /// What is granted, and what is refused.
    fn vendors(cookies: &str) -> Option<(Vec<String>, Vec<String>)> {
        let Outcome::Answered(answers) = outcome("axeptio", cookies) else {
            return None;
        };
        let (yes, no): (Vec<_>, Vec<_>) = answers.list.into_iter().partition(|one| one.granted);
        let names = |list: Vec<crate::privacy::Answer>| {
            let names = list.into_iter().map(|one| one.name.into_owned());
            names.collect::<Vec<_>>()
        };
        Some((names(yes), names(no)))
    }

    #[test]
    fn vendors_count_once_the_answer_is_complete() {
        let done = "axeptio_cookies={%22$$token%22:%22t1%22%2C%22$$date%22:%222026-06-01T09:30:00.000Z%22%2C%22$$cookiesVersion%22:{%22name%22:%22en%22}%2C%22$$completed%22:true%2C%22google_analytics%22:true%2C%22Youtube%22:false%2C%22hotjar%22:true}";
        let both = Some((vec!["google_analytics", "hotjar"], vec!["Youtube"]));
        for (name, cookies, expected) in [
            ("alone", done.to_owned(), both.clone()),
            (
                "with its lists",
                format!("{done}; axeptio_authorized_vendors=%2Cgoogle_analytics%2Chotjar%2C; axeptio_all_vendors=%2Cgoogle_analytics%2CYoutube%2Chotjar%2C"),
                both.clone(),
            ),
            (
                "with a list that lacks one",
                format!("{done}; axeptio_authorized_vendors=,google_analytics,"),
                Some((vec!["google_analytics"], vec!["Youtube", "hotjar"])),
            ),
            (
                "with an empty list",
                format!("{done}; axeptio_authorized_vendors=,,"),
                Some((vec![], vec!["Youtube", "google_analytics", "hotjar"])),
            ),
            (
                "in lists only",
                r#"axeptio_cookies={"$$completed":true}; axeptio_authorized_vendors=,a,b,; axeptio_all_vendors=,a,b,c,"#.to_owned(),
                Some((vec!["a", "b"], vec!["c"])),
            ),
            (
                "two lists",
                r#"axeptio_cookies={"$$completed":true}; axeptio_authorized_vendors=,a,b,; axeptio_authorized_vendors=,b,"#.to_owned(),
                Some((vec!["b"], vec!["a"])),
            ),
            (
                "nobody asked for",
                "axeptio_cookies=%7B%22%24%24completed%22%3Atrue%7D".to_owned(),
                Some((vec![], vec![])),
            ),
            (
                "not completed",
                "axeptio_cookies={%22$$completed%22:false}; axeptio_authorized_vendors=%2C%2C; axeptio_all_vendors=%2C%2C".to_owned(),
                None,
            ),
            ("completed somehow", r#"axeptio_cookies={"$$completed":1,"a":true}"#.to_owned(), None),
            ("lists only", "axeptio_authorized_vendors=,a,".to_owned(), None),
            (
                "a list cut off",
                format!("{done}; axeptio_authorized_vendors=,google_analytics,hot"),
                None,
            ),
            ("neither", r#"axeptio_cookies={"$$completed":true,"a":"yes"}"#.to_owned(), None),
            ("packed", "axeptio_cookies=lzc1.abc".to_owned(), None),
            ("cut off", done.trim_end_matches('}').to_owned(), None),
        ] {
            let expected = expected.map(|(yes, no): (Vec<&str>, Vec<&str>)| {
                let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
                (owned(yes), owned(no))
            });
            assert_eq!(vendors(&cookies), expected, "{name}");
        }
    }

    #[test]
    fn vendors_are_no_purposes() {
        let cookies = r#"axeptio_cookies={"$$completed":true,"analytics":true,"marketing":true}"#;
        assert_eq!(granted("axeptio", cookies).as_deref(), Some(""));
    }
}
