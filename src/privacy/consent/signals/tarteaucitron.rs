//! tarteaucitron 1.
//!
//! `tarteaucitron` lists services, not encoded: `!gtag=true!youtube=false!vimeo=wait`. It is written
//! on the first page with `wait` for each service that awaits an answer. Some services are launched
//! without one and written as `true` at once, so their yes counts only beside a yes to a service
//! that had to ask, once none waits: whoever refuses everything may leave it in place.

use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    percent,
};
use crate::privacy::purpose::Purposes;

const CONSENT: &str = "tarteaucitron";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT];

/// Services that tarteaucitron launches unasked, unless the website wants it otherwise.
const UNASKED: &[&str] = &[
    "crisp",
    "matomo",
    "matomohightrack",
    "microanalytics",
    "plausible",
    "simpleanalytics",
    "stonly",
    "wysistathightrack",
];

/// It asks for services only.
pub(super) fn purposes(_group: &str) -> Purposes {
    Purposes::NONE
}

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(CONSENT), consent)
}

fn consent(value: &[u8]) -> Outcome {
    let Some(text) = percent::decoded(value) else {
        return Outcome::Unreadable("has a broken escape");
    };
    let Some(list) = text.strip_prefix('!') else {
        return Outcome::Unreadable("is no list of services");
    };
    let (mut given, mut waits) = (Vec::new(), false);
    for service in list.split('!') {
        match service.split_once('=') {
            Some((key, "true")) if !key.is_empty() => given.push((key, true)),
            Some((key, "false")) if !key.is_empty() => given.push((key, false)),
            Some((key, "wait")) if !key.is_empty() => waits = true,
            _ => return Outcome::Unreadable("has a service that is neither on, off nor waiting"),
        }
    }
    let agreed = given
        .iter()
        .any(|(key, granted)| *granted && !UNASKED.contains(key));
    let all_counts = agreed && !waits;
    given.retain(|(key, granted)| !granted || all_counts || !UNASKED.contains(key));
    if given.is_empty() {
        return Outcome::Unanswered("waits for an answer");
    }
    let mut answers = Answers::default();
    for (key, granted) in given {
        answers.push(key.to_owned(), granted);
    }
    Outcome::Answered(answers)
}

#[cfg(test)]
mod tests {
    use super::super::{
        answers::Outcome,
        platform::testing::{granted, grants_no_more_than, outcome},
    };

    const SAVED: &str = "!gtag=true!youtube=false!vimeo=true!matomo=true";

    /// `gtag+ youtube-`, or `None` for no answer.
    fn answers(value: &str) -> Option<String> {
        match outcome("tarteaucitron", &format!("tarteaucitron={value}")) {
            Outcome::Answered(answers) => {
                let sign = |granted| if granted { '+' } else { '-' };
                let list = answers.list.iter();
                let list = list.map(|answer| format!("{}{}", answer.name, sign(answer.granted)));
                Some(list.collect::<Vec<_>>().join(" "))
            }
            _ => None,
        }
    }

    #[test]
    fn services_count_once_answered() {
        for (name, value, expected) in [
            ("saved", SAVED, Some("gtag+ youtube- vimeo+ matomo+")),
            ("encoded", "%21gtag%3Dtrue", Some("gtag+")),
            ("waiting", "!gtag=wait!youtube=wait", None),
            ("launched unasked", "!matomo=true!gtag=wait", None),
            (
                "one allowed in passing",
                "!matomo=true!gtag=wait!youtube=true",
                Some("youtube+"),
            ),
            ("all refused", "!matomo=true!gtag=false", Some("gtag-")),
            ("refused", "!matomo=false!gtag=wait", Some("matomo-")),
            ("cut off", "!gtag=true!youtube=fal", None),
            ("cut off in a name", "!gtag=true!you", None),
            ("no name", "!=true", None),
            ("no list", "gtag=true", None),
            ("nothing", "", None),
            ("two at once", "!gtag=true!!youtube=true", None),
        ] {
            assert_eq!(answers(value).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn services_are_no_groups() {
        let read = granted("tarteaucitron", "tarteaucitron=!analytics=true");
        assert_eq!(read.as_deref(), Some(""), "that is Google Analytics");
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..SAVED.len()) {
            grants_no_more_than("tarteaucitron", "tarteaucitron", SAVED, &value, cut);
        }
    }
}
