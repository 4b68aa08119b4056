//! Upgrades (RFC 9110 §7.8): after a `101`, bytes pass unread.

use super::{all_bytes, ask};
use crate::gateway::{Client, End, Exchange, Gateway, Latch, Next, Origin, eventually};

const UPGRADE: &str = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

fn upgrade(client: &mut Client) -> crate::gateway::Response {
    ask(client, "GET /socket", UPGRADE, "")
}

/// Sends back what comes until the other side has ended, and then a farewell.
fn echo(exchange: &mut Exchange<'_>) -> Next {
    exchange.send(SWITCH);
    let mut room = [0; 4096];
    while let Ok(count @ 1..) = exchange.read(&mut room) {
        exchange.send(&room[..count]);
    }
    exchange.send("farewell");
    Next::Close
}

#[test]
fn a_web_socket_passes_byte_for_byte_in_both_directions() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        echo(exchange)
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let response = upgrade(&mut client);
    assert_eq!(response.status, 101);
    assert_eq!(response.get("upgrade"), Some("websocket"));
    assert_eq!(response.get("connection"), Some("upgrade"));
    assert_eq!(
        response.get("sec-websocket-accept"),
        Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    );
    let head = origin.only_request().head;
    assert_eq!(head.get("connection"), Some("upgrade"));
    assert_eq!(head.get("upgrade"), Some("websocket"));
    assert_eq!(
        head.get("sec-websocket-key"),
        Some("dGhlIHNhbXBsZSBub25jZQ==")
    );
    for _ in 0..10 {
        let bytes = all_bytes();
        client.send(&bytes);
        assert!(client.input.exact(bytes.len()).expect("an echo") == bytes);
    }
    // What looks like a request is none any more.
    client.send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.input.exact(3).expect("an echo"), b"GET");
    assert_eq!(origin.started(), 1);
}

#[test]
fn either_side_of_a_tunnel_may_end_first_and_still_hears_the_other() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        echo(exchange)
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    assert_eq!(upgrade(&mut client).status, 101);
    client.send("hello");
    client.finish_sending();
    assert_eq!(client.rest(), (b"hellofarewell".to_vec(), End::Closed));

    let received = Latch::new();
    let told = received.clone();
    let origin = Origin::scripted(move |exchange| {
        let _ = exchange.read_body();
        exchange.send(SWITCH);
        exchange.send("only this");
        exchange
            .tcp
            .shutdown(std::net::Shutdown::Write)
            .expect("shut down");
        let mut room = [0; 5];
        assert_eq!(exchange.read(&mut room).expect("bytes"), 5);
        assert_eq!(&room, b"heard");
        told.open();
        Next::Close
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    assert_eq!(upgrade(&mut client).status, 101);
    assert_eq!(client.rest(), (b"only this".to_vec(), End::Closed));
    client.send("heard");
    received.wait();
}

#[test]
fn bytes_right_behind_either_head_are_not_lost() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        exchange.send(format!("{SWITCH}first"));
        let mut room = [0; 5];
        let mut heard = 0;
        while heard < 5 {
            heard += exchange.read(&mut room[heard..]).expect("bytes");
        }
        exchange.send(room);
        Next::Close
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let head = format!("GET /socket HTTP/1.1\r\nHost: a\r\n{UPGRADE}\r\nearly");
    client.send(head);
    assert_eq!(client.response("GET").status, 101);
    assert_eq!(client.rest().0, b"firstearly");
}

#[test]
fn a_refused_upgrade_is_an_answer_like_any_other() {
    let origin = Origin::answering(|request| match request.target() {
        "/socket" => {
            "HTTP/1.1 426 Upgrade Required\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nno"
        }
        _ => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    });
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let response = upgrade(&mut client);
    assert_eq!((response.status, response.text().as_str()), (426, "no"));
    assert_eq!(client.get("/").text(), "hello");
}

#[test]
fn an_upgrade_to_http_2_is_not_passed_on() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let fields = |protocols: &str| {
        format!(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocols}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
        )
    };
    for protocols in [
        "h2c",
        "H2C",
        "websocket, h2c",
        "HTTP/2.0",
        "x\r\nUpgrade: h2c",
    ] {
        assert_eq!(
            ask(&mut client, "GET /", &fields(protocols), "").status,
            200
        );
    }
    let requests = origin.requests();
    assert_eq!(requests.len(), 5);
    for request in requests {
        for name in ["upgrade", "connection", "http2-settings"] {
            assert!(
                request.head.all(name).is_empty(),
                "{}",
                request.head.raw.escape_ascii()
            );
        }
    }
}

#[test]
fn a_visitor_that_leaves_a_tunnel_ends_it_for_the_website() {
    let origin = Origin::scripted(|exchange| {
        let _ = exchange.read_body();
        exchange.send(SWITCH);
        exchange.hold()
    });
    let gateway = Gateway::before(&origin, "");
    let leave: [fn(Client); 2] = [drop, Client::reset];
    for (number, leave) in leave.into_iter().enumerate() {
        let mut client = Client::connect(gateway.https());
        assert_eq!(upgrade(&mut client).status, 101);
        leave(client);
        eventually("the tunnel ends", || {
            (origin.cancelled() == number + 1).then_some(())
        });
    }
    let entry = gateway.wait_log("a tunnel", |entry| entry["path"] == "/socket");
    assert_eq!(entry["status"], 101);
}
