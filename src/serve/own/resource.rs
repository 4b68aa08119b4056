//! Which of privet's own resources a request is for, and its answer.

use http::{HeaderValue, Method, Response, StatusCode, header};

use super::{centre, consent, embed};
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
    /// A path under which the website serves a vendor to which this visitor has not consented.
    RefusedVendor,
}

impl Resource {
    /// The resource, if the request is not one for the website.
    pub(in crate::serve) fn of(scene: &Scene<'_>) -> Option<Self> {
        let path = scene.request.target.path();
        if is_normal(path) {
            return Self::at(path, scene);
        }
        readings(path).iter().find_map(|path| Self::at(path, scene))
    }

    fn at(path: &str, scene: &Scene<'_>) -> Option<Self> {
        match path {
            "/.privet/" => Some(Self::Centre),
            "/.privet" => Some(Self::CentreWithoutSlash),
            "/.privet/consent" => Some(Self::Consent),
            "/.privet/embed" => Some(Self::Embed),
            "/.privet/privet.js" => Some(Self::Script),
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

/// The path in each way in which a web server might understand it, so that no spelling leads past a
/// decision: percent-encoding undone, repeated slashes and dot segments resolved (RFC 3986 §6.2.2);
/// with `\` for a slash, as some have it on Windows; and without the parameters that others take off
/// a segment (`/a;v=1`, RFC 3986 §3.3). What one server resolves, another one leaves: `/a/..;/b`.
fn readings(path: &str) -> Vec<String> {
    let decoded = decoded(path);
    let slashes = decoded.replace('\\', "/");
    let mut readings = Vec::with_capacity(4);
    for text in [&decoded, &slashes] {
        for takes_parameters in [true, false] {
            let reading = normalised(text, takes_parameters);
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
    }
    readings
}

fn normalised(path: &str, takes_parameters: bool) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut last = "";
    for segment in path.split('/') {
        last = match segment.split_once(';') {
            Some((name, _)) if takes_parameters => name,
            _ => segment,
        };
        match last {
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
    if out.len() > 1 && matches!(last, "" | "." | "..") {
        out.push('/');
    }
    out
}

/// Whether a path surely has one reading, and is written as that.
fn is_normal(path: &str) -> bool {
    let mut after_slash = false;
    path.bytes().all(|byte| {
        let is_normal = !matches!(
            (after_slash, byte),
            (_, b'%' | b';' | b'\\') | (true, b'/' | b'.')
        );
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
        Resource::Embed => embed::show(scene)?,
        Resource::CentreWithoutSlash
        | Resource::Script
        | Resource::Mirror
        | Resource::Style
        | Resource::Gpc => return Ok(same_for_all(resource)),
    };
    consent::store_withdrawal(scene, response.headers_mut());
    Ok(response)
}

/// What is the same for every visitor, so that caches may keep it.
fn same_for_all(resource: Resource) -> Response<ResponseBody> {
    let script = |text| with_type("text/javascript; charset=utf-8", text, "max-age=3600");
    match resource {
        Resource::Script => script(page::script()),
        Resource::Mirror => script(page::MIRROR),
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
            assert_eq!(readings(path), [expected], "{path}");
        }
    }

    #[test]
    fn a_path_that_servers_understand_differently_has_every_reading() {
        for (path, expected) in [
            ("/xm.js;v=1", &["/xm.js", "/xm.js;v=1"][..]),
            ("/a;x/b;y=1;z/", &["/a/b/", "/a;x/b;y=1;z/"]),
            (
                "/.privet%3bx/consent",
                &["/.privet/consent", "/.privet;x/consent"],
            ),
            ("/a/..;/.privet/", &["/.privet/", "/a/..;/.privet/"]),
            ("/stats/xm/..;/page", &["/stats/page", "/stats/xm/..;/page"]),
            ("/a\\b", &["/a\\b", "/a/b"]),
            ("/a/b\\..\\..\\c", &["/a/b\\..\\..\\c", "/c"]),
            ("/a;x%5cb", &["/a", "/a;x\\b", "/a/b", "/a;x/b"]),
            ("/a/;x/b", &["/a/b", "/a/;x/b"]),
        ] {
            assert_eq!(readings(path), expected, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_path_leads_out_of_the_prefix(
            tail in "[./%2eEfF5cC;\\\\a-c]{0,40}", any in ".{0,40}",
        ) {
            for tail in [tail, any] {
                for path in readings(&format!("/.privet/{tail}")) {
                    let inside = path == "/.privet" || path.starts_with("/.privet/");
                    proptest::prop_assert!(inside, "{tail} leads to {path}");
                }
            }
        }
    }
}
