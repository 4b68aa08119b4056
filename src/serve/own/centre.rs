//! `/.privet/`: what this visitor's privacy centre shows.

use std::{collections::BTreeSet, time::Duration};

use http::{HeaderValue, Response, header};

use super::{
    consent::{is_local, source_in_words, vary},
    form::decoded,
    resource::with_type,
};
use crate::{
    privacy::{
        CAPPED_COOKIE, ConsentSource, Purpose, State, VendorId, Verdict,
        centre::{self, CentreView, CookieView, Fate, PurposeView, VendorView},
        is_own_cookie, request_pairs, slug,
    },
    serve::{body::ResponseBody, exchange::Scene},
};

/// Cookies shown; a browser keeps at most some hundred for one website.
const COOKIE_LIMIT: usize = 200;

/// The page.
pub(super) fn show(scene: &Scene<'_>) -> Response<ResponseBody> {
    let names = cookie_names(scene);
    let seen = vendors_seen(scene);
    let catalogue = scene.site.policy.catalogue();
    let slugs: Vec<(VendorId, String)> = catalogue
        .iter()
        .filter(|(id, _)| seen.contains(id))
        .map(|(id, vendor)| (id, slug(&vendor.name)))
        .collect();
    let return_to = parameter(scene, "return_to").filter(|path| is_local(path));
    let rules = scene.site.policy.consent_rules();
    let view = CentreView {
        host: scene.host,
        policy_version: &rules.policy_version,
        purposes: Purpose::ALL
            .into_iter()
            .map(|purpose| purpose_view(scene, purpose, &slugs))
            .collect(),
        cookies: names.iter().map(|name| cookie_view(scene, name)).collect(),
        source: source_in_words(scene.consent.source()),
        gpc: scene.consent.gpc()
            && !rules.gpc.is_empty()
            && scene.consent.granted().intersection(rules.gpc).is_empty(),
        gpc_conflict: scene.consent.withdrawal().is_some(),
        return_to: return_to.as_deref(),
        saved: parameter(scene, "saved").is_some()
            && scene.consent.source() == ConsentSource::Choice,
    };
    let mut response = with_type("text/html; charset=utf-8", centre::page(&view), "no-store");
    let fields = response.headers_mut();
    vary(fields);
    let policy = HeaderValue::from_static(centre::CONTENT_SECURITY_POLICY);
    fields.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// The first parameter of that name in the page's query.
pub(super) fn parameter(scene: &Scene<'_>, name: &str) -> Option<String> {
    let query = scene.request.target.query()?;
    let mut pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    Some(decoded(value.as_bytes()))
}

fn cookie_names(scene: &Scene<'_>) -> BTreeSet<String> {
    request_pairs(&scene.request.fields)
        .take(COOKIE_LIMIT)
        .map(|pair| String::from_utf8_lossy(pair.name).into_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The operator's own vendors, those whose cookies the website was seen to set, and those whose
/// cookies this browser holds; all others would be a list of strangers.
pub(super) fn vendors_seen(scene: &Scene<'_>) -> BTreeSet<VendorId> {
    let catalogue = scene.site.policy.catalogue();
    let held = cookie_names(scene)
        .into_iter()
        .filter_map(|name| catalogue.cookie(name.as_bytes()));
    let answered = scene.consent.vendors().iter().map(|(id, _)| *id);
    let strips = &scene.compiled.strip_table;
    let set = catalogue
        .iter()
        .map(|(id, _)| id)
        .filter(|id| strips.was_set(scene.index, usize::from(id.0)));
    held.map(|claim| claim.vendor)
        .chain(set)
        .chain(answered)
        .chain(catalogue.operators())
        .collect()
}

fn purpose_view<'a>(
    scene: &'a Scene<'_>,
    purpose: Purpose,
    slugs: &'a [(VendorId, String)],
) -> PurposeView<'a> {
    let catalogue = scene.site.policy.catalogue();
    let vendors = slugs.iter().filter_map(|(id, slug)| {
        let vendor = catalogue
            .vendor(*id)
            .filter(|vendor| vendor.purpose == purpose)?;
        let elsewhere = scene.site.policy.is_elsewhere(*id);
        let state = match scene.consent.vendor_answer(*id) {
            _ if elsewhere => State::Refused,
            Some(true) => State::Granted,
            Some(false) => State::Refused,
            None => scene.consent.state(purpose),
        };
        Some(VendorView {
            name: &vendor.name,
            slug,
            country: vendor.country.as_deref(),
            policy: vendor.policy.as_deref(),
            state,
            elsewhere,
        })
    });
    PurposeView {
        purpose,
        state: scene.consent.state(purpose),
        vendors: vendors.collect(),
    }
}

fn cookie_view<'a>(scene: &'a Scene<'_>, name: &'a str) -> CookieView<'a> {
    let policy = &scene.site.policy;
    if is_own_cookie(name.as_bytes()) {
        let day = Duration::from_secs(86_400);
        return CookieView {
            name,
            vendor: None,
            purpose: Some(Purpose::Necessary),
            max_lifetime: Some(match name {
                CAPPED_COOKIE => day,
                _ => policy.consent_rules().lifetime,
            }),
            fate: Fate::Kept,
        };
    }
    let catalogue = policy.catalogue();
    let claim = catalogue
        .cookie(name.as_bytes())
        .filter(|_| !policy.keeps(name.as_bytes()));
    let setter = policy.disguised_setter(name.as_bytes());
    let vendor = claim.map(|claim| claim.vendor).or(setter);
    let vendor = vendor.and_then(|vendor| catalogue.vendor(vendor));
    let verdict = policy.verdict(name.as_bytes(), scene.consent);
    let promised = match verdict {
        Verdict::KeptForSession => Some(0),
        Verdict::Kept(_) | Verdict::Stripped(_) => claim.and_then(|claim| claim.max_lifetime),
    };
    let lifetime = |seconds: u32| Duration::from_secs(u64::from(seconds));
    CookieView {
        name,
        vendor: vendor.map(|vendor| vendor.name.as_str()),
        purpose: vendor.map(|vendor| vendor.purpose),
        max_lifetime: policy.longest_life(name.as_bytes(), promised).map(lifetime),
        fate: match verdict {
            Verdict::Kept(_) | Verdict::KeptForSession => Fate::Kept,
            Verdict::Stripped(_) => Fate::Refused,
        },
    }
}
