//! Scripts that load scripts: what privet's Content-Security-Policy makes the browser itself refuse.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    chromium::Chromium,
    gateway::{Gateway, Next, Origin, eventually},
};

/// Calls a host in every way in which a script can, and says when each call has ended.
const CALLS: &str = r#"
const host = 'HOST';
const ended = element => new Promise(end => { element.onload = element.onerror = end; });
const put = (name, attributes) => {
  const element = Object.assign(document.createElement(name), attributes);
  const done = ended(element);
  document.body.append(element);
  return done;
};
const soon = promise => Promise.race([promise, new Promise(end => setTimeout(end, 3000))]);
const socket = () => new Promise(end => {
  try { const socket = new WebSocket('wss://' + host + '/socket'); socket.onclose = socket.onerror = end; }
  catch { end(); }
});
const face = () => new FontFace('x', 'url(https://' + host + '/font)').load().catch(() => {});
return Promise.all([
  put('script', { src: 'https://' + host + '/script' }),
  put('img', { src: 'https://' + host + '/image' }),
  put('link', { rel: 'stylesheet', href: 'https://' + host + '/style' }),
  put('iframe', { src: 'https://' + host + '/frame' }),
  fetch('https://' + host + '/fetch', { mode: 'no-cors' }).catch(() => {}),
  import('https://' + host + '/module').catch(() => {}),
  face(), socket(),
].map(soon)).then(() => navigator.sendBeacon('https://' + host + '/beacon')).then(() => true);
"#;

const EVERY: [&str; 9] = [
    "beacon", "fetch", "font", "frame", "image", "module", "script", "socket", "style",
];

/// A vendor's server, which any page may ask.
fn vendor() -> Origin {
    Origin::scripted_tls("vendor.test", |exchange| {
        if exchange.read_body().is_err() {
            return Next::Close;
        }
        let media_type = match exchange.request.target() {
            "/script" => "Content-Type: text/javascript\r\n",
            _ => "",
        };
        exchange.send(format!(
            "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n{media_type}Content-Length: 0\r\n\r\n"
        ));
        Next::Request
    })
}

/// The website's page, with a policy of its own that says nothing of hosts.
fn website() -> Origin {
    Origin::answering(|request| {
        let (media_type, page) = match request.target().strip_prefix("/worker.js?") {
            // What a worker may load is its own response's policy to say.
            Some(host) => (
                "text/javascript",
                format!(
                    "try {{ importScripts('https://{host}/script'); postMessage('loaded') }} \
                     catch (error) {{ postMessage(error.name) }}"
                ),
            ),
            None => (
                "text/html",
                "<!doctype html><title>Shop</title><body>".to_owned(),
            ),
        };
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\
             Content-Security-Policy: frame-ancestors 'self'\r\n\r\n{page}",
            page.len()
        )
    })
}

fn gateway(origin: &Origin, csp: &str) -> Gateway {
    Gateway::start(&format!(
        r#"
        [third_parties]
        csp = "{csp}"

        [[site]]
        hosts = ["shop.test"]
        upstream = ["{}"]

        [[vendor]]
        name = "Example Metrics"
        purpose = "analytics"
        hosts = ["*.metrics.test"]

        [[vendor]]
        name = "Example Ads"
        purpose = "marketing"
        hosts = ["ads.test"]
        "#,
        origin.url()
    ))
}

fn url(gateway: &Gateway, path: &str) -> String {
    format!("https://shop.test:{}{path}", gateway.https().port())
}

/// Makes the page call `host` in every way; what of it has reached `vendor` when `enough` says so.
fn reached(
    visitor: &Chromium,
    vendor: &Origin,
    host: &str,
    enough: impl Fn(&BTreeSet<String>) -> bool,
) -> BTreeSet<String> {
    let host = format!("{host}:{}", vendor.address().port());
    let before = vendor.requests().len();
    visitor.run(&CALLS.replace("HOST", &host));
    // The last call, a beacon, may still be on its way.
    eventually("calls", || {
        let calls = vendor.requests().into_iter().skip(before);
        let paths = calls.map(|request| request.target().trim_start_matches('/').to_owned());
        let paths = paths
            .filter(|path| EVERY.contains(&path.as_str()))
            .collect();
        enough(&paths).then_some(paths)
    })
}

/// Nothing that calls in every way reaches `vendor`.
fn is_out_of_reach(visitor: &Chromium, vendor: &Origin, host: &str) -> bool {
    reached(visitor, vendor, host, |_| true).is_empty()
}

/// Everything does.
fn assert_reached(visitor: &Chromium, vendor: &Origin, host: &str) {
    let every: BTreeSet<String> = EVERY.map(str::to_owned).into();
    reached(visitor, vendor, host, |paths| *paths == every);
}

#[test]
fn the_browser_itself_keeps_scripts_from_vendors_without_consent() {
    let (origin, vendor, visitor) = (website(), vendor(), Chromium::start());
    let gateway = gateway(&origin, "enforce");
    visitor.go(&url(&gateway, "/"));
    for host in ["px.metrics.test", "ads.test"] {
        assert!(is_out_of_reach(&visitor, &vendor, host), "{host}");
    }

    visitor.go(&url(&gateway, "/.privet/"));
    visitor.click("input[value=analytics]");
    visitor.follow("button[value=save]");
    visitor.go(&url(&gateway, "/"));
    assert_reached(&visitor, &vendor, "px.metrics.test");
    assert!(is_out_of_reach(&visitor, &vendor, "ads.test"));
}

#[test]
fn a_reporting_policy_lets_pass_and_tells() {
    let (origin, vendor, visitor) = (website(), vendor(), Chromium::start());
    let gateway = gateway(&origin, "report");
    visitor.go(&url(&gateway, "/?who=jane"));
    assert_reached(&visitor, &vendor, "px.metrics.test");
    let host = eventually("the reports have come", || {
        let (_, text) = gateway.ask_admin("GET", "/third-parties");
        let told: Value = serde_json::from_str(&text).expect("JSON");
        let host = &told["sites"][0]["third_parties"][0]["hosts"][0];
        (host["reports"].as_u64() >= Some(9)).then(|| host.clone())
    });
    assert_eq!(host["host"], "px.metrics.test");
    assert_eq!(
        host["directives"],
        serde_json::json!([
            "connect-src",
            "font-src",
            "frame-src",
            "img-src",
            "script-src-elem",
            "style-src-elem"
        ])
    );
    assert!(!host.to_string().contains("jane"));
}

#[test]
fn a_host_that_nobody_claims_is_let_in_once_it_is_known() {
    let (origin, vendor, visitor) = (website(), vendor(), Chromium::start());
    let gateway = gateway(&origin, "enforce");
    visitor.go(&url(&gateway, "/"));
    assert!(is_out_of_reach(&visitor, &vendor, "cdn.nobody.test"));
    eventually("the host is known by the browser's reports", || {
        visitor.go(&url(&gateway, "/"));
        (!is_out_of_reach(&visitor, &vendor, "cdn.nobody.test")).then_some(())
    });
    assert_reached(&visitor, &vendor, "cdn.nobody.test");
}

#[test]
fn a_worker_loads_no_script_of_a_vendor_without_consent() {
    let (origin, vendor, visitor) = (website(), vendor(), Chromium::start());
    let gateway = gateway(&origin, "enforce");
    let loads = |host: &str| {
        let host = format!("{host}:{}", vendor.address().port());
        visitor.run_async(&format!(
            "const worker = new Worker('/worker.js?{host}'); worker.onmessage = it => done(it.data)"
        ))
    };
    visitor.go(&url(&gateway, "/"));
    assert_eq!(loads("px.metrics.test"), "NetworkError");
    assert!(vendor.requests().is_empty());
    visitor.go(&url(&gateway, "/.privet/"));
    visitor.click("input[value=analytics]");
    visitor.follow("button[value=save]");
    visitor.go(&url(&gateway, "/"));
    assert_eq!(loads("px.metrics.test"), "loaded");
    assert_eq!(loads("ads.test"), "NetworkError");
}
