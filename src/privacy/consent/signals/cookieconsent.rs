//! Cookie Consent 3.1, the open-source library of Insites and later Osano.
//!
//! `cookieconsent_status` is `allow`, `deny` or `dismiss`: one answer for everything. `dismiss` says
//! that the notice was closed. The library takes that for a yes; closing a notice is no consent.

pub(super) use super::groups::conventional as purposes;
use super::{answers::Outcome, groups::everything, jar::Cookies};

const STATUS: &str = "cookieconsent_status";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[STATUS];

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(STATUS), |value| match value {
        b"allow" => Outcome::Answered(everything(true)),
        b"deny" => Outcome::Answered(everything(false)),
        b"dismiss" => Outcome::Unanswered("the notice was closed without an answer"),
        _ => Outcome::Unreadable("is neither a yes nor a no"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, grants_no_more_than};

    #[test]
    fn only_a_yes_grants() {
        for (value, expected) in [
            ("allow", Some("functional,analytics,marketing,media")),
            ("deny", Some("")),
            ("dismiss", None),
            ("Allow", None),
            ("allowed", None),
            ("", None),
            ("allow; cookieconsent_status=deny", Some("")),
        ] {
            let read = granted("cookieconsent", &format!("cookieconsent_status={value}"));
            assert_eq!(read.as_deref(), expected, "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..5_usize) {
            grants_no_more_than("cookieconsent", "cookieconsent_status", "allow", &value, cut);
        }
    }
}
