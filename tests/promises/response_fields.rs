//! Response fields that would make a browser call a vendor without consent.

use crate::{
    gateway::{Client, Gateway},
    visit::{choice, website},
};

const LINES: [&str; 6] = [
    "Link: <https://static.hotjar.com/a.js>; rel=preload; as=script, </own.css>; rel=preload",
    "Link: <//www.youtube.com>; rel=preconnect",
    "Refresh: 0; url=https://static.hotjar.com/",
    "SourceMap: https://static.hotjar.com/a.map",
    "Reporting-Endpoints: own=\"/r\", hotjar=\"https://static.hotjar.com/r\"",
    "Content-Security-Policy: img-src *; report-uri https://static.hotjar.com/r",
];

fn fields(gateway: &Gateway, cookie: &str) -> Vec<String> {
    let mut client = Client::connect(gateway.https());
    let response = client.visit("/", &[("Cookie", cookie)]);
    let names = [
        "link",
        "refresh",
        "sourcemap",
        "reporting-endpoints",
        "content-security-policy",
    ];
    let lines = names.iter().flat_map(|name| {
        let values = response.head.all(name).into_iter();
        values.map(move |value| format!("{name}: {value}"))
    });
    lines.collect()
}

#[test]
fn no_field_calls_a_vendor_without_consent() {
    let origin = website(&LINES);
    let gateway = Gateway::before(&origin, "");
    assert_eq!(
        fields(&gateway, "a=b"),
        [
            "link: </own.css>; rel=preload",
            "reporting-endpoints: own=\"/r\"",
            "content-security-policy: img-src *",
        ]
    );
    let analytics = fields(&gateway, &choice("analytics", "media.marketing", 5));
    assert_eq!(
        analytics,
        [
            "link: <https://static.hotjar.com/a.js>; rel=preload; as=script, </own.css>; rel=preload",
            "refresh: 0; url=https://static.hotjar.com/",
            "sourcemap: https://static.hotjar.com/a.map",
            "reporting-endpoints: own=\"/r\", hotjar=\"https://static.hotjar.com/r\"",
            "content-security-policy: img-src *; report-uri https://static.hotjar.com/r",
        ],
        "what is consented to stays byte for byte; YouTube is media"
    );
    let (_, told) = gateway.ask_admin("GET", "/third-parties");
    assert!(told.contains("\"host\":\"static.hotjar.com\""), "{told}");
}

#[test]
fn without_a_gate_and_while_observing_fields_stay() {
    let origin = website(&LINES);
    for more in [
        "[third_parties]\ngate = false",
        "[site]\nmode = \"observe\"",
    ] {
        let more = more.replace("[site]\n", "");
        let config = format!(
            "[[site]]\nhosts = [\"*\"]\nupstream = [{:?}]\n{more}\n",
            origin.url()
        );
        let gateway = Gateway::start(&config);
        assert_eq!(fields(&gateway, "a=b").len(), LINES.len(), "{more}");
    }
}
