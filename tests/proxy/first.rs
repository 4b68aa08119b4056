//! That the parts these tests stand on work at all.

use crate::gateway::{
    Client, End, Frames, Gateway, Http2, Origin,
    frames::{self, Outcome},
};

#[test]
fn every_kind_of_client_reaches_the_website_through_the_gateway() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    assert_eq!(client.get("/a").text(), "hello");
    assert_eq!(Http2::connect(gateway.https()).get("/b").text(), "hello");
    let mut raw = Frames::connect(gateway.https(), &[]);
    raw.headers(1, true, &frames::get("/c", &[]));
    assert_eq!(raw.outcome(1), Outcome::Answered(200, b"hello".to_vec()));
    raw.headers(3, true, &frames::get("/.privet/nothing", &[]));
    assert!(matches!(raw.outcome(3), Outcome::Answered(404, _)));
    raw.headers(5, true, &[(":method", "CONNECT"), (":authority", "x:1")]);
    assert!(matches!(raw.outcome(5), Outcome::Answered(405, _)));
    assert_eq!(origin.requests().len(), 3);
    client.send("x\r\n\r\n");
    assert_eq!(client.response("GET").status, 400);
    assert_eq!(client.end(), End::Closed);
    gateway.wait_log("the second request", |entry| entry["path"] == "/b");
    let series = "privet_requests_total{status=\"2xx\",protocol=\"http2\"}";
    assert!((gateway.metric(series) - 2.0).abs() < f64::EPSILON);
}
