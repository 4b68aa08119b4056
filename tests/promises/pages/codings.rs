//! Content codings: undone, gated, applied again, whatever the framing.

use compression_codecs::{
    BrotliDecoder, BrotliEncoder, DecodeV2, DeflateEncoder, EncodeV2, GzipDecoder, GzipEncoder,
    ZlibDecoder, ZlibEncoder, ZstdDecoder, ZstdEncoder,
    brotli::params::EncoderParams,
    core::{
        Level,
        util::{PartialBuffer, WriteBuffer},
    },
    flate::params::FlateEncoderParams,
};
use flate2::Compression;

use super::{ELEMENT, FETCHED, INERT, answer, consenting, gateway, page};
use crate::{
    gateway::{Client, Http2, Next, Origin},
    visit::last,
};

/// Codings, and the name under which each is sent.
pub(super) const CODINGS: [(&str, &str); 5] = [
    ("gzip", "gzip"),
    ("zlib", "deflate"),
    ("deflate", "deflate"),
    ("br", "br"),
    ("zstd", "zstd"),
];

fn level() -> FlateEncoderParams {
    FlateEncoderParams::from(Compression::new(6))
}

/// An encoder for a coding of [`CODINGS`].
pub(super) fn encoder(coding: &str) -> Box<dyn EncodeV2> {
    match coding {
        "gzip" => Box::new(GzipEncoder::new(level())),
        "zlib" => Box::new(ZlibEncoder::new(level())),
        "deflate" => Box::new(DeflateEncoder::new(level())),
        "br" => Box::new(BrotliEncoder::new(
            EncoderParams::default().quality(Level::Precise(5)),
        )),
        _ => Box::new(ZstdEncoder::new(3)),
    }
}

/// Encodes `plain`, repeated.
pub(super) fn encoded(coding: &str, plain: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = encoder(coding);
    let mut room = vec![0; 64 * 1024];
    let mut out = Vec::new();
    for _ in 0..times {
        let mut input = PartialBuffer::new(plain);
        while !input.unwritten().is_empty() {
            let mut output = WriteBuffer::new_initialized(&mut room);
            encoder.encode(&mut input, &mut output).expect("encoded");
            out.extend_from_slice(output.written());
        }
    }
    loop {
        let mut output = WriteBuffer::new_initialized(&mut room);
        let ended = encoder.finish(&mut output).expect("encoded");
        out.extend_from_slice(output.written());
        if ended {
            return out;
        }
    }
}

/// Decodes what was sent as `Content-Encoding: name`, to its end.
pub(super) fn decoded(name: &str, content: &[u8]) -> Vec<u8> {
    let (text, ended) = decoded_so_far(name, content);
    assert!(ended, "the content has no end");
    text
}

/// Decodes what there is, and tells whether it is whole.
pub(super) fn decoded_so_far(name: &str, content: &[u8]) -> (Vec<u8>, bool) {
    let mut decoder: Box<dyn DecodeV2> = match name {
        "gzip" => Box::new(GzipDecoder::new()),
        "deflate" => Box::new(ZlibDecoder::new()),
        "br" => Box::new(BrotliDecoder::new()),
        "zstd" => Box::new(ZstdDecoder::new()),
        _ => return (content.to_vec(), true),
    };
    let mut room = vec![0; 1 << 20];
    let mut input = PartialBuffer::new(content);
    let mut out = Vec::new();
    loop {
        let mut output = WriteBuffer::new_initialized(&mut room);
        let ended = decoder.decode(&mut input, &mut output).expect("decoded");
        out.extend_from_slice(output.written());
        if ended || (input.unwritten().is_empty() && !output.has_no_spare_space()) {
            return (out, ended);
        }
    }
}

/// Answers with a page in the coding and framing that the path says: `/gzip/chunked`.
fn origin(size: usize) -> Origin {
    Origin::scripted(move |exchange| {
        let _ = exchange.read_body();
        let target = exchange.request.target().to_owned();
        let mut parts = target.split('/').skip(1);
        let coding = parts.next().expect("a coding");
        let name = CODINGS.iter().find(|(known, _)| *known == coding);
        let (content, line) = match name {
            Some((_, name)) => (
                encoded(coding, &page(size), 1),
                format!("Content-Encoding: {name}\r\n"),
            ),
            None => (page(size), String::new()),
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{line}");
        match parts.next() {
            Some("length") => {
                exchange.send(format!("{head}Content-Length: {}\r\n\r\n", content.len()));
                exchange.send(content);
                Next::Request
            }
            Some("close") => {
                exchange.send(format!("{head}\r\n"));
                exchange.send(content);
                Next::Close
            }
            size => {
                exchange.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n"));
                let size = if size == Some("bytes") { 1 } else { 5000 };
                for chunk in content.chunks(size) {
                    super::send_chunk(exchange, chunk);
                }
                exchange.send("0\r\n\r\n");
                Next::Request
            }
        }
    })
}

#[test]
fn a_page_is_gated_in_every_coding_framing_and_protocol() {
    for size in [0, 3000, 200_000] {
        let origin = origin(size);
        let gateway = gateway(&origin, "");
        let mut client = Client::connect(gateway.https());
        let visitor = Http2::connect(gateway.https());
        let codings = CODINGS
            .iter()
            .map(|(coding, _)| *coding)
            .chain(["identity"]);
        for coding in codings {
            for framing in ["length", "chunked", "close", "bytes"] {
                if framing == "bytes" && size > 100_000 {
                    continue;
                }
                let path = format!("/{coding}/{framing}");
                let response = client.get(&path);
                let name = response.get("content-encoding").unwrap_or("identity");
                let text = String::from_utf8(decoded(name, &response.body)).expect("text");
                assert!(!text.contains(FETCHED) && text.contains(INERT), "{path}");
                let answer = visitor.get(&path);
                assert!(answer.broken.is_none(), "{path}");
                let name = answer.get("content-encoding").unwrap_or("identity");
                assert!(decoded(name, &answer.body) == text.as_bytes(), "{path}");
                let restored =
                    text.contains(&"<p>Läuft&nbsp;gut, 1 &lt; 2.</p>\n".repeat(size / 32));
                assert!(restored && text.ends_with("</body></html>"), "{path}");
            }
        }
    }
}

#[test]
fn with_consent_a_page_passes_byte_for_byte() {
    let origin = origin(20_000);
    let gateway = gateway(&origin, "");
    let mut client = Client::connect(gateway.https());
    for (coding, _) in CODINGS {
        for framing in ["length", "chunked"] {
            let yes = consenting();
            let response = client.visit(&format!("/{coding}/{framing}"), &[("Cookie", &yes)]);
            assert!(
                response.body == encoded(coding, &page(20_000), 1),
                "{coding}"
            );
        }
    }
}

#[test]
fn a_page_with_nothing_to_gate_passes_byte_for_byte_with_its_length() {
    let plain = String::from_utf8(page(5000))
        .expect("text")
        .replace(ELEMENT, "");
    for (coding, name) in CODINGS {
        let content = encoded(coding, plain.as_bytes(), 1);
        let sent = answer(&format!("Content-Encoding: {name}\r\n"), &content);
        let origin = Origin::answering(move |_| sent.clone());
        let gateway = gateway(&origin, "");
        let response = Client::connect(gateway.https()).get("/");
        assert!(response.body == content, "{coding}");
        let length = content.len().to_string();
        assert_eq!(response.get("content-length"), Some(&*length), "{coding}");
    }
}

#[test]
fn codings_over_each_other_are_undone() {
    let content = encoded("br", &encoded("gzip", &page(50_000), 1), 1);
    let sent = answer(
        "Content-Encoding: gzip\r\nContent-Encoding: br\r\n",
        &content,
    );
    let origin = Origin::answering(move |_| sent.clone());
    let gateway = gateway(&origin, "");
    let response = Client::connect(gateway.https()).get("/");
    assert_eq!(response.get("content-encoding"), Some("br"));
    let text = String::from_utf8(decoded("br", &response.body)).expect("text");
    assert!(text.contains(INERT) && text.ends_with("</html>"));
}

#[test]
fn members_follow_each_other_and_what_is_behind_them_is_nobodys() {
    let whole = page(9000);
    let (first, second) = whole.split_at(40);
    for (coding, name) in [("gzip", "gzip"), ("zstd", "zstd")] {
        let parts = [
            &encoded(coding, first, 1),
            &encoded(coding, second, 1),
            &b"garbage"[..],
        ];
        let sent = answer(&format!("Content-Encoding: {name}\r\n"), &parts.concat());
        let origin = Origin::answering(move |_| sent.clone());
        let gateway = gateway(&origin, "");
        let response = Client::connect(gateway.https()).get("/");
        let text = String::from_utf8(decoded(name, &response.body)).expect("text");
        assert!(text.contains(INERT) && text.ends_with("</html>"), "{name}");
    }
}

#[test]
fn a_website_is_asked_only_for_codings_that_can_be_undone_and_gzip_for_pages_to_gate() {
    let origin = Origin::hello();
    let gateway = gateway(&origin, "");
    let mut client = Client::connect(gateway.https());
    let yes = consenting();
    let offer = [
        ("Accept-Encoding", "gzip;q=0.5, br, dcb"),
        ("Available-Dictionary", ":pZGm1A==:"),
    ];
    for (more, asked) in [
        (("Sec-Fetch-Dest", "document"), "gzip;q=0.5"),
        (("Sec-Fetch-Dest", "script"), "gzip;q=0.5, br"),
        (("Cookie", &*yes), "gzip;q=0.5, br"),
    ] {
        client.visit("/", &[&offer[..], &[more]].concat());
        assert_eq!(last(&origin, "accept-encoding"), [asked], "{more:?}");
        assert_eq!(last(&origin, "available-dictionary"), [""; 0]);
    }
}

#[test]
fn utf_16_is_read_as_browsers_read_it() {
    let text = String::from_utf8(page(3000)).expect("text");
    let bytes =
        |order: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(order).collect() };
    let little = bytes(u16::to_le_bytes);
    let marked = [b"\xfe\xff".to_vec(), bytes(u16::to_be_bytes)].concat();
    for (content_type, content) in [
        ("text/html; charset=utf-16le", little),
        ("text/html", marked.clone()),
        ("text/html; charset=utf-8", marked),
    ] {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            content.len()
        );
        let sent = [head.as_bytes(), &content].concat();
        let origin = Origin::answering(move |_| sent.clone());
        let gateway = gateway(&origin, "");
        let response = Client::connect(gateway.https()).get("/");
        let expected = Some("text/html; charset=utf-8");
        assert_eq!(response.get("content-type"), expected, "{content_type}");
        let text = String::from_utf8(response.body).expect("text");
        assert!(text.starts_with("\u{feff}<!doctype html>") && text.contains(INERT));
    }
}
