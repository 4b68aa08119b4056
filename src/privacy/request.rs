//! From what a visitor sent to what the website gets: the only way to make an [`OriginRequest`].
//!
//! Two requests, never one changed in place: what is connection-specific or carries an address is
//! left behind before privet's own fields are written, so no visitor can name one of those in
//! `Connection` to have it dropped (RFC 9110 §7.6.1).

use http::{HeaderMap, HeaderName, Method, header, uri::PathAndQuery};

use super::{
    address::ClientAddr,
    consent::Consent,
    content_coding::{page_coding, readable_codings},
    cookies::CookieDecision,
    destination::Destination,
    field_lines::FieldLines,
    field_value::FieldValue,
    fields::{is_connection_specific, is_removed, named_by_connection},
    policy::Policy,
    validators::minimise_conditions,
};

const AVAILABLE_DICTIONARY: HeaderName = HeaderName::from_static("available-dictionary");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_PRIVET_CONSENT: HeaderName = HeaderName::from_static("x-privet-consent");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How a message's content is framed (RFC 9112 §6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Content {
    /// There is none.
    None,
    /// So many bytes.
    Length(u64),
    /// Chunked, perhaps with a trailer section.
    Chunked,
}

/// A visitor's request after the protocol's own checks.
#[derive(Clone, Debug)]
pub struct ClientRequest<'a> {
    /// Method.
    pub method: &'a Method,
    /// Target in origin form, byte for byte.
    pub target: &'a PathAndQuery,
    /// The authority: host, and port if one was given.
    pub authority: &'a FieldValue,
    /// The authority's host, lower case, without port.
    pub host: &'a str,
    /// All field lines; those that pass move on to the website's request.
    pub fields: FieldLines,
    /// How its content is framed.
    pub content: Content,
    /// The protocol that an HTTP/1.1 visitor wants to change to.
    pub upgrade: Option<FieldValue>,
    /// Whose request it is.
    pub client: ClientAddr,
    /// What the website may know of that address.
    pub forwarded_for: Option<&'a FieldValue>,
    /// A name for this request, random.
    pub request_id: &'a FieldValue,
}

/// A request that may reach a website.
#[derive(Debug)]
pub struct OriginRequest {
    method: Method,
    target: PathAndQuery,
    fields: FieldLines,
    content: Content,
    upgrade: bool,
    destination: Destination,
    holds_page: bool,
}

impl OriginRequest {
    /// Method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Target in origin form.
    pub fn target(&self) -> &PathAndQuery {
        &self.target
    }

    /// Field lines in order, without those that frame the content.
    pub fn fields(&self) -> &FieldLines {
        &self.fields
    }

    /// How its content is framed.
    pub fn content(&self) -> Content {
        self.content
    }

    /// Whether it asks for another protocol.
    pub fn is_upgrade(&self) -> bool {
        self.upgrade
    }

    /// What its response is for.
    pub fn destination(&self) -> Destination {
        self.destination
    }

    /// Whether the browser holds the page as it is with the present consent, so that a 304 is one
    /// for a page.
    pub fn holds_page(&self) -> bool {
        self.holds_page
    }
}

/// Makes the website's request, with the cookies that pass, and without the click identifiers of
/// vendors that this visitor did not consent to. Tells how many fields were removed because they
/// carry an address or a proxy's word.
pub fn minimise_request(
    mut request: ClientRequest<'_>,
    policy: &Policy,
    cookies: &CookieDecision,
) -> (OriginRequest, u32) {
    let mut fields_removed = 0;
    let mut fields = FieldLines::with_capacity(request.fields.len() + 8);
    fields.push(header::HOST, request.authority.clone());
    let named = named_by_connection(&request.fields);
    let trailers = takes_trailers(&request.fields);
    let mut line = cookies.line.as_ref();
    for (name, value) in std::mem::take(&mut request.fields) {
        match name {
            header::HOST | header::CONTENT_LENGTH | header::EXPECT => {}
            header::COOKIE => {
                if let Some(line) = line.take() {
                    fields.push(name, line.clone());
                }
            }
            _ if is_connection_specific(&name) || named.contains(&name) => {}
            header::ACCEPT_ENCODING if policy.rewrites_pages() => {
                let readable = readable_codings(&value);
                fields.push(name, readable.unwrap_or(value));
            }
            // It tells of a coding that privet can't undo (RFC 9842 §2.2).
            _ if name == AVAILABLE_DICTIONARY && policy.rewrites_pages() => {}
            _ if is_removed(name.as_str(), value.as_bytes(), request.client) => {
                fields_removed += 1;
            }
            header::REFERER => {
                let left = without_click_identifiers(&value, policy, &cookies.consent);
                fields.push(name, left.unwrap_or(value));
            }
            _ => fields.push(name, value),
        }
    }
    let destination = if policy.third_parties().gate {
        Destination::of(&fields, request.target.path())
    } else {
        Destination::Document
    };
    if destination.may_be_page() && policy.rewrites_pages() && policy.gates(&cookies.consent) {
        let coding = page_coding(fields.get_all(&header::ACCEPT_ENCODING));
        if let Some(coding) = coding {
            fields.set(header::ACCEPT_ENCODING, coding);
        }
    }
    let holds_page = policy.rewrites_pages()
        && minimise_conditions(request.method, &mut fields, destination, || {
            policy.consent_tag(&cookies.consent)
        });
    add_own_fields(&request, policy, &cookies.consent, trailers, &mut fields);
    let target = policy.without_click_identifiers(request.target.as_str(), &cookies.consent);
    // What is left of a target is one.
    let target = target.and_then(|left| PathAndQuery::try_from(left).ok());
    let origin = OriginRequest {
        method: request.method.clone(),
        target: target.unwrap_or_else(|| request.target.clone()),
        fields,
        content: request.content,
        upgrade: request.upgrade.is_some(),
        destination,
        holds_page,
    };
    (origin, fields_removed)
}

/// What is left of `referer`, the page that the visitor comes from: the website gets its click
/// identifiers no more than those of the page itself. `None` if nothing is to be taken from it.
fn without_click_identifiers(
    referer: &FieldValue,
    policy: &Policy,
    consent: &Consent,
) -> Option<FieldValue> {
    let left = policy.without_click_identifiers(referer.to_str().ok()?, consent)?;
    FieldValue::try_from(left).ok()
}

fn add_own_fields(
    request: &ClientRequest<'_>,
    policy: &Policy,
    consent: &Consent,
    trailers: bool,
    fields: &mut FieldLines,
) {
    if let Some(address) = request.forwarded_for {
        fields.push(X_FORWARDED_FOR, address.clone());
    }
    fields.push(X_FORWARDED_PROTO, FieldValue::from_static("https"));
    fields.push(X_FORWARDED_HOST, request.authority.clone());
    fields.push(X_REQUEST_ID, request.request_id.clone());
    fields.push(header::VIA, FieldValue::from_static("1.1 privet"));
    if let Some(granted) = policy.consent_value(consent.granted()) {
        fields.push(X_PRIVET_CONSENT, granted);
    }
    if trailers {
        fields.push(header::TE, FieldValue::from_static("trailers"));
    }
    let connection = match (&request.upgrade, trailers) {
        (Some(_), true) => Some("upgrade, te"),
        (Some(_), false) => Some("upgrade"),
        (None, true) => Some("te"),
        (None, false) => None,
    };
    if let Some(connection) = connection {
        fields.push(header::CONNECTION, FieldValue::from_static(connection));
    }
    if let Some(protocol) = &request.upgrade {
        fields.push(header::UPGRADE, protocol.clone());
    }
}

/// Whether the visitor takes a trailer section (RFC 9110 §10.1.4).
fn takes_trailers(fields: &FieldLines) -> bool {
    let lines = fields.get_all(&header::TE);
    lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .any(|coding| {
            let name = coding
                .split(|byte| *byte == b';')
                .next()
                .unwrap_or_default();
            name.trim_ascii().eq_ignore_ascii_case(b"trailers")
        })
}

/// Takes from a request's trailer section what its header section may not hold either, and what
/// must not stand in a trailer at all (RFC 9110 §6.5.1).
pub fn minimise_trailers(trailers: &mut HeaderMap, client: ClientAddr) {
    let removed: Vec<HeaderName> = trailers
        .iter()
        .filter(|(name, value)| {
            is_framing_or_control(name)
                || is_connection_specific(name)
                || is_removed(name.as_str(), value.as_bytes(), client)
        })
        .map(|(name, _)| name.clone())
        .collect();
    for name in removed {
        trailers.remove(name);
    }
}

/// Takes from a response's trailer section what must not stand there, and what its header section
/// may not hold either.
pub fn minimise_response_trailers(trailers: &mut HeaderMap, policy: &Policy) {
    let removed: Vec<HeaderName> = trailers
        .keys()
        .filter(|name| {
            is_framing_or_control(name)
                || is_connection_specific(name)
                || super::fields::is_removed_from_response(name)
                || policy.hides(name)
        })
        .cloned()
        .collect();
    for name in removed {
        trailers.remove(name);
    }
}

fn is_framing_or_control(name: &HeaderName) -> bool {
    matches!(
        *name,
        header::CONTENT_LENGTH
            | header::HOST
            | header::COOKIE
            | header::SET_COOKIE
            | header::AUTHORIZATION
            | header::CONTENT_TYPE
            | header::CONTENT_ENCODING
            | header::CACHE_CONTROL
            | header::TRAILER
    )
}
