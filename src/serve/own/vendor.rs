//! Vendors that the website serves under its own name: whose request one is, and what privet answers
//! in the place of a vendor that this visitor refuses.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header, uri::PathAndQuery};
use http_body::{Body, Frame};
use tokio::time::timeout;

use super::{
    path::{is_normal, readings},
    resource::with_type,
};
use crate::{
    privacy::{Consent, Content, FieldLines, FieldValue, VendorId},
    serve::{
        body::ResponseBody,
        exchange::{IncomingRequest, Scene},
        refusal::Refusal,
        snapshot::Site,
    },
    upstream::{BoxContent, ContentFailure},
};

/// The vendor in disguise whose request one for `target` is, by its path, its query or the server
/// that the website hands it to. Of several readings of a path one that is refused decides.
pub(in crate::serve) fn in_disguise(
    target: &PathAndQuery,
    site: &Site,
    consent: &Consent,
) -> Option<VendorId> {
    let catalogue = site.policy.catalogue();
    let (path, query) = (target.path(), target.query());
    let of = |path: &str| {
        let vendor = catalogue.path(path);
        vendor.or_else(|| catalogue.disguise(path, query))
    };
    let found = if is_normal(path) {
        of(path)
    } else {
        let readings = readings(path);
        let mut found = readings.iter().filter_map(|path| of(path));
        let first = found.next();
        let refused = first
            .into_iter()
            .chain(found)
            .find(|vendor| site.refuses(*vendor, consent));
        refused.or(first)
    };
    found.or(site.vendor)
}

/// How much of the first piece of a content is looked at.
const LOOKED_AT: usize = 4 * 1024;
/// How long its beginning may take to come before the request goes on unread.
const PATIENCE: Duration = Duration::from_millis(250);

/// The vendor in disguise whose payload `content` is, told by its first piece, which stays in its
/// place. Only what looks like a beacon is looked at: not what a page sends when its visitor fills in
/// a form, and nothing whose sender may wait for an answer first.
pub(in crate::serve) async fn by_content(
    content: &mut Option<BoxContent>,
    request: &IncomingRequest,
    site: &Site,
) -> Option<VendorId> {
    let catalogue = site.policy.catalogue();
    let destination = request.fields.get("sec-fetch-dest");
    let is_beacon = destination.is_none_or(|destination| destination == "empty")
        && request.method == Method::POST
        && !is_form_with_files(&request.fields)
        && matches!(request.framing, Content::Length(1..))
        && !request.fields.contains(&header::EXPECT);
    if !is_beacon || !catalogue.knows_payloads() {
        return None;
    }
    let mut inner = content.take()?;
    // A beacon's content comes with it; nobody else is made to wait.
    let first = poll_fn(|cx| inner.as_mut().poll_frame(cx));
    let Ok(first) = timeout(PATIENCE, first).await else {
        *content = Some(inner);
        return None;
    };
    let piece = first
        .as_ref()
        .and_then(|frame| frame.as_ref().ok()?.data_ref());
    let beginning = piece.map(|piece| piece.get(..LOOKED_AT).unwrap_or(piece));
    let vendor = beginning.and_then(|beginning| catalogue.payload(beginning));
    *content = Some(Box::pin(Begun {
        first: Some(first),
        inner,
    }));
    vendor
}

fn is_form_with_files(fields: &FieldLines) -> bool {
    let kind = fields.get(&header::CONTENT_TYPE);
    let kind = kind.and_then(|line| line.as_bytes().get(..10));
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case(b"multipart/"))
}

type Piece = Option<Result<Frame<Bytes>, ContentFailure>>;

/// A content of which the first piece was taken already.
struct Begun {
    first: Option<Piece>,
    inner: BoxContent,
}

impl Body for Begun {
    type Data = Bytes;
    type Error = ContentFailure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Piece> {
        match self.first.take() {
            Some(first) => Poll::Ready(first),
            None => self.inner.as_mut().poll_frame(cx),
        }
    }
}

/// Beacons get 204, scripts an empty script, anything else 403 with the reason.
pub(super) fn refusal(scene: &Scene<'_>) -> Result<Response<ResponseBody>, Refusal> {
    let field = |name: &str| scene.request.fields.get(name).map(FieldValue::as_bytes);
    let path = scene.request.target.path();
    let is_read = matches!(scene.request.method, Method::GET | Method::HEAD);
    let script_name = [".js", ".mjs", "/js"].iter().any(|end| path.ends_with(end));
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
