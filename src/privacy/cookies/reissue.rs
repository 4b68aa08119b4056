//! Setting cookies again that a script set in the browser, so that they live no longer than their
//! vendor promises (`cookies.cap_script_set`).
//!
//! A request does not tell how long a cookie is to live, nor who set it, for which domain and with
//! which attributes. So only those are set again whose vendor promises a lifetime, that the visitor
//! consented to, and of which nothing speaks for another form: as trackers' scripts set theirs, for
//! the registrable domain and all paths, readable by scripts. Once a day is enough, and
//! [`CAPPED_COOKIE`] remembers that for a day, without a word about the visitor.
//!
//! What is deliberately not done: nothing keeps a script from setting its cookie anew afterwards.

use std::collections::HashMap;

use http::header;

use super::{
    date,
    eviction::{ATTRIBUTES, domains_of},
    pairs::{CookiePair, request_pairs},
    set_cookie::{cookie_name, same_site_attribute},
};
use crate::privacy::{
    consent::Consent, field_lines::FieldLines, field_value::FieldValue, policy::Policy,
};

/// The cookie that says that this was done within the last day.
pub const CAPPED_COOKIE: &str = "privet_capped";

/// The line that sets it.
const REMEMBER: &str = "privet_capped=1; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax";

/// Cookies that are set again for one response: more than the vendors of any website need.
const MOST_COOKIES: usize = 32;
/// The same in bytes of their lines, since values may be long; browsers and proxies take no more.
const MOST_BYTES: usize = 8 * 1024;

/// Prefixes that bind a cookie to attributes which a request does not tell (RFC 6265bis §4.1.3);
/// browsers compare them without regard to case.
const BOUND: [&[u8]; 3] = [b"__host-", b"__secure-", b"__http-"];

/// Google's server containers set these with `HttpOnly`, which would be lost; they come through
/// privet as `Set-Cookie`, where their lifetime is capped.
const SET_BY_SERVERS: [&[u8]; 3] = [b"FPID", b"FPAU", b"FPGC"];

/// The cookies of a request that are to be set again, each with the lines that do it.
#[derive(Debug, Default)]
pub struct Reissues(Vec<Vec<FieldValue>>);

impl Reissues {
    /// Whether nothing is to be set again.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lines for a response that sets `lines` itself: what the website sets anew has the
    /// lifetime that it says, capped.
    pub(in crate::privacy) fn beside<'a>(
        &'a self,
        lines: impl Iterator<Item = &'a FieldValue>,
    ) -> Vec<FieldValue> {
        let set: Vec<&[u8]> = lines.map(|line| cookie_name(line.as_bytes())).collect();
        let is_left = |cookie: &&Vec<FieldValue>| {
            let last = cookie.last().map(FieldValue::as_bytes);
            last.is_some_and(|line| !set.contains(&cookie_name(line)))
        };
        let cookies = self.0.iter().filter(is_left);
        let mut added: Vec<FieldValue> = cookies.flatten().cloned().collect();
        if !added.is_empty() {
            added.push(FieldValue::from_static(REMEMBER));
        }
        added
    }

    /// What is to be set again for the request of a page; nothing for any other request.
    pub(super) fn new(
        fields: &FieldLines,
        host: &str,
        policy: &Policy,
        consent: &Consent,
        now: i64,
    ) -> Self {
        let mut names: HashMap<&[u8], u32> = HashMap::new();
        for pair in request_pairs(fields) {
            *names.entry(pair.name).or_default() += 1;
        }
        if names.contains_key(CAPPED_COOKIE.as_bytes()) {
            return Self::default();
        }
        let domains = domains_of(host);
        let mut left = MOST_BYTES;
        let cookies = request_pairs(fields).filter_map(|pair| {
            // Of two of one name nobody can tell which is whose.
            let alone = names.get(pair.name) == Some(&1);
            let life = policy.life_anew(pair.name, consent).filter(|_| alone)?;
            let lines = lines(&pair, life, &domains, policy, now)?;
            let size: usize = lines.iter().map(FieldValue::len).sum();
            left = left.checked_sub(size)?;
            Some(lines)
        });
        Self(cookies.take(MOST_COOKIES).collect())
    }
}

/// Whether `fields` ask for a page that is to be shown, as far as the browser says.
pub(super) fn is_navigation(fields: &FieldLines) -> bool {
    let destination = fields.get("sec-fetch-dest");
    fields.contains(&header::COOKIE)
        && destination.is_none_or(|destination| destination == "document")
}

/// The lines that set a cookie again; none for one that may have another form than a script's.
fn lines(
    pair: &CookiePair<'_>,
    life: u32,
    domains: &[&str],
    policy: &Policy,
    now: i64,
) -> Option<Vec<FieldValue>> {
    let name = pair.name;
    let is_bound = BOUND.iter().any(|prefix| {
        let start = name.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    });
    let by_server = SET_BY_SERVERS.iter().any(|start| name.starts_with(start));
    // A name that reads otherwise in a `Set-Cookie` line would make another cookie.
    if name.is_empty() || name != pair.judged_name() || is_bound || by_server {
        return None;
    }
    // A cookie for the host alone, or for a parent between, would stand beside the new one.
    let (last, between) = match domains {
        [between @ .., last] => (Some(*last), between),
        [] => (None, domains),
    };
    let mut lines = Vec::with_capacity(domains.len() + 1);
    if last.is_some() {
        let expired = [name, ATTRIBUTES].concat();
        for domain in between {
            let domain = format!("; Domain={domain}");
            lines.push(value([&expired, domain.as_bytes()].concat())?);
        }
        lines.insert(0, value(expired)?);
    }
    let domain = last.map_or_else(String::new, |domain| format!("; Domain={domain}"));
    let expires = date::imf_fixdate(now.saturating_add(life.into()));
    let secure = if policy.secure { "; Secure" } else { "" };
    let same_site = same_site_attribute(policy.same_site);
    let attributes =
        format!("; Path=/; Max-Age={life}; Expires={expires}{secure}{same_site}{domain}");
    lines.push(value(
        [name, b"=", pair.value, attributes.as_bytes()].concat(),
    )?);
    Some(lines)
}

fn value(line: Vec<u8>) -> Option<FieldValue> {
    FieldValue::from_shared(line.into()).ok()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a failed test may panic")]
#[path = "reissue_tests.rs"]
mod tests;
