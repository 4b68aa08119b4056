//! `/.privet/consent`: telling what was chosen, and taking a choice.
//!
//! A choice is recorded before it is answered, if the operator keeps records.

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::{
    centre::{self, parameter},
    form::Form,
    ledger,
    resource::with_type,
    same_origin,
};
use crate::{
    privacy::{
        Choice, Consent, ConsentSource, FieldValue, Purpose, Purposes, VendorId, evictions, slug,
    },
    serve::{body::ResponseBody, error_page, exchange::Scene, refusal::Refusal},
    upstream::BoxContent,
};

/// The statement of support for Global Privacy Control.
pub(super) const GPC_SUPPORT: &str = "{\"gpc\":true,\"lastUpdate\":\"2026-11-24\"}\n";

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Vendors that one request may ask about.
const MOST_VENDORS: usize = 500;

/// What was chosen, as JSON.
pub(super) fn tell(scene: &Scene<'_>) -> Response<ResponseBody> {
    json(scene, scene.consent)
}

/// `,"allowed":{…}`: whether what names each of the vendors of `?vendors=one,two,one%20two` may be in
/// pages; see [`crate::privacy::Policy::allows_slugs`].
fn allowed(scene: &Scene<'_>, consent: &Consent) -> Option<String> {
    let policy = &scene.site.policy;
    let names = parameter(scene, "vendors")?;
    let names = names.split(',').filter(|name| !name.is_empty());
    let allowed: Vec<String> = names
        .take(MOST_VENDORS)
        .map(|name| format!("{}:{}", quoted(name), policy.allows_slugs(name, consent)))
        .collect();
    Some(format!(",\"allowed\":{{{}}}", allowed.join(",")))
}

/// Stores the choice again from which the browser's signal took a yes; wherever the visitor comes
/// first, the signal's absence must not bring it back later.
pub(super) fn store_withdrawal(scene: &Scene<'_>, fields: &mut HeaderMap) {
    let policy = &scene.site.policy;
    let withdrawal = scene.consent.withdrawal().filter(|_| policy.enforces());
    let line = withdrawal.and_then(|choice| {
        choice.set_cookie(policy.consent_rules(), policy.catalogue(), scene.now)
    });
    fields.extend(line.and_then(set_cookie));
}

/// The line as `Set-Cookie`.
pub(super) fn set_cookie(line: FieldValue) -> Option<(HeaderName, HeaderValue)> {
    let line = HeaderValue::try_from(line).ok()?;
    Some((header::SET_COOKIE, line))
}

fn json(scene: &Scene<'_>, consent: &Consent) -> Response<ResponseBody> {
    let policy = &scene.site.policy;
    let catalogue = policy.catalogue();
    let purposes: Vec<String> = Purpose::ALL
        .into_iter()
        .map(|purpose| format!("\"{purpose}\":\"{}\"", consent.state(purpose).name()))
        .collect();
    let answered = consent.vendors().iter().map(|(id, _)| *id);
    let vendors = centre::vendors_seen(scene).into_iter().chain(answered);
    let vendors: BTreeSet<VendorId> = vendors.collect();
    let named = || {
        vendors
            .iter()
            .filter_map(|id| Some((*id, catalogue.vendor(*id)?)))
    };
    let differing: Vec<String> = named()
        .filter_map(|(id, vendor)| {
            let allowed = policy.allows_vendor(id, consent);
            let differs = consent.granted().contains(vendor.purpose) != allowed;
            let answer = if allowed { "granted" } else { "refused" };
            differs.then(|| format!("{}:\"{answer}\"", quoted(&vendor.name)))
        })
        .collect();
    let elsewhere: Vec<String> = named()
        .filter(|(id, _)| policy.is_elsewhere(*id))
        .map(|(_, vendor)| quoted(&vendor.name))
        .collect();
    let reason = if elsewhere.is_empty() {
        String::new()
    } else {
        format!(",\"outside_allowed_countries\":[{}]", elsewhere.join(","))
    };
    let text = format!(
        "{{\"purposes\":{{{}}},\"vendors\":{{{}}}{reason},\"source\":\"{}\",\"policy_version\":{}{}}}\n",
        purposes.join(","),
        differing.join(","),
        consent.source().name(),
        quoted(&policy.consent_rules().policy_version),
        allowed(scene, consent).unwrap_or_default(),
    );
    let mut response = with_type("application/json", text, "no-store");
    vary(response.headers_mut());
    response
}

/// What depends on the visitor's consent may be played to nobody else.
pub(super) fn vary(fields: &mut HeaderMap) {
    fields.insert(
        header::VARY,
        HeaderValue::from_static("Cookie, Sec-GPC, DNT, Accept"),
    );
}

/// A JSON string (RFC 8259 §7).
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..='\x1f' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// Takes a choice from a form.
pub(super) async fn choose(
    scene: &Scene<'_>,
    content: Option<BoxContent>,
) -> Result<Response<ResponseBody>, Refusal> {
    same_origin::require(scene)?;
    let form = Form::read(scene, content).await?;
    let (mut choice, consent) = choice(scene, &form)?;
    choice.id = ledger::keep(scene, &form, &choice).await;
    let policy = &scene.site.policy;
    let line = choice
        .set_cookie(policy.consent_rules(), policy.catalogue(), scene.now)
        .ok_or(Refusal::Form)?;
    let accept = scene
        .request
        .fields
        .get(&header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    let mut response = if error_page::preferred(accept) == error_page::Form::Json {
        json(scene, &consent)
    } else {
        see_other(form.get("return_to"))
    };
    let fields = response.headers_mut();
    fields.extend(set_cookie(line));
    // Changing one's mind takes effect at once, on what the browser keeps too.
    if consent.takes_back(scene.consent, policy.catalogue())
        && let Some(data) = policy.clear_site_data()
        && let Ok(data) = HeaderValue::try_from(data.clone())
    {
        fields.insert(CLEAR_SITE_DATA, data);
    }
    for line in evictions(&scene.request.fields, scene.host, policy, &consent).lines() {
        fields.extend(set_cookie(line.clone()));
    }
    Ok(response)
}

/// What the form says, and what holds then.
fn choice(scene: &Scene<'_>, form: &Form) -> Result<(Choice, Consent), Refusal> {
    let policy = &scene.site.policy;
    let catalogue = policy.catalogue();
    let vendors: Option<Vec<VendorId>> = form
        .all("vendor")
        .map(|name| catalogue.by_slug(&slug(name)))
        .collect();
    let vendors = || vendors.clone().ok_or(Refusal::Form);
    let told = scene.consent.gpc();
    let mut choice = match form.get("choice") {
        Some("accept-all") => Choice::new(Purposes::ALL, told, scene.now),
        Some("reject-all") => Choice::new(Purposes::NONE, told, scene.now),
        Some("save") => {
            let granted: Option<Purposes> = form.all("purpose").map(Purpose::from_name).collect();
            Choice::new(granted.ok_or(Refusal::Form)?, told, scene.now)
        }
        Some("add") => {
            let fields = &scene.request.fields;
            let consent = scene.consent;
            return Ok(consent.adding(&vendors()?, fields, policy.consent(), scene.now));
        }
        _ => return Err(Refusal::Form),
    };
    if form.get("choice") == Some("save") {
        for id in vendors()? {
            let purpose = catalogue.vendor(id).map(|vendor| vendor.purpose);
            if purpose.is_some_and(|purpose| !choice.granted.contains(purpose)) {
                choice.vendors.push((id, true));
            }
        }
    }
    let consent = Consent::chosen(&choice, policy.consent_rules(), told);
    Ok((choice, consent))
}

pub(super) fn see_other(return_to: Option<&str>) -> Response<ResponseBody> {
    let location = return_to
        .filter(|path| is_local(path))
        .and_then(|path| HeaderValue::from_str(path).ok())
        .unwrap_or(HeaderValue::from_static("/.privet/"));
    let mut response = Response::new(ResponseBody::full(""));
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, location);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether browsers read it as a path on this very website: `//host` and `/\host` are others.
pub(super) fn is_local(path: &str) -> bool {
    let rest = path.strip_prefix('/');
    rest.is_some_and(|rest| !rest.starts_with(['/', '\\']))
        && path.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

/// What decided, in words for the visitor.
pub(super) fn source_in_words(source: ConsentSource) -> Option<&'static str> {
    match source {
        ConsentSource::Choice => Some("your choice here"),
        ConsentSource::GlobalPrivacyControl => Some("Global Privacy Control"),
        ConsentSource::DoNotTrack => Some("Do Not Track"),
        ConsentSource::Platform(_) => Some("this website's own consent dialogue"),
        ConsentSource::Default => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_paths_are_returned_to() {
        for (path, expected) in [
            ("/", true),
            ("/shop?page=2#top", true),
            ("//evil.example", false),
            ("/\\evil", false),
            ("https://evil.example", false),
            ("", false),
            ("/a b", false),
            ("/\u{e9}", false),
            ("/a\r\nSet-Cookie: x", false),
        ] {
            assert_eq!(is_local(path), expected, "{path:?}");
        }
    }

    #[test]
    fn json_strings_are_quoted() {
        assert_eq!(quoted("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
    }
}
