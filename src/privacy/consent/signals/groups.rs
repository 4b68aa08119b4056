//! What groups of cookies are commonly called, and which purpose each stands for.
//!
//! Platforms let websites name their groups. These are the names that need no guess; what is not
//! among them the operator maps by `[consent.platform.NAME]`.

use super::{
    super::super::purpose::{Purpose, Purposes},
    answers::Answers,
};

/// The purpose of the group `name`, without regard to case; none if the name does not tell.
pub(super) fn conventional(name: &str) -> Purposes {
    let name = name.to_ascii_lowercase().replace([' ', '_'], "-");
    let purpose = match name.as_str() {
        "necessary" | "strictly-necessary" | "strict" | "essential" | "essentials" | "required"
        | "technical" | "mandatory" => Purpose::Necessary,
        "functional" | "functionality" | "functionalities" | "preference" | "preferences"
        | "personalization" | "personalisation" | "comfort" | "convenience" => Purpose::Functional,
        "analytics"
        | "analytic"
        | "analytical"
        | "analysis"
        | "statistics"
        | "statistic"
        | "statistical"
        | "stats"
        | "measurement"
        | "audience"
        | "audience-measurement"
        | "performance" => Purpose::Analytics,
        "marketing" | "advertising" | "advertisement" | "advertisements" | "ads" | "ad"
        | "targeting" | "tracking" | "retargeting" | "remarketing" => Purpose::Marketing,
        "media" | "external-media" | "externalmedia" | "embedded-media" | "embeds" | "social"
        | "social-media" | "socialmedia" | "social-networks" | "video" | "videos" => Purpose::Media,
        _ => return Purposes::NONE,
    };
    Purposes::NONE.with(purpose)
}

/// The answer of a platform that asks once for everything that needs consent.
pub(super) fn everything(granted: bool) -> Answers {
    let mut answers = Answers::default();
    for purpose in Purposes::ALL.difference(Purposes::NECESSARY).iter() {
        answers.push(purpose.name(), granted);
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_is_called_by_its_name() {
        for purpose in Purpose::ALL {
            let purposes = Purposes::NONE.with(purpose);
            assert_eq!(conventional(purpose.name()), purposes);
        }
    }

    #[test]
    fn only_names_that_tell_are_understood() {
        let purposes = |purpose| Purposes::NONE.with(purpose);
        for (name, expected) in [
            ("Analytics", purposes(Purpose::Analytics)),
            ("External Media", purposes(Purpose::Media)),
            ("social_media", purposes(Purpose::Media)),
            ("matomo", Purposes::NONE),
            ("", Purposes::NONE),
        ] {
            assert_eq!(conventional(name), expected, "{name}");
        }
    }
}
