//! `/.privet/embed?vendor=SLUG&url=URL`: in place of a vendor's frame, until the visitor allows it.
//!
//! It leads to that vendor's hosts only, and by itself only inside a page of this website: nobody
//! can use it to send visitors somewhere in this website's name.

use http::{HeaderValue, Response, StatusCode, header};

use super::{
    centre::parameter,
    consent::{is_local, vary},
    resource::with_type,
};
use crate::{
    privacy::{
        FieldValue, Signal, Vendor, VendorId,
        centre::{EmbedUrl, EmbedView, embed, embed_policy},
        slug,
    },
    serve::{body::ResponseBody, exchange::Scene, refusal::Refusal},
};

/// The placeholder, or the way to what it stands for.
pub(super) fn show(scene: &Scene<'_>) -> Result<Response<ResponseBody>, Refusal> {
    let policy = &scene.site.policy;
    let url = parameter(scene, "url").ok_or(Refusal::NotFound)?;
    let url = EmbedUrl::parse(&url).ok_or(Refusal::NotFound)?;
    let (id, vendor) = owner(scene, &url).ok_or(Refusal::NotFound)?;
    let allowed = !policy.enforces() || policy.allows_vendor(id, scene.consent);
    let mut response = if allowed && is_framed(scene) {
        lead_to(&url)?
    } else {
        let view = EmbedView {
            host: scene.host,
            vendor: &vendor.name,
            slug: &slug(&vendor.name),
            country: vendor.country.as_deref(),
            policy: vendor.policy.as_deref(),
            url: &url,
            remember: can_remember(scene, vendor)
                .then(|| scene.request.target.as_str())
                .filter(|path| is_local(path)),
            allowed,
        };
        with_type("text/html; charset=utf-8", embed(&view), "no-store")
    };
    let fields = response.headers_mut();
    vary(fields);
    fields.append(header::VARY, HeaderValue::from_static("Sec-Fetch-Dest"));
    let policy = HeaderValue::try_from(embed_policy(&url)).map_err(|_| Refusal::NotFound)?;
    fields.insert(header::CONTENT_SECURITY_POLICY, policy);
    // Some players refuse to play for whoever hides the website; its pages are none of theirs.
    let referrer = HeaderValue::from_static("strict-origin-when-cross-origin");
    fields.insert(header::REFERRER_POLICY, referrer);
    Ok(response)
}

/// The vendor that the request names, if the URL is one of its.
fn owner<'a>(scene: &'a Scene<'_>, url: &EmbedUrl<'_>) -> Option<(VendorId, &'a Vendor)> {
    let catalogue = scene.site.policy.catalogue();
    let (id, _) = catalogue.host(url.host(), url.target())?;
    let named = catalogue.by_slug(&parameter(scene, "vendor")?)?;
    (id == named).then_some((id, catalogue.vendor(id)?))
}

/// Whether a yes to this vendor would hold: what the browser itself refuses is no question here.
fn can_remember(scene: &Scene<'_>, vendor: &Vendor) -> bool {
    let rules = scene.site.policy.consent_rules();
    rules.signals.contains(&Signal::Privet)
        && !(scene.consent.gpc() && rules.gpc.contains(vendor.purpose))
}

/// Whether the browser asks for what stands in a page.
fn is_framed(scene: &Scene<'_>) -> bool {
    let destination = scene.request.fields.get("sec-fetch-dest");
    destination
        .map(FieldValue::as_bytes)
        .is_some_and(|name| matches!(name, b"iframe" | b"frame" | b"object" | b"embed"))
}

fn lead_to(url: &EmbedUrl<'_>) -> Result<Response<ResponseBody>, Refusal> {
    let location = HeaderValue::try_from(url.shown()).map_err(|_| Refusal::NotFound)?;
    let mut response = Response::new(ResponseBody::full(""));
    *response.status_mut() = StatusCode::SEE_OTHER;
    let fields = response.headers_mut();
    fields.insert(header::LOCATION, location);
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
