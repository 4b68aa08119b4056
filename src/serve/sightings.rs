//! Counts and notes for the operator what passes and what doesn't: cookies by vendor, page loads with
//! their signals, and the names of cookies that browsers hold and websites set. Never a value.

use std::rc::Rc;

use http::{Method, header};

use super::{
    exchange::IncomingRequest,
    record::Record,
    snapshot::{Site, Snapshot},
};
use crate::{
    inventory::{name_pattern, path_pattern},
    metrics::Direction,
    privacy::{
        Consent, ConsentSource, CookieDecision, FieldLines, ResponseContext, Stripped, VendorId,
        Verdict, cookie_name, is_own_cookie, request_pairs,
    },
};

/// Cookies of one request that are noted.
const MOST: usize = 100;

/// Notes a page load, with the cookies that the browser holds. Other requests carry the same ones.
pub(super) fn note_visit(
    request: &IncomingRequest,
    consent: &Consent,
    site: &Site,
    record: &Record,
) {
    let is_page = request.method == Method::GET
        && request.fields.get("sec-fetch-dest").map(|to| to.as_bytes()) == Some(b"document");
    if !is_page {
        return;
    }
    let visits = record.worker.metrics().third_parties().visits();
    let dnt = consent.source() == ConsentSource::DoNotTrack;
    visits.page(&site.name, consent.gpc(), dnt);
    let path = || path_pattern(request.target.path());
    for pair in request_pairs(&request.fields).take(MOST) {
        note(pair.name, None, site, consent, record, (&path, false));
    }
}

/// Notes the cookies that a website sets, and counts those of vendors that pass.
pub(super) fn note_set(
    fields: &FieldLines,
    context: &ResponseContext<'_>,
    (snapshot, index): (&Rc<Snapshot>, usize),
    record: &Record,
) {
    let Some(site) = snapshot.compiled.sites.get(index) else {
        return;
    };
    let target = record.target.as_ref();
    let path = || path_pattern(target.map_or("/", |target| target.path()));
    for line in fields.get_all(&header::SET_COOKIE).take(MOST) {
        let name = cookie_name(line.as_bytes());
        let passed = note(
            name,
            context.vendor,
            site,
            context.consent,
            record,
            (&path, true),
        );
        if let Some(vendor) = passed {
            let vendor = Some(usize::from(vendor.0));
            snapshot.strips.count(index, vendor, Direction::Set);
        }
    }
}

/// Notes one cookie; returns the vendor whose it is, if it passes. A vendor in disguise that is asked
/// sets its own.
fn note(
    name: &[u8],
    asked: Option<VendorId>,
    site: &Site,
    consent: &Consent,
    record: &Record,
    place: (&dyn Fn() -> String, bool),
) -> Option<VendorId> {
    if is_own_cookie(name) {
        return None;
    }
    let (verdict, vendor) = site.policy.judged(name, consent);
    let vendor = vendor.or(asked);
    let named = vendor.and_then(|vendor| site.policy.catalogue().vendor(vendor));
    if site.policy.keeps(name) {
        // The operator called it necessary, and so it is the website's own.
        return None;
    }
    let visits = record.worker.metrics().third_parties().visits();
    let named = named.map(|vendor| vendor.name.as_str());
    let claim = vendor.and_then(|vendor| {
        let text = std::str::from_utf8(name).ok()?;
        site.policy.catalogue().claiming_pattern(vendor, text)
    });
    let name = claim.map_or_else(|| name_pattern(name), |(pattern, _)| pattern.to_owned());
    visits.cookie(&site.name, name, named, place, record.now());
    vendor.filter(|_| matches!(verdict, Verdict::Kept(_)))
}

/// Counts what became of a request's cookies.
pub(super) fn count_cookies(snapshot: &Snapshot, site: usize, cookies: &CookieDecision) {
    count_stripped(snapshot, site, &cookies.stripped, Direction::Request);
    if !cookies.evictions.is_empty() {
        count_stripped(snapshot, site, &cookies.stripped, Direction::Evicted);
    }
    for vendor in &cookies.kept {
        let vendor = Some(usize::from(vendor.0));
        snapshot.strips.count(site, vendor, Direction::Sent);
    }
}

/// Counts cookies that did not pass.
pub(super) fn count_stripped(
    snapshot: &Snapshot,
    site: usize,
    stripped: &[Stripped],
    direction: Direction,
) {
    for Stripped(vendor) in stripped {
        snapshot
            .strips
            .count(site, vendor.map(|vendor| usize::from(vendor.0)), direction);
    }
}
