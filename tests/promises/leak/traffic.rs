//! Visitors with much to hide, who do all that goes wrong.

use std::{io::Write, net::Ipv4Addr};

use super::{
    canary::{CLIENT, CLIENT_V6, IN_PATH, VISITOR},
    websites::{BAD, FAILING, GOOD, WAYS},
};
use crate::{
    gateway::{
        Client, Gateway, Http2, Tls,
        client::{connect_from, plain_on},
        http2,
    },
    visit::message,
};

/// A proxy whose word is taken.
const PROXY: Ipv4Addr = Ipv4Addr::new(127, 9, 0, 1);

/// Personal pieces of a path and values of a query.
const TARGET: &str = "/kanarie01x@mailbox.example/198.51.100.177;sid=Kanarie02x/page\
                      ?q=Kanarie03x&Kanarie04x@mailbox.example=1&ip=198.51.100.177&Kanarie05x";

/// Fields with secrets of every kind.
fn fields() -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    let (v4, v6) = (CLIENT.to_string(), CLIENT_V6.to_string());
    vec![
        (
            "Cookie",
            text(
                "sid=Kanarie10x; _ga=Kanarie11x; Kanarie12x; =Kanarie13x; privet_consent=Kanarie14x",
            ),
        ),
        ("Authorization", text("Bearer Kanarie15x")),
        ("Proxy-Authorization", text("Basic OkthbmFyaWUxNng=")),
        (
            "User-Agent",
            text("Kanarie17x/1.0 (kanarie18x@mailbox.example)"),
        ),
        (
            "Referer",
            text("https://kanarie19x:Kanarie20x@search.example/Kanarie21x?q=Kanarie22x#Kanarie23x"),
        ),
        ("X-Api-Key", text("Kanarie24x")),
        ("X-Real-IP", v4),
        ("True-Client-IP", v6),
        ("Kanarie25x", text("1")),
        ("Accept", text("text/Kanarie26x")),
    ]
}

fn with<'a>(
    fields: &'a [(&'static str, String)],
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let all = fields.iter().map(|(name, value)| (*name, value.as_str()));
    all.chain(more.iter().copied()).collect()
}

/// Sends everything, and returns what privet itself answered.
pub(super) fn send(gateway: &Gateway) -> String {
    let mut answers = String::new();
    whole_requests(gateway, &mut answers);
    http2_requests(gateway, &mut answers);
    malformed_requests(gateway, &mut answers);
    junk(gateway, &mut answers);
    choices(gateway, &mut answers);
    answers
}

/// Well-formed requests, to websites that answer and that fail.
fn whole_requests(gateway: &Gateway, answers: &mut String) {
    let fields = fields();
    let (v4, v6) = (CLIENT.to_string(), CLIENT_V6.to_string());
    for (address, client) in [
        (v4.clone(), v4.as_str()),
        (v6.clone(), &v6),
        (format!("[{v6}]:4711"), &v6),
        (format!("::ffff:{v4}"), &v4),
        // The walk ends at the proxy.
        (format!("{v4}, Kanarie30x"), ""),
    ] {
        for host in [GOOD, FAILING[1]] {
            let mut connection = Client::from_ip(PROXY, gateway.https());
            let forwarded = format!("for=\"{address}\"");
            let more = [
                ("Host", host),
                ("X-Forwarded-For", &address),
                ("Forwarded", &forwarded),
                ("X-Spelled-Out", client),
            ];
            connection.send(message("GET", TARGET, &with(&fields, &more), ""));
            note(&mut connection, "GET", host != GOOD, answers);
        }
    }
    let targets = WAYS.iter().map(|way| (BAD, *way));
    let targets = targets.chain([(GOOD, ""), (FAILING[1], ""), (FAILING[2], "")]);
    for (host, path) in targets.chain([("kanarie31x.example", ""), ("", "")]) {
        for (method, body) in [("GET", ""), ("POST", "Kanarie32x")] {
            let mut client = Client::from_ip(VISITOR, gateway.https());
            let target = format!("{path}{TARGET}");
            let fields = with(&fields, &[("Host", host)]);
            client.send(message(method, &target, &fields, body));
            note(&mut client, method, host != GOOD, answers);
        }
    }
    // An upgrade that nobody answers, and a visitor who leaves in the middle.
    let upgrade = [
        ("Host", BAD),
        ("Connection", "upgrade"),
        ("Upgrade", "Kanarie33x"),
    ];
    let mut client = Client::from_ip(VISITOR, gateway.https());
    client.send(message("GET", TARGET, &with(&fields, &upgrade), ""));
    note(&mut client, "GET", true, answers);
    let mut client = Client::from_ip(VISITOR, gateway.https());
    let half = message("POST", TARGET, &with(&fields, &[]), &"Kanarie34x".repeat(9));
    client.send(&half[..half.len() - 20]);
    client.reset();
}

/// Keeps an answer, if it is privet's own.
fn note(client: &mut Client, method: &str, own: bool, answers: &mut String) {
    // Some are cut off, as they have to be.
    if let Ok(response) = client.try_response(method)
        && own
        && response.status >= 400
    {
        answers.push_str(&String::from_utf8_lossy(&response.head.raw));
        answers.push_str(&response.text());
    }
}

fn http2_requests(gateway: &Gateway, answers: &mut String) {
    let client = Http2::connect(gateway.https());
    let mut pending = Vec::new();
    for host in [
        GOOD,
        FAILING[0],
        FAILING[1],
        FAILING[2],
        "kanarie35x.example",
    ] {
        for way in WAYS {
            let content = http2::full("Kanarie36x");
            let mut request = http2::request("POST", &format!("{way}{TARGET}"), content);
            let uri = format!("https://{host}{way}{TARGET}");
            *request.uri_mut() = uri.parse().expect("a URI");
            for (name, value) in fields() {
                let name: http::HeaderName = name.parse().expect("a name");
                request
                    .headers_mut()
                    .insert(name, value.parse().expect("a value"));
            }
            // The connection comes from a trusted address, so this is the visitor's.
            let client_address = CLIENT.to_string().parse().expect("a value");
            request
                .headers_mut()
                .insert("x-forwarded-for", client_address);
            pending.push((host, client.send(request)));
        }
    }
    for (host, pending) in pending {
        if let Ok(answer) = pending.result()
            && host != GOOD
            && answer.status() >= 400
        {
            answers.push_str(&format!("{:?}{}", answer.head, answer.text()));
        }
    }
}

/// Heads and bodies that are no requests, each with something to hide.
const MALFORMED: &[&str] = &[
    "Kanarie51x\r\n\r\n",
    "GET /Kanarie52x\r\n{host}\r\n",
    "GET /Kanarie52x HTTP/9.9\r\n{host}\r\n",
    "GET  /Kanarie52x  HTTP/1.1\r\n{host}\r\n",
    "K\u{e9}narie /Kanarie52x HTTP/1.1\r\n{host}\r\n",
    "CONNECT kanarie53x.example:443 HTTP/1.1\r\n{host}\r\n",
    "TRACE /Kanarie53x HTTP/1.1\r\n{host}\r\n",
    "GET Kanarie53x HTTP/1.1\r\n{host}\r\n",
    "GET /\u{1}Kanarie53x HTTP/1.1\r\n{host}\r\n",
    "GET http://kanarie54x:Kanarie55x@www.example.com/ HTTP/1.1\r\n{host}\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\n{host}Host: kanarie56x.example\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: kanarie56x@www.example.com\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: kanarie56x/x\r\n\r\n",
    "GET / HTTP/1.1\r\n{host}Kanarie57x 1: 1\r\n\r\n",
    "GET / HTTP/1.1\r\n{host}Kanarie57x\r\n\r\n",
    "GET / HTTP/1.1\r\n{host}Kanarie57x : 1\r\n\r\n",
    "GET / HTTP/1.1\r\n{host}A: 1\r\n Kanarie58x\r\n\r\n",
    "GET / HTTP/1.1\r\n{host}A: \u{1}Kanarie58x\r\n\r\n",
    "GET / HTTP/1.1\r\n{host}A: Kanarie58x\n\n",
    "GET / HTTP/1.1\r\n{host}Expect: Kanarie59x\r\n\r\n",
    "POST / HTTP/1.1\r\n{host}Content-Length: Kanarie59x\r\n\r\n",
    "POST / HTTP/1.1\r\n{host}Transfer-Encoding: Kanarie59x\r\n\r\n",
    "POST / HTTP/1.1\r\n{host}Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\nKanarie60x",
    "POST / HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\nKanarie60x\r\n",
    "POST / HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n2\r\nKanarie60x\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n0\r\nKanarie 60x\r\n\r\n",
    "GET /{large} HTTP/1.1\r\n{host}\r\n",
    "GET / HTTP/1.1\r\n{host}Cookie: a={large}\r\n\r\n",
    "GET / HTTP/1.1\r\n{host}{many}\r\n",
    "{host}{large}",
];

fn malformed_requests(gateway: &Gateway, answers: &mut String) {
    let large = "Kanarie50x".repeat(4000);
    let many = "Kanarie61x: 1\r\n".repeat(200);
    for text in MALFORMED {
        let text = text
            .replace("{host}", "Host: www.example.com\r\n")
            .replace("{large}", &large)
            .replace("{many}", &many);
        let bytes: Vec<u8> = text.chars().map(|char| char as u8).collect();
        for ip in [VISITOR, PROXY] {
            let mut client = Client::from_ip(ip, gateway.https());
            client.send(&bytes);
            client.finish_sending();
            answers.push_str(&String::from_utf8_lossy(&client.rest().0));
        }
        let mut plain = plain_on(connect_from(VISITOR, gateway.http()), &bytes);
        let _ = plain.stream.shutdown(std::net::Shutdown::Write);
        let answer = plain.read_to_end().unwrap_or_default();
        // A redirect names where the visitor wants to go, to that visitor.
        if !answer.starts_with(b"HTTP/1.1 308") {
            answers.push_str(&String::from_utf8_lossy(&answer));
        }
    }
}

/// Bytes that are no HTTP, or no TLS.
fn junk(gateway: &Gateway, answers: &mut String) {
    for bytes in [
        b"Kanarie70x".as_slice(),
        b"GET /Kanarie70x?q=Kanarie71x HTTP/1.1\r\nHost: kanarie72x.example\r\nCookie: a=Kanarie73x\r\n\r\n",
        b"\x16\x03\x01\x00\x0aKanarie74x",
        b"\x16\x03\x01\x00\x0e\x01\x00\x00\x0aKanarie74x",
        b"\x15\x03\x03\x00\x02\x02\x28Kanarie75x",
        b"PROXY TCP4 203.0.113.177 127.113.55.77 4711 443\r\nKanarie76x",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\xb1\x7f\x71\x37\x4d\x12\x67\x01\xbbKanarie76x",
        b"SSH-2.0-Kanarie77x\r\n",
    ] {
        for ip in [VISITOR, PROXY] {
            let mut plain = plain_on(connect_from(ip, gateway.https()), bytes);
            let _ = plain.stream.shutdown(std::net::Shutdown::Write);
            let answer = plain.read_to_end().unwrap_or_default();
            answers.push_str(&String::from_utf8_lossy(&answer));
        }
    }
    // A name that nobody serves, and bytes that break an established session.
    let tls = Tls {
        sni: Some("kanarie78x.example".to_owned()),
        ..Tls::default()
    };
    for tls in [tls, Tls::default()] {
        let stream = connect_from(VISITOR, gateway.https());
        if let Ok(mut client) = Client::over(stream, tls.config(), tls.name()) {
            let socket = &mut client.input.stream.sock;
            let _ = socket.write_all(b"\x17\x03\x03\x00\x14Kanarie79xKanarie79x");
            let _ = client.rest();
        }
    }
    frames(gateway);
}

/// HTTP/2 that breaks its rules.
fn frames(gateway: &Gateway) {
    use crate::gateway::{Frames, frames};
    let large = "Kanarie80x".repeat(5000);
    let broken: [&[(&str, &str)]; 8] = [
        &[("Kanarie81x", "1")],
        &[("kanarie81x", "a\r\nb")],
        &[("connection", "Kanarie82x")],
        &[(":kanarie82x", "1")],
        &[("host", "kanarie83x.example")],
        &[("content-length", "Kanarie84x")],
        &[("content-length", "5")],
        &[("cookie", &large)],
    ];
    for more in broken {
        let mut connection = Frames::connect(gateway.https(), &[]);
        connection.headers(1, true, &frames::get(TARGET, more));
        connection.outcome(1);
    }
    let mut connection = Frames::connect(gateway.https(), &[]);
    connection.send(
        frames::HEADERS,
        frames::END_HEADERS,
        1,
        b"\xff\xffKanarie85x".as_slice(),
    );
    while connection.next().is_some() {}
}

/// Choices, well and badly made.
fn choices(gateway: &Gateway, answers: &mut String) {
    let fields = fields();
    for (form, more) in [
        ("choice=accept-all&return_to=/", &[][..]),
        ("choice=Kanarie90x", &[]),
        ("choice=save&purpose=Kanarie90x", &[]),
        ("choice=save&vendor=Kanarie90x", &[]),
        ("Kanarie91x=Kanarie91x&%kanarie91x", &[]),
        (
            "choice=accept-all",
            &[("Origin", "https://kanarie92x.example")],
        ),
        ("choice=accept-all", &[("Sec-Fetch-Site", "Kanarie92x")]),
        ("choice=accept-all", &[("Content-Type", "text/Kanarie92x")]),
    ] {
        let mut client = Client::from_ip(VISITOR, gateway.https());
        let fields = with(&fields, more);
        client.send(message(
            "POST",
            "/.privet/consent?Kanarie93x",
            &fields,
            form,
        ));
        note(&mut client, "POST", true, answers);
    }
    let consents = [
        format!("policy=Kanarie94x&time={IN_PATH}&granted=Kanarie94x"),
        format!("policy=1&time=1&granted=media&vendors=Kanarie94x:{IN_PATH}"),
    ];
    for consent in consents {
        let mut client = Client::from_ip(VISITOR, gateway.https());
        let cookie = format!("a=Kanarie95x; privet_consent={consent}");
        client.visit("/", &[("Cookie", &cookie), ("Sec-GPC", "Kanarie96x")]);
        let told = client.visit("/.privet/consent", &[("Cookie", &cookie)]);
        answers.push_str(&told.text());
        let page = client.visit("/.privet/?q=Kanarie97x", &[("Cookie", &cookie)]);
        answers.push_str(&page.text());
    }
}
