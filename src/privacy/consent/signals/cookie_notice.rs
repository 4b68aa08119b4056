//! Cookie Notice & Compliance, a WordPress plugin.
//!
//! `cookie_notice_accepted` is `true` or `false`: one answer for everything. Before version 1.3 it
//! was `TRUE`, written by a notice that could only be closed; that is no answer.

pub(super) use super::groups::conventional as purposes;
use super::{answers::Outcome, groups::everything, jar::Cookies};

const ACCEPTED: &str = "cookie_notice_accepted";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[ACCEPTED];

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(ACCEPTED), |value| match value {
        b"true" => Outcome::Answered(everything(true)),
        b"false" => Outcome::Answered(everything(false)),
        b"TRUE" => Outcome::Unanswered("comes from a notice that could not be refused"),
        _ => Outcome::Unreadable("is neither true nor false"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, grants_no_more_than};

    #[test]
    fn only_a_yes_grants() {
        for (value, expected) in [
            ("true", Some("functional,analytics,marketing,media")),
            ("false", Some("")),
            ("TRUE", None),
            ("1", None),
            ("", None),
            ("true; cookie_notice_accepted=false", Some("")),
        ] {
            let read = granted("cookie-notice", &format!("cookie_notice_accepted={value}"));
            assert_eq!(read.as_deref(), expected, "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..4_usize) {
            grants_no_more_than("cookie-notice", "cookie_notice_accepted", "true", &value, cut);
        }
    }
}
