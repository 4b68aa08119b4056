//! Didomi.
//!
//! `didomi_token` is JSON in base64, of either alphabet, its padding raw, encoded or missing. It
//! lists purposes and vendors that were `enabled` and `disabled`; a token without any is written
//! before anybody answers. What a website adds of its own ends in a random suffix
//! (`analytics-HpBJrrK7`, `c:googleana-4TXnJigR`). What rests on legitimate interest is in lists of
//! its own (`…_li`) and no consent.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::{Map, Value};

use super::{
    answers::{Answers, Outcome},
    groups::conventional,
    jar::Cookies,
    percent,
};
use crate::privacy::purpose::{Purpose, Purposes};

const TOKEN: &str = "didomi_token";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[TOKEN];

/// Storage on the device, which every other purpose needs (TCF purpose 1).
const STORAGE: &str = "cookies";

/// What its purposes stand for: its own names for those of the TCF by which the TCF's consent is read,
/// those of its older notices, and what a website calls its own where that tells.
pub(super) fn purposes(group: &str) -> Purposes {
    let purpose = match group {
        "measure_content_performance" | "market_research" => Purpose::Analytics,
        "create_ads_profile"
        | "select_personalized_ads"
        | "measure_ad_performance"
        | "advertising_personalization" => Purpose::Marketing,
        "select_personalized_content" => Purpose::Media,
        "use_limited_data_to_select_content" | "content_personalization" => Purpose::Functional,
        _ => {
            let whole = conventional(group);
            return if whole.is_empty() {
                conventional(without_suffix(group))
            } else {
                whole
            };
        }
    };
    Purposes::NONE.with(purpose)
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(TOKEN), token)
}

fn token(value: &[u8]) -> Outcome {
    let Some(stored) = object(value) else {
        return Outcome::Unreadable("is no object in base64");
    };
    match answers(&stored) {
        None => Outcome::Unreadable("has a list that is none"),
        Some(answers) if answers.list.is_empty() => {
            Outcome::Unanswered("lists neither purposes nor vendors")
        }
        Some(answers) => Outcome::Answered(answers),
    }
}

fn object(value: &[u8]) -> Option<Map<String, Value>> {
    let text = percent::decoded(value)?;
    let text = text.trim_end_matches('=').replace('-', "+");
    let json = STANDARD_NO_PAD.decode(text.replace('_', "/")).ok()?;
    serde_json::from_slice(&json).ok()
}

/// `None` where something is not of the form that the platform writes.
fn answers(stored: &Map<String, Value>) -> Option<Answers> {
    let mut answers = Answers::default();
    for (list, granted) in [("enabled", true), ("disabled", false)] {
        for name in names(stored, "purposes", list)? {
            answers.push(name.to_owned(), granted);
        }
    }
    for (list, granted) in [("enabled", true), ("disabled", false)] {
        for name in names(stored, "vendors", list)? {
            push_vendor(&mut answers, name, granted);
        }
    }
    let mut refused = answers.list.iter().filter(|answer| !answer.granted);
    if refused.any(|answer| answer.name == STORAGE) {
        for answer in &mut answers.list {
            answer.granted = false;
        }
    }
    Some(answers)
}

/// Adds a vendor by its own name and by that without what Didomi adds to it. Neither may pass for
/// a purpose.
fn push_vendor(answers: &mut Answers, name: &str, granted: bool) {
    let short = without_suffix(name.strip_prefix("c:").unwrap_or(name));
    if purposes(short).is_empty() && purposes(name).is_empty() {
        if short != name {
            answers.push(short.to_owned(), granted);
        }
        answers.push(name.to_owned(), granted);
    }
}

/// The names in one list. Numbers are vendors of the Global Vendor List, which have no name.
fn names<'a>(stored: &'a Map<String, Value>, kind: &str, list: &str) -> Option<Vec<&'a str>> {
    let Some(lists) = stored.get(kind) else {
        return Some(Vec::new());
    };
    let Some(listed) = lists.as_object()?.get(list) else {
        return Some(Vec::new());
    };
    let listed = listed.as_array()?.iter();
    listed
        .filter(|entry| !entry.is_number())
        .map(Value::as_str)
        .collect()
}

/// The name before the eight random letters and digits that Didomi adds.
fn without_suffix(name: &str) -> &str {
    let is_random = |suffix: &str| {
        suffix.len() == 8
            && suffix.chars().all(|c| c.is_ascii_alphanumeric())
            && suffix.chars().any(|c| !c.is_ascii_lowercase())
    };
    match name.rsplit_once('-') {
        Some((before, suffix)) if is_random(suffix) => before,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::super::{
        super::super::{catalogue::Catalogue, rules::Vendor},
        platform::testing::{granted, reading},
    };
    use super::*;

    const OWN: &str = r#"{"user_id":"18d-?>~","created":"2026-06-01T09:16:39.232Z","purposes":{"enabled":["analytics-HpBJrrK7","device_characteristics"],"disabled":["marketing-JLRqbtG8"]},"vendors":{"enabled":["google","c:hotjar-4TXnJigR",755,"iab:1126"],"disabled":["c:youtube"]},"vendors_li":{"enabled":["x"]},"version":2}"#;

    fn cookie(json: &str) -> String {
        format!("didomi_token={}", STANDARD.encode(json))
    }

    #[test]
    fn purposes_are_read_by_name() {
        for (name, json, expected) in [
            ("its own", OWN, Some("analytics")),
            (
                "the TCF's",
                r#"{"purposes":{"enabled":["cookies","create_ads_profile","select_personalized_ads","measure_ad_performance","measure_content_performance","market_research","improve_products","geolocation_data"],"disabled":["select_personalized_content"]},"vendors":{"enabled":[1]}}"#,
                Some("analytics,marketing"),
            ),
            (
                "a part of marketing",
                r#"{"purposes":{"enabled":["cookies","measure_ad_performance","select_basic_ads"],"disabled":["create_ads_profile"]}}"#,
                Some(""),
            ),
            (
                "without storage",
                r#"{"purposes":{"enabled":["market_research","analytics-HpBJrrK7"],"disabled":["cookies"]}}"#,
                Some(""),
            ),
            (
                "what tells nothing",
                r#"{"purposes":{"enabled":["geolocation_data","device_characteristics","improve_products","select_basic_ads","mesureda-DETQz67A"]}}"#,
                Some(""),
            ),
            (
                "both",
                r#"{"purposes":{"enabled":["market_research"],"disabled":["market_research"]}}"#,
                Some(""),
            ),
            (
                "a vendor called like a purpose",
                r#"{"vendors":{"enabled":["c:marketing-JLRqbtG8","analytics"],"disabled":["x"]}}"#,
                Some(""),
            ),
            ("before", r#"{"user_id":"a","version":2}"#, None),
            (
                "nothing listed",
                r#"{"purposes":{"enabled":[]},"vendors":{"enabled":[],"disabled":[]}}"#,
                None,
            ),
            (
                "legitimate interest",
                r#"{"purposes_li":{"enabled":["market_research"]}}"#,
                None,
            ),
            (
                "no list",
                r#"{"purposes":{"enabled":"market_research"}}"#,
                None,
            ),
            ("no lists", r#"{"purposes":["market_research"]}"#, None),
            (
                "no name",
                r#"{"purposes":{"enabled":["market_research",null]}}"#,
                None,
            ),
            ("no object", "1", None),
        ] {
            assert_eq!(
                granted("didomi", &cookie(json)).as_deref(),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn base64_comes_in_several_forms() {
        let padded = STANDARD.encode(OWN);
        let bare = padded.trim_end_matches('=').to_owned();
        for (name, value, is_read) in [
            ("padded", padded.clone(), true),
            ("encoded", padded.replace('=', "%3D"), true),
            ("bare", bare.clone(), true),
            ("for URLs", URL_SAFE_NO_PAD.encode(OWN), true),
            (
                "cut off",
                bare.chars().take(bare.len() - 4).collect(),
                false,
            ),
            ("not base64", "1".to_owned(), false),
            (
                "raw",
                r#"{"purposes":{"enabled":["market_research"]}}"#.to_owned(),
                false,
            ),
            ("broken", format!("{bare}%3"), false),
        ] {
            let answered = granted("didomi", &format!("didomi_token={value}"));
            assert_eq!(answered.is_some(), is_read, "{name}");
        }
    }

    #[test]
    fn vendors_are_read_without_what_is_added_to_their_names() {
        let vendor = |name: &str| Vendor {
            name: name.to_owned(),
            purpose: Purpose::Marketing,
            country: None,
            iab_vendor: None,
            cookies: Vec::new(),
            hosts: Vec::new(),
            paths: Vec::new(),
            policy: None,
            marks: Default::default(),
        };
        let catalogue = Catalogue::new(vec![vendor("Hotjar"), vendor("YouTube")], Vec::new());
        let reading = reading("didomi", &cookie(OWN), &catalogue).expect("an answer");
        let hotjar = catalogue.by_slug("hotjar").expect("a vendor");
        assert_eq!(reading.vendors, [(hotjar, true)]);
    }

    #[test]
    fn only_random_suffixes_are_taken_off() {
        for (name, expected) in [
            ("analytics-HpBJrrK7", "analytics"),
            ("social-networks", "social-networks"),
            ("next-performance", "next-performance"),
            ("google", "google"),
            ("a-HpBJrrK", "a-HpBJrrK"),
        ] {
            assert_eq!(without_suffix(name), expected);
        }
    }
}
