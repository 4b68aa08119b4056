//! Which fields the website and the visitor receive.

use super::ask;
use crate::gateway::{
    Client, Gateway, Http2, Origin,
    http2::{empty, request},
};

const CONNECTION_SPECIFIC: &str = "\
    Connection: X-One, keep-alive\r\n\
    Connection: x-two\r\n\
    X-One: 1\r\n\
    X-Two: 2\r\n\
    Keep-Alive: timeout=5\r\n\
    Proxy-Connection: keep-alive\r\n\
    Upgrade: websocket\r\n";

/// The fields that privet adds to every request.
const ADDED: [&str; 5] = [
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
];

fn with_added(names: &[&str]) -> Vec<String> {
    let mut all: Vec<_> = names
        .iter()
        .chain(&ADDED)
        .map(|name| (*name).to_owned())
        .collect();
    all.sort();
    all
}

#[test]
fn the_website_receives_what_the_visitor_sent_and_what_the_contract_adds_and_no_more() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let fields = "Accept: */*\r\nUser-Agent: Test/1.0\r\nX-Own: a\r\nX-Own: b\r\n";
    let mut client = Client::connect(gateway.https());
    ask(&mut client, "GET /a/../b?c=%20d&e", fields, "");
    let head = origin.only_request().head;
    assert_eq!(head.start, "GET /a/../b?c=%20d&e HTTP/1.1");
    let expected = with_added(&["accept", "host", "user-agent", "x-own", "x-own"]);
    assert_eq!(head.names(), expected);
    assert_eq!(head.get("host"), Some("www.example.com"));
    assert_eq!(head.all("x-own"), ["a", "b"]);
    assert_eq!(head.get("x-forwarded-for"), Some("127.0.0.0"));
    assert_eq!(head.get("x-forwarded-proto"), Some("https"));
    assert_eq!(head.get("x-forwarded-host"), Some("www.example.com"));
    assert_eq!(head.get("via"), Some("1.1 privet"));
    let id = head.get("x-request-id").expect("an id");
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    gateway.wait_log("that request", |entry| entry["request_id"] == id);
}

#[test]
fn what_belongs_to_the_visitors_connection_stays_there() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let fields = format!("{CONNECTION_SPECIFIC}TE: gzip\r\nAccept: */*\r\n");
    ask(&mut Client::connect(gateway.https()), "GET /", &fields, "");
    let head = origin.only_request().head;
    assert_eq!(head.names(), with_added(&["accept", "host"]));
}

#[test]
fn a_visitor_can_forge_none_of_the_fields_that_privet_answers_for() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let forged = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: b\r\n\
        X-Request-Id: mine\r\nX_Request_Id: mine\r\nVia: 1.0 b\r\nForwarded: for=192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\n\
        X-Privet-Consent: marketing\r\n";
    let named = "Connection: X-Forwarded-For, X-Forwarded-Proto, Via, X-Request-Id, Host\r\n";
    let mut client = Client::connect(gateway.https());
    ask(&mut client, "GET /", forged, "");
    ask(&mut client, "GET /", &format!("{forged}{named}"), "");
    ask(&mut client, "GET /", named, "");
    assert_eq!(origin.requests().len(), 3);
    for head in origin.requests().into_iter().map(|request| request.head) {
        assert_eq!(
            head.names(),
            with_added(&["host"]),
            "{}",
            head.raw.escape_ascii()
        );
        assert_eq!(head.get("x-forwarded-for"), Some("127.0.0.0"));
        assert_eq!(head.get("x-forwarded-proto"), Some("https"));
        assert_ne!(head.get("x-request-id"), Some("mine"));
    }
}

#[test]
fn a_visitor_that_takes_trailers_has_the_website_told_so() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    ask(
        &mut client,
        "GET /",
        "TE: gzip, trailers\r\nConnection: TE\r\n",
        "",
    );
    let mut with_te = request("GET", "/", empty());
    with_te
        .headers_mut()
        .insert("te", "trailers".parse().expect("a value"));
    Http2::connect(gateway.https()).send(with_te).answer();
    for request in origin.requests() {
        assert_eq!(request.head.get("te"), Some("trailers"));
        assert_eq!(request.head.get("connection"), Some("te"));
    }
    assert_eq!(origin.requests().len(), 2);
}

#[test]
fn what_belongs_to_the_websites_connection_stays_there() {
    let origin = Origin::answering(|_| {
        format!(
            "HTTP/1.1 200 OK\r\n{CONNECTION_SPECIFIC}Content-Length: 5\r\nTE: x\r\n\
            Server: x/1\r\nX-Powered-By: y\r\nVia: 1.1 z\r\nAlt-Svc: h3=\":443\"\r\n\
            Cache-Control: no-cache\r\nCache-Control: private\r\nETag: \"e\"\r\n\r\nhello"
        )
    });
    let gateway = Gateway::before(
        &origin,
        "[tls]\nhsts = \"off\"\n[headers]\nreferrer_policy = \"leave\"\npermissions_policy = \"leave\"\n",
    );
    let response = Client::connect(gateway.https()).get("/");
    let expected = [
        "cache-control",
        "cache-control",
        "content-length",
        "date",
        "etag",
    ];
    assert_eq!(response.head.names(), expected);
    assert_eq!(response.head.all("cache-control"), ["no-cache", "private"]);
    assert_eq!(response.text(), "hello");
    let answer = Http2::connect(gateway.https()).get("/");
    let mut names: Vec<_> = answer
        .head
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(answer.text(), "hello");
}

#[test]
fn an_absolute_target_and_an_asterisk_arrive_in_the_form_for_a_website() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    for start in [
        "GET https://www.example.org:8443/a?b",
        "GET HTTP://www.example.org:8443",
        "OPTIONS *",
        "OPTIONS http://www.example.com",
    ] {
        assert_eq!(ask(&mut client, start, "", "").status, 200, "{start}");
    }
    let seen: Vec<_> = origin
        .requests()
        .into_iter()
        .map(|request| {
            let host = request.head.get("host").map(str::to_owned);
            (request.head.start, host.expect("a host"))
        })
        .collect();
    let expected = [
        ("GET /a?b HTTP/1.1", "www.example.org:8443"),
        ("GET / HTTP/1.1", "www.example.org:8443"),
        ("OPTIONS * HTTP/1.1", "www.example.com"),
        ("OPTIONS * HTTP/1.1", "www.example.com"),
    ];
    assert_eq!(
        seen,
        expected.map(|(start, host)| (start.to_owned(), host.to_owned()))
    );
}

#[test]
fn urls_of_the_web_server_itself_become_public() {
    let origin = Origin::answering(|request| {
        // The authority is the origin's own, which the request names in its query.
        let target = request.target().to_owned();
        let (_, server) = target.split_once('?').expect("a query");
        format!(
            "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nLocation: http://{server}/a?b\r\n\
             Content-Location: //{server}/b\r\nRefresh: 5; url=http://{server}/c\r\n\
             Link: <http://{server}/d.css>; rel=preload, </e>; rel=next\r\n\
             Link: <https://cdn.example/?u=http://{server}/>; rel=icon\r\n\r\n"
        )
    });
    let gateway = Gateway::before(&origin, "");
    let server = origin.address().to_string();
    let start = format!("GET /?{server}");
    let response = ask(&mut Client::connect(gateway.https()), &start, "", "");
    for (name, expected) in [
        ("location", "https://www.example.com/a?b"),
        ("content-location", "https://www.example.com/b"),
        ("refresh", "5; url=https://www.example.com/c"),
    ] {
        assert_eq!(response.get(name), Some(expected), "{name}");
    }
    assert_eq!(
        response.head.all("link"),
        [
            "<https://www.example.com/d.css>; rel=preload, </e>; rel=next".to_owned(),
            format!("<https://cdn.example/?u=http://{server}/>; rel=icon"),
        ]
    );
}

#[test]
fn connect_and_trace_are_refused_and_other_methods_pass() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    for start in [
        "CONNECT www.example.com:443",
        "connect www.example.com:443",
        "TRACE /",
        "Trace /",
    ] {
        let mut client = Client::connect(gateway.https());
        assert_eq!(ask(&mut client, start, "", "").status, 405, "{start}");
    }
    let visitor = Http2::connect(gateway.https());
    for method in ["TRACE", "trace", "connect"] {
        let answer = visitor.send(request(method, "/", empty())).answer();
        assert_eq!(answer.status(), 405, "{method}");
    }
    assert_eq!(origin.started(), 0);
    let methods = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "x-own",
    ];
    let mut client = Client::connect(gateway.https());
    for method in methods {
        assert_eq!(
            ask(&mut client, &format!("{method} /"), "", "").status,
            200,
            "{method}"
        );
    }
    let requests = origin.requests();
    assert_eq!(
        requests
            .iter()
            .map(|request| request.method())
            .collect::<Vec<_>>(),
        methods
    );
}
