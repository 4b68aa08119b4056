//! A website's policy, opened for what privet puts into its pages, and for nothing else.
//!
//! Only where a policy would stop one of privet's own resources it gets a source: the folder
//! `/.privet/` of this very host, which is narrower than `'self'`; or, where hosts don't count
//! (`'strict-dynamic'`), the nonce that privet's script carries. Everything else stays byte for byte.

use http::header;

use crate::privacy::{field_lines::FieldLines, field_value::FieldValue};

use super::{
    nonce::nonce,
    syntax::{Directive, effective, is_keyword, nonce_of, segments},
};

/// The directives that can decide on a script element, the most specific first.
pub(super) const SCRIPT: &[&str] = &["script-src-elem", "script-src", "default-src"];

/// What privet's script and placeholders do: the directive for it, and those that can decide on it,
/// the most specific first (§6.8.1).
const USES: [(&str, &[&str]); 5] = [
    ("script-src", SCRIPT),
    ("frame-src", &["frame-src", "child-src", "default-src"]),
    ("object-src", &["object-src", "default-src"]),
    ("connect-src", &["connect-src", "default-src"]),
    ("form-action", &["form-action"]),
];

/// The folder of all that is privet's own.
const FOLDER: &[u8] = b"/.privet/";

/// What is to be admitted.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// The authority that the visitor asked: a host, and a port unless it is 443.
    pub authority: &'a str,
    /// The nonce that privet's script carries: one of the website's (see [`nonce`]), else one made
    /// for this response.
    ///
    /// [`nonce`]: fn@super::nonce
    pub nonce: &'a str,
}

/// Opens the policies of a page's response for what privet puts into the page. Returns the nonce that
/// privet's script has to carry, if any: one of the website's, else `fresh` where it takes one.
pub fn admit_own(fields: &mut FieldLines, authority: &str, fresh: &str) -> Option<String> {
    let policies = fields.get_all(&header::CONTENT_SECURITY_POLICY);
    let given = nonce(policies.map(FieldValue::as_bytes)).map(str::to_owned);
    let own = Own {
        authority,
        nonce: given.as_deref().unwrap_or(fresh),
    };
    let mut takes_fresh = false;
    fields.retain(|name, value| {
        if *name == header::CONTENT_SECURITY_POLICY
            && let Some(opened) = admitting(value.as_bytes(), &own)
        {
            takes_fresh |= nonce([opened.as_bytes()]) == Some(fresh);
            *value = opened;
        }
        true
    });
    given.or_else(|| takes_fresh.then(|| fresh.to_owned()))
}

/// The value of a `Content-Security-Policy` field, or of a `<meta>` of that name, such that each of
/// its policies admits `own`; `None` if they do already.
pub fn admitting(policies: &[u8], own: &Own<'_>) -> Option<FieldValue> {
    let mut out = Vec::with_capacity(policies.len() + 256);
    let mut changed = false;
    for (number, policy) in policies.split(|byte| *byte == b',').enumerate() {
        if number > 0 {
            out.push(b',');
        }
        changed |= admit(policy, own, &mut out);
    }
    changed.then(|| FieldValue::from_shared(out.into()).ok())?
}

/// Writes one policy; says whether it differs.
fn admit(policy: &[u8], own: &Own<'_>, out: &mut Vec<u8>) -> bool {
    let mut extended = Vec::new();
    let mut appended = Vec::new();
    for (name, chain) in USES {
        let Some((number, directive)) = effective(policy, chain) else {
            continue;
        };
        let Some(source) = missing(directive, own, chain == SCRIPT) else {
            continue;
        };
        if directive.is("default-src") {
            // It decides on more than this use: what it says is repeated for this use alone.
            appended.extend_from_slice(b"; ");
            write_directive(name.as_bytes(), directive, &source, &mut appended);
        } else {
            extended.push((number, directive, source));
        }
    }
    for (number, segment) in segments(policy).enumerate() {
        if number > 0 {
            out.push(b';');
        }
        match extended.iter().find(|(place, ..)| *place == number) {
            Some((_, directive, source)) => {
                let leading = segment.len() - segment.trim_ascii_start().len();
                out.extend_from_slice(segment.get(..leading).unwrap_or_default());
                write_directive(directive.name(), *directive, source, out);
            }
            None => out.extend_from_slice(segment),
        }
    }
    out.extend_from_slice(&appended);
    !extended.is_empty() || !appended.is_empty()
}

/// Writes a directive with one source more; `'none'` is one only while it stands alone.
fn write_directive(name: &[u8], of: Directive<'_>, source: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    for token in of.tokens().filter(|token| !is_keyword(token, "none")) {
        out.push(b' ');
        out.extend_from_slice(token);
    }
    out.push(b' ');
    out.extend_from_slice(source);
}

/// The source by which the directive would admit `own`; `None` if it does already.
fn missing(directive: Directive<'_>, own: &Own<'_>, script: bool) -> Option<Vec<u8>> {
    let ignores_hosts = script
        && directive
            .tokens()
            .any(|token| is_keyword(token, "strict-dynamic"));
    let is_admitted = |token: &[u8]| {
        let by_nonce = script && nonce_of(token).is_some_and(|nonce| nonce == own.nonce.as_bytes());
        by_nonce || !ignores_hosts && covers(token, own.authority.as_bytes())
    };
    if directive.tokens().any(is_admitted) {
        return None;
    }
    let (before, what, after) = if ignores_hosts {
        (&b"'nonce-"[..], own.nonce, &b"'"[..])
    } else {
        (&b"https://"[..], own.authority, FOLDER)
    };
    Some([before, what.as_bytes(), after].concat())
}

/// Whether a source surely admits all of privet's folder (§6.7.2). One that does and is not
/// recognised costs a source that changes nothing.
fn covers(token: &[u8], authority: &[u8]) -> bool {
    if token == b"*" || token.eq_ignore_ascii_case(b"https:") || is_keyword(token, "self") {
        return true;
    }
    let scheme = b"https://";
    let rest = match token.split_at_checked(scheme.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(scheme) => rest,
        _ => token,
    };
    let end = rest.iter().position(|byte| *byte == b'/');
    let (host, path) = rest
        .split_at_checked(end.unwrap_or(rest.len()))
        .unwrap_or_default();
    let is_above = path.is_empty() || path == b"/" || path == FOLDER;
    is_above && host.eq_ignore_ascii_case(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(policy: &str) -> String {
        let own = Own {
            authority: "shop.example:8443",
            nonce: "r4nd0m",
        };
        let value = admitting(policy.as_bytes(), &own);
        value.map_or_else(String::new, |value| {
            value.to_str().expect("text").to_owned()
        })
    }

    const FOLDER: &str = "https://shop.example:8443/.privet/";

    #[test]
    fn what_is_admitted_already_stays_as_it_is() {
        for policy in [
            "",
            " ; ",
            "frame-ancestors 'none'; sandbox allow-scripts; upgrade-insecure-requests",
            "default-src 'self'",
            "DEFAULT-SRC 'SELF'; Form-Action 'self'",
            "default-src https:; form-action https:",
            "default-src *",
            "default-src shop.example:8443",
            "default-src https://SHOP.example:8443/",
            "default-src 'self'; script-src 'nonce-r4nd0m' 'strict-dynamic'",
            "img-src 'none'; style-src 'none'",
        ] {
            assert_eq!(admitted(policy), "", "{policy}");
        }
    }

    #[test]
    fn a_policy_is_opened_for_privets_folder_only() {
        for (policy, expected) in [
            (
                "script-src 'sha256-abc='",
                "script-src 'sha256-abc=' FOLDER",
            ),
            (
                "default-src 'none'; img-src *",
                "default-src 'none'; img-src *; script-src FOLDER; frame-src FOLDER; object-src FOLDER; connect-src FOLDER",
            ),
            (
                "default-src 'self' ;frame-src  'none';object-src 'NONE' ; form-action https://pay.example",
                "default-src 'self' ;frame-src FOLDER;object-src FOLDER; form-action https://pay.example FOLDER",
            ),
            (
                "child-src a.example; default-src 'self'",
                "child-src a.example FOLDER; default-src 'self'",
            ),
            (
                "script-src a.example; script-src-elem b.example",
                "script-src a.example; script-src-elem b.example FOLDER",
            ),
            (
                "script-src a.example; script-src 'self'",
                "script-src a.example FOLDER; script-src 'self'",
            ),
            (
                "script-src 'self', script-src b.example",
                "script-src 'self', script-src b.example FOLDER",
            ),
            (
                "script-src shop.example https://shop.example:8443/js/",
                "script-src shop.example https://shop.example:8443/js/ FOLDER",
            ),
            ("form-action", "form-action FOLDER"),
        ] {
            assert_eq!(
                admitted(policy),
                expected.replace("FOLDER", FOLDER),
                "{policy}"
            );
        }
    }

    #[test]
    fn where_hosts_do_not_count_a_nonce_does() {
        for (policy, expected) in [
            (
                "script-src 'self' 'strict-dynamic' 'sha256-abc='",
                "script-src 'self' 'strict-dynamic' 'sha256-abc=' 'nonce-r4nd0m'",
            ),
            (
                "default-src 'strict-dynamic' 'nonce-other' 'self'",
                "default-src 'strict-dynamic' 'nonce-other' 'self'; script-src 'strict-dynamic' 'nonce-other' 'self' 'nonce-r4nd0m'",
            ),
        ] {
            assert_eq!(admitted(policy), expected, "{policy}");
        }
    }

    #[test]
    fn the_scripts_nonce_is_the_websites_or_a_fresh_one_where_it_takes_one() {
        for (lines, expected, opened) in [
            (
                &["script-src 'nonce-a' 'strict-dynamic'", "img-src *"][..],
                Some("a"),
                false,
            ),
            (&["script-src 'self'"], None, false),
            (&["script-src b.example"], None, true),
            (
                &["script-src 'strict-dynamic' 'sha256-x='"],
                Some("fresh"),
                true,
            ),
            (
                &["script-src 'nonce-a'", "script-src 'strict-dynamic'"],
                Some("a"),
                true,
            ),
            (&[], None, false),
        ] {
            let lines = lines.iter().map(|line| {
                let value = FieldValue::from_static(line);
                (header::CONTENT_SECURITY_POLICY, value)
            });
            let before: FieldLines = lines.collect();
            let mut fields = before.clone();
            let nonce = admit_own(&mut fields, "shop.example", "fresh");
            assert_eq!(nonce.as_deref(), expected);
            assert_eq!(!fields.iter().eq(before.iter()), opened, "{expected:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_policy_once_opened_needs_no_more(
            words in "((script-src|default-src|frame-src|child-src|object-src|connect-src|form-action|script-src-elem)|'self'|'none'|'strict-dynamic'|'nonce-x'|a\\.example|\\*|;|,| ){0,24}",
        ) {
            let once = admitted(&words);
            if !once.is_empty() {
                proptest::prop_assert_eq!(admitted(&once), "", "{} gave {}", words, once);
            }
        }
    }
}
