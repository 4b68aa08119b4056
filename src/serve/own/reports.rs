//! `POST /.privet/csp`: browsers' reports on what the Content-Security-Policy stopped, or would have.
//!
//! Anybody can send one, so nothing is decided by them but which unclaimed hosts are known, within
//! a bound of their own. What is no report is ignored.

use http::{HeaderValue, Response, StatusCode, header};

use super::form::whole;
use crate::{
    inventory::Evidence,
    privacy::{FieldValue, violations},
    serve::{body::ResponseBody, exchange::Scene, refusal::Refusal},
    upstream::BoxContent,
};

/// A report is a few hundred bytes.
const LIMIT: usize = 16 * 1024;

/// Takes reports into the inventory.
pub(super) async fn take(
    scene: &Scene<'_>,
    content: Option<BoxContent>,
) -> Result<Response<ResponseBody>, Refusal> {
    let fields = &scene.request.fields;
    if fields
        .get("sec-fetch-site")
        .is_some_and(|site| *site == "cross-site")
    {
        return Err(Refusal::CrossSite);
    }
    let is_report = fields.get(&header::CONTENT_TYPE).is_some_and(is_report);
    let content = whole(content, LIMIT).await?;
    let (site, sightings) = (&scene.site.name, scene.metrics.third_parties());
    if is_report && sightings.takes_reports(site, scene.now) {
        let catalogue = scene.site.policy.catalogue();
        let violations = violations(&content).into_iter();
        for violation in violations.filter(|violation| violation.host != scene.host) {
            let vendor = catalogue
                .host(&violation.host, "/")
                .map(|(vendor, _)| vendor);
            let vendor = vendor.and_then(|vendor| catalogue.vendor(vendor));
            let evidence = Evidence::Report {
                directive: violation.directive,
                page: &violation.page,
            };
            let vendor = vendor.map(|vendor| vendor.name.as_str());
            sightings.note(site, &violation.host, vendor, evidence, scene.now);
        }
    }
    let mut response = Response::new(ResponseBody::full(""));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}

/// A web page can send neither type to another website unasked.
fn is_report(media_type: &FieldValue) -> bool {
    let mut parts = media_type.as_bytes().split(|byte| *byte == b';');
    let essence = parts.next().unwrap_or_default().trim_ascii();
    ["application/csp-report", "application/reports+json"]
        .iter()
        .any(|known| essence.eq_ignore_ascii_case(known.as_bytes()))
}
