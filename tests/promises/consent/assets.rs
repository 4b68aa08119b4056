//! privet's scripts and styles: small, kept by browsers, and never served anew when nothing changed.

use crate::{
    gateway::{Client, Gateway, Http2},
    pages::decoded,
    visit::website,
};

const ASSETS: [&str; 3] = [
    "/.privet/privet.js",
    "/.privet/mirror.js",
    "/.privet/privet.css",
];

#[test]
fn each_comes_in_the_best_coding_that_the_browser_takes() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for path in ASSETS {
        let plain = client.visit(path, &[]);
        assert_eq!(plain.get("content-encoding"), None);
        assert!(plain.get("etag").is_some_and(|tag| tag.starts_with('"')));
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip", Some("gzip")),
            ("br;q=0, GZIP;q=0.5", Some("gzip")),
            ("gzip;q=0.0, identity", None),
            ("compress", None),
        ] {
            let response = client.visit(path, &[("Accept-Encoding", accepted)]);
            assert_eq!(response.get("content-encoding"), expected, "{accepted}");
            assert_eq!(response.get("vary"), Some("Accept-Encoding"));
            assert_eq!(response.get("cache-control"), Some("max-age=3600"));
            let Some(coding) = expected else {
                assert_eq!(response.body, plain.body);
                continue;
            };
            assert_ne!(response.get("etag"), plain.get("etag"), "{coding}");
            assert_eq!(decoded(coding, &response.body), plain.body, "{path}");
            let (small, whole) = (response.body.len(), plain.body.len());
            assert!(small * 2 < whole, "{path}: {small} of {whole} bytes");
        }
    }
}

#[test]
fn what_the_browser_holds_is_not_sent_again() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for path in ASSETS {
        let accepts = ("Accept-Encoding", "br");
        let first = client.visit(path, &[accepts]);
        let tag = first.get("etag").expect("a tag").to_owned();
        for held in [&tag, &format!("\"other\", W/{tag}"), "*"] {
            let again = client.visit(path, &[accepts, ("If-None-Match", held)]);
            assert_eq!(again.status, 304, "{held}");
            assert!(again.body.is_empty() && again.get("content-length").is_none());
            for name in ["etag", "cache-control", "vary"] {
                assert_eq!(again.get(name), first.get(name), "{name}");
            }
        }
        let other = client.visit(path, &[("If-None-Match", &tag)]);
        assert_eq!(other.status, 200, "in another coding");
    }
    let both = Http2::connect(gateway.https()).get(ASSETS[0]);
    assert_eq!(both.status(), 200);
}
