//! The ways in which web servers might understand a path, so that no spelling of it leads past a
//! decision.

/// The first segment of all that is privet's own.
const PREFIX: &str = ".privet";

/// The path in each way in which a web server might understand it, so that no spelling leads past a
/// decision: percent-encoding undone, repeated slashes and dot segments resolved (RFC 3986 §6.2.2);
/// with `\` for a slash, as some have it on Windows; and without the parameters that others take off
/// a segment (`/a;v=1`, RFC 3986 §3.3). What one server resolves, another one leaves: `/a/..;/b`.
pub(super) fn readings(path: &str) -> Vec<String> {
    let decoded = decoded(path);
    let slashes = decoded.replace('\\', "/");
    let mut readings = Vec::with_capacity(4);
    for text in [&decoded, &slashes] {
        for takes_parameters in [true, false] {
            let reading = normalised(text, takes_parameters);
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
    }
    readings
}

fn normalised(path: &str, takes_parameters: bool) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut last = "";
    for segment in path.split('/') {
        last = match segment.split_once(';') {
            Some((name, _)) if takes_parameters => name,
            _ => segment,
        };
        match last {
            "" | "." => {}
            // No way leads out of privet's own prefix to the website.
            ".." if segments == [PREFIX] => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let mut out = format!("/{}", segments.join("/"));
    if out.len() > 1 && matches!(last, "" | "." | "..") {
        out.push('/');
    }
    out
}

/// Whether a path surely has one reading, and is written as that.
pub(super) fn is_normal(path: &str) -> bool {
    let mut after_slash = false;
    path.bytes().all(|byte| {
        let is_normal = !matches!(
            (after_slash, byte),
            (_, b'%' | b';' | b'\\') | (true, b'/' | b'.')
        );
        after_slash = byte == b'/';
        is_normal
    })
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let escaped = match after {
            [high, low, ..] if *byte == b'%' => super::form::hexadecimal(*high, *low),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_understood_as_a_web_server_would() {
        for (path, expected) in [
            ("/a/b", "/a/b"),
            ("/%2Eprivet/consent", "/.privet/consent"),
            ("//.privet//consent", "/.privet/consent"),
            ("/a/../.privet/", "/.privet/"),
            ("/./stats/xm/a.js", "/stats/xm/a.js"),
            ("/stats%2fxm/a", "/stats/xm/a"),
            ("/100%", "/100%"),
            ("/..", "/"),
            ("/a%zz", "/a%zz"),
            ("/.privet/../index.html", "/.privet/index.html"),
            ("/.privet/a/%2e%2e/..", "/.privet/"),
        ] {
            assert_eq!(readings(path), [expected], "{path}");
        }
    }

    #[test]
    fn a_path_that_servers_understand_differently_has_every_reading() {
        for (path, expected) in [
            ("/xm.js;v=1", &["/xm.js", "/xm.js;v=1"][..]),
            ("/a;x/b;y=1;z/", &["/a/b/", "/a;x/b;y=1;z/"]),
            (
                "/.privet%3bx/consent",
                &["/.privet/consent", "/.privet;x/consent"],
            ),
            ("/a/..;/.privet/", &["/.privet/", "/a/..;/.privet/"]),
            ("/stats/xm/..;/page", &["/stats/page", "/stats/xm/..;/page"]),
            ("/a\\b", &["/a\\b", "/a/b"]),
            ("/a/b\\..\\..\\c", &["/a/b\\..\\..\\c", "/c"]),
            ("/a;x%5cb", &["/a", "/a;x\\b", "/a/b", "/a;x/b"]),
            ("/a/;x/b", &["/a/b", "/a/;x/b"]),
        ] {
            assert_eq!(readings(path), expected, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_path_leads_out_of_the_prefix(
            tail in "[./%2eEfF5cC;\\\\a-c]{0,40}", any in ".{0,40}",
        ) {
            for tail in [tail, any] {
                for path in readings(&format!("/.privet/{tail}")) {
                    let inside = path == "/.privet" || path.starts_with("/.privet/");
                    proptest::prop_assert!(inside, "{tail} leads to {path}");
                }
            }
        }
    }
}
