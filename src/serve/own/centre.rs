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
        centre::{self, CentreView, CookieView, Fate, PurposeView, RecordView, VendorView},
        consent_id, is_own_cookie,
        ledger::Rendering,
        request_pairs, slug,
    },
    serve::{body::ResponseBody, exchange::Scene},
};

/// Cookies shown; a browser keeps at most some hundred for one website.
const COOKIE_LIMIT: usize = 200;

/// The page.
pub(super) fn show(scene: &Scene<'_>) -> Response<ResponseBody> {
    let names = cookie_names(scene);
    let seen = vendors_seen(scene);
    let slugs = slugs(scene, &seen);
    let return_to = parameter(scene, "return_to").filter(|path| is_local(path));
    let rules = scene.site.policy.consent_rules();
    let view = CentreView {
        host: scene.host,
        policy_version: &rules.policy_version,
        purposes: purpose_views(scene, &slugs, |answer, vendor| state(scene, answer, vendor)),
        cookies: names.iter().map(|name| cookie_view(scene, name)).collect(),
        source: source_in_words(scene.consent.source()),
        gpc: scene.consent.gpc()
            && !rules.gpc.is_empty()
            && scene.consent.granted().intersection(rules.gpc).is_empty(),
        gpc_conflict: scene.consent.withdrawal().is_some(),
        return_to: return_to.as_deref(),
        saved: parameter(scene, "saved").is_some()
            && scene.consent.source() == ConsentSource::Choice,
        erased: parameter(scene, "erased").is_some(),
        shown: scene
            .compiled
            .ledger
            .as_ref()
            .map(|_| rendering(scene).digest()),
        record: match (&scene.compiled.ledger, consent_id(&scene.request.fields)) {
            (None, _) => RecordView::NotKept,
            (Some(_), None) => RecordView::NothingYet,
            (Some(_), Some(_)) => RecordView::Kept,
        },
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
    held.map(|claim| claim.vendor)
        .chain(answered)
        .chain(common_vendors(scene))
        .collect()
}

/// Those that every visitor is asked about.
fn common_vendors<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = VendorId> + 'a {
    let catalogue = scene.site.policy.catalogue();
    let strips = &scene.compiled.strip_table;
    let index = scene.index;
    let ids = catalogue.iter().map(|(id, _)| id);
    let set = ids.filter(move |id| strips.was_set(index, usize::from(id.0)));
    set.chain(catalogue.operators())
}

/// The page as everybody is shown it, without what is this visitor's: their cookies and answers, and
/// the host as they spelled it.
pub(super) fn rendering(scene: &Scene<'_>) -> Rendering {
    let policy = &scene.site.policy;
    let rules = policy.consent_rules();
    let slugs = slugs(scene, &common_vendors(scene).collect());
    let unanswered = |purpose: Purpose, _| {
        let granted = purpose == Purpose::Necessary || rules.default.contains(purpose);
        if granted {
            State::Granted
        } else {
            State::NotAsked
        }
    };
    Rendering::new(centre::page(&CentreView {
        host: &scene.site.name,
        policy_version: &rules.policy_version,
        purposes: purpose_views(scene, &slugs, unanswered),
        cookies: Vec::new(),
        source: None,
        gpc: false,
        gpc_conflict: false,
        return_to: None,
        saved: false,
        erased: false,
        shown: None,
        record: RecordView::NothingYet,
    }))
}

/// Names of vendors in forms.
fn slugs(scene: &Scene<'_>, vendors: &BTreeSet<VendorId>) -> Vec<(VendorId, String)> {
    let catalogue = scene.site.policy.catalogue().iter();
    let shown = catalogue.filter(|(id, _)| vendors.contains(id));
    shown.map(|(id, vendor)| (id, slug(&vendor.name))).collect()
}

/// Where this visitor stands on a purpose, or on a vendor of it.
fn state(scene: &Scene<'_>, purpose: Purpose, vendor: Option<VendorId>) -> State {
    match vendor.and_then(|id| scene.consent.vendor_answer(id)) {
        Some(true) => State::Granted,
        Some(false) => State::Refused,
        None => scene.consent.state(purpose),
    }
}

fn purpose_views<'a>(
    scene: &'a Scene<'_>,
    slugs: &'a [(VendorId, String)],
    state: impl Fn(Purpose, Option<VendorId>) -> State,
) -> Vec<PurposeView<'a>> {
    let policy = &scene.site.policy;
    let vendors = |purpose| {
        let vendors = slugs.iter().filter_map(|(id, slug)| {
            let vendor = policy.catalogue().vendor(*id)?;
            let elsewhere = policy.is_elsewhere(*id);
            (vendor.purpose == purpose).then(|| VendorView {
                name: &vendor.name,
                slug,
                country: vendor.country.as_deref(),
                policy: vendor.policy.as_deref(),
                state: if elsewhere {
                    State::Refused
                } else {
                    state(purpose, Some(*id))
                },
                elsewhere,
            })
        });
        vendors.collect()
    };
    let view = |purpose| PurposeView {
        purpose,
        state: state(purpose, None),
        vendors: vendors(purpose),
    };
    Purpose::ALL.into_iter().map(view).collect()
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
