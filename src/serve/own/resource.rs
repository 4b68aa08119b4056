//! Which of privet's own resources a request is for, and its answer.

use std::borrow::Cow;

use http::{HeaderValue, Method, Response, StatusCode, header};

use super::{centre, consent};
use crate::{
    privacy::{FieldValue, VendorId, centre as page},
    serve::{body::ResponseBody, exchange::Scene, refusal::Refusal},
    upstream::BoxContent,
};

/// The first segment of all that is privet's own.
const PREFIX: &str = ".privet";

/// See the module.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Resource {
    /// `/.privet/`.
    Centre,
    /// `/.privet/consent`.
    Consent,
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
    /// A path under which the website serves a vendor to which this visitor has not consented.
    RefusedVendor,
}

impl Resource {
    /// The resource, if the request is not one for the website.
    pub(in crate::serve) fn of(scene: &Scene<'_>) -> Option<Self> {
        let path = normalised(scene.request.target.path());
        match path.as_ref() {
            "/.privet/" => Some(Self::Centre),
            "/.privet" => Some(Self::CentreWithoutSlash),
            "/.privet/consent" => Some(Self::Consent),
            "/.privet/mirror.js" => Some(Self::Mirror),
            "/.privet/privet.css" => Some(Self::Style),
            "/.well-known/gpc.json" => Some(Self::Gpc),
            own if own.starts_with("/.privet/") => Some(Self::Unknown),
            path => refused_vendor(scene, path).map(|_| Self::RefusedVendor),
        }
    }
}

fn refused_vendor(scene: &Scene<'_>, path: &str) -> Option<VendorId> {
    let policy = &scene.site.policy;
    let id = policy.catalogue().path(path)?;
    let vendor = policy.catalogue().vendor(id)?;
    let refused = policy.enforces() && !scene.consent.allows_vendor(id, vendor.purpose);
    refused.then_some(id)
}

/// The path as a web server would understand it: percent-encoding undone, repeated slashes and dot
/// segments resolved (RFC 3986 §6.2.2), so that no spelling leads past a decision.
fn normalised(path: &str) -> Cow<'_, str> {
    if is_normal(path) {
        return Cow::Borrowed(path);
    }
    let decoded = decoded(path);
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment {
            "" | "." => {}
            // No way leads out of privet's own prefix to the website.
            ".." if segments == [PREFIX] => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let mut out = format!("/{}", segments.join("/"));
    if out.len() > 1
        && (decoded.ends_with('/') || decoded.ends_with("/.") || decoded.ends_with("/.."))
    {
        out.push('/');
    }
    Cow::Owned(out)
}

/// Whether a path surely is as [`normalised`] would make it.
fn is_normal(path: &str) -> bool {
    let mut after_slash = false;
    path.bytes().all(|byte| {
        let is_normal = !matches!((after_slash, byte), (_, b'%') | (true, b'/' | b'.'));
        after_slash = byte == b'/';
        is_normal
    })
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let escaped = match after {
            [high, low, ..] if *byte == b'%' => super::form::hexadecimal(*high, *low),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
        Resource::RefusedVendor => vendor_refusal(scene)?,
        Resource::Unknown => return Err(Refusal::NotFound),
        Resource::Consent if *method == Method::POST => {
            return consent::choose(scene, content).await;
        }
        Resource::Consent if !is_read => return Err(Refusal::MethodNotAllowed("GET, HEAD, POST")),
        _ if !is_read => return Err(Refusal::MethodNotAllowed("GET, HEAD")),
        Resource::Consent => consent::tell(scene),
        Resource::Centre => centre::show(scene),
        Resource::CentreWithoutSlash | Resource::Mirror | Resource::Style | Resource::Gpc => {
            return Ok(same_for_all(resource));
        }
    };
    consent::store_withdrawal(scene, response.headers_mut());
    Ok(response)
}

/// What is the same for every visitor, so that caches may keep it.
fn same_for_all(resource: Resource) -> Response<ResponseBody> {
    match resource {
        Resource::Mirror => with_type(
            "text/javascript; charset=utf-8",
            page::MIRROR,
            "max-age=3600",
        ),
        Resource::Style => with_type("text/css; charset=utf-8", page::STYLE, "max-age=3600"),
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

/// Beacons get 204, scripts an empty script, anything else 403 with the reason.
fn vendor_refusal(scene: &Scene<'_>) -> Result<Response<ResponseBody>, Refusal> {
    let field = |name: &str| scene.request.fields.get(name).map(FieldValue::as_bytes);
    let path = scene.request.target.path();
    let is_read = matches!(scene.request.method, Method::GET | Method::HEAD);
    let script_name = [".js", ".mjs"].iter().any(|end| path.ends_with(end));
    let script = match field("sec-fetch-dest") {
        Some(destination) => destination == b"script",
        None => is_read && script_name,
    };
    if script {
        return Ok(with_type("text/javascript; charset=utf-8", "", "no-store"));
    }
    let document = match field("sec-fetch-dest") {
        Some(destination) => matches!(destination, b"document" | b"iframe" | b"frame"),
        None => field("accept").is_some_and(|accept| accept.starts_with(b"text/html")),
    };
    let image = [".gif", ".png"].iter().any(|end| path.ends_with(end));
    let beacon = match field("sec-fetch-dest") {
        Some(destination) => matches!(destination, b"empty" | b"image" | b"report"),
        None => !is_read || image || path.ends_with("/collect"),
    };
    if beacon && !document {
        let mut response = Response::new(ResponseBody::full(""));
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return Ok(response);
    }
    Err(Refusal::NoConsent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_understood_as_a_web_server_would() {
        for (path, expected) in [
            ("/a/b", "/a/b"),
            ("/%2Eprivet/consent", "/.privet/consent"),
            ("//.privet//consent", "/.privet/consent"),
            ("/a/../.privet/", "/.privet/"),
            ("/./stats/xm/a.js", "/stats/xm/a.js"),
            ("/stats%2fxm/a", "/stats/xm/a"),
            ("/100%", "/100%"),
            ("/..", "/"),
            ("/a%zz", "/a%zz"),
            ("/.privet/../index.html", "/.privet/index.html"),
            ("/.privet/a/%2e%2e/..", "/.privet/"),
        ] {
            assert_eq!(normalised(path), expected, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_path_leads_out_of_the_prefix(
            tail in "[./%2eEfF5cC\\\\a-c]{0,40}", any in ".{0,40}",
        ) {
            for tail in [tail, any] {
                let path = normalised(&format!("/.privet/{tail}")).into_owned();
                let inside = path == "/.privet" || path.starts_with("/.privet/");
                proptest::prop_assert!(inside, "{tail} leads to {path}");
            }
        }
    }
}
