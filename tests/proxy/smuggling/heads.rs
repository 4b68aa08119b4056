//! What a head may hold: fields, authority, request line (RFC 9112 §2 to §5).

use super::{Case, HELLO, SMUGGLED, answered_400, check, chunked, get, head, one, post, refused};

#[test]
fn malformed_fields_are_refused() {
    check(&[
        refused("NUL in a value", 400, get("X: a\0b\r\n")),
        refused("bare CR in a value", 400, get("X: a\rb\r\n")),
        refused("bare LF at a line's end", 400, get("X: a\n")),
        refused(
            "bare LF at the head's end",
            400,
            "GET /a HTTP/1.1\r\nHost: a\r\n\n",
        ),
        refused("bare LF everywhere", 400, "GET /a HTTP/1.1\nHost: a\n\n"),
        refused("DEL in a value", 400, get("X: a\x7fb\r\n")),
        refused("no colon", 400, get("X\r\n")),
        refused("no name", 400, get(": x\r\n")),
        refused("a space in the name", 400, get("X Y: z\r\n")),
        refused("a bracket in the name", 400, get("X[0]: z\r\n")),
        refused("a slash in the name", 400, get("X/Y: z\r\n")),
        refused("an @ in the name", 400, get("X@Y: z\r\n")),
        refused("a quote in the name", 400, get("\"X\": z\r\n")),
        refused("a high byte in the name", 400, get("X\u{ff}: z\r\n")),
        refused("folded", 400, get("X: a\r\n b\r\n")),
        refused(
            "a space before the first field",
            400,
            "GET /a HTTP/1.1\r\n X: y\r\nHost: www.example.com\r\n\r\n",
        ),
        one(
            "all that a name may hold",
            get("!#$%&'*+-.^_`|~9aZ: z\r\n"),
            "",
        ),
        one("high bytes in a value", get("X: \u{e9}\u{ff}\r\n"), ""),
        one("an empty value", get("X:\r\n"), ""),
    ]);
}

#[test]
fn an_authority_that_is_doubled_missing_or_malformed_is_refused() {
    let host = |fields: &str| format!("GET /a HTTP/1.1\r\n{fields}\r\n");
    let absolute = |target: &str| head(&format!("GET {target} HTTP/1.1"), "");
    check(&[
        refused("none", 400, host("")),
        refused(
            "two",
            400,
            host("Host: www.example.com\r\nHost: www.example.org\r\n"),
        ),
        refused("the same twice", 400, host("Host: a\r\nHost: a\r\n")),
        refused("a space before the colon", 400, host("Host : a\r\n")),
        answered_400("empty", host("Host:\r\n")),
        answered_400("a list", host("Host: a, b\r\n")),
        answered_400("user information", host("Host: user@a\r\n")),
        answered_400("a path", host("Host: a/x\r\n")),
        answered_400("a port out of range", host("Host: a:99999\r\n")),
        answered_400("a port that is none", host("Host: a:80x\r\n")),
        answered_400("a space", host("Host: a b\r\n")),
        answered_400("user information in the target", absolute("http://a@b/a")),
        answered_400("no host in the target", absolute("http:///a")),
        refused("another scheme", 400, absolute("ftp://www.example.com/a")),
        one("absolute form", absolute("https://www.example.org/a"), ""),
    ]);
}

#[test]
fn malformed_request_lines_are_refused() {
    let line = |start: &str| head(start, "");
    check(&[
        refused("tabs", 400, line("GET\t/a\tHTTP/1.1")),
        refused(
            "two spaces before the target",
            400,
            line("GET  /a HTTP/1.1"),
        ),
        refused(
            "two spaces behind the target",
            505,
            line("GET /a  HTTP/1.1"),
        ),
        refused("a space at the end", 400, line("GET /a HTTP/1.1 ")),
        refused("a space in the target", 505, line("GET /a b HTTP/1.1")),
        refused("a space before the method", 400, line(" GET /a HTTP/1.1")),
        refused("a bad method", 400, line("G(T /a HTTP/1.1")),
        refused("lower-case http", 505, line("GET /a http/1.1")),
        refused("HTTP/1.2", 505, line("GET /a HTTP/1.2")),
        refused("HTTP/2.0", 505, line("GET /a HTTP/2.0")),
        refused("HTTP/1.10", 400, line("GET /a HTTP/1.10")),
        refused("HTTP/0.9", 400, "GET /a\r\n\r\n"),
        refused(
            "the preface of HTTP/2",
            505,
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ),
        refused(
            "a line before it that is not empty",
            400,
            format!(" \r\n{}", get("")),
        ),
        refused("bare LF before it", 400, format!("\n{}", get(""))),
        refused("no slash", 400, line("GET a HTTP/1.1")),
        refused("an asterisk", 400, line("GET * HTTP/1.1")),
        refused("a fragment", 400, line("GET /a#b HTTP/1.1")),
        refused(
            "a control character in the target",
            400,
            line("GET /a\x01 HTTP/1.1"),
        ),
        refused("NUL in the target", 400, line("GET /a\0 HTTP/1.1")),
        refused("DEL in the target", 400, line("GET /a\x7f HTTP/1.1")),
        refused(
            "a high byte in the target",
            400,
            line("GET /a\u{ff} HTTP/1.1"),
        ),
        refused("CONNECT", 405, line("CONNECT www.example.com:443 HTTP/1.1")),
        refused("TRACE", 405, line("TRACE /a HTTP/1.1")),
        refused("trace", 405, line("trace /a HTTP/1.1")),
        refused("Connect", 405, line("Connect www.example.com:443 HTTP/1.1")),
        one(
            "empty lines before it",
            format!("\r\n\r\n\r\n{}", get("")),
            "",
        ),
        one(
            "HTTP/1.0",
            head("GET /a HTTP/1.0", "Connection: keep-alive\r\n"),
            "",
        ),
    ]);
}

#[test]
fn connection_upgrade_and_expectation_change_nothing_about_where_a_request_ends() {
    let named = "Connection: Host, Content-Length, Cookie, X-Forwarded-For\r\n\
                 Content-Length: 5\r\nCookie: a=b\r\n";
    let upgrade = format!(
        "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: {}\r\n",
        SMUGGLED.len()
    );
    let expects = |value: &str| {
        post(
            &format!("Expect: {value}\r\nContent-Length: 5\r\n"),
            "hello",
        )
    };
    let twice = "100-continue\r\nExpect: 100-continue";
    let pipelined = post("Content-Length: 5\r\n", "hello") + &chunked(HELLO) + &get("");
    let hello = || ("/a", "hello".to_owned());
    let mut cases = vec![
        one("named by Connection", post(named, "hello"), "hello"),
        one("an upgrade with a body", get(&upgrade) + SMUGGLED, SMUGGLED),
        one(
            "a GET with a body",
            get("Content-Length: 5\r\n") + "hello",
            "hello",
        ),
        refused("an unknown expectation", 417, expects("200-ok")),
        refused(
            "two expectations",
            417,
            expects("100-continue, 100-continue"),
        ),
        refused("two lines of them", 417, expects(twice)),
        refused("a disguised expectation", 417, expects("x 100-continue")),
        one(
            "an expectation without content",
            get("Expect: 100-continue\r\n"),
            "",
        ),
        Case {
            name: "pipelined",
            bytes: pipelined,
            answers: vec![200, 200, 200],
            seen: vec![hello(), hello(), ("/a", String::new())],
        },
    ];
    // Content is sent before anybody asks for it: then nobody needs to.
    cases.push(Case {
        name: "an expectation, and content at once",
        bytes: expects("100-continue"),
        answers: vec![200],
        seen: vec![hello()],
    });
    check(&cases);
}
