//! Pages as they stream by: nothing waits, what broke off stays broken off, and what is counted.

use compression_codecs::core::util::{PartialBuffer, WriteBuffer};

use super::{
    ELEMENT, FETCHED, INERT, VENDOR, answer,
    codings::{decoded, decoded_so_far, encoded, encoder},
    gateway, page, send_chunk,
};
use crate::gateway::{Client, End, Gateway, Http2, Latch, Next, Origin, eventually, process::site};

/// Two pieces of one encoded page, the first flushed.
fn in_two(coding: &str, first: &[u8], second: &[u8]) -> [Vec<u8>; 2] {
    let mut encoder = encoder(coding);
    let mut room = vec![0; 1 << 20];
    [(first, false), (second, true)].map(|(plain, is_last)| {
        let mut output = WriteBuffer::new_initialized(&mut room);
        let mut input = PartialBuffer::new(plain);
        encoder.encode(&mut input, &mut output).expect("encoded");
        assert!(input.unwritten().is_empty());
        let done = if is_last {
            encoder.finish(&mut output)
        } else {
            encoder.flush(&mut output)
        };
        assert!(done.expect("encoded"));
        output.written().to_vec()
    })
}

#[test]
fn what_comes_in_goes_out_while_the_website_pauses() {
    for coding in ["identity", "gzip", "br", "zstd"] {
        let (first, second) = ("<p>first</p>", format!("{ELEMENT}<p>second</p>"));
        let pieces = match coding {
            "identity" => [first.as_bytes().to_vec(), second.into_bytes()],
            coding => in_two(coding, first.as_bytes(), second.as_bytes()),
        };
        let seen = Latch::new();
        let go_on = seen.clone();
        let origin = Origin::scripted(move |exchange| {
            let _ = exchange.read_body();
            let line = match coding {
                "identity" => String::new(),
                coding => format!("Content-Encoding: {coding}\r\n"),
            };
            exchange.send(format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{line}Transfer-Encoding: chunked\r\n\r\n"
            ));
            send_chunk(exchange, &pieces[0]);
            go_on.wait();
            send_chunk(exchange, &pieces[1]);
            exchange.send("0\r\n\r\n");
            Next::Request
        });
        let gateway = gateway(&origin, "");
        let mut client = Client::connect(gateway.https());
        client.send("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        let head = client.input.head().expect("a head").expect("a head");
        assert!(head.is_chunked().expect("a framing"));
        let mut content = Vec::new();
        while !String::from_utf8_lossy(&decoded_so_far(coding, &content).0).contains("first") {
            content.extend(client.input.chunk(&mut Vec::new()).expect("a chunk"));
        }
        seen.open();
        loop {
            let chunk = client.input.chunk(&mut Vec::new()).expect("a chunk");
            if chunk.is_empty() {
                break;
            }
            content.extend(chunk);
        }
        let (text, _) = decoded_so_far(coding, &content);
        let text = String::from_utf8(text).expect("text");
        assert!(
            text.contains(INERT) && text.ends_with("<p>second</p>"),
            "{coding}"
        );
    }
}

#[test]
fn a_page_that_breaks_off_never_ends_cleanly() {
    for coding in ["identity", "gzip", "zlib", "deflate", "br", "zstd"] {
        let (whole, line) = match coding {
            "identity" => (page(300_000), String::new()),
            coding => {
                let name = if coding.ends_with("lib") {
                    "deflate"
                } else {
                    coding
                };
                (
                    encoded(coding, &page(300_000), 1),
                    format!("Content-Encoding: {name}\r\n"),
                )
            }
        };
        // Its framing is whole, its coding is not.
        let half = whole[..whole.len() - 5].to_vec();
        let is_coded = coding != "identity";
        let origin = Origin::scripted(move |exchange| {
            let _ = exchange.read_body();
            exchange.send(format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{line}Transfer-Encoding: chunked\r\n\r\n"
            ));
            send_chunk(exchange, &half);
            if is_coded {
                exchange.send("0\r\n\r\n");
            }
            Next::Close
        });
        let gateway = gateway(&origin, "");
        let mut client = Client::connect(gateway.https());
        client.send("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        assert!(client.try_response("GET").is_err(), "{coding}");
        let broken = Http2::connect(gateway.https()).get("/").broken;
        assert!(broken.is_some(), "{coding}");
    }
}

#[test]
fn an_http_1_0_visitor_gets_a_page_too() {
    let origin = Origin::answering(|_| answer("", &page(100_000)));
    let gateway = gateway(&origin, "");
    let mut client = Client::connect(gateway.https());
    client.send("GET / HTTP/1.0\r\nHost: www.example.com\r\n\r\n");
    let response = client.response("GET");
    assert!(response.text().contains(INERT));
    assert_eq!(response.get("transfer-encoding"), None);
    assert_eq!(client.end(), End::Closed);
}

#[test]
fn trailers_pass_without_what_says_how_the_page_was() {
    let origin = Origin::answering(|_| {
        let content = encoded("gzip", ELEMENT.as_bytes(), 1);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n";
        let head = format!(
            "{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n",
            content.len()
        );
        let end = "\r\n0\r\nX-Sum: 1\r\nContent-Digest: sha-256=:x:\r\n\r\n";
        [head.as_bytes(), &content, end.as_bytes()].concat()
    });
    let gateway = gateway(&origin, "");
    let response = Client::connect(gateway.https()).get("/");
    assert_eq!(response.trailers, [("x-sum".to_owned(), "1".to_owned())]);
    let text = decoded("gzip", &response.body);
    assert!(String::from_utf8_lossy(&text).contains(INERT));
}

#[test]
fn gated_elements_are_counted_and_logged() {
    let twice = [page(100), page(100)].concat();
    let origin = Origin::answering(move |_| answer("", &twice));
    let gateway = gateway(&origin, "");
    Client::connect(gateway.https()).get("/small");
    let entry = gateway.wait_log("the page", |entry| entry["path"] == "/small");
    assert_eq!(entry["elements_gated"], 2);
    eventually("the count", || {
        let metrics = gateway.metrics();
        let mut lines = metrics.lines();
        lines.find(|line| {
            line.starts_with("privet_elements_gated_total{") && line.ends_with(" 2")
        })?;
        Some(())
    });
}

#[test]
fn observing_counts_and_changes_nothing() {
    for coding in ["identity", "gzip"] {
        let (content, line) = match coding {
            "identity" => (page(50_000), ""),
            coding => (
                encoded(coding, &page(50_000), 1),
                "Content-Encoding: gzip\r\n",
            ),
        };
        let lines = format!("{line}ETag: \"x\"\r\nCache-Control: max-age=60\r\n");
        let sent = answer(&lines, &content);
        let origin = Origin::answering(move |_| sent.clone());
        let gateway = Gateway::start(&format!(
            "mode = \"observe\"\n{}\n{VENDOR}",
            site(&[&origin.url()])
        ));
        let mut client = Client::connect(gateway.https());
        let response = client.visit(
            "/",
            &[("Accept-Encoding", "dcb"), ("If-None-Match", "\"x\"")],
        );
        assert!(response.body == content);
        assert_eq!(response.get("etag"), Some("\"x\""));
        assert_eq!(response.get("cache-control"), Some("max-age=60"));
        let request = origin.only_request();
        assert_eq!(request.head.get("accept-encoding"), Some("dcb"));
        assert_eq!(request.head.get("if-none-match"), Some("\"x\""));
        let entry = gateway.wait_log("the page", |entry| entry["path"] == "/");
        assert_eq!(entry["elements_gated"], 1, "{coding}");
    }
}

#[test]
fn whatever_is_no_page_passes_untouched() {
    let content = page(1000);
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Disposition: attachment\r\n",
        "HTTP/1.1 302 Found\r\nContent-Type: text/html\r\nLocation: /\r\n",
    ] {
        let length = format!("ETag: \"x\"\r\nContent-Length: {}\r\n\r\n", content.len());
        let sent = [head.as_bytes(), length.as_bytes(), &content].concat();
        let origin = Origin::answering(move |_| sent.clone());
        let gateway = gateway(&origin, "");
        let response = Client::connect(gateway.https()).get("/");
        assert!(response.body == content && response.text().contains(FETCHED));
        assert_eq!(response.get("etag"), Some("\"x\""));
        assert_eq!(response.get("vary"), None);
    }
}

#[test]
fn a_page_streams_over_http_2_piece_by_piece() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        exchange.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n",
        );
        for byte in page(500) {
            send_chunk(exchange, &[byte]);
        }
        exchange.send("0\r\n\r\n");
        Next::Request
    });
    let gateway = gateway(&origin, "");
    let answer = Http2::connect(gateway.https()).get("/");
    assert!(answer.text().contains(INERT) && answer.text().ends_with("</html>"));
}
