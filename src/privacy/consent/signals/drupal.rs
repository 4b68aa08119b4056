//! EU Cookie Compliance, a Drupal module.
//!
//! `cookie-agreed` is written once somebody answered: `0` for no, `1` for a yes that the module still
//! thanks for, `2` for a yes. Where the website asks by category, `cookie-agreed-categories` is a
//! JSON list of what was granted; what is not listed was refused. A website that renames the one
//! renames the other with it.

use serde_json::Value;

pub(super) use super::groups::conventional as purposes;
use super::{
    answers::{Answers, Outcome},
    groups::everything,
    jar::Cookies,
    json, percent,
};

const AGREED: &str = "cookie-agreed";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[AGREED, "cookie-agreed-categories"];

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    let agreed = Outcome::of_each(cookies.values(AGREED), |value| match value {
        b"0" => Outcome::Answered(everything(false)),
        b"1" | b"2" => Outcome::Answered(everything(true)),
        _ => Outcome::Unreadable("is none of the known answers"),
    });
    let Outcome::Answered(one) = &agreed else {
        return agreed;
    };
    let is_yes = one.list.iter().all(|answer| answer.granted);
    if !is_yes {
        return agreed;
    }
    match Outcome::of_each(cookies.values_beside(AGREED, "-categories"), categories) {
        Outcome::Absent => agreed,
        listed => listed,
    }
}

fn categories(value: &[u8]) -> Outcome {
    let list: Option<Value> =
        percent::decoded(value).and_then(|text| serde_json::from_str(&text).ok());
    let Some(listed) = list.as_ref().and_then(json::strings) else {
        return Outcome::Unreadable("has categories that are no list");
    };
    let mut answers = Answers {
        unlisted_refused: true,
        ..Answers::default()
    };
    for category in listed {
        answers.push(category.to_owned(), true);
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, grants_no_more_than, renamed};

    const LISTED: &str = "%5B%22essential%22%2C%22statistics%22%5D";

    #[test]
    fn a_yes_grants_what_is_listed_or_everything() {
        let everything = "functional,analytics,marketing,media";
        for (name, cookies, expected) in [
            ("yes", "cookie-agreed=2".to_owned(), Some(everything)),
            ("thanks", "cookie-agreed=1".to_owned(), Some(everything)),
            ("no", "cookie-agreed=0".to_owned(), Some("")),
            (
                "listed",
                format!("cookie-agreed=2; cookie-agreed-categories={LISTED}"),
                Some("analytics"),
            ),
            (
                "raw",
                r#"cookie-agreed-categories=["marketing"]; cookie-agreed=2"#.to_owned(),
                Some("marketing"),
            ),
            (
                "none listed",
                "cookie-agreed=2; cookie-agreed-categories=%5B%5D".to_owned(),
                Some(""),
            ),
            (
                "listed and withdrawn",
                format!("cookie-agreed=0; cookie-agreed-categories={LISTED}"),
                Some(""),
            ),
            (
                "listed only",
                format!("cookie-agreed-categories={LISTED}"),
                None,
            ),
            (
                "list cut off",
                "cookie-agreed=2; cookie-agreed-categories=%5B%22marketing%22".to_owned(),
                None,
            ),
            (
                "list empty",
                "cookie-agreed=2; cookie-agreed-categories=".to_owned(),
                None,
            ),
            (
                "yes and no",
                "cookie-agreed=2; cookie-agreed=0".to_owned(),
                Some(""),
            ),
            ("odd", "cookie-agreed=3".to_owned(), None),
            ("empty", "cookie-agreed=".to_owned(), None),
        ] {
            assert_eq!(granted("drupal", &cookies).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_list_is_renamed_with_the_answer() {
        let cookies = format!("own=2; own-categories={LISTED}");
        assert_eq!(
            renamed("drupal", "own", &cookies).as_deref(),
            Some("analytics")
        );
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..LISTED.len()) {
            grants_no_more_than("drupal", "cookie-agreed=2; cookie-agreed-categories", LISTED, &value, cut);
        }
    }
}
