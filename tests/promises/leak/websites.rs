//! Websites that answer and websites that fail in every way.

use crate::gateway::{Exchange, Next, Origin, process::Port};

/// Behind one gateway.
pub(super) struct Websites {
    pub(super) good: Origin,
    pub(super) bad: Origin,
    pub(super) untrusted: Origin,
    nobody: Port,
}

/// The hosts, and those of them that never answer well.
pub(super) const GOOD: &str = "www.example.com";
pub(super) const BAD: &str = "bad.example";
pub(super) const FAILING: [&str; 3] = [BAD, "refused.example", "tls.example"];

/// The ways in which `bad.example` fails, by path.
pub(super) const WAYS: [&str; 6] = ["/reset", "/cut", "/garbage", "/silent", "/fields", "/late"];

impl Websites {
    pub(super) fn start() -> Self {
        Self {
            good: Origin::answering(|_| {
                "HTTP/1.1 200 OK\r\nSet-Cookie: _ga=Kanarie40x\r\nSet-Cookie: sid=Kanarie41x\r\n\
                 Content-Length: 5\r\n\r\nhello"
            }),
            bad: Origin::scripted(fail),
            untrusted: Origin::scripted_tls("tls.example", fail),
            nobody: Port::reserve(),
        }
    }

    /// The part of the configuration that names them.
    pub(super) fn config(&self) -> String {
        let site =
            |host: &str, url: &str| format!("[[site]]\nhosts = [{host:?}]\nupstream = {url:?}\n");
        let nobody = format!("http://{}", self.nobody.address);
        [
            site(GOOD, &self.good.url()),
            site(BAD, &self.bad.url()),
            site("tls.example", &self.untrusted.url()),
            site("refused.example", &nobody),
        ]
        .concat()
    }
}

fn fail(exchange: &mut Exchange<'_>) -> Next {
    let target = exchange.request.target().to_owned();
    // Some fail while the request is still on its way.
    if !target.starts_with("/reset") && exchange.read_body().is_err() {
        return Next::Close;
    }
    let way = WAYS.iter().find(|way| target.starts_with(**way));
    match way.copied() {
        Some("/reset") => return Next::Reset,
        Some("/cut") => {
            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nKanarie42x");
            return Next::Reset;
        }
        Some("/garbage") => exchange.send("Kanarie43x garbage\r\n\r\n"),
        Some("/fields") => {
            exchange
                .send("HTTP/1.1 200 OK\r\nKanarie44x Kanarie45x: 1\r\nContent-Length: 0\r\n\r\n");
        }
        Some("/late") => {
            exchange.send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nKanarie46x",
            );
        }
        // No answer at all.
        _ => return exchange.hold(),
    }
    Next::Close
}
