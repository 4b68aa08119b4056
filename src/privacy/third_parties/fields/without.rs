//! From a response's fields to those that call no refused vendor: which field is read how.

use http::{HeaderName, header};

use super::{
    link::calls_by_link,
    list::{Edit, Grammar, retained},
    reporting::{Groups, calls_by_endpoint, report_uris},
};
use crate::privacy::{field_lines::FieldLines, field_value::FieldValue, third_parties::refresh};

/// Whom a URL, absolute or relative, would call, if this visitor's browser may not.
pub(super) type Refused<'a, T> = dyn Fn(&[u8]) -> Option<T> + 'a;

/// Takes out of a response's fields what would make the browser contact a vendor that `refused`
/// names. Returns what it said, once for each contact.
///
/// `Location` stays: where the page itself goes is the visitor's click. So do `Accept-CH` and
/// `Permissions-Policy`, which call nobody.
pub(super) fn without_refused<T>(fields: &mut FieldLines, refused: &Refused<'_, T>) -> Vec<T> {
    let mut calls = Vec::new();
    let mut groups = Groups::default();
    fields.retain(|name, value| {
        let Some(kind) = Kind::of(name) else {
            return true;
        };
        let edit = kind.edit(value.as_bytes(), refused, &mut calls, &mut groups);
        match edit {
            Edit::Kept => true,
            Edit::Removed => false,
            // What is cut out of a field value leaves one.
            Edit::Changed(bytes) => FieldValue::from_shared(bytes.into()).is_ok_and(|shorter| {
                *value = shorter;
                true
            }),
        }
    });
    if !groups.is_empty() {
        fields.retain(|name, value| name != "nel" || !groups.receive(value.as_bytes()));
    }
    calls
}

/// How a field tells of URLs.
#[derive(Clone, Copy)]
enum Kind {
    Link,
    Refresh,
    SourceMap,
    ReportTo,
    ReportingEndpoints,
    ContentPolicy,
    SpeculationRules,
}

impl Kind {
    fn of(name: &HeaderName) -> Option<Self> {
        match *name {
            header::LINK => Some(Self::Link),
            header::REFRESH => Some(Self::Refresh),
            header::CONTENT_SECURITY_POLICY | header::CONTENT_SECURITY_POLICY_REPORT_ONLY => {
                Some(Self::ContentPolicy)
            }
            _ => match name.as_str() {
                "sourcemap" | "x-sourcemap" => Some(Self::SourceMap),
                "report-to" => Some(Self::ReportTo),
                "reporting-endpoints" => Some(Self::ReportingEndpoints),
                "speculation-rules" => Some(Self::SpeculationRules),
                _ => None,
            },
        }
    }

    fn edit<T>(
        self,
        value: &[u8],
        refused: &Refused<'_, T>,
        calls: &mut Vec<T>,
        groups: &mut Groups,
    ) -> Edit {
        let mut keeps = |call: Option<T>| {
            let is_kept = call.is_none();
            calls.extend(call);
            is_kept
        };
        let whole = |is_kept: bool| if is_kept { Edit::Kept } else { Edit::Removed };
        match self {
            Self::Link => retained(value, Grammar::Links, |link| {
                keeps(calls_by_link(link, refused))
            }),
            Self::Refresh => whole(keeps(refresh::url(value).and_then(refused))),
            Self::SourceMap => whole(keeps(refused(value))),
            Self::ReportTo => retained(value, Grammar::Json, |group| {
                keeps(groups.refuse(group, refused))
            }),
            Self::ReportingEndpoints | Self::SpeculationRules => {
                retained(value, Grammar::Strings, |member| {
                    keeps(calls_by_endpoint(member, refused))
                })
            }
            Self::ContentPolicy => report_uris(value, |url| keeps(refused(url))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vendors are hosts that begin with `v`.
    fn refused(url: &[u8]) -> Option<()> {
        let rest = url
            .strip_prefix(b"https:")
            .unwrap_or(url)
            .strip_prefix(b"//v");
        rest.map(|_| ())
    }

    fn filtered(lines: &[(&'static str, &'static str)]) -> (Vec<(String, String)>, usize) {
        let mut fields: FieldLines = lines
            .iter()
            .map(|(name, value)| {
                let name = HeaderName::from_static(name);
                (name, FieldValue::from_static(value))
            })
            .collect();
        let contacts = without_refused(&mut fields, &refused).len();
        let text = |value: &FieldValue| value.to_str().expect("text").to_owned();
        let lines = fields.iter();
        let lines = lines.map(|(name, value)| (name.to_string(), text(value)));
        (lines.collect(), contacts)
    }

    /// `expected` is `None` where the line goes, `Some("")` where it stays as it is.
    fn check(name: &'static str, value: &'static str, expected: Option<&str>) {
        let (lines, contacts) = filtered(&[("server", "a"), (name, value)]);
        let got = lines.get(1).map(|(_, value)| value.as_str());
        let whole = expected.map(|text| if text.is_empty() { value } else { text });
        assert_eq!(got, whole, "{name}: {value}");
        assert_eq!(contacts > 0, expected != Some(""), "{name}: {value}");
    }

    #[test]
    fn links_that_call_a_refused_vendor_go_and_others_stay() {
        let same = Some("");
        for (value, expected) in [
            ("<https://v.example/a.js>; rel=preload; as=script", None),
            (
                "</a.css>; rel=preload, <//v.example>; rel=preconnect, </b>;rel=x",
                Some("</a.css>; rel=preload, </b>;rel=x"),
            ),
            (
                "<//v.example>; rel=preconnect, </b>;rel=x",
                Some("</b>;rel=x"),
            ),
            (
                "</b>;rel=x ,\t<//v.example>; rel=\"x  DNS-Prefetch\"",
                Some("</b>;rel=x "),
            ),
            ("<https://v.example/page>; rel=canonical", same),
            (
                "<https://v.example/page>; rel=\"next\"; title=\"a, b\"",
                same,
            ),
            ("<https://v.example/page>", same),
            ("<https://v.example/a;b,c>; rel=icon", None),
            (
                "</a>; title=\"<https://v.example/>; rel=preload\"; rel=x",
                None,
            ),
            ("</a>; title=\"x, <https://v.example/>; rel=preload", None),
            ("</a, <https://v.example/>; rel=preload", None),
            ("<https://v.example/a; rel=preload", None),
            (
                "<https://v.example/>; title=\"a \\\" , b\"; rel=modulepreload, </c>; rel=x",
                Some("</c>; rel=x"),
            ),
            (
                "</a.png>; rel=preload; as=image; imagesrcset=\"/a.png 1x, https://v.example/b.png 2x\"",
                None,
            ),
            (
                "</a.png>; rel=preload; as=image; imagesrcset=\"/a.png 1x, /b.png 2x\"",
                same,
            ),
            ("< https://v.example/a.js >; REL = 'preload'", same),
            ("< https://v.example/a.js >; REL = preload ", None),
            (",, </a>; rel=preload ,", same),
            ("", same),
        ] {
            check("link", value, expected);
        }
    }

    #[test]
    fn other_fields_lose_what_calls_a_refused_vendor() {
        let same = Some("");
        for (name, value, expected) in [
            ("refresh", "5; url=https://v.example/", None),
            ("refresh", "5; URL='//v.example/' x", None),
            ("refresh", "5; url=/next?to=//v.example/", same),
            ("refresh", "5", same),
            ("refresh", "0 //v.example/", None),
            ("refresh", "x; url=//v.example/", same),
            ("sourcemap", "https://v.example/a.map", None),
            ("x-sourcemap", "/a.map", same),
            (
                "reporting-endpoints",
                "a=\"https://v.example/r\", b=\"/r\"",
                Some("b=\"/r\""),
            ),
            (
                "reporting-endpoints",
                "b=\"/r,s\", a=\"https://v.example/r\";x",
                Some("b=\"/r,s\""),
            ),
            (
                "speculation-rules",
                "\"/rules.json\", \"//v.example/rules.json\"",
                Some("\"/rules.json\""),
            ),
            (
                "report-to",
                r#"{"group":"a","max_age":9,"endpoints":[{"url":"/r"},{"url":"https:\/\/v.example"}]}, {"group":"b","max_age":9,"endpoints":[{"url":"/b"}]}"#,
                Some(r#"{"group":"b","max_age":9,"endpoints":[{"url":"/b"}]}"#),
            ),
            ("report-to", r#"{"endpoints":[{"url":"/}],{\"//v"}]}"#, same),
            (
                "content-security-policy",
                "img-src *; report-uri https://v.example/r; script-src 'self'",
                Some("img-src *; script-src 'self'"),
            ),
            (
                "content-security-policy",
                "report-uri /a //v.example/r  /b; img-src //v.example",
                Some("report-uri /a /b; img-src //v.example"),
            ),
            (
                "content-security-policy-report-only",
                "img-src *, report-uri //v.example/r",
                Some("img-src *,"),
            ),
            (
                "content-security-policy",
                "Report-URI /a; report-to v",
                same,
            ),
            ("location", "https://v.example/", same),
            ("content-location", "https://v.example/", same),
            ("accept-ch", "DPR", same),
        ] {
            check(name, value, expected);
        }
    }

    #[test]
    fn errors_of_the_network_are_not_told_to_a_group_that_is_gone() {
        let to = (
            "report-to",
            r#"{"group":"g","max_age":9,"endpoints":[{"url":"https://v.example"}]}"#,
        );
        let nel = ("nel", r#"{"report_to":"g","max_age":9}"#);
        let other = ("nel", r#"{"report_to":"h","max_age":9}"#);
        assert_eq!(filtered(&[nel, to]).0, []);
        assert_eq!(
            filtered(&[other, to]).0,
            [(other.0.to_owned(), other.1.to_owned())]
        );
    }

    proptest::proptest! {
        #[test]
        fn what_calls_nobody_stays_byte_for_byte(value in "[ -~]{0,60}") {
            for name in ["link", "refresh", "report-to", "reporting-endpoints", "content-security-policy", "speculation-rules"] {
                let name = HeaderName::from_static(name);
                let line = FieldValue::try_from(value.clone()).expect("a value");
                let mut fields: FieldLines = [(name, line.clone())].into_iter().collect();
                proptest::prop_assert!(without_refused::<()>(&mut fields, &|_| None).is_empty());
                proptest::prop_assert_eq!(fields.iter().next().expect("a line").1, &line);
            }
        }

        #[test]
        fn nothing_is_left_to_take_out(value in "(<|>|//v|\"|;|,| |rel=preload|/a|\\\\|'){0,20}") {
            let line = FieldValue::try_from(value).expect("a value");
            let mut fields: FieldLines = [(header::LINK, line)].into_iter().collect();
            without_refused(&mut fields, &refused);
            proptest::prop_assert!(without_refused(&mut fields, &refused).is_empty());
        }
    }
}
