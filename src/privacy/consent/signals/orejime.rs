//! Orejime, which came from Klaro.
//!
//! JSON that holds yes or no for each purpose, with quotes and commas encoded and the rest raw; in
//! `eu-consent` since version 3, in `orejime` before. Written when somebody saves their choice.

pub(super) use super::groups::conventional as purposes;
use super::{answers::Outcome, jar::Cookies, klaro};

const CONSENT: &str = "orejime";
const CONSENT_3: &str = "eu-consent";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT, CONSENT_3];

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    let both = cookies.values(CONSENT).chain(cookies.values(CONSENT_3));
    Outcome::of_each(both, klaro::switches)
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::{granted, grants_no_more_than};

    const SAVED: &str = "{%22analytics%22:true%2C%22video%22:false%2C%22mandatory%22:true}";

    #[test]
    fn both_its_cookies_are_read() {
        for (name, cookies, expected) in [
            ("3", format!("eu-consent={SAVED}"), Some("analytics")),
            ("before", format!("orejime={SAVED}"), Some("analytics")),
            (
                "both",
                format!("orejime={SAVED}; eu-consent={{%22analytics%22:false}}"),
                Some(""),
            ),
            ("somebody else's", "eu-consent=true".to_owned(), None),
            (
                "cut off",
                "eu-consent={%22analytics%22:true".to_owned(),
                None,
            ),
            ("nothing", "a=b".to_owned(), None),
        ] {
            assert_eq!(granted("orejime", &cookies).as_deref(), expected, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_else_grants(value: Vec<u8>, cut in 0..SAVED.len()) {
            grants_no_more_than("orejime", "eu-consent", SAVED, &value, cut);
        }
    }
}
