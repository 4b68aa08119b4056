//! Which of privet's own resources a request is for, and its answer.

use http::{HeaderValue, Method, Response, StatusCode, header};

use super::{
    asset, centre, consent, embed, ledger,
    path::{is_normal, readings},
    reports, vendor,
};
use crate::{
    privacy::{FieldLines, VendorId},
    serve::{body::ResponseBody, exchange::Scene, refusal::Refusal},
    upstream::BoxContent,
};

/// See the module.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Resource {
    /// `/.privet/`.
    Centre,
    /// `/.privet/consent`.
    Consent,
    /// `/.privet/record`.
    Record,
    /// `/.privet/csp`.
    Reports,
    /// `/.privet/embed`.
    Embed,
    /// `/.privet/privet.js`.
    Script,
    /// `/.privet/mirror.js`.
    Mirror,
    /// `/.privet/privet.css`.
    Style,
    /// `/.well-known/gpc.json`.
    Gpc,
    /// `/.privet` without its slash.
    CentreWithoutSlash,
    /// Anything else below `/.privet/`.
    Unknown,
    /// A request of a vendor in disguise, to which this visitor has not consented.
    RefusedVendor,
}

impl Resource {
    /// The resource, if the request is not one for the website.
    pub(in crate::serve) fn of(scene: &Scene<'_>) -> Option<Self> {
        let path = scene.request.target.path();
        let own = if is_normal(path) {
            Self::at(path)
        } else {
            readings(path).iter().find_map(|path| Self::at(path))
        };
        let refused = |vendor: &VendorId| scene.site.refuses(*vendor, scene.consent);
        own.or_else(|| scene.vendor.filter(refused).map(|_| Self::RefusedVendor))
    }

    fn at(path: &str) -> Option<Self> {
        match path {
            "/.privet/" => Some(Self::Centre),
            "/.privet" => Some(Self::CentreWithoutSlash),
            "/.privet/consent" => Some(Self::Consent),
            "/.privet/record" => Some(Self::Record),
            "/.privet/csp" => Some(Self::Reports),
            "/.privet/embed" => Some(Self::Embed),
            "/.privet/privet.js" => Some(Self::Script),
            "/.privet/mirror.js" => Some(Self::Mirror),
            "/.privet/privet.css" => Some(Self::Style),
            "/.well-known/gpc.json" => Some(Self::Gpc),
            own if own.starts_with("/.privet/") => Some(Self::Unknown),
            _ => None,
        }
    }
}

/// Answers for `resource`.
pub(in crate::serve) async fn answer(
    resource: Resource,
    scene: &Scene<'_>,
    content: Option<BoxContent>,
) -> Result<Response<ResponseBody>, Refusal> {
    let method = &scene.request.method;
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let mut response = match resource {
        Resource::RefusedVendor => vendor::refusal(scene)?,
        Resource::Unknown => return Err(Refusal::NotFound),
        Resource::Consent if *method == Method::POST => {
            return consent::choose(scene, content).await;
        }
        Resource::Reports if *method == Method::POST => return reports::take(scene, content).await,
        Resource::Record if *method == Method::POST => return ledger::answer(scene, content).await,
        Resource::Record => return Err(Refusal::MethodNotAllowed("POST")),
        Resource::Reports => return Err(Refusal::MethodNotAllowed("POST")),
        Resource::Consent if !is_read => return Err(Refusal::MethodNotAllowed("GET, HEAD, POST")),
        _ if !is_read => return Err(Refusal::MethodNotAllowed("GET, HEAD")),
        Resource::Consent => consent::tell(scene),
        Resource::Centre => centre::show(scene),
        Resource::Embed => embed::show(scene)?,
        Resource::CentreWithoutSlash
        | Resource::Script
        | Resource::Mirror
        | Resource::Style
        | Resource::Gpc => return Ok(same_for_all(resource, &scene.request.fields)),
    };
    consent::store_withdrawal(scene, response.headers_mut());
    Ok(response)
}

/// What is the same for every visitor, so that caches may keep it.
fn same_for_all(resource: Resource, request: &FieldLines) -> Response<ResponseBody> {
    match resource {
        Resource::Script => asset::SCRIPT.answer(request),
        Resource::Mirror => asset::MIRROR.answer(request),
        Resource::Style => asset::STYLE.answer(request),
        Resource::Gpc => with_type("application/json", consent::GPC_SUPPORT, "max-age=86400"),
        _ => redirect("/.privet/"),
    }
}

/// An answer with content of that type, which caches may keep as `cache` says.
pub(super) fn with_type(
    media_type: &'static str,
    content: impl Into<bytes::Bytes>,
    cache: &'static str,
) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::full(content));
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    fields.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

fn redirect(location: &'static str) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::full(""));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response
        .headers_mut()
        .insert(header::LOCATION, HeaderValue::from_static(location));
    response
}
