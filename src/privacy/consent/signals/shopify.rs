//! Shopify, by the cookie of its Customer Privacy API.
//!
//! `_tracking_consent` comes in two forms. Version 2.1 is JSON: `con.CMP` holds `"1"`, `"0"` or,
//! before an answer, `""` for each of `a`, `m`, `p` and `s` (analytics, marketing, preferences,
//! sale of data). Version 3 is packed, `3AMps.AMPS_DEBE_t_f_<id>`, as Shopify's own script unpacks
//! it: letters before the dot are answers, capitals a yes; those after it are what is allowed by
//! default today, as `purposes` in version 2.1. Defaults are no answer.

use serde_json::{Map, Value};

use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json, percent,
};
use crate::privacy::purpose::{Purpose, Purposes};

const CONSENT: &str = "_tracking_consent";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT];

/// What its letters stand for.
pub(super) fn purposes(letter: &str) -> Purposes {
    let purpose = match letter {
        "a" => Purpose::Analytics,
        "p" => Purpose::Functional,
        "m" | "s" => Purpose::Marketing,
        _ => return Purposes::NONE,
    };
    Purposes::NONE.with(purpose)
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(CONSENT), consent)
}

fn consent(value: &[u8]) -> Outcome {
    if let Some(packed) = value.strip_prefix(b"3") {
        return match percent::decoded(packed) {
            Some(packed) => version_3(&packed),
            None => Outcome::Unreadable("has a broken escape"),
        };
    }
    match json::object(value) {
        Ok(stored) => version_2(&stored),
        Err(outcome) => outcome,
    }
}

fn version_2(stored: &Map<String, Value>) -> Outcome {
    if stored.get("v").and_then(Value::as_str) != Some("2.1") {
        return Outcome::Unreadable("is of an unknown version");
    }
    let stored = stored.get("con").and_then(|consents| consents.get("CMP"));
    let Some(stored) = stored.and_then(Value::as_object) else {
        return Outcome::Unreadable("holds no answers");
    };
    let mut given = Vec::new();
    for letter in ["a", "m", "p", "s"] {
        match stored.get(letter).map(Value::as_str) {
            Some(Some("1")) => given.push((letter, true)),
            Some(Some("0")) => given.push((letter, false)),
            Some(Some("")) | None => {}
            Some(_) => return Outcome::Unreadable("has an answer that is neither yes nor no"),
        }
    }
    answered(&given)
}

fn version_3(packed: &str) -> Outcome {
    let mut fields = packed.splitn(6, '_');
    let mut field = || fields.next().unwrap_or_default();
    let (letters, _region, banner, sale_region, id) = (field(), field(), field(), field(), field());
    let is_flag = |flag| matches!(flag, "t" | "f" | "");
    let is_id = |id: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*');
        id.len() == ID_LENGTH && id.bytes().all(known)
    };
    if !(is_flag(banner) && is_flag(sale_region) && is_id(id)) {
        return Outcome::Unreadable("is cut off, or of an unknown form");
    }
    if let Some(custom) = fields.next()
        && serde_json::from_str::<Map<String, Value>>(custom).is_err()
    {
        return Outcome::Unreadable("is cut off, or of an unknown form");
    }
    let Some((answers, _defaults)) = letters.split_once('.') else {
        return Outcome::Unreadable("is of an unknown form");
    };
    let mut given = Vec::new();
    for letter in answers.chars() {
        let name = match letter {
            'A' | 'a' => "a",
            'M' | 'm' => "m",
            'P' | 'p' => "p",
            'S' | 's' => "s",
            _ => return Outcome::Unreadable("has an answer to an unknown question"),
        };
        given.push((name, letter.is_ascii_uppercase()));
    }
    answered(&given)
}

/// Sixteen bytes in base64.
const ID_LENGTH: usize = 22;

fn answered(given: &[(&'static str, bool)]) -> Outcome {
    if given.is_empty() {
        return Outcome::Unanswered("holds defaults only");
    }
    // Whoever does not object to a sale of data has not thereby agreed to marketing.
    let counts = |(letter, granted): &&(&str, bool)| *letter != "s" || !granted;
    let mut answers = Answers::default();
    for (letter, granted) in given.iter().filter(counts) {
        answers.push(*letter, *granted);
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::{
        super::super::catalogue::Catalogue,
        platform::testing::{granted, grants_no_more_than, reading},
    };
    use crate::privacy::purpose::Purpose;

    const ALL: &str = "3AMPS.AMPS_DEBE_t_f_AAAAAAAAAAAAAAAAAAAAAA_%7B%7D";
    const DEFAULTS: &str = "%7B%22v%22%3A%222.1%22%2C%22con%22%3A%7B%22CMP%22%3A%7B%22a%22%3A%22%22%2C%22m%22%3A%22%22%2C%22p%22%3A%22%22%2C%22s%22%3A%22%22%7D%7D%2C%22region%22%3A%22USVA%22%2C%22purposes%22%3A%7B%22a%22%3Atrue%2C%22m%22%3Atrue%7D%7D";

    #[test]
    fn answers_count_and_defaults_do_not() {
        let id = "AAAA*AAAA-AAAAAAAAAAAA";
        for (name, value, expected) in [
            (
                "2.1, raw",
                r#"{"v":"2.1","con":{"CMP":{"a":"1","m":"0","p":"1","s":""}},"region":"DEBE"}"#
                    .to_owned(),
                Some("functional,analytics"),
            ),
            ("2.1, defaults", DEFAULTS.to_owned(), None),
            (
                "2.1, sale opted out",
                r#"{"v":"2.1","con":{"CMP":{"a":"1","m":"1","s":"0"}}}"#.to_owned(),
                Some("analytics"),
            ),
            (
                "2.1, sale only",
                r#"{"v":"2.1","con":{"CMP":{"a":"","m":"","p":"","s":"1"}}}"#.to_owned(),
                Some(""),
            ),
            (
                "2.1, a number",
                r#"{"v":"2.1","con":{"CMP":{"a":1}}}"#.to_owned(),
                None,
            ),
            (
                "other version",
                r#"{"v":"9","con":{"CMP":{"a":"1"}}}"#.to_owned(),
                None,
            ),
            (
                "2.1, empty",
                r#"{"v":"2.1","con":{"CMP":""}}"#.to_owned(),
                None,
            ),
            (
                "3, all",
                ALL.to_owned(),
                Some("functional,analytics,marketing"),
            ),
            ("3, some", format!("3aMps.M_DEBE_t_f_{id}"), Some("")),
            (
                "3, some, sale free",
                format!("3aMpS.M_DEBE_t_f_{id}"),
                Some("marketing"),
            ),
            ("3, defaults", format!("3.AMPS_USVA_f_f_{id}"), None),
            (
                "3, refusing defaults",
                format!("3.ampS_FROCC_t__{id}"),
                None,
            ),
            ("3, yes and no", format!("3Aa.A_DEBE_t_f_{id}"), Some("")),
            ("3, unknown letter", format!("3AX.A_DEBE_t_f_{id}"), None),
            ("3, no dot", format!("3AMPS_DEBE_t_f_{id}"), None),
            ("3, cut off", "3AMPS.AMPS_DEBE_t_f_AAAA".to_owned(), None),
            ("3, alone", "3AMPS.AMPS".to_owned(), None),
            (
                "3, cut off behind",
                format!("3AMPS._DEBE_t_f_{id}_{{"),
                None,
            ),
            ("another", "4AMPS.AMPS_DEBE_t_f_AAAA".to_owned(), None),
        ] {
            let read = granted("shopify", &format!("_tracking_consent={value}"));
            assert_eq!(read.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn what_nobody_answered_is_not_refused() {
        let cookies = r#"_tracking_consent={"v":"2.1","con":{"CMP":{"a":"0","m":""}}}"#;
        let reading = reading("shopify", cookies, &Catalogue::new(Vec::new(), Vec::new()));
        let refused = reading.expect("an answer").refused;
        assert_eq!(refused.iter().collect::<Vec<_>>(), [Purpose::Analytics]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..ALL.len()) {
            grants_no_more_than("shopify", "_tracking_consent", ALL, &value, cut);
        }
    }
}
