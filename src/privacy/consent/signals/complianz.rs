//! Complianz.
//!
//! One cookie for each group, `cmplz_GROUP`, `allow` or `deny`, written before anybody answers;
//! `cmplz_banner-status=dismissed` tells that somebody did. What visitors said of single services is
//! JSON in `cmplz_consented_services`. The main site of several has all of these as `cmplz_rt_…`.

use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    json,
};
use crate::privacy::purpose::{Purpose, Purposes};

const BANNER: &str = "cmplz_banner-status";
const ROOT_BANNER: &str = "cmplz_rt_banner-status";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[BANNER, "cmplz_*"];

const GROUPS: &[&str] = &[
    "functional",
    "preferences",
    "statistics",
    "statistics-anonymous",
    "marketing",
];

/// What its groups stand for. Its `functional` is what the website cannot do without and never
/// asked for. What counts as anonymous the website decides, so that group needs the operator's word.
pub(super) fn purposes(group: &str) -> Purposes {
    let purpose = match group {
        "functional" => Purpose::Necessary,
        "preferences" => Purpose::Functional,
        "statistics" => Purpose::Analytics,
        "marketing" => Purpose::Marketing,
        _ => return Purposes::NONE,
    };
    Purposes::NONE.with(purpose)
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    consent(cookies, BANNER, "cmplz_").with(consent(cookies, ROOT_BANNER, "cmplz_rt_"))
}

fn consent(cookies: &Cookies<'_>, banner: &'static str, prefix: &'static str) -> Outcome {
    let mut answers = Answers::default();
    for (name, value) in cookies.beginning_with(prefix) {
        if name == b"consented_services" {
            if let Err(outcome) = services(value, &mut answers) {
                return outcome;
            }
        } else if let Some(group) = GROUPS.iter().find(|group| group.as_bytes() == name) {
            match value {
                b"allow" => answers.push(*group, true),
                b"deny" => answers.push(*group, false),
                _ => return Outcome::Unreadable("has a group that is neither allowed nor denied"),
            }
        }
    }
    let shown = || cookies.values(banner).any(|status| status != b"dismissed");
    match (answers.list.is_empty(), cookies.has(banner)) {
        (true, false) => Outcome::Absent,
        (true, true) => Outcome::Unanswered("names no groups"),
        (false, dismissed) if !dismissed || shown() => {
            Outcome::Unanswered("the banner has not been dismissed")
        }
        (false, _) => Outcome::Answered(answers),
    }
}

/// Adds what is said of single services. None may pass for a group.
fn services(value: &[u8], answers: &mut Answers) -> Result<(), Outcome> {
    if matches!(value, b"" | b"[]" | b"%5B%5D") {
        return Ok(());
    }
    for (service, granted) in json::object(value)? {
        let Some(granted) = granted.as_bool() else {
            return Err(Outcome::Unreadable(
                "has a service that is neither on nor off",
            ));
        };
        if !GROUPS.contains(&service.as_str()) {
            answers.push(service, granted);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{
        super::super::{catalogue::Catalogue, rules::Vendor},
        platform::testing::{granted, reading},
    };
    use super::*;

    #[test]
    fn groups_count_once_the_banner_was_dismissed() {
        let groups = "cmplz_consented_services=; cmplz_policy_id=16; cmplz_functional=allow; \
                      cmplz_preferences=deny; cmplz_statistics=allow; cmplz_marketing=deny";
        for (name, cookies, expected) in [
            (
                "dismissed",
                format!("{groups}; cmplz_banner-status=dismissed"),
                Some("analytics"),
            ),
            ("shown", format!("{groups}; cmplz_banner-status=show"), None),
            (
                "once shown",
                format!("cmplz_banner-status=show; {groups}; cmplz_banner-status=dismissed"),
                None,
            ),
            ("an underscore", format!("{groups}; cmplz_banner_status=dismissed"), None),
            ("not dismissed", groups.to_owned(), None),
            ("nothing else", "cmplz_banner-status=dismissed".to_owned(), None),
            (
                "functional is what is necessary",
                "cmplz_functional=allow; cmplz_banner-status=dismissed".to_owned(),
                Some(""),
            ),
            (
                "anonymous statistics",
                "cmplz_statistics-anonymous=allow; cmplz_banner-status=dismissed".to_owned(),
                Some(""),
            ),
            (
                "the main site",
                "cmplz_rt_preferences=allow; cmplz_rt_marketing=allow; cmplz_rt_banner-status=dismissed".to_owned(),
                Some("functional,marketing"),
            ),
            (
                "the main site's banner is another's",
                "cmplz_marketing=allow; cmplz_rt_banner-status=dismissed".to_owned(),
                None,
            ),
            (
                "both sites",
                "cmplz_statistics=allow; cmplz_marketing=allow; cmplz_banner-status=dismissed; cmplz_rt_statistics=allow; cmplz_rt_marketing=deny; cmplz_rt_banner-status=dismissed".to_owned(),
                Some("analytics"),
            ),
            (
                "both",
                "cmplz_marketing=allow; cmplz_marketing=deny; cmplz_banner-status=dismissed".to_owned(),
                Some(""),
            ),
            (
                "neither",
                "cmplz_marketing=yes; cmplz_banner-status=dismissed".to_owned(),
                None,
            ),
            (
                "a service called like a group",
                "cmplz_marketing=deny; cmplz_consented_services={\"statistics\":true}; cmplz_banner-status=dismissed".to_owned(),
                Some(""),
            ),
            (
                "services cut off",
                "cmplz_marketing=allow; cmplz_consented_services=%7B%22youtube%22; cmplz_banner-status=dismissed".to_owned(),
                None,
            ),
        ] {
            assert_eq!(
                granted("complianz", &cookies).as_deref(),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn services_have_answers_of_their_own() {
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
        let catalogue = Catalogue::new(vec![vendor("YouTube"), vendor("Hotjar")], Vec::new());
        let cookies = "cmplz_marketing=deny; cmplz_banner-status=dismissed; \
                       cmplz_consented_services=%7B%22youtube%22%3Atrue%2C%22hotjar%22%3Afalse%7D";
        let reading = reading("complianz", cookies, &catalogue).expect("an answer");
        let youtube = catalogue.by_slug("youtube").expect("a vendor");
        assert_eq!(reading.vendors, [(youtube, true)]);
        assert!(reading.refused.contains(Purpose::Marketing));
    }
}
