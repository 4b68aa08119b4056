//! privet's scripts and styles, which are the same for every visitor: compressed once, when first asked
//! for, and named by what is in them, so that browsers keep them and are told when nothing changed.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::{
    privacy::{ContentCoding, FieldLines, centre as page},
    serve::{body::ResponseBody, page::Encoder},
};

const SCRIPT_TYPE: &str = "text/javascript; charset=utf-8";

/// `privet.js`.
pub(super) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(SCRIPT_TYPE, page::script()));
/// `mirror.js`.
pub(super) static MIRROR: LazyLock<Asset> = LazyLock::new(|| Asset::new(SCRIPT_TYPE, page::MIRROR));
/// `privet.css`.
pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/css; charset=utf-8", page::STYLE));

/// See the module.
#[derive(Debug)]
pub(super) struct Asset {
    media_type: &'static str,
    /// The best one first, as it is last.
    forms: [Form; 3],
}

/// The content in one coding.
#[derive(Debug)]
struct Form {
    coding: Option<ContentCoding>,
    content: Bytes,
    /// A strong entity tag (RFC 9110 §8.8.3): each coding has one of its own.
    tag: String,
}

impl Asset {
    fn new(media_type: &'static str, text: &'static str) -> Self {
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        let name: String = digest
            .as_ref()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let compressed = |coding: ContentCoding| {
            let mut content = Vec::new();
            let mut encoder = Encoder::thorough(coding);
            encoder.encode(text.as_bytes(), &mut content);
            encoder.finish(&mut content);
            Form {
                coding: Some(coding),
                content: content.into(),
                tag: format!("\"{name}-{}\"", coding.name()),
            }
        };
        Self {
            media_type,
            forms: [
                compressed(ContentCoding::Brotli),
                compressed(ContentCoding::Gzip),
                Form {
                    coding: None,
                    content: text.into(),
                    tag: format!("\"{name}\""),
                },
            ],
        }
    }

    /// The answer to a request with those fields.
    pub(super) fn answer(&self, request: &FieldLines) -> Response<ResponseBody> {
        let suits = |form: &&Form| form.coding.is_none_or(|coding| coding.is_accepted(request));
        let [.., plain] = &self.forms;
        let form = self.forms.iter().find(suits).unwrap_or(plain);
        let is_held = holds(request, &form.tag);
        let content = if is_held {
            Bytes::new()
        } else {
            form.content.clone()
        };
        let mut response = Response::new(ResponseBody::full(content));
        if is_held {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let fields = response.headers_mut();
        let mut set = |name, value| fields.insert(name, HeaderValue::from_static(value));
        set(header::CACHE_CONTROL, "max-age=3600");
        set(header::VARY, "Accept-Encoding");
        if !is_held {
            set(header::CONTENT_TYPE, self.media_type);
            set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
            if let Some(coding) = form.coding {
                set(header::CONTENT_ENCODING, coding.name());
            }
        }
        if let Ok(tag) = HeaderValue::try_from(&form.tag) {
            fields.insert(header::ETAG, tag);
        }
        response
    }
}

/// Whether the browser holds what has that tag (RFC 9110 §13.1.2).
fn holds(request: &FieldLines, tag: &str) -> bool {
    let lines = request.get_all(&header::IF_NONE_MATCH);
    let held = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let mut held = held.map(<[u8]>::trim_ascii);
    held.any(|held| held == b"*" || held.strip_prefix(b"W/").unwrap_or(held) == tag.as_bytes())
}
