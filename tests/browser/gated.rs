//! A website whose pages hold what waits for consent, written by hand in the form in which the
//! rewriter leaves it, and a server for all of its vendors.

use serde_json::Value;

use crate::{
    chromium::Chromium,
    gateway::{Gateway, Next, Origin, eventually, origin::Request},
};

/// privet in front of the website, and the vendors.
#[derive(Debug)]
pub(crate) struct Gated {
    pub(crate) gateway: Gateway,
    pub(crate) vendors: Origin,
    _website: Origin,
}

/// A page: more header lines, each with its end, and HTML in which `{vendor}` stands for the
/// vendors' origin.
pub(crate) type Page = (&'static str, String);

impl Gated {
    /// Opens at `site.test`. `page` makes each page from its path and the purposes granted.
    pub(crate) fn open(page: impl Fn(&str, &str) -> Page + Send + Sync + 'static) -> Self {
        let vendors = Origin::scripted_tls("vendor.test", |exchange| {
            let answer = vendor_answer(exchange.request.target());
            if exchange.read_body().is_err() {
                return Next::Close;
            }
            exchange.send(answer);
            Next::Request
        });
        let vendor = format!("https://vendor.test:{}", vendors.address().port());
        let website = Origin::answering(move |request: &Request| {
            let granted = request.head.get("x-privet-consent").unwrap_or_default();
            let (fields, html) = page(request.target(), granted);
            let html = html.replace("{vendor}", &vendor);
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: private, no-cache\r\n{fields}Content-Length: {}\r\n\r\n{html}",
                html.len()
            )
        });
        let config = format!(
            r#"
            [[site]]
            hosts = ["site.test"]
            upstream = ["{}"]

            [[vendor]]
            name = "Metrics"
            purpose = "analytics"
            hosts = ["metrics.test"]

            [[vendor]]
            name = "Player"
            purpose = "media"
            country = "FR"
            hosts = ["vendor.test"]
            policy = "https://vendor.test/privacy"
            "#,
            website.url()
        );
        Self {
            gateway: Gateway::start(&config),
            vendors,
            _website: website,
        }
    }

    /// An address on the website.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://site.test:{}{path}", self.gateway.https().port())
    }

    /// An address at the vendors.
    pub(crate) fn vendor(&self, path: &str) -> String {
        format!(
            "https://vendor.test:{}{path}",
            self.vendors.address().port()
        )
    }

    /// What the vendors were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.vendors.requests();
        requests
            .iter()
            .map(|request| request.target().to_owned())
            .collect()
    }
}

/// A script notes that it ran and whether it knew where it stands; a frame has a heading.
fn vendor_answer(target: &str) -> String {
    let (media_type, content) = if let Some(name) = target.strip_suffix(".js") {
        let name = name.trim_start_matches('/');
        let code = format!("ran.push('{name}' + (document.currentScript ? '' : ' nowhere'));");
        ("text/javascript", code + code_of(name))
    } else {
        ("text/html", format!("<title>real</title><h1>{target}</h1>"))
    };
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nAccess-Control-Allow-Origin: *\r\nCache-Control: no-store\r\nContent-Length: {}\r\n\r\n{content}",
        content.len()
    )
}

/// What some vendors' scripts do with the calls that came before them.
fn code_of(name: &str) -> &'static str {
    match name {
        "hotjar" => "window.got = (window.got || []).concat(hj.q.map(call => 'hj ' + [...call]));",
        "fbevents" => {
            "fbq.callMethod = (...call) => got.push('fbq ' + call); window.got = window.got || []; \
             while (fbq.queue.length) fbq.callMethod(...fbq.queue.shift());"
        }
        "sdk" => {
            "window.FB = { init: it => got.push('FB ' + it.appId), ui: { open: x => 'open ' + x } };"
        }
        "writes" => {
            "document.write('<p id=written>written</p>', '<script>ran.push(\"inner\")<\\/script>');"
        }
        "listens" => {
            "addEventListener('load', () => ran.push('load')); \
             document.addEventListener('DOMContentLoaded', () => ran.push('parsed'));"
        }
        _ => "",
    }
}

/// Says yes or no without leaving the page, as a form in another tab would.
pub(crate) fn choose(visitor: &Chromium, form: &str) {
    let status = visitor.run_async(&format!(
        "fetch('/.privet/consent', {{ method: 'POST', body: new URLSearchParams('{form}'), \
            headers: {{ Accept: 'application/json' }} }}).then(answer => done(answer.status))"
    ));
    assert_eq!(status, 200, "{form}");
}

/// Waits until the page's scripts ran so often: their names in order.
pub(crate) fn ran(visitor: &Chromium, count: usize) -> Vec<String> {
    eventually("scripts that ran", || {
        let names = visitor.run("return window.ran || []");
        let names = names.as_array().expect("a list");
        (names.len() >= count).then(|| names.iter().map(text).collect())
    })
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// The tag that the rewriter puts before the first element that waits.
pub(crate) fn script_tag(granted: &str) -> String {
    format!(r#"<script src="/.privet/privet.js" data-privet-granted="{granted}"></script>"#)
}
