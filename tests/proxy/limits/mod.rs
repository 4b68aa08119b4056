//! What a stranger can send and hold open is bounded: whoever goes beyond is ended, and others are
//! served as before.

mod floods;
mod halves;
mod sizes;
mod streams;
mod times;

use crate::gateway::{Client, Gateway, Http2, Origin};

/// In front of `origin`, with those limits.
fn limited(origin: &Origin, limits: &str) -> Gateway {
    Gateway::before(origin, &format!("[limits]\n{limits}\n"))
}

/// Others are served, and it is not privet that says so.
fn still_serves(gateway: &Gateway) {
    assert_eq!(
        Client::connect(gateway.https()).get("/other").text(),
        "hello"
    );
    assert_eq!(
        Http2::connect(gateway.https()).get("/other").text(),
        "hello"
    );
}

/// `hello` for every path but `/held`, which gets no answer.
fn holding() -> Origin {
    Origin::scripted(|exchange| {
        if exchange.read_body().is_err() {
            return crate::gateway::Next::Close;
        }
        if exchange.request.target() == "/held" {
            return exchange.hold();
        }
        exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        crate::gateway::Next::Request
    })
}
