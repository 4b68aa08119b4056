//! Cookie Law Info, the plugin that CookieYes was before its version 3.
//!
//! One cookie for each group, `cookielawinfo-checkbox-GROUP`, `yes` or `no`. They are written before
//! anybody answers; `viewed_cookie_policy` is written with the answer, and `no` there is a refusal of
//! everything, whatever the groups say.

pub(super) use super::cookieyes::purposes;
use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
};

const VIEWED: &str = "viewed_cookie_policy";
const GROUP: &str = "cookielawinfo-checkbox-";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[VIEWED, "cookielawinfo-checkbox-*"];

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    if !cookies.has(VIEWED) {
        return match cookies.beginning_with(GROUP).next() {
            Some(_) => Outcome::Unanswered("the banner has not been answered"),
            None => Outcome::Absent,
        };
    }
    let mut agreed = true;
    for value in cookies.values(VIEWED) {
        match switch(value) {
            Some(yes) => agreed &= yes,
            None => return Outcome::Unreadable("is neither yes nor no"),
        }
    }
    let mut answers = Answers {
        unlisted_refused: !agreed,
        ..Answers::default()
    };
    for (group, value) in cookies.beginning_with(GROUP) {
        match (std::str::from_utf8(group), switch(value)) {
            (Ok(group), Some(yes)) => answers.push(group.to_owned(), agreed && yes),
            _ => return Outcome::Unreadable("has a group that is neither yes nor no"),
        }
    }
    if agreed && answers.list.is_empty() {
        return Outcome::Unanswered("names no groups");
    }
    Outcome::Answered(answers)
}

fn switch(value: &[u8]) -> Option<bool> {
    match value {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, reading};
    use crate::privacy::{catalogue::Catalogue, purpose::Purpose};

    #[test]
    fn groups_count_once_the_policy_was_viewed() {
        let groups = "cookielawinfo-checkbox-necessary=yes; cookielawinfo-checkbox-functional=yes; \
                      cookielawinfo-checkbox-analytics=yes; cookielawinfo-checkbox-performance=yes; \
                      cookielawinfo-checkbox-advertisement=no; cookielawinfo-checkbox-others=yes";
        for (name, cookies, expected) in [
            (
                "viewed",
                format!("viewed_cookie_policy=yes; {groups}"),
                Some("functional,analytics"),
            ),
            (
                "viewed last",
                format!("{groups}; viewed_cookie_policy=yes"),
                Some("functional,analytics"),
            ),
            ("refused", format!("viewed_cookie_policy=no; {groups}"), Some("")),
            (
                "refused where there are no groups",
                "viewed_cookie_policy=no".to_owned(),
                Some(""),
            ),
            (
                "once refused",
                format!("viewed_cookie_policy=yes; {groups}; viewed_cookie_policy=no"),
                Some(""),
            ),
            ("not viewed", groups.to_owned(), None),
            (
                "without groups",
                "viewed_cookie_policy=yes".to_owned(),
                None,
            ),
            (
                "both",
                "viewed_cookie_policy=yes; cookielawinfo-checkbox-analytics=yes; cookielawinfo-checkbox-analytics=no".to_owned(),
                Some(""),
            ),
            (
                "neither",
                "viewed_cookie_policy=yes; cookielawinfo-checkbox-analytics=true".to_owned(),
                None,
            ),
            (
                "viewed somehow",
                "viewed_cookie_policy=; cookielawinfo-checkbox-analytics=yes".to_owned(),
                None,
            ),
        ] {
            assert_eq!(
                granted("cookie-law-info", &cookies).as_deref(),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn a_refusal_is_of_everything() {
        let nobody = Catalogue::new(Vec::new(), Vec::new());
        let reading =
            reading("cookie-law-info", "viewed_cookie_policy=no", &nobody).expect("an answer");
        assert!(reading.refused.contains(Purpose::Media));
    }
}
