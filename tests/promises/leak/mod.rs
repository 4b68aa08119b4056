//! Nothing personal leaves: canaries go in, in every place where a visitor's data can stand, while
//! everything goes wrong that can; and none comes out where it must not.

mod canary;
mod traffic;
mod websites;

use std::{fs, io::Write, net::Ipv4Addr};

use rustix::process::Signal;

use self::{
    canary::{addresses, assert_clean, everything},
    websites::Websites,
};
use crate::{
    gateway::{Client, Gateway, Origin, Tls, client::connect_from, eventually},
    tls::Identity,
};

const RULES: &str = r#"
[client_ip]
trusted_proxies = ["127.9.0.0/16", "127.0.0.1"]
[limits]
first_byte_timeout = "300 milliseconds"
read_timeout = "300 milliseconds"
[log]
level = "trace"
"#;

/// All that a gateway wrote and says of itself, and what its websites got.
fn assert_nothing_leaked(gateway: &mut Gateway, websites: &Websites, answers: &str, log: &str) {
    gateway.rewrite("[[site]]\nhosts = [");
    gateway.signal(Signal::HUP);
    gateway.wait_stderr("reload refused");
    let metrics = gateway.metrics();
    gateway.signal(Signal::TERM);
    assert_eq!(gateway.wait_exit().code(), Some(0));

    let everything = everything();
    let file = fs::read_to_string(gateway.folder().join("access.log")).unwrap_or_default();
    for (place, text) in [
        ("stdout", gateway.stdout()),
        ("stderr", gateway.stderr()),
        ("the access log", file.clone()),
        ("/metrics", metrics),
        ("an answer of privet's own", answers.to_owned()),
    ] {
        assert_clean(&everything, place, &text);
    }
    let addresses = addresses();
    for origin in [&websites.good, &websites.bad, &websites.untrusted] {
        for request in origin.requests() {
            let trailers = format!("{:?}", request.trailers);
            let bytes = [
                &request.head.raw,
                request.raw_body.as_slice(),
                trailers.as_bytes(),
            ];
            let text = String::from_utf8_lossy(&bytes.concat()).into_owned();
            assert_clean(&addresses, "a website's request", &text);
        }
    }

    // It all happened, and was written down.
    let logged = [gateway.stdout(), file].concat();
    assert!(logged.lines().count() > 150, "{}", logged.lines().count());
    for part in ["127.113.55.0", "203.0.113.0", "2001:db8:77::", log] {
        assert!(
            log.is_empty() || logged.contains(part),
            "{part} is not in the log"
        );
    }
    assert!(gateway.stderr().matches("website failed").count() > 20);
    assert!(gateway.stderr().contains("TLS handshake failed"));
    assert!(answers.matches("HTTP/1.1 400 ").count() > 30, "{answers}");
    assert!(answers.contains("HTTP/1.1 502 ") && answers.contains("HTTP/1.1 504 "));
    assert!(websites.good.requests().len() > 10);
}

#[test]
fn nothing_personal_leaves_with_a_log_of_objects() {
    let websites = Websites::start();
    let mut gateway = Gateway::start(&format!("{}{RULES}", websites.config()));
    let answers = traffic::send(&gateway);
    assert_nothing_leaked(&mut gateway, &websites, &answers, "\"status\":502");
}

#[test]
fn nothing_personal_leaves_with_a_combined_log_in_a_file() {
    let websites = Websites::start();
    let more = "access = \"access.log\"\nformat = \"combined\"\nquery = [\"ip\", \"page\"]\n";
    // With certificates, unknown names are refused.
    let names = [
        "www.example.com",
        "bad.example",
        "tls.example",
        "refused.example",
    ];
    let identity = Identity::for_names(&names);
    let config = format!("{}{RULES}{more}{}", websites.config(), identity.config());
    let mut gateway = Gateway::start(&config);
    let answers = traffic::send(&gateway);
    assert_nothing_leaked(&mut gateway, &websites, &answers, "\" 502 ");
    assert!(gateway.folder().join("access.log").exists());
}

#[test]
fn nothing_of_an_address_is_left_in_pseudonyms() {
    let websites = Websites::start();
    let config = websites.config();
    let method = "method = \"pseudonym\"\n[limits]";
    let rules = RULES.replace("[limits]", method);
    let mut gateway = Gateway::start(&format!("{config}{rules}"));
    let answers = traffic::send(&gateway);
    assert_nothing_leaked(&mut gateway, &websites, &answers, "");
    let stdout = gateway.stdout();
    assert!(stdout.contains("\"client\":\"fd70:7276:"));
    assert!(!stdout.contains("203.0.113") && !stdout.contains("127.113.55"));
}

#[test]
fn no_header_of_the_proxy_protocol_is_repeated() {
    let origin = Origin::hello();
    let url = origin.url();
    let gateway = Gateway::start(&format!(
        "[[site]]\nhosts = [\"*\"]\nupstream = {url:?}\n\
         [listen]\nhttps = [\"{{https}}\"]\nhttp = [\"{{http}}\"]\nproxy_protocol = true\n{RULES}"
    ));
    let proxy = Ipv4Addr::new(127, 9, 0, 1);
    let v2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x19\xcb\x00\x71\xb1\x0a\x00\x00\x01\x12\x67\x01\xbb\x05\x00\x0aKanarie98x";
    for header in [
        b"PROXY TCP4 203.0.113.177 10.0.0.1 4711 443\r\n".as_slice(),
        b"PROXY TCP6 2001:db8:77:88:99:aa:bb:cc ::1 4711 443\r\n",
        v2,
    ] {
        let mut stream = connect_from(proxy, gateway.https());
        stream.write_all(header).expect("sent");
        let tls = Tls::default();
        let client = Client::over(stream, tls.config(), tls.name());
        assert_eq!(client.expect("a handshake").get("/").status, 200);
    }
    let broken = [
        b"PROXY TCP4 203.0.113.177 127.113.55.77 4711\r\n".as_slice(),
        b"PROXY TCP6 2001:db8:77:88:99:aa:bb:cc Kanarie99x 1 2\r\n",
        b"PROXY Kanarie99x\r\n",
        b"Kanarie99x",
        &v2[..30],
    ];
    for ip in [proxy, canary::VISITOR] {
        for door in [gateway.https(), gateway.http()] {
            for header in broken {
                let mut plain = crate::gateway::client::plain_on(connect_from(ip, door), header);
                let _ = plain.stream.shutdown(std::net::Shutdown::Write);
                assert_eq!(plain.read_to_end().unwrap_or_default(), b"");
            }
        }
    }
    let series = "privet_malformed_input_total{kind=\"proxy_header\"}";
    eventually("all are refused", || {
        (gateway.metric(series) > 19.0).then_some(())
    });
    gateway.wait_log_lines(3);
    let everything = everything();
    assert_clean(&everything, "stdout", &gateway.stdout());
    assert_clean(&everything, "stderr", &gateway.stderr());
    assert_clean(&everything, "/metrics", &gateway.metrics());
    for request in origin.requests() {
        let text = String::from_utf8_lossy(&request.head.raw).into_owned();
        assert_clean(&everything, "a website's request", &text);
    }
}
