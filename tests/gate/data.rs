//! What browsers would fetch for what a `data:` URL holds.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

use crate::{
    css,
    oracle::{Fetch, fetches},
};

/// The fetches for such a URL that stands at `place`. Nothing in it is relative to the page around it.
pub(crate) fn fetches_in(url: &Url, place: &str, scripting: bool) -> Vec<Fetch> {
    let Some((kind, content)) = read(url) else {
        return Vec::new();
    };
    let shows = ["iframe", "frame", "embed", "object"];
    let element = place.split(' ').next().unwrap_or_default();
    let blank = Url::parse("about:blank").expect("a URL");
    match &*kind {
        "text/html" if shows.contains(&element) => fetches(&content, &blank, scripting),
        "text/css" => {
            let urls = css::urls(&content).into_iter();
            let urls = urls.filter_map(|url| Url::parse(&url).ok());
            urls.map(|url| Fetch {
                url,
                place: place.to_owned(),
            })
            .collect()
        }
        _ => Vec::new(),
    }
}

/// Its media type, and its content as text.
fn read(url: &Url) -> Option<(String, String)> {
    let (text, _) = url.as_str().split_once('#').unwrap_or((url.as_str(), ""));
    let (kind, body) = text.strip_prefix("data:")?.split_once(',')?;
    let body = percent_decoded(body.as_bytes());
    let kind = kind.to_ascii_lowercase();
    let body = match kind.strip_suffix(";base64") {
        Some(_) => STANDARD.decode(body).ok()?,
        None => body,
    };
    let essence = kind.split(';').next().unwrap_or_default().to_owned();
    Some((essence, String::from_utf8_lossy(&body).into_owned()))
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = byte.map_or(behind, |_| behind.get(2..).unwrap_or_default());
    }
    out
}
