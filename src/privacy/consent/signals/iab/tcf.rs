//! The IAB's Transparency and Consent Framework, v2.2 and later.
//!
//! `euconsent-v2`, `PREFIX-euconsent-v2` and OneTrust's `eupubconsent-v2` are a TC string;
//! Google's own platform stores one in `FCCDCF`, a percent-encoded JSON array, at `[3][0]`.
//! Platforms write a string when somebody answers; one without any consent is a refusal. A
//! purpose that the framework's purposes stand for is granted where all of those are consented to,
//! a vendor of the Global Vendor List where it is consented to as well.

use serde_json::Value;

use super::{
    super::{
        answers::{Answers, Outcome},
        jar::Cookies,
        percent,
    },
    tc_string::TcString,
};
use crate::privacy::purpose::Purposes;

const STRING: &str = "euconsent-v2";
const ENDING: &str = "-euconsent-v2";
const ONETRUST: &str = "eupubconsent-v2";
const GOOGLE: &str = "FCCDCF";

/// The names of its cookies.
pub(in crate::privacy::consent::signals) const COOKIES: &[&str] =
    &[STRING, "*-euconsent-v2", ONETRUST, GOOGLE];

/// The framework's purposes; answers are named by their numbers.
const PURPOSES: [(&str, u8); 11] = [
    ("1", 1),
    ("2", 2),
    ("3", 3),
    ("4", 4),
    ("5", 5),
    ("6", 6),
    ("7", 7),
    ("8", 8),
    ("9", 9),
    ("10", 10),
    ("11", 11),
];

/// None: which of the framework's purposes a purpose needs is not said by name.
pub(in crate::privacy::consent::signals) fn purposes(_group: &str) -> Purposes {
    Purposes::NONE
}

/// Reads the cookies.
pub(in crate::privacy::consent::signals) fn decode(cookies: &Cookies<'_>) -> Outcome {
    let strings = cookies.values(STRING).chain(cookies.values(ONETRUST));
    let strings = strings.chain(cookies.ending_with(ENDING).map(|(_, value)| value));
    Outcome::of_each(strings, string).with(Outcome::of_each(cookies.values(GOOGLE), google))
}

/// Adds what a string says.
pub(super) fn add(string: TcString, answers: &mut Answers) {
    for (name, number) in PURPOSES {
        answers.push(name, string.consents(&[number]));
    }
    answers.vendors = Some(Box::new(string));
}

fn string(value: &[u8]) -> Outcome {
    if value.is_empty() {
        return Outcome::Unanswered("is empty");
    }
    match TcString::read(value) {
        Ok(string) => {
            let mut answers = Answers::default();
            add(string, &mut answers);
            Outcome::Answered(answers)
        }
        Err(reason) => Outcome::Unreadable(reason),
    }
}

fn google(value: &[u8]) -> Outcome {
    let Some(text) = percent::decoded(value) else {
        return Outcome::Unreadable("has a broken escape");
    };
    let Ok(Value::Array(parts)) = serde_json::from_str(&text) else {
        return Outcome::Unreadable("is no JSON array");
    };
    match parts.get(3).and_then(|part| part.get(0)) {
        None | Some(Value::Null) => Outcome::Unanswered("holds no TC string"),
        Some(Value::String(text)) => string(text.as_bytes()),
        Some(_) => Outcome::Unreadable("holds something else than a TC string"),
    }
}
