//! From what the website answered to what the visitor gets.
//!
//! Refused cookies are dropped, others brought up to the operator's rules; fields that tell of
//! hosts or addresses behind privet go; refused cookies that the browser still holds are expired.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{
    consent::{CONSENT_COOKIE, Consent},
    cookies::{cookie_name, upgraded},
    fields::{is_connection_specific, is_removed_from_response, named_by_connection},
    policy::{Policy, Stripped, Verdict},
};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// What a response is measured against.
#[derive(Clone, Copy, Debug)]
pub struct ResponseContext<'a> {
    /// The site's rules.
    pub policy: &'a Policy,
    /// What this visitor consented to.
    pub consent: &'a Consent,
    /// The authority that the visitor asked, for `Location`.
    pub authority: &'a str,
    /// The website's own authority behind privet, with its scheme, as in `http://10.0.0.5:8000`.
    pub origin: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// Rewrites a response's fields in place. `evictions` are the lines that expire what the request
/// still carried. Returns the cookies that were refused.
pub fn minimise_response(
    fields: &mut HeaderMap,
    context: &ResponseContext<'_>,
    evictions: Vec<HeaderValue>,
) -> Vec<Stripped> {
    let policy = context.policy;
    let found = survey(fields, policy);
    for name in found.removed {
        fields.remove(name);
    }
    if found.location {
        rewrite_location(fields, context);
    }
    let stripped = if found.cookies {
        set_cookies(fields, context)
    } else {
        Vec::new()
    };
    let withdrawal = context
        .consent
        .withdrawal()
        .filter(|_| policy.enforces())
        .and_then(|choice| choice.set_cookie(&policy.consent, policy.catalogue(), context.now));
    if !evictions.is_empty() || withdrawal.is_some() {
        keep_out_of_shared_caches(fields);
    }
    for line in evictions.into_iter().chain(withdrawal) {
        fields.append(header::SET_COOKIE, line);
    }
    add_security_fields(fields, policy);
    stripped
}

/// `Referrer-Policy` and `Permissions-Policy` where the website says nothing, and privet's own
/// `Strict-Transport-Security`, since the gateway owns TLS (RFC 6797 §7.1: exactly one).
pub fn add_security_fields(fields: &mut HeaderMap, policy: &Policy) {
    if let Some(hsts) = &policy.hsts {
        fields.insert(header::STRICT_TRANSPORT_SECURITY, hsts.clone());
    }
    if let Some(value) = &policy.headers.referrer_policy {
        fields
            .entry(header::REFERRER_POLICY)
            .or_insert_with(|| value.clone());
    }
    if let Some(value) = &policy.headers.permissions_policy {
        fields
            .entry(PERMISSIONS_POLICY)
            .or_insert_with(|| value.clone());
    }
}

/// What a look at every field's name found.
#[derive(Default)]
struct Found {
    removed: Vec<HeaderName>,
    cookies: bool,
    location: bool,
}

/// Looks at each name once: most responses have nothing to remove, and most look-ups would be in
/// vain.
fn survey(fields: &HeaderMap, policy: &Policy) -> Found {
    let mut found = Found::default();
    for name in fields.keys() {
        match *name {
            header::SET_COOKIE => found.cookies = true,
            header::LOCATION | header::CONTENT_LOCATION => found.location = true,
            header::CONTENT_LENGTH | header::CONTENT_TYPE | header::DATE => {}
            header::CONNECTION => found.removed.extend(named_by_connection(fields)),
            _ => {}
        }
        if is_connection_specific(name) || is_removed_from_response(name) || policy.hides(name) {
            found.removed.push(name.clone());
        }
    }
    found
}

fn set_cookies(fields: &mut HeaderMap, context: &ResponseContext<'_>) -> Vec<Stripped> {
    let mut stripped = Vec::new();
    let header::Entry::Occupied(lines) = fields.entry(header::SET_COOKIE) else {
        return stripped;
    };
    let (name, lines) = lines.remove_entry_mult();
    let lines: Vec<HeaderValue> = lines.collect();
    for line in lines {
        let cookie = cookie_name(line.as_bytes());
        // Only the visitor gives consent; a website can't give it to itself.
        if cookie == CONSENT_COOKIE.as_bytes() {
            continue;
        }
        let verdict = context.policy.verdict(cookie, context.consent);
        if let Verdict::Stripped(whose) = verdict {
            stripped.push(whose);
        }
        let line = match verdict {
            _ if !context.policy.enforces() => line,
            Verdict::Stripped(_) => continue,
            Verdict::Kept(_) | Verdict::KeptForSession => context
                .policy
                .upgrade(cookie, verdict)
                .and_then(|upgrade| upgraded(&line, upgrade, context.now))
                .unwrap_or(line),
        };
        fields.append(name.clone(), line);
    }
    stripped
}

/// A shared cache that stored privet's own `Set-Cookie` would play one visitor's consent to
/// another (RFC 9111 §3, §7.3).
fn keep_out_of_shared_caches(fields: &mut HeaderMap) {
    let private = fields
        .get_all(header::CACHE_CONTROL)
        .into_iter()
        .any(|value| {
            let directives = value.as_bytes().split(|byte| *byte == b',');
            directives.map(<[u8]>::trim_ascii).any(|directive| {
                directive.eq_ignore_ascii_case(b"private")
                    || directive.eq_ignore_ascii_case(b"no-store")
            })
        });
    if !private {
        fields.append(header::CACHE_CONTROL, HeaderValue::from_static("private"));
    }
}

/// A redirect to the website's own authority would send the browser past privet.
fn rewrite_location(fields: &mut HeaderMap, context: &ResponseContext<'_>) {
    for name in [header::LOCATION, header::CONTENT_LOCATION] {
        let Some(value) = fields.get(&name) else {
            continue;
        };
        let Some(rest) = value.as_bytes().strip_prefix(context.origin.as_bytes()) else {
            continue;
        };
        if context.origin.is_empty() || !matches!(rest.first(), None | Some(b'/' | b'?' | b'#')) {
            continue;
        }
        let public = [b"https://", context.authority.as_bytes(), rest].concat();
        if let Ok(public) = HeaderValue::from_bytes(&public) {
            fields.insert(name, public);
        }
    }
}
