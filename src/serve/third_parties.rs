//! What responses' fields say of third parties: calls of vendors without consent go, and privet's own
//! `Content-Security-Policy` comes on what browsers run, which is pages and workers.
//!
//! It is a field of its own beside the website's, and of several policies each must hold: nothing of
//! the website's is loosened.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use http::{HeaderName, StatusCode, header};

use super::{
    response::ClientResponse,
    snapshot::{Site, Snapshot},
};
use crate::{
    inventory::{Evidence, KnownHosts, Sightings},
    privacy::{
        Consent, ContentPolicy, FieldLines, FieldValue, KnownHost, Policy, Purposes, Stripped,
        VendorId, policy_hosts,
    },
};

/// Where browsers send their reports. `report-to` is left out: browsers that know it ignore
/// `report-uri` then, and tell a minute later.
const REPORTING: &str = "; report-uri /.privet/csp";

/// Policies that a worker keeps of one configuration.
const KEPT: usize = 128;

/// What the browser wants to do with a response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reader {
    /// Run it as a worker.
    Worker,
    /// Anything else, as its type tells.
    Other,
}

impl Reader {
    /// By `Sec-Fetch-Dest`; looked at only where `policy` wants to know.
    pub(super) fn of(fields: &FieldLines, policy: &Policy) -> Self {
        if policy.third_parties().content_policy == ContentPolicy::Off {
            return Self::Other;
        }
        let destination = fields.get("sec-fetch-dest").map(FieldValue::as_bytes);
        match destination {
            Some(b"worker" | b"sharedworker" | b"serviceworker") => Self::Worker,
            _ => Self::Other,
        }
    }
}

/// Policies by website, purposes granted and vendors' own answers.
#[derive(Debug, Default)]
pub(crate) struct ContentPolicies(RefCell<HashMap<State, Made>>);

type State = (usize, Purposes, Vec<(VendorId, bool)>);

/// A policy, with what was known when it was made.
#[derive(Debug)]
struct Made {
    generation: u64,
    known: Arc<Vec<KnownHost>>,
    value: Option<FieldValue>,
}

/// Takes out what would call somebody refused, and notes it. `now` is in seconds since 1970.
pub(super) fn silence(
    response: &mut ClientResponse,
    site: &Site,
    consent: &Consent,
    sightings: &Sightings,
    path: &str,
    now: i64,
) {
    let calls = site
        .policy
        .silence(&mut response.fields, &site.name, consent);
    for (Stripped(vendor), host) in calls {
        let vendor = vendor.and_then(|vendor| site.policy.catalogue().vendor(vendor));
        let vendor = vendor.map(|vendor| vendor.name.as_str());
        sightings.note(
            &site.name,
            &host,
            vendor,
            Evidence::Page { gated: true, path },
            now,
        );
    }
}

/// Whether privet's own policy, which depends on the visitor's consent, comes on the response.
pub(super) fn is_ruled(response: &ClientResponse, reader: Reader, policy: &Policy) -> bool {
    policy.third_parties().content_policy != ContentPolicy::Off
        && policy.enforces()
        && (reader == Reader::Worker || is_document(response))
}

/// Adds the policy that the site of that number wants for this visitor.
pub(super) fn add(
    response: &mut ClientResponse,
    reader: Reader,
    (snapshot, site): (&Snapshot, usize),
    consent: &Consent,
    known: &KnownHosts,
) {
    let Some(policy) = snapshot.compiled.sites.get(site).map(|site| &site.policy) else {
        return;
    };
    if !is_ruled(response, reader, policy) {
        return;
    }
    let name = match policy.third_parties().content_policy {
        ContentPolicy::Off => return,
        ContentPolicy::Report => header::CONTENT_SECURITY_POLICY_REPORT_ONLY,
        ContentPolicy::Enforce => header::CONTENT_SECURITY_POLICY,
    };
    let value = value((snapshot, site), consent, known, &response.fields);
    if let Some(value) = value {
        response.fields.push(name, value);
    }
}

/// Whether browsers show it as a document, which can call others.
fn is_document(response: &ClientResponse) -> bool {
    let status = response.status;
    let is_shown =
        !status.is_informational() && !status.is_redirection() && status != StatusCode::NO_CONTENT;
    let Some(media_type) = response.fields.get(&header::CONTENT_TYPE) else {
        return is_shown;
    };
    let mut parts = media_type.as_bytes().split(|byte| *byte == b';');
    let essence = parts.next().unwrap_or_default().trim_ascii();
    [
        "text/html",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/xml",
        "application/xml",
    ]
    .iter()
    .any(|document| is_shown && essence.eq_ignore_ascii_case(document.as_bytes()))
}

/// The policy, made anew where the website is known to contact more than when it was.
fn value(
    (snapshot, site): (&Snapshot, usize),
    consent: &Consent,
    known: &KnownHosts,
    fields: &FieldLines,
) -> Option<FieldValue> {
    let place = snapshot.compiled.sites.get(site)?;
    let state = (site, consent.granted(), consent.vendors().to_vec());
    let mut kept = snapshot.content_policies.0.borrow_mut();
    let generation = known.generation();
    if let Some(made) = kept.get_mut(&state) {
        if made.generation == generation {
            return made.value.clone();
        }
        made.generation = generation;
        if Arc::ptr_eq(&made.known, &known.of(&place.name)) {
            return made.value.clone();
        }
    }
    // Whom the website's own policy admits, it means to contact.
    for name in WEBSITES {
        for value in fields.get_all(&name) {
            for host in policy_hosts(value.as_bytes()) {
                known.learn(&place.name, &host);
            }
        }
    }
    let generation = known.generation();
    let known = known.of(&place.name);
    let policy = place.policy.content_policy(consent, &place.hosts, &known);
    let value = policy.and_then(|policy| FieldValue::try_from(policy + REPORTING).ok());
    if kept.len() >= KEPT {
        kept.clear();
    }
    let made = Made {
        generation,
        known,
        value: value.clone(),
    };
    kept.insert(state, made);
    value
}

const WEBSITES: [HeaderName; 2] = [
    header::CONTENT_SECURITY_POLICY,
    header::CONTENT_SECURITY_POLICY_REPORT_ONLY,
];
