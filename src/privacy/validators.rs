//! Validators and caching of pages (RFC 9110 §8.8, §13; RFC 9111): what a page says depends on the
//! visitor's consent, so no cache may show it to others, and no revalidation may keep an old one.
//!
//! A page's entity tag carries a [`ConsentTag`] behind the website's own: `"x"` becomes
//! `W/"x~TAGs"`, `W/"x"` becomes `W/"x~TAGw"`, and where the website has none but a date, `W/"~TAGn"`
//! stands for it. A browser that comes back with the tag of the present consent asks the website
//! with the website's own; with any other it asks for the whole page.

use std::{
    fmt::{self, Write as _},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, Method, header};

use super::{
    consent::Consent, destination::Destination, field_lines::FieldLines, field_value::FieldValue,
};

/// 64 bits in base64url.
const TAG_LENGTH: usize = 11;

/// A short name for everything that decides what is done to a site's pages: rules, catalogue,
/// version of privet, and what a visitor consented to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ConsentTag([u8; TAG_LENGTH]);

impl ConsentTag {
    /// The tag of `consent` under the rules with that [`fingerprint`].
    pub(super) fn new(rules: u64, consent: &Consent) -> Self {
        let mut hasher = DefaultHasher::new();
        rules.hash(&mut hasher);
        for purpose in consent.granted().iter() {
            hasher.write(purpose.name().as_bytes());
        }
        // Signals name vendors in any order.
        let mut vendors = consent.vendors().to_vec();
        vendors.sort_unstable();
        vendors.hash(&mut hasher);
        let mut text = [0; TAG_LENGTH];
        // Eight bytes need just this room.
        let _ = URL_SAFE_NO_PAD.encode_slice(hasher.finish().to_le_bytes(), &mut text);
        Self(text)
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A number for what `rules` say, by their `Debug`: other rules have other ones.
pub(super) fn fingerprint(rules: &impl fmt::Debug) -> u64 {
    struct Hashed(DefaultHasher);
    impl fmt::Write for Hashed {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut hashed = Hashed(DefaultHasher::new());
    // Hashing does not fail.
    let _ = write!(hashed, "{rules:?}");
    hashed.0.finish()
}

/// How the website's own tag was, before privet's was put behind it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
enum Strength {
    Strong = b's',
    Weak = b'w',
    /// There was none.
    None = b'n',
}

/// An entity tag that privet made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Tagged<'a> {
    /// What stood between the website's quotes.
    own: &'a [u8],
    tag: &'a [u8],
    strength: Strength,
}

impl<'a> Tagged<'a> {
    fn parse(entity_tag: &'a [u8]) -> Option<Self> {
        let opaque = entity_tag.strip_prefix(b"W/\"")?.strip_suffix(b"\"")?;
        let (opaque, strength) = match opaque {
            [rest @ .., b's'] => (rest, Strength::Strong),
            [rest @ .., b'w'] => (rest, Strength::Weak),
            [rest @ .., b'n'] => (rest, Strength::None),
            _ => return None,
        };
        let (own, tag) = opaque.split_at_checked(opaque.len().checked_sub(TAG_LENGTH)?)?;
        let is_ours = tag
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let own = own.strip_suffix(b"~")?;
        is_ours.then_some(Self { own, tag, strength })
    }

    /// The website's entity tag.
    fn restored(&self) -> Option<Vec<u8>> {
        let prefix: &[u8] = match self.strength {
            Strength::Strong => b"\"",
            Strength::Weak => b"W/\"",
            Strength::None => return None,
        };
        Some([prefix, self.own, b"\""].concat())
    }
}

/// The entity tag of a page that has `own` from its website.
fn bound(own: Option<&[u8]>, tag: &ConsentTag) -> Option<FieldValue> {
    let (own, strength) = match own {
        None => (&b""[..], Strength::None),
        Some(own) => match own.strip_prefix(b"W/") {
            Some(weak) => (opaque(weak)?, Strength::Weak),
            None => (opaque(own)?, Strength::Strong),
        },
    };
    let end = [strength as u8, b'"'];
    FieldValue::from_bytes(&[b"W/\"", own, b"~", &tag.0, &end].concat()).ok()
}

/// What stands between the quotes; `None` if it isn't an entity tag.
fn opaque(quoted: &[u8]) -> Option<&[u8]> {
    let inner = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    (!inner.contains(&b'"')).then_some(inner)
}

/// Elements of a list, trimmed; commas in quotes part nothing.
fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    let parts = line.split(move |byte| {
        quoted ^= *byte == b'"';
        *byte == b',' && !quoted
    });
    parts
        .map(<[u8]>::trim_ascii)
        .filter(|element| !element.is_empty())
}

/// Makes a request for what may be a page ask its website only for what can be put together with
/// what the browser holds. Returns whether the browser holds the page as it is with this consent, so
/// that a 304 is one for a page.
pub(super) fn minimise_conditions(
    method: &Method,
    fields: &mut FieldLines,
    destination: Destination,
    tag: impl FnOnce() -> ConsentTag,
) -> bool {
    let is_conditional = fields.iter().any(|(name, _)| {
        matches!(
            *name,
            header::IF_NONE_MATCH
                | header::IF_MODIFIED_SINCE
                | header::IF_MATCH
                | header::IF_RANGE
                | header::RANGE
        )
    });
    if !is_conditional {
        return false;
    }
    if *method != Method::GET && *method != Method::HEAD {
        restore_all(fields, &header::IF_NONE_MATCH);
        restore_all(fields, &header::IF_MATCH);
        return false;
    }
    restore_all(fields, &header::IF_MATCH);
    drop_ranges(fields, destination);
    revalidate(fields, destination, &tag())
}

/// Gives a request that writes the website's own entity tags back. Those that stand for a date stay:
/// without them the request would have no condition.
fn restore_all(fields: &mut FieldLines, field: &HeaderName) {
    fields.retain(|name, value| {
        if name == field && elements(value.as_bytes()).any(|tag| Tagged::parse(tag).is_some()) {
            let restored: Vec<Vec<u8>> = elements(value.as_bytes())
                .map(|tag| {
                    let restored = Tagged::parse(tag).and_then(|tagged| tagged.restored());
                    restored.unwrap_or_else(|| tag.to_vec())
                })
                .collect();
            *value = FieldValue::from_bytes(&restored.join(&b", "[..])).unwrap_or(value.clone());
        }
        true
    });
}

/// A part of a page can't be rewritten. Several parts at once have no type that tells what they are
/// of.
fn drop_ranges(fields: &mut FieldLines, destination: Destination) {
    let is_multiple = |value: &FieldValue| value.as_bytes().contains(&b',');
    let of_a_page = fields.get(&header::IF_RANGE);
    let of_a_page = of_a_page.is_some_and(|tag| Tagged::parse(tag.as_bytes()).is_some());
    let multiple = fields.get_all(&header::RANGE).any(is_multiple);
    if destination.may_be_page() || of_a_page || (multiple && destination != Destination::Resource)
    {
        fields.remove(&header::RANGE);
        fields.remove(&header::IF_RANGE);
    }
}

fn revalidate(fields: &mut FieldLines, destination: Destination, tag: &ConsentTag) -> bool {
    let (mut kept, mut holds_page, mut dropped) = (Vec::new(), false, false);
    for line in fields.get_all(&header::IF_NONE_MATCH) {
        for entity_tag in elements(line.as_bytes()) {
            match Tagged::parse(entity_tag) {
                Some(tagged) if tagged.tag == tag.0 => {
                    holds_page = true;
                    kept.extend(tagged.restored());
                }
                Some(_) => dropped = true,
                // Held since before pages were gated, or no page's.
                None if destination.may_be_page() => dropped = true,
                None => kept.push(entity_tag.to_vec()),
            }
        }
    }
    if holds_page || dropped {
        fields.remove(&header::IF_NONE_MATCH);
        if let Ok(line) = FieldValue::from_bytes(&kept.join(&b", "[..]))
            && !kept.is_empty()
        {
            fields.push(header::IF_NONE_MATCH, line);
        }
    }
    // The website looks at the date only where there is no entity tag (RFC 9110 §13.1.3).
    if !holds_page && (destination.may_be_page() || dropped) {
        fields.remove(&header::IF_MODIFIED_SINCE);
    }
    holds_page
}

/// Fields that let others keep a page, or say how its bytes were before they were rewritten.
const OF_ONE_VERSION: [&str; 12] = [
    "accept-ranges",
    "age",
    "cdn-cache-control",
    "cloudflare-cdn-cache-control",
    "content-digest",
    "content-md5",
    "digest",
    "expires",
    "pragma",
    "repr-digest",
    "surrogate-control",
    "use-as-dictionary",
];

/// Ties a page, or a 304 for one, to the consent that it was made for.
pub fn bind_to_consent(fields: &mut FieldLines, tag: &ConsentTag) {
    fields.retain(|name, _| !OF_ONE_VERSION.contains(&name.as_str()));
    let own = fields.get(&header::ETAG);
    let own = own.map(FieldValue::as_bytes).filter(|own| {
        let own = own.strip_prefix(b"W/").unwrap_or(own);
        opaque(own).is_some()
    });
    let entity_tag = match own {
        None if !fields.contains(&header::LAST_MODIFIED) => None,
        own => bound(own, tag),
    };
    fields.remove(&header::ETAG);
    if let Some(entity_tag) = entity_tag {
        fields.push(header::ETAG, entity_tag);
    }
    vary(fields);
    keep_out_of_caches(fields);
}

/// What a page depends on beside its URL (RFC 9110 §12.5.5).
fn vary(fields: &mut FieldLines) {
    let mut named: Vec<&[u8]> = fields
        .get_all(&header::VARY)
        .flat_map(|line| elements(line.as_bytes()))
        .collect();
    if named.contains(&&b"*"[..]) {
        return;
    }
    for name in ["Cookie", "Sec-GPC", "DNT"] {
        let name = name.as_bytes();
        if !named.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            named.push(name);
        }
    }
    if let Ok(line) = FieldValue::from_bytes(&named.join(&b", "[..])) {
        fields.set(header::VARY, line);
    }
}

/// Directives of `Cache-Control` (RFC 9111 §5.2.2) that would let a cache answer by itself, or that
/// `private, no-cache` says already.
const LOOSE: [&str; 9] = [
    "immutable",
    "max-age",
    "must-understand",
    "no-cache",
    "private",
    "public",
    "s-maxage",
    "stale-if-error",
    "stale-while-revalidate",
];

fn keep_out_of_caches(fields: &mut FieldLines) {
    let is_loose = |directive: &&[u8]| {
        let name = directive.split(|byte| *byte == b'=').next();
        let name = name.unwrap_or_default().trim_ascii();
        LOOSE
            .iter()
            .any(|loose| name.eq_ignore_ascii_case(loose.as_bytes()))
    };
    let kept = fields
        .get_all(&header::CACHE_CONTROL)
        .flat_map(|line| elements(line.as_bytes()))
        .filter(|directive| !is_loose(directive));
    let directives: Vec<&[u8]> = [&b"private"[..], b"no-cache"]
        .into_iter()
        .chain(kept)
        .collect();
    if let Ok(line) = FieldValue::from_bytes(&directives.join(&b", "[..])) {
        fields.set(header::CACHE_CONTROL, line);
    }
}

/// Takes from a page's trailer section what says how its bytes were.
pub fn drop_digests(trailers: &mut HeaderMap) {
    for name in OF_ONE_VERSION {
        trailers.remove(name);
    }
}

#[cfg(test)]
#[path = "validators_tests.rs"]
mod tests;
