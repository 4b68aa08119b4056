//! The way through privet: a website that answers with the very page that it is sent.

use std::time::{SystemTime, UNIX_EPOCH};

use url::Url;

use crate::{
    gateway::{Client, Gateway, Origin, origin::Request},
    oracle::{Fetch, all_fetches},
};

/// Where the pages seem to be.
pub(crate) const ADDRESS: &str = "https://www.example.com/shop/page";

/// privet in front of that website, and one visitor's connection.
pub(crate) struct Gate {
    client: Client,
    gateway: Gateway,
    _origin: Origin,
}

/// Vendors of these tests. Every host of theirs ends with `.example`.
pub(crate) const VENDORS: &str = r#"
[[vendor]]
name = "Metrics"
purpose = "analytics"
country = "NL"
hosts = ["metrics.example", "*.metrics.example"]

[[vendor]]
name = "Films"
purpose = "media"
country = "NL"
hosts = ["films.example"]
policy = "https://films.example/privacy"
"#;

impl Gate {
    pub(crate) fn open() -> Self {
        let origin = Origin::answering(answer);
        let gateway = Gateway::before(&origin, VENDORS);
        Self {
            client: Client::connect(gateway.https()),
            gateway,
            _origin: origin,
        }
    }

    /// What a visitor who granted those purposes gets of a page of this media type, which the
    /// website sends in pieces of that many bytes; 0: all at once.
    pub(crate) fn pass(&mut self, page: &[u8], kind: &str, piece: usize, granted: &str) -> Vec<u8> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let time = since.expect("after 1970").as_secs();
        let head = format!(
            "POST /shop/page HTTP/1.1\r\nHost: www.example.com\r\nX-Kind: {kind}\r\n\
             X-Piece: {piece}\r\nContent-Length: {}\r\n\
             Cookie: privet_consent=policy=1&time={time}&granted={granted}&refused=\r\n\r\n",
            page.len()
        );
        self.client.send([head.as_bytes(), page].concat());
        let response = self.client.try_response("POST");
        let response = response.unwrap_or_else(|error| {
            panic!(
                "{error} for {}\n{}",
                page.escape_ascii(),
                self.gateway.stderr()
            )
        });
        assert_eq!(response.status, 200, "{}", response.text());
        response.body
    }

    /// The same for text in UTF-8 and somebody who granted nothing.
    pub(crate) fn html(&mut self, page: &str) -> String {
        let out = self.pass(page.as_bytes(), "text/html; charset=utf-8", 0, "");
        String::from_utf8(out).expect("UTF-8, as it was")
    }
}

fn answer(request: &Request) -> Vec<u8> {
    let kind = request.head.get("x-kind").unwrap_or("text/html");
    let piece = request.head.get("x-piece").and_then(|it| it.parse().ok());
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n");
    let page = &request.body;
    match piece.filter(|piece| *piece > 0) {
        None => {
            let head = format!("{head}Content-Length: {}\r\n\r\n", page.len());
            [head.as_bytes(), page].concat()
        }
        Some(piece) => {
            let mut out = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
            for chunk in page.chunks(piece) {
                out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                out.extend_from_slice(chunk);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b"0\r\n\r\n");
            out
        }
    }
}

/// The fetches of a page that a vendor would see.
pub(crate) fn contacts(page: &str) -> Vec<Fetch> {
    let address = Url::parse(ADDRESS).expect("a URL");
    let mut fetches = all_fetches(page, &address);
    fetches.retain(is_contact);
    fetches
}

/// The fetches that no vendor sees, in order; not those of privet's own pages.
pub(crate) fn harmless(page: &str) -> Vec<Fetch> {
    let address = Url::parse(ADDRESS).expect("a URL");
    let mut fetches = all_fetches(page, &address);
    fetches.retain(|it| {
        let is_data = it.url.scheme() == "data";
        !is_contact(it) && !is_data && !it.url.path().starts_with("/.privet/")
    });
    fetches
}

fn is_contact(fetch: &Fetch) -> bool {
    let host = fetch.url.host_str().unwrap_or_default();
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    ["metrics.example", "films.example"]
        .iter()
        .any(|vendor| host == *vendor || host.ends_with(&format!(".{vendor}")))
}
