//! Pages on their way to a visitor: read whatever their coding and their framing are, tied to the
//! visitor's consent, and not sent where they can't be read.

mod caching;
mod codings;
mod failing;
mod streaming;

pub(crate) use codings::decoded;

use crate::{
    gateway::{Exchange, Gateway, Origin},
    visit::choice,
};

/// A vendor of these tests, and room for it.
const VENDOR: &str = r#"
[[vendor]]
name = "Example Metrics"
purpose = "marketing"
hosts = ["metrics.example"]
"#;

/// What pages load from it, and what must not be in a page without consent.
const ELEMENT: &str = "<script src=\"https://metrics.example/x.js\"></script>";
const FETCHED: &str = " src=\"https://metrics.example/x.js\"";
/// What stands there instead.
const INERT: &str = " data-privet-src=\"https://metrics.example/x.js\"";

/// A gateway in front of `origin` whose catalogue has the vendor.
fn gateway(origin: &Origin, more: &str) -> Gateway {
    Gateway::before(origin, &format!("{more}\n{VENDOR}"))
}

/// A page with that much text around the element.
fn page(text: usize) -> Vec<u8> {
    let filling = "<p>Läuft&nbsp;gut, 1 &lt; 2.</p>\n".repeat(text / 32);
    let head = "<!doctype html><html><head><title>A page</title>";
    format!("{head}{ELEMENT}</head><body>{filling}</body></html>").into_bytes()
}

/// The cookie of a visitor who said yes to everything.
fn consenting() -> String {
    choice("functional.analytics.marketing.media", "", 10)
}

/// Answers with a page of HTML, `lines` in its head.
fn answer(lines: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{lines}Content-Length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content].concat()
}

/// Sends a chunk of content.
fn send_chunk(exchange: &mut Exchange<'_>, content: &[u8]) {
    let size = format!("{:x}\r\n", content.len());
    exchange.send([size.as_bytes(), content, b"\r\n"].concat());
}
