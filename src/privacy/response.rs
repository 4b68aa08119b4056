//! From what the website answered to what the visitor gets.
//!
//! Refused cookies are dropped, others brought up to the operator's rules; fields that tell of
//! hosts or addresses behind privet go; refused cookies that the browser still holds are expired.

use http::{HeaderName, header};

use super::{
    catalogue::VendorId,
    consent::{CONSENT_COOKIE, Consent},
    cookies::{CAPPED_COOKIE, Evictions, Reissues, cookie_name, judged_name, upgraded},
    field_lines::FieldLines,
    field_value::FieldValue,
    fields::{is_connection_specific, is_removed_from_response, named_by_connection},
    policy::{Policy, Stripped, Verdict},
    relocate::relocated,
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
    /// The vendor in disguise whose request it answers: its cookies are that vendor's.
    pub vendor: Option<VendorId>,
    /// Seconds since 1970.
    pub now: i64,
}

/// Rewrites a response's fields in place. Returns the cookies that were refused.
///
/// `evictions` expire what the request still carried. Their lines are written behind the fields,
/// not added to them: they are the same for every response to the same cookies.
pub fn minimise_response(
    fields: &mut FieldLines,
    context: &ResponseContext<'_>,
    evictions: &Evictions,
) -> Vec<Stripped> {
    let policy = context.policy;
    let named = named_by_connection(fields);
    let mut stripped = Vec::new();
    fields.retain(|name, value| {
        if is_connection_specific(name)
            || is_removed_from_response(name)
            || policy.hides(name)
            || named.contains(name)
        {
            return false;
        }
        match *name {
            header::SET_COOKIE => return passes(value, context, &mut stripped),
            header::LOCATION | header::CONTENT_LOCATION | header::LINK | header::REFRESH => {
                if let Some(public) = relocated(name, value, context.origin, context.authority) {
                    *value = public;
                }
            }
            _ => {}
        }
        true
    });
    let withdrawal = context
        .consent
        .withdrawal()
        .filter(|_| policy.enforces())
        .and_then(|choice| {
            choice.set_cookie(policy.consent_rules(), policy.catalogue(), context.now)
        });
    if !evictions.is_empty() || withdrawal.is_some() {
        keep_out_of_shared_caches(fields);
    }
    if let Some(line) = withdrawal {
        fields.push(header::SET_COOKIE, line);
    }
    add_security_fields(fields, policy);
    stripped
}

/// Sets again, behind the fields of a minimised response, what of `reissues` the website does not
/// set itself.
pub fn add_reissues(fields: &mut FieldLines, reissues: &Reissues) {
    let lines = reissues.beside(fields.get_all(&header::SET_COOKIE));
    if lines.is_empty() {
        return;
    }
    keep_out_of_shared_caches(fields);
    for line in lines {
        fields.push(header::SET_COOKIE, line);
    }
}

/// `Referrer-Policy` and `Permissions-Policy` where the website says nothing, and privet's own
/// `Strict-Transport-Security`, since the gateway owns TLS (RFC 6797 §7.1: exactly one).
pub fn add_security_fields(fields: &mut FieldLines, policy: &Policy) {
    if let Some(hsts) = &policy.hsts {
        fields.set(header::STRICT_TRANSPORT_SECURITY, hsts.clone());
    }
    let defaults = [
        (header::REFERRER_POLICY, &policy.headers.referrer_policy),
        (PERMISSIONS_POLICY, &policy.headers.permissions_policy),
    ];
    for (name, value) in defaults {
        if let Some(value) = value.as_ref().filter(|_| !fields.contains(&name)) {
            fields.push(name, value.clone());
        }
    }
}

/// Whether a `Set-Cookie` line passes; if so, it is brought up to the operator's rules.
fn passes(
    line: &mut FieldValue,
    context: &ResponseContext<'_>,
    stripped: &mut Vec<Stripped>,
) -> bool {
    let policy = context.policy;
    let cookie = judged_name(cookie_name(line.as_bytes()));
    // Only the visitor gives consent; a website can't give it to itself, nor put off what is due.
    if [CONSENT_COOKIE, CAPPED_COOKIE]
        .iter()
        .any(|own| cookie == own.as_bytes())
    {
        return false;
    }
    policy.note_setter(cookie, context.vendor);
    let verdict = policy.verdict(cookie, context.consent);
    if let Verdict::Stripped(whose) = verdict {
        stripped.push(whose);
        return !policy.enforces();
    }
    if policy.enforces()
        && let Some(upgrade) = policy.upgrade(cookie, verdict)
        && let Some(better) = upgraded(line, upgrade, context.now)
    {
        *line = better;
    }
    true
}

/// A shared cache that stored privet's own `Set-Cookie` would play one visitor's consent to
/// another (RFC 9111 §3, §7.3).
fn keep_out_of_shared_caches(fields: &mut FieldLines) {
    let is_private = fields.get_all(&header::CACHE_CONTROL).any(|value| {
        let directives = value.as_bytes().split(|byte| *byte == b',');
        directives.map(<[u8]>::trim_ascii).any(|directive| {
            directive.eq_ignore_ascii_case(b"private")
                || directive.eq_ignore_ascii_case(b"no-store")
        })
    });
    if !is_private {
        fields.push(header::CACHE_CONTROL, FieldValue::from_static("private"));
    }
}
