//! The website whose pages embed the vendors: the files of `tests/data/pages`, and nothing else
//! than what they need of its own.

use std::{fs, path::PathBuf};

use super::{broken, history, platforms, rules};
use crate::gateway::{Origin, message::Head, origin::Request};

/// The website behind privet.
pub(super) const BEHIND: &str = "shop.test";
/// The same website with nobody in between.
pub(super) const BARE: &str = "bare.test";
/// Both.
pub(super) const SITES: [&str; 2] = [BEHIND, BARE];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/pages")
}

/// The pages' names, sorted.
pub(super) fn pages() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("pages");
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.expect("an entry").file_name();
            let name = name.to_str()?.strip_suffix(".html")?;
            Some(name.to_owned())
        })
        .collect();
    names.sort();
    names
}

/// A page's bytes.
pub(super) fn page(name: &str) -> Option<Vec<u8>> {
    fs::read(folder().join(format!("{name}.html"))).ok()
}

/// The website as privet's upstream.
pub(super) fn open() -> Origin {
    Origin::answering(|request: &Request| answer(&request.head))
}

/// What the website says to a request. Pages below `/kept/` may be stored.
pub(super) fn answer(head: &Head) -> Vec<u8> {
    let target = head.start.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let name = path.trim_start_matches('/');
    if let Some(page) = name.strip_prefix("kept/").and_then(page) {
        let tag = format!("\"{}\"", page.len());
        let asked = head.get("if-none-match").unwrap_or_default();
        if asked.contains(&tag) {
            return format!("HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n").into_bytes();
        }
        let fields = format!("ETag: {tag}\r\nCache-Control: max-age=600\r\n");
        return response("text/html; charset=utf-8", &fields, &page);
    }
    if let Some((media_type, page)) = rules::answer(name) {
        return response(media_type, NEVER_STORED, page);
    }
    let made = history::answer(name).map(<[u8]>::to_vec);
    if let Some(page) = made.or_else(|| platforms::answer(name)) {
        return response("text/html; charset=utf-8", NEVER_STORED, &page);
    }
    if let Some(page) = broken::answer(name) {
        // Whoever is contacted is told by which page.
        let fields = format!("Referrer-Policy: unsafe-url\r\n{NEVER_STORED}");
        return response("text/html; charset=utf-8", &fields, &page);
    }
    if let Some(page) = page(name) {
        let fields = format!("{}{NEVER_STORED}", fields(&page));
        return response("text/html; charset=utf-8", &fields, &page);
    }
    match path.rsplit('.').next() {
        Some("gif") => response("image/gif", NEVER_STORED, &GIF),
        Some("css") => response("text/css", NEVER_STORED, b"h1 { margin: 0 }"),
        Some("js") => response(
            "text/javascript",
            "",
            b"window.own = (window.own || 0) + 1;",
        ),
        _ if path == "/" => response(
            "text/html",
            NEVER_STORED,
            b"<!doctype html><title>Home</title>",
        ),
        _ => response("text/plain", NEVER_STORED, b""),
    }
}

/// Fields that a page asks for in a comment in its first line: `<!-- Name: value -->`.
fn fields(page: &[u8]) -> String {
    let text = String::from_utf8_lossy(page);
    let first = text.lines().next().unwrap_or_default();
    let field = first
        .strip_prefix("<!-- ")
        .and_then(|rest| rest.strip_suffix(" -->"));
    field.map_or_else(String::new, |field| format!("{field}\r\n"))
}

const NEVER_STORED: &str = "Cache-Control: no-store\r\n";

fn response(media_type: &str, fields: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n{fields}\r\n",
        content.len()
    );
    [head.as_bytes(), content].concat()
}

/// One transparent pixel.
pub(super) const GIF: [u8; 43] =
    *b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
