//! What a browser wants a response for, as far as it decides what has to be done with pages: by
//! `Sec-Fetch-Dest` (Fetch Metadata §2.1), and by `Accept` where a browser sends none.

use http::header;

use super::field_lines::FieldLines;

/// See the module.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Destination {
    /// To be shown as a page, in a window or a frame.
    Document,
    /// Nobody says; it may be a page.
    Unknown,
    /// For a script that asks for HTML.
    Fragment,
    /// For a script that doesn't say what it expects.
    Data,
    /// For what can't be a page: an image, a script, a font.
    Resource,
}

impl Destination {
    /// That of a request for `path` with those fields.
    pub(super) fn of(fields: &FieldLines, path: &str) -> Self {
        let named = fields.get("sec-fetch-dest").map(|line| line.as_bytes());
        match named {
            Some(
                b"audio" | b"audioworklet" | b"font" | b"image" | b"json" | b"manifest"
                | b"paintworklet" | b"report" | b"script" | b"serviceworker" | b"sharedworker"
                | b"speculationrules" | b"style" | b"track" | b"video" | b"webidentity" | b"worker"
                | b"xslt",
            ) => Self::Resource,
            Some(b"empty") => Self::of_script(fields),
            None if fields.contains("x-requested-with") => Self::of_script(fields),
            None if accepts_html(fields) => Self::Document,
            None if accepts_others(fields) => Self::Data,
            None if is_file(path) => Self::Data,
            None => Self::Unknown,
            Some(_) => Self::Document,
        }
    }

    fn of_script(fields: &FieldLines) -> Self {
        if accepts_html(fields) {
            Self::Fragment
        } else {
            Self::Data
        }
    }

    /// Whether a page for it is one of its own, not a part of another.
    pub fn is_document(self) -> bool {
        matches!(self, Self::Document | Self::Unknown)
    }

    /// Whether a response that is a page would be shown as one, or used as a part of one that is.
    pub fn may_be_page(self) -> bool {
        matches!(self, Self::Document | Self::Unknown | Self::Fragment)
    }
}

/// Whether the name says that it is a file to be fetched, and no page: programs that fetch files go on
/// where a download broke off, and say nothing of what they want.
fn is_file(path: &str) -> bool {
    const PAGES: [&str; 15] = [
        "asp", "aspx", "cfm", "cgi", "do", "htm", "html", "jsf", "jsp", "jspx", "php", "pl",
        "shtml", "xht", "xhtml",
    ];
    let name = path.rsplit('/').next().unwrap_or_default();
    let Some((_, ending)) = name.rsplit_once('.') else {
        return false;
    };
    (1..=5).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && ending.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !PAGES.iter().any(|page| page.eq_ignore_ascii_case(ending))
}

fn accepted(fields: &FieldLines) -> impl Iterator<Item = &[u8]> {
    let lines = fields.get_all(&header::ACCEPT);
    let ranges = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    ranges.map(|range| {
        let name = range.split(|byte| *byte == b';').next();
        name.unwrap_or_default().trim_ascii()
    })
}

fn names_html(range: &[u8]) -> bool {
    ["text/html", "application/xhtml+xml", "text/*"]
        .iter()
        .any(|html| range.eq_ignore_ascii_case(html.as_bytes()))
}

fn accepts_html(fields: &FieldLines) -> bool {
    accepted(fields).any(names_html)
}

/// Whether `Accept` names types other than HTML. Old browsers end each list of images or styles with
/// `*/*`.
fn accepts_others(fields: &FieldLines) -> bool {
    accepted(fields).any(|range| !range.is_empty() && range != b"*/*" && !names_html(range))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::FieldValue;

    #[test]
    fn a_request_says_what_its_response_is_for() {
        let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (destination, accept, expected) in [
            (Some("document"), None, Destination::Document),
            (Some("iframe"), Some("*/*"), Destination::Document),
            (Some("unheard-of"), None, Destination::Document),
            (Some("image"), Some(html), Destination::Resource),
            (Some("empty"), Some("*/*"), Destination::Data),
            (Some("empty"), Some("text/html"), Destination::Fragment),
            (None, None, Destination::Unknown),
            (None, Some("*/*"), Destination::Unknown),
            (None, Some(html), Destination::Document),
            (None, Some("image/webp,*/*;q=0.8"), Destination::Data),
            (None, Some("application/json"), Destination::Data),
        ] {
            let mut fields = FieldLines::default();
            if let Some(destination) = destination {
                let name = http::HeaderName::from_static("sec-fetch-dest");
                fields.push(name, FieldValue::from_static(destination));
            }
            if let Some(accept) = accept {
                fields.push(header::ACCEPT, FieldValue::from_static(accept));
            }
            let found = Destination::of(&fields, "/shop/");
            assert_eq!(found, expected, "{destination:?} {accept:?}");
        }
        for (path, expected) in [
            ("/releases/gateway.tar.gz", Destination::Data),
            ("/film.mp4", Destination::Data),
            ("/", Destination::Unknown),
            ("/index.PHP", Destination::Unknown),
            ("/a.b/page", Destination::Unknown),
            ("/release-1.2", Destination::Unknown),
        ] {
            let found = Destination::of(&FieldLines::default(), path);
            assert_eq!(found, expected, "{path}");
        }
    }
}
