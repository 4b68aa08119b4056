//! What nginx serves arrives as it is, in every way in which curl asks for it.

use std::{fs, path::Path};

use crate::{
    gateway::{
        Frames,
        frames::{Outcome, RST_STREAM},
    },
    world::{World, mebibyte},
};

const NO_OPTIONS: [&str; 0] = [];

/// Each protocol that curl speaks, with what it then calls it.
const PROTOCOLS: [(&[&str], &str); 5] = [
    (&["--http2"], "2"),
    (&["--http1.1"], "1.1"),
    (&["--http1.0"], "1.1"),
    (&["--http1.1", "--tls-max", "1.2"], "1.1"),
    (&["--http2", "--tls-max", "1.2"], "2"),
];

#[test]
fn a_mebibyte_arrives_byte_for_byte_over_every_protocol() {
    let world = World::new();
    for (options, version) in PROTOCOLS {
        let answer = world.curl(&world.url("/big.bin"), options);
        assert_eq!(
            (answer.status, answer.version.as_str()),
            (200, version),
            "{options:?}"
        );
        assert_eq!(
            answer.field("content-length"),
            Some("1048576"),
            "{options:?}"
        );
        assert_eq!(answer.field("transfer-encoding"), None, "{options:?}");
        assert!(answer.content == mebibyte(), "{options:?}");
    }
}

#[test]
fn many_files_come_over_one_connection() {
    let world = World::new();
    let url = world.url("/big.bin");
    for protocol in ["--http1.1", "--http2"] {
        let mut options = vec![protocol];
        for _ in 0..9 {
            options.extend([url.as_str(), "-o", "/dev/null"]);
        }
        let last = world.curl(&url, &options).facts;
        assert_eq!(last["num_connects"], 0, "{protocol}: {last}");
        assert_eq!(last["size_download"], 1 << 20, "{protocol}");
    }
}

#[test]
fn compressed_content_stays_compressed() {
    let world = World::new();
    let plain = world.curl(&world.url("/small.css"), &NO_OPTIONS);
    assert_eq!(plain.content, world.nginx.file("small.css"));
    assert_eq!(plain.field("content-encoding"), None);
    for (options, _) in PROTOCOLS {
        // nginx compresses for no HTTP/1.0 client, and privet asks as HTTP/1.1.
        let raw = [options, &["-H", "Accept-Encoding: gzip"]].concat();
        let raw = world.curl(&world.url("/small.css"), &raw);
        assert_eq!(raw.field("content-encoding"), Some("gzip"), "{options:?}");
        assert!(raw.content.starts_with(b"\x1f\x8b"), "{options:?}");
        assert!(raw.content.len() < plain.content.len(), "{options:?}");
        let undone = [options, &["--compressed"]].concat();
        let undone = world.curl(&world.url("/small.css"), &undone);
        assert_eq!(undone.content, plain.content, "{options:?}");
    }
}

#[test]
fn ranges_and_revalidation_work_through_privet() {
    let world = World::new();
    let whole = mebibyte();
    for protocol in ["--http1.1", "--http2"] {
        let url = world.url("/big.bin");
        let part = world.curl(&url, &[protocol, "-r", "1000-1999"]);
        assert_eq!(part.status, 206, "{protocol}");
        assert_eq!(part.field("content-range"), Some("bytes 1000-1999/1048576"));
        assert_eq!(part.content, whole[1000..2000], "{protocol}");
        let last = world.curl(&url, &[protocol, "-r", "-10"]);
        assert_eq!(last.content, whole[whole.len() - 10..], "{protocol}");
        let beyond = world.curl(&url, &[protocol, "-r", "2000000-"]);
        assert_eq!(beyond.status, 416, "{protocol}");

        let fresh = world.curl(&url, &[protocol, "-I"]);
        let tag = format!("If-None-Match: {}", fresh.field("etag").expect("a tag"));
        let same = world.curl(&url, &[protocol, "-H", &tag]);
        assert_eq!((same.status, same.content.len()), (304, 0), "{protocol}");
        assert_eq!(same.field("etag"), fresh.field("etag"), "{protocol}");
        let since = format!(
            "If-Modified-Since: {}",
            fresh.field("last-modified").expect("a date")
        );
        assert_eq!(
            world.curl(&url, &[protocol, "-H", &since]).status,
            304,
            "{protocol}"
        );
    }
}

#[test]
fn a_head_tells_what_its_get_would() {
    let world = World::new();
    for protocol in ["--http1.1", "--http2", "--http1.0"] {
        let url = world.url("/big.bin");
        let (head, get) = (
            world.curl(&url, &[protocol, "-I"]),
            world.curl(&url, &[protocol]),
        );
        assert_eq!(head.status, 200, "{protocol}");
        assert_eq!(head.facts["size_download"], 0, "{protocol}");
        for name in [
            "content-length",
            "content-type",
            "etag",
            "last-modified",
            "accept-ranges",
        ] {
            assert!(head.field(name).is_some(), "{protocol} {name}");
            assert_eq!(head.field(name), get.field(name), "{protocol} {name}");
        }
    }
}

#[test]
fn uploads_arrive_whole_however_they_are_framed() {
    let world = World::new();
    let source = world.scratch("upload");
    fs::write(&source, mebibyte()).expect("written");
    for (number, (options, _)) in PROTOCOLS.into_iter().enumerate() {
        let name = format!("stored/length-{number}");
        let by_length = with(options, &["-T", text(&source)]);
        let answer = world.curl(&world.url(&format!("/{name}")), &by_length);
        assert_eq!(answer.status, 201, "{options:?}");
        assert!(world.nginx.file(&name) == mebibyte(), "{options:?}");
        // HTTP/1.0 has no way to send what has no length.
        if options == ["--http1.0"] {
            continue;
        }
        let name = format!("stored/chunked-{number}");
        // `Content-Length` left out: chunked in HTTP/1.1, up to the last frame in HTTP/2.
        let chunked = with(
            options,
            &[
                "-X",
                "PUT",
                "-H",
                "Transfer-Encoding: chunked",
                "--data-binary",
                &format!("@{}", text(&source)),
            ],
        );
        let answer = world.curl(&world.url(&format!("/{name}")), &chunked);
        assert_eq!(answer.status, 201, "{options:?} chunked");
        assert!(world.nginx.file(&name) == mebibyte(), "{options:?} chunked");
    }
}

#[test]
fn a_form_is_echoed_and_one_too_large_is_refused_by_the_website() {
    let world = World::new();
    for protocol in ["--http1.1", "--http2"] {
        let url = world.url("/echo");
        let answer = world.curl(&url, &[protocol, "-d", "bell=wren&note=E6 %C3%A9"]);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "bell=wren&note=E6 %C3%A9"),
            "{protocol}"
        );
        // The refusal may come before curl has sent anything of the form, or after.
        let large = "x".repeat(2000);
        for _ in 0..20 {
            let refused = world.curl(&url, &[protocol, "-d", &large]);
            assert_eq!(refused.status, 413, "{protocol}");
        }
        let after = world.curl(&url, &[protocol, "-d", "still=here"]);
        assert_eq!(after.text(), "still=here", "{protocol}");
    }
}

#[test]
fn an_upload_that_nobody_reads_is_answered_and_then_reset() {
    let world = World::new();
    let mut frames = Frames::connect(world.gateway.https(), &[]);
    let head = [
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", "www.example.com"),
        (":path", "/.privet/nothing"),
    ];
    frames.headers(1, false, &head);
    let outcome = frames.outcome(1);
    assert!(matches!(outcome, Outcome::Answered(404, _)), "{outcome:?}");
    let reset = std::iter::from_fn(|| frames.next()).find(|frame| frame.kind == RST_STREAM);
    let reset = reset.expect("a reset");
    assert_eq!((reset.stream, reset.payload), (1, vec![0; 4]), "NO_ERROR");
}

#[test]
fn a_body_beyond_the_operators_limit_never_reaches_the_website() {
    let world = World::with("[limits]\nbody_size = \"10 KiB\"");
    let source = world.scratch("upload");
    fs::write(&source, vec![b'x'; 20_000]).expect("written");
    for (number, protocol) in ["--http1.1", "--http2"].into_iter().enumerate() {
        let path = format!("/stored/{number}");
        let answer = world.curl(&world.url(&path), &[protocol, "-T", text(&source)]);
        assert_eq!(answer.status, 413, "{protocol}");
        assert!(
            answer.text().contains("larger than this website takes"),
            "{protocol}"
        );
        assert_eq!(
            world.curl(&world.url("/"), &[protocol]).status,
            200,
            "{protocol}"
        );
    }
    let stored = world.nginx.seen();
    let stored = stored
        .iter()
        .filter(|entry| entry["request"].to_string().contains("PUT"));
    assert_eq!(stored.count(), 0);
}

#[test]
fn what_is_not_there_is_the_websites_own_404() {
    let world = World::new();
    let answer = world.curl(&world.url("/nowhere"), &NO_OPTIONS);
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("<h1>404 Not Found</h1>"));
    assert_eq!(
        answer.field("server"),
        None,
        "nobody is told what runs here"
    );
}

fn with<'a>(options: &[&'a str], more: &[&'a str]) -> Vec<String> {
    options
        .iter()
        .chain(more)
        .map(|option| (*option).to_owned())
        .collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}
