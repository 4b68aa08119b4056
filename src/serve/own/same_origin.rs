//! Whether a form came from this very website's own pages (`Sec-Fetch-Site`, `Origin`, `Referer`).
//!
//! Consent that another website could submit would prove nothing (GDPR Art. 7(1)).

use http::header;

use crate::privacy::FieldLines;
use crate::{
    privacy::FieldValue,
    serve::{exchange::Scene, refusal::Refusal},
};

/// Refuses forms from elsewhere.
pub(super) fn require(scene: &Scene<'_>) -> Result<(), Refusal> {
    if is_same_origin(&scene.request.fields, scene.authority) {
        Ok(())
    } else {
        Err(Refusal::CrossSite)
    }
}

/// Whether a form came from this origin. Browsers tell by `Sec-Fetch-Site`, older ones by
/// `Origin`, and those older still by `Referer`, which a website can suppress, but not forge. A
/// program that sends none of them is no browser that another website could use.
fn is_same_origin(fields: &FieldLines, authority: &FieldValue) -> bool {
    let behind = |url: &FieldValue| {
        let rest = url.as_bytes().strip_prefix(b"https://")?;
        let rest = rest.strip_prefix(authority.as_bytes())?;
        Some((rest.is_empty(), rest.starts_with(b"/")))
    };
    if let Some(site) = fields.get("sec-fetch-site") {
        return site == "same-origin";
    }
    if let Some(origin) = fields.get(&header::ORIGIN) {
        return behind(origin).is_some_and(|(end, _)| end);
    }
    if let Some(referer) = fields.get(&header::REFERER) {
        return behind(referer).is_some_and(|(end, path)| end || path);
    }
    !fields.get(&header::USER_AGENT).is_some_and(is_browser)
}

/// Whether a `User-Agent` is that of a browser: all of them have called themselves so, ever.
fn is_browser(user_agent: &FieldValue) -> bool {
    let begins = |name: &&[u8]| user_agent.as_bytes().starts_with(name);
    [&b"Mozilla/"[..], b"Opera/"].iter().any(begins)
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    #[test]
    fn choices_are_taken_from_this_origin_only() {
        let authority = FieldValue::from_static("shop.example:8443");
        for (lines, expected) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://shop.example:8443"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "https://shop.example:8443")], true),
            (&[("origin", "https://shop.example")], false),
            (&[("origin", "http://shop.example:8443")], false),
            (&[("origin", "null")], false),
            (&[("referer", "https://shop.example:8443/.privet/")], true),
            (&[("referer", "https://shop.example:8443")], true),
            (&[("referer", "https://shop.example:84430/")], false),
            (
                &[("referer", "https://shop.example:8443@evil.example/")],
                false,
            ),
            (&[("referer", "https://evil.example/")], false),
            (&[("referer", "")], false),
            (
                &[
                    ("origin", "https://evil.example"),
                    ("referer", "https://shop.example:8443/"),
                ],
                false,
            ),
            (&[("user-agent", "curl/8.5.0")], true),
            (
                &[("user-agent", "Mozilla/5.0 (Windows NT 6.1; rv:52.0)")],
                false,
            ),
            (&[("user-agent", "Opera/9.80")], false),
            (
                &[
                    ("user-agent", "Mozilla/5.0 (Windows NT 6.1; rv:52.0)"),
                    ("referer", "https://shop.example:8443/.privet/"),
                ],
                true,
            ),
        ] {
            let fields = lines
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        FieldValue::from_static(value),
                    )
                })
                .collect();
            assert_eq!(is_same_origin(&fields, &authority), expected, "{lines:?}");
        }
    }
}
